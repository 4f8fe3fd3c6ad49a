/**
 * The port `MediaServerProcess`: a managed MediaMTX or simulator as a process that outlives this service. Writes its
 * file before each launch and never while one runs. Does not wait for readiness, restart, or look at its health.
 */
import { CameraError } from '../../machines/errors.ts';
import type { DemandFolder, MediaServerProcess } from '../../machines/ports.ts';
import type { PathEntry, ProcessEnd, ProcessIdentity } from '../../machines/values.ts';
import { lastWords } from '../process/bounded-log.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import { assertPortsFree } from './addresses.ts';
import { type ConfigFileSettings, writeConfigFile } from './config-file.ts';
import type { FoundServer } from './finder.ts';
import { serverEndTrouble } from './last-words.ts';

export interface ServerProcessSettings {
  readonly runner: Pick<ProcessRunner, 'spawn' | 'ended' | 'stop' | 'scan'>;
  /** Which program to launch; asked at each launch, so that a download that has come since is used. */
  readonly find: (signal: AbortSignal) => Promise<FoundServer>;
  /** Absolute. Best in a folder of its own: MediaMTX watches the folder it is in. */
  readonly configFile: string;
  readonly config: ConfigFileSettings;
  /** Absolute; both outputs of the server. */
  readonly logFile: string;
  readonly logLimitBytes: number;
  /** SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
  /** Emptied before a launch: what a dead server's viewers wanted is over. */
  readonly demand: Pick<DemandFolder, 'empty'>;
}

const ROLE = 'media-server';
const LAST_WORDS_BYTES = 8192;

export class ManagedServerProcess implements MediaServerProcess {
  readonly #settings: ServerProcessSettings;

  constructor(settings: ServerProcessSettings) {
    this.#settings = settings;
  }

  /**
   * Ends whatever bears our mark first: two servers would fight for the ports, and the file must not change under one.
   * @throws CameraError missing-program | media-server-refused (wrong_version) | media-server-unreachable (port_taken)
   * | storage | bad-params | cancelled
   */
  async launch(entries: readonly PathEntry[], signal: AbortSignal): Promise<ProcessIdentity> {
    const { runner, find, config, configFile, logFile, logLimitBytes, demand } = this.#settings;
    const server = await find(signal);
    await this.stop(signal);
    await assertPortsFree(config.addresses);
    await demand.empty();
    assertWanted(signal);
    await writeConfigFile(configFile, config, entries);
    assertWanted(signal);
    return runner.spawn({
      role: ROLE,
      owner: ROLE,
      command: server.command,
      args: [...server.args, configFile],
      logFile,
      logLimitBytes,
      about: { kind: server.kind, version: server.version },
    });
  }

  async ended(process: ProcessIdentity, signal: AbortSignal): Promise<ProcessEnd> {
    const exit = await this.#settings.runner.ended(process, signal);
    const log = await lastWords(this.#settings.logFile, LAST_WORDS_BYTES).catch(() => '');
    return { ...exit, trouble: serverEndTrouble(exit, log) };
  }

  /** @throws CameraError cancelled | no-permission | deadline (process_unkillable) */
  async stop(signal: AbortSignal): Promise<void> {
    const { runner, stopTimeoutMs } = this.#settings;
    const how = { politeSignal: 'SIGTERM', deadlineMs: stopTimeoutMs } as const;
    await runner.stop({ roles: [ROLE], owner: ROLE }, how, signal);
  }

  /** Of several the newest; the others were on their way out when we last looked, and are ended. */
  async find(signal: AbortSignal): Promise<ProcessIdentity | null> {
    const { runner, stopTimeoutMs } = this.#settings;
    assertWanted(signal);
    const living = (await runner.scan({ role: ROLE })).filter((found) => found.isMain);
    const newest = living.at(-1);
    for (const older of living.slice(0, -1)) {
      await runner.stop(older, { politeSignal: 'SIGTERM', deadlineMs: stopTimeoutMs }, signal);
    }
    if (newest === undefined) return null;
    const { pid, startTicks, mark, adopted } = newest;
    return { pid, startTicks, mark, adopted };
  }
}

function assertWanted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new CameraError('cancelled', 'The order to the media server’s process was called off');
}
