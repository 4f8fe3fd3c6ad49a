/**
 * The whole media server: its parts, the order in which they start and end, and which of them a change of the
 * configuration restarts. Says when it can no longer go on; ending the process is main's business.
 */
import type { FSWatcher } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Configuration, loadedUsers } from './config/configuration.ts';
import { loadConfiguration, watchConfiguration } from './config/file.ts';
import { ConfigurationStore } from './config/store.ts';
import { sameValues, type Values } from './config/values.ts';
import { Faults } from './control-api/faults.ts';
import type { ApiWorld } from './control-api/routes.ts';
import { ControlApi } from './control-api/server.ts';
import { formatRfc3339, nowMicros } from './local-time.ts';
import { createLog } from './log.ts';
import { HookPool } from './paths/hook.ts';
import { PathManager } from './paths/path-manager.ts';
import { RtspServer } from './rtsp/server.ts';

/** The release whose behaviour is simulated. */
export const SIMULATED_VERSION = 'v1.20.1';

/** From a new configuration to its effect on running paths; another worker does it in the real server. */
const RELOAD_DELAY_MAX_MS = 8;

/** Global switches that are read and shown, and that nothing follows from. */
const UNSUPPORTED = ['metrics', 'pprof', 'playback', 'rtmp', 'hls', 'webrtc', 'srt', 'moq'];

/** Global keys that change nothing but who may do what. */
const HOT_GLOBAL = ['authInternalUsers'];

export class MediaServer {
  readonly #store: ConfigurationStore;
  readonly #hooks = new HookPool();
  readonly #faults = new Faults();
  readonly #started = formatRfc3339(nowMicros());
  readonly #log = createLog(() => String(this.#store.current.global.logLevel));
  readonly #failed: (error: unknown) => void;
  readonly #file: string | undefined;
  #watch: FSWatcher | null = null;
  #paths: PathManager;
  #rtsp: RtspServer | null = null;
  #api: ControlApi | null = null;

  /** @param failed told when a change of the configuration could not be carried out: the server is then useless */
  constructor(configuration: Configuration, file: string | undefined, failed: (error: unknown) => void) {
    this.#failed = failed;
    this.#file = file;
    this.#store = new ConfigurationStore(configuration, (next, previous) => this.#takeEffect(next, previous));
    this.#log('info', `Simulator of MediaMTX ${SIMULATED_VERSION}, ${process.platform}, ${process.arch}`);
    if (file === undefined) this.#log('warn', 'no configuration file given, using an empty configuration');
    else this.#log('info', `configuration loaded from ${file}`);
    const unsupported = UNSUPPORTED.filter((key) => configuration.global[key] === true);
    if (unsupported.length > 0) this.#log('warn', `the simulator does not do: ${unsupported.join(', ')}`);
    this.#paths = this.#newPaths(configuration);
  }

  /** @throws Error when a listener cannot be had; the others are closed then */
  async start(): Promise<void> {
    const { global } = this.#store.current;
    try {
      await this.#startRtsp(global);
      await this.#startApi(global);
      const file = this.#file;
      if (file !== undefined) this.#watch = watchConfiguration(file, () => void this.#reload(file));
    } catch (error) {
      this.#log('error', error instanceof Error ? error.message : String(error));
      await this.stop();
      throw error;
    }
  }

  /** Graceful: the API first, recordings are completed. Waits for held readers and for hooks without a limit. */
  async stop(): Promise<void> {
    this.#watch?.close();
    this.#watch = null;
    this.#api?.close();
    this.#api = null;
    await this.#rtsp?.close();
    this.#rtsp = null;
    this.#paths.close();
    await this.#hooks.allEnded();
  }

  /** A file that cannot be used ends the server, with what it said. */
  async #reload(file: string): Promise<void> {
    this.#log('info', 'reloading configuration (file changed)');
    try {
      await this.#store.replaceAll(loadConfiguration(file).given);
    } catch (error) {
      this.#log('error', error instanceof Error ? error.message : String(error));
      this.#failed(error);
    }
  }

  async #takeEffect(next: Configuration, previous: Configuration): Promise<void> {
    try {
      if (!sameValues(coldPart(next.global), coldPart(previous.global))) await this.#restart(next, previous);
      else await sleep(Math.random() * RELOAD_DELAY_MAX_MS).then(() => this.#paths.reload(next.paths));
    } catch (error) {
      this.#log('error', error instanceof Error ? error.message : String(error));
      this.#failed(error);
    }
  }

  /** Everything is closed and opened again; all streams drop. */
  async #restart(next: Configuration, previous: Configuration): Promise<void> {
    const ofApi = (values: Values) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => key.startsWith('api')));
    const withApi = !sameValues(ofApi(next.global), ofApi(previous.global));
    await this.#rtsp?.close();
    this.#rtsp = null;
    this.#paths.close();
    this.#paths = this.#newPaths(next);
    await this.#startRtsp(next.global);
    if (!withApi) return;
    this.#api?.close();
    this.#api = null;
    await this.#startApi(next.global);
  }

  #newPaths({ paths, global }: Configuration): PathManager {
    const rtspPort = String(global.rtspAddress).split(':').at(-1) ?? '';
    return new PathManager(paths, this.#hooks, this.#log, rtspPort);
  }

  async #startRtsp(global: Values): Promise<void> {
    if (global.rtsp !== true) return;
    const server = new RtspServer(global, () => loadedUsers(this.#store.current), this.#paths, this.#log);
    await server.listen(String(global.rtspAddress));
    this.#rtsp = server;
  }

  async #startApi(global: Values): Promise<void> {
    if (global.api !== true) return;
    const world = (): ApiWorld => ({
      store: this.#store,
      paths: this.#paths,
      rtsp: this.#rtsp,
      version: SIMULATED_VERSION,
      started: this.#started,
    });
    const api = new ControlApi(world, () => loadedUsers(this.#store.current), this.#faults, this.#log);
    await api.listen(String(global.apiAddress));
    this.#api = api;
  }
}

function coldPart(global: Values): Values {
  return Object.fromEntries(Object.entries(global).filter(([key]) => !HOT_GLOBAL.includes(key)));
}
