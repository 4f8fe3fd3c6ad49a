/**
 * The service as a process of its own, for flows: started from dist with synthetic cameras and a media server that is a
 * process too, on free ports and in temporary folders. Driven over its WebSocket like any client would.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Client, connect } from '../../src/cli/client.ts';
import { compiled, NODE_ARGUMENTS } from './build.ts';
import { type MediaServerKind, realMediaServer } from './media-server.ts';
import { freePorts } from './ports.ts';
import { until } from './until.ts';

type Section = Readonly<Record<string, unknown>>;

export interface ServiceOptions {
  /** Synthetic cameras, 320x240 at 10 fps. Default 1. */
  readonly cameras?: number;
  /** `shipped`: every limit and interval is its default, for figures. Default `shortened`. */
  readonly limits?: 'shortened' | 'shipped';
  /** Sections that are laid over the defaults for tests. */
  readonly config?: Readonly<Record<string, Section>>;
  /** Of node itself, before the service's entry. */
  readonly nodeArguments?: readonly string[];
  /** For the service, beside PATH and HOME. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The cameras of every test: synthetic, small and slow. */
const SMALL_CAMERAS: Readonly<Record<string, Section>> = {
  camera: { include_real: false, synthetic_width_px: 320, synthetic_height_px: 240, synthetic_rate_fps: 10 },
  capture: { width_px: 320, height_px: 240, rate_fps: 10 },
  mediamtx: { viewer_address: '127.0.0.1' },
};

/** Limits short enough to test, long enough for a loaded machine with two cores. */
const SHORTENED: Readonly<Record<string, Section>> = {
  camera: { confirm_after_ms: 200 },
  stream: { demand_close_after_ms: 2000, backoff_ms: 300, backoff_max_ms: 1000, start_timeout_ms: 15_000 },
  recording: { ready_timeout_ms: 20_000 },
  mediamtx: { health_check_interval_ms: 500, hls: false, webrtc: false },
  logging: { level: 'info', format: 'json' },
  debug: { fault_injection: true },
};

export interface ReadyLine {
  readonly ws: string;
  readonly http: string;
  readonly rtsp: string;
  readonly media_server: string;
  readonly api_key: string;
  readonly pid: number;
  readonly data: string;
}

/** One service under test, over all its lives. `dispose` ends it, its data plane and its folders. */
export class TestService {
  readonly folder: string;
  readonly dataFolder: string;
  readonly runtimeFolder: string;
  readonly configFile: string;
  /** What the service printed on standard error in all its lives. */
  log = '';
  ready: ReadyLine | null = null;
  /** Every transition that was logged, of all lives. */
  readonly transitions: Transition[] = [];
  readonly #options: Pick<ServiceOptions, 'nodeArguments' | 'variables'>;
  readonly #watchers = new Set<(transition: Transition) => void>();
  #child: ChildProcess | null = null;
  #out = '';
  #client: Client | null = null;
  #disposed = false;
  #exit: Promise<Exit> = Promise.resolve({ code: null, signal: null });

  constructor(
    folder: string,
    configFile: string,
    options: Pick<ServiceOptions, 'nodeArguments' | 'variables'> = {},
  ) {
    this.#options = options;
    this.folder = folder;
    this.dataFolder = join(folder, 'data');
    this.runtimeFolder = join(folder, 'run');
    this.configFile = configFile;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the service does not run');
    return this.#child.pid;
  }

  get client(): Client {
    if (this.#client === null) throw new Error('no client is connected');
    return this.#client;
  }

  /** The end of this life, whoever wanted it. */
  get ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    return this.#exit;
  }

  get recordingsFolder(): string {
    return join(this.dataFolder, 'recordings');
  }

  rtspUrl(camera: string): string {
    return `${this.ready?.rtsp}/${camera}`;
  }

  /** Starts a life and waits until it is ready and a client is logged in. @throws Error with its last words */
  async start(): Promise<void> {
    this.launch();
    await this.untilReady();
  }

