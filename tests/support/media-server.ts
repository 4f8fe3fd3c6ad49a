/**
 * Starts a media server for a test: the simulator or a real MediaMTX, with the same configuration file, on free
 * ports of the loopback address, in a temporary folder. Owns its process and folder; `dispose` removes both.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { compiled } from './build.ts';
import { freePorts } from './ports.ts';
import { until } from './until.ts';

export type MediaServerKind = 'simulator' | 'mediamtx';

export interface MediaServerOptions {
  /** Global keys beside those that set ports and switch protocols. */
  readonly global?: Readonly<Record<string, unknown>>;
  readonly pathDefaults?: Readonly<Record<string, unknown>>;
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Value of an Authorization header for `api`, where the configuration asks for one. */
  readonly authorization?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or the text where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The item of `/v3/paths/get`, as far as tests look into it. */
export interface PathItem {
  readonly name: string;
  readonly available: boolean;
  readonly availableTime: string | null;
  readonly source: { readonly type: string; readonly id: string } | null;
  readonly tracks2: readonly {
    readonly codec: string;
    readonly codecProps: Record<string, unknown> | null;
  }[];
  readonly readers: readonly { readonly type: string; readonly id: string }[];
  readonly inboundBytes: number;
  readonly outboundBytes: number;
}

/** The real binary: `MEDIAMTX_BIN`, else `mediamtx` on PATH, else null. */
export function realMediaServer(): string | null {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'mediamtx'));
  const candidates = process.env.MEDIAMTX_BIN ? [process.env.MEDIAMTX_BIN] : onPath;
  return candidates.find(isExecutable) ?? null;
}

/** Program and arguments that run this kind of server with a configuration file. @throws Error when it is missing */
export function mediaServerCommand(kind: MediaServerKind): readonly [string, ...string[]] {
  if (kind === 'simulator') return [process.execPath, compiled('simulators/media-server/main.ts')];
  const binary = realMediaServer();
  if (binary === null) throw new Error('no real MediaMTX found: set MEDIAMTX_BIN');
  return [binary];
}

/** Starts a server and waits until its API answers. Tries other ports when somebody took these meanwhile. */
export async function startMediaServer(
  kind: MediaServerKind,
  options: MediaServerOptions = {},
): Promise<TestMediaServer> {
  const folder = await mkdtemp(join(tmpdir(), `media-server-${kind}-`));
  for (let attempt = 1; ; attempt++) {
    const [apiPort = 0, rtspPort = 0] = await freePorts(2);
    const server = new TestMediaServer(kind, options, folder, apiPort, rtspPort);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop('SIGKILL');
      if (attempt < 3 && server.log.includes('address already in use')) continue;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

export class TestMediaServer {
  readonly kind: MediaServerKind;
  /** The server's working directory; recordings with the default `recordPath` land here. */
  readonly folder: string;
  readonly configFile: string;
  readonly apiPort: number;
  readonly rtspPort: number;
  readonly apiUrl: string;
  /** All that the server (all incarnations) and its hooks printed. */
  log = '';
  /** Resolves when the present incarnation has ended. */
  ended: Promise<ProcessEnd> = Promise.resolve({ code: null, signal: null });
  readonly #options: MediaServerOptions;
  #child: ChildProcess | null = null;

  constructor(
    kind: MediaServerKind,
    options: MediaServerOptions,
    folder: string,
    apiPort: number,
    rtspPort: number,
  ) {
    this.kind = kind;
    this.folder = folder;
    this.configFile = join(folder, 'mediamtx.yml');
    this.apiPort = apiPort;
    this.rtspPort = rtspPort;
    this.apiUrl = `http://127.0.0.1:${apiPort}`;
    this.#options = options;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the media server does not run');
    return this.#child.pid;
  }

  rtspUrl(path: string): string {
    return `rtsp://127.0.0.1:${this.rtspPort}/${path}`;
  }

  /** Starts the process (again) with the same file and ports; waits for `/v3/info`. */
  async start(): Promise<void> {
    const { global, pathDefaults = {}, paths = {}, env } = this.#options;
    const file = {
      api: true,
      apiAddress: `127.0.0.1:${this.apiPort}`,
      rtspAddress: `127.0.0.1:${this.rtspPort}`,
      rtspTransports: ['tcp'],
      ...Object.fromEntries(['rtmp', 'hls', 'webrtc', 'srt', 'moq'].map((protocol) => [protocol, false])),
      ...global,
      pathDefaults,
      paths,
    };
    await writeFile(this.configFile, stringify(file));
    const [program, ...args] = mediaServerCommand(this.kind);
    const child = spawn(program, [...args, this.configFile], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
      });
    }
    let end: ProcessEnd | null = null;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        end = { code, signal };
        resolve(end);
      });
    });
    const answers = until(() => end !== null || this.api('GET', '/v3/info').then(() => true), {
      timeoutMs: 10_000,
      what: `the API of the ${this.kind}`,
    });
    await answers;
    if (end !== null) throw new Error(`the ${this.kind} ended at its start:\n${this.log}`);
  }

  /** Sends a signal to the present incarnation. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
  }

  /** Stops the process where it is (SIGSTOP) and waits until it stands still. */
  async freeze(): Promise<void> {
    this.signal('SIGSTOP');
    const state = () => readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.[0];
    await until(() => state() === 'T', { what: `the ${this.kind} to stand still` });
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    this.signal('SIGCONT');
  }

  /** Signals, waits 15 s for the end, then kills. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd> {
    if (this.#child === null) return this.ended;
    this.signal(signal);
    const deadline = setTimeout(() => this.signal('SIGKILL'), 15_000);
    try {
      return await this.ended;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Ends the process and removes the folder. */
  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** One call of the Control API. @param path from `/v3` on */
  async api(
    method: string,
    path: string,
    body?: unknown,
    options: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {},
  ): Promise<ApiAnswer> {
    const authorization = this.#options.authorization;
    const response = await fetch(this.apiUrl + path, {
      method,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...options.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: options.signal ?? AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** The runtime state of a path. @throws Error when there is no such path */
  async path(name: string): Promise<PathItem> {
    const answer = await this.api('GET', `/v3/paths/get/${name}`);
    if (answer.status !== 200)
      throw new Error(`path ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as PathItem;
  }

  /** Waits until a path's state fits, and returns it. */
  pathThat(
    name: string,
    fits: (path: PathItem) => boolean,
    what: string,
    timeoutMs = 8000,
  ): Promise<PathItem> {
    return until(async () => [await this.path(name)].find(fits), {
      timeoutMs,
      what: `path ${name}: ${what}`,
    });
  }

  /** Waits until somebody publishes on the path. */
  available(name: string, timeoutMs = 8000): Promise<PathItem> {
    return this.pathThat(name, (path) => path.available, 'available', timeoutMs);
  }

  /** Replaces an entry and waits until the server's configuration and the path follow. */
  async replacePath(name: string, entry: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.api('POST', `/v3/config/paths/replace/${name}`, entry);
    if (answer.status !== 200) throw new Error(`replace ${name}: ${JSON.stringify(answer.body)}`);
    // A second write is answered only after the first has taken effect on the configuration.
    await this.api('PATCH', '/v3/config/global/patch', {});
    if (!/^(~|all$|all_others$)/.test(name))
      await until(() => this.path(name), { what: `path ${name} to exist` });
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