  /** Starts a life and waits for nothing. @throws Error after `dispose`: nobody would end it any more */
  launch(): void {
    if (this.#disposed) throw new Error('this service is disposed of');
    const { nodeArguments = [], variables = {} } = this.#options;
    const child = spawn(
      process.execPath,
      [...NODE_ARGUMENTS, ...nodeArguments, compiled('main.ts'), '--config', this.configFile, '--ready-line'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
      },
    );
    this.#child = child;
    this.#out = '';
    let rest = '';
    child.stdout.on('data', (data) => {
      this.#out += String(data);
    });
    child.stderr.on('data', (data) => {
      this.log += String(data);
      const lines = `${rest}${data}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#note(line);
    });
    this.#exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** Waits until the life that was launched is ready and a client is logged in. @throws Error with its last words */
  async untilReady(): Promise<void> {
    const child = this.#child;
    const ended = () => child === null || child.exitCode !== null || child.signalCode !== null;
    await until(() => ended() || this.#out.includes('\n'), {
      timeoutMs: 40_000,
      what: () => `READY; so far: ${this.log.slice(-3000)}`,
    });
    const line = this.#out.split('\n').find((text) => text.startsWith('READY '));
    if (line === undefined) throw new Error(`the service did not get ready: ${this.log.slice(-3000)}`);
    this.ready = JSON.parse(line.slice(6)) as ReadyLine;
    this.#client = await connect(this.ready.ws, this.ready.api_key);
  }

  /** Another client, logged in as admin. */
  connect(): Promise<Client> {
    if (this.ready === null) throw new Error('the service never was ready');
    return connect(this.ready.ws, this.ready.api_key);
  }

  call<T = Record<string, unknown>>(method: string, params: object = {}): Promise<T> {
    return this.client.call<T>(method, params);
  }

  /** Sends the signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Sends the signal and waits for the end of this life. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    this.#child?.kill(signal);
    const exit = await this.#exit;
    this.#client?.close();
    this.#client = null;
    return exit;
  }

  /** SIGKILL, then a new life. */
  async crashAndRestart(): Promise<void> {
    await this.end('SIGKILL');
    await this.start();
  }

  /** Processes of this service's data plane that live now, by the role in their mark. */
  processes(role: string): { readonly pid: number; readonly owner: string }[] {
    const dataId = readFileSync(join(this.dataFolder, 'id'), 'utf8').trim();
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      const mark = markOf(name);
      const [id, found, owner] = mark?.split('/') ?? [];
      return id === dataId && found === role && owner !== undefined ? [{ pid: Number(name), owner }] : [];
    });
  }

  /** Waits until get_stream_status's own state starts with this. */
  async untilStream(camera: string, state: string, timeoutMs = 20_000): Promise<StreamStatus> {
    return until(
      async () => {
        const status = await this.call<StreamStatus>('get_stream_status', { device: camera });
        return status.stream.state.startsWith(state) && status;
      },
      { timeoutMs, what: () => `stream ${camera} in state ${state}; ${this.#lately()}`, intervalMs: 50 },
    );
  }

  /** Waits until the recording's status is this word. */
  async untilRecording(camera: string, word: string, timeoutMs = 30_000): Promise<RecordingStatus> {
    return until(
      async () => {
        const status = await this.call<RecordingStatus>('get_recording_status', { device: camera });
        return status.status === word && status;
      },
      { timeoutMs, what: () => `recording of ${camera} is ${word}; ${this.#lately()}`, intervalMs: 50 },
    );
  }

  /** GET on the main listener, with the admin's key. @param path e.g. a `download_url` */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.ready?.http}${path}`, {
      headers: { 'X-API-Key': this.ready?.api_key ?? '', ...headers },
      signal: AbortSignal.timeout(10_000),
    });
  }

  /**
   * Waits for the end of this life. For those that end without our doing, or by a signal sent before.
   * @throws Error after the limit
   */
  untilEnded(timeoutMs = 30_000): Promise<Exit> {
    let exit: Exit | undefined;
    void this.#exit.then((known) => {
      exit = known;
    });
    return until(() => exit, { timeoutMs, what: () => `the end of the service; ${this.#lately()}` });
  }

  /** Sends the signal at the moment when the log shows such a step, once. @returns the step */
  async signalWhen(
    signal: NodeJS.Signals,
    fits: (transition: Transition) => boolean,
    what: string,
  ): Promise<Transition> {
    let seen: Transition | undefined;
    const watch = (transition: Transition) => {
      if (seen !== undefined || !fits(transition)) return;
      seen = transition;
      this.#child?.kill(signal);
    };
    this.#watchers.add(watch);
    try {
      return await until(() => seen, { timeoutMs: 30_000, what: () => `${what}; ${this.#lately()}` });
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** SIGKILL at the moment when the log shows such a step; resolves with it when this life has ended. */
  async killWhen(fits: (transition: Transition) => boolean, what: string): Promise<Transition> {
    const step = await this.signalWhen('SIGKILL', fits, what);
    await this.end('SIGKILL');
    return step;
  }

  /** This actor's transitions, as logged. */
  story(actor: string): Transition[] {
    return this.transitions.filter((transition) => transition.actor === actor);
  }

  #note(line: string): void {
    if (!line.includes('"machine":')) return;
    const transition = JSON.parse(line) as Transition;
    this.transitions.push(transition);
    for (const watch of this.#watchers) watch(transition);
  }

  /** The last transitions, for the message of a failure. */
  #lately(): string {
    const lines = this.transitions.slice(-25);
    return `lately:\n${lines.map(({ time, msg, event }) => `${time} ${msg} (${event})`).join('\n')}`;
  }

  /** Ends every life and all that is left of the data plane, and removes the folders. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null)
      await this.end('SIGKILL');
    if (existsSync(join(this.dataFolder, 'id'))) {
      for (const role of ['capture', 'examine', 'media-server', 'cameras']) {
        for (const { pid } of this.processes(role)) killQuietly(pid);
      }
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Transition {
  readonly time: string;
  readonly actor: string;
  readonly machine: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly msg: string;
}

export interface StreamStatus {
  readonly status: string;
  readonly ready: boolean;
  readonly ffmpeg_process: {
    readonly running: boolean;
    readonly pid: number | null;
    readonly adopted: boolean;
  };
  readonly mediamtx_path: { readonly exists: boolean; readonly ready: boolean; readonly readers: number };
  readonly stream: {
    readonly state: string;
    readonly reasons: readonly string[];
    readonly attempts: number;
    readonly tap: string;
    readonly trouble: { readonly reason: string; readonly message: string } | null;
  };
}

export interface RecordingStatus {
  readonly status: string;
  readonly [key: string]: unknown;
}

/** Starts a service with this media server; the caller disposes of it. */
export async function startService(
  server: MediaServerKind,
  options: ServiceOptions = {},
): Promise<TestService> {
  // Short: sockets of synthetic cameras lie below it, and a socket's path holds 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'cs-'));
  for (let attempt = 1; ; attempt += 1) {
    const configFile = join(folder, 'config.yml');
    writeFileSync(configFile, stringify(await configFor(folder, server, options)));
    const service = new TestService(folder, configFile, options);
    try {
      await service.start();
      return service;
    } catch (error) {
      const portTaken = service.log.includes('port') && service.log.includes('listens there');
      if (!portTaken || attempt >= 3) {
        await service.dispose();
        throw error;
      }
      await service.dispose();
      await mkdir(folder, { recursive: true });
    }
  }
}

async function configFor(
  folder: string,
  server: MediaServerKind,
  { cameras = 1, limits = 'shortened', config = {} }: ServiceOptions,
) {
  const [port, healthPort, apiPort, rtspPort, hlsPort, webrtcPort, udpPort] = await freePorts(7);
  const base: Record<string, Section> = {
    server: { host: '127.0.0.1', port, health_port: healthPort },
    paths: { data_directory: join(folder, 'data'), runtime_directory: join(folder, 'run') },
    mediamtx: {
      binary: server === 'simulator' ? 'simulator' : realMediaServer(),
      api_port: apiPort,
      rtsp_port: rtspPort,
      hls_port: hlsPort,
      webrtc_port: webrtcPort,
      webrtc_udp_port: udpPort,
    },
    camera: { synthetic_count: cameras },
  };
  const merged: Record<string, Section> = {};
  for (const layer of [SMALL_CAMERAS, limits === 'shortened' ? SHORTENED : {}, base, config]) {
    for (const [name, section] of Object.entries(layer)) merged[name] = { ...merged[name], ...section };
  }
  return merged;
}

function markOf(pid: string): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.find((entry) => entry.startsWith('CAMERA_SERVICE_MARK='))?.slice(20) ?? null;
  } catch {
    return null;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
