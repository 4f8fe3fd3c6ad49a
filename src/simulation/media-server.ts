/**
 * The simulated media server: paths as they are configured, who publishes on them, and a recorder. Captures outlive it and
 * publish again when it is back, as the real ones do. It acts, it never decides.
 */
import { CameraError } from '../machines/errors.ts';
import type { MediaServer, MediaServerProcess } from '../machines/ports.ts';
import type { CameraId, PathEntry, ProcessEnd, ProcessIdentity } from '../machines/values.ts';
import type { SimulatedTime } from './clock.ts';
import type { SimulatedDisk } from './disk.ts';
import { Ending } from './ending.ts';

const VERSION = '1.20.1';
/** From spawn to the first answer, and from there to captures publishing again. */
const BOOT_MS = 400;
const REPUBLISH_MS = 200;
const STOP_MS = 100;
const BYTES_PER_MS = 75;

interface Publisher {
  fromMs: number;
  /** Numbers connections: a new one is a new source. */
  source: number;
  /** Bytes stand still from then on. */
  stalledMs: number | null;
}

interface Process {
  readonly identity: ProcessIdentity;
  readonly answersFromMs: number;
  readonly started: string;
  readonly ending: Ending<ProcessEnd>;
}

export class SimulatedMediaServer {
  readonly #time: SimulatedTime;
  readonly #disk: SimulatedDisk;
  readonly #requestTimeoutMs: number;
  readonly #entries = new Map<CameraId, PathEntry>();
  readonly #publishers = new Map<CameraId, Publisher>();
  #process: Process | null = null;
  #pids = 100;
  #sources = 0;
  #hangs = false;
  /** It ends right after each launch. */
  loops = false;

  constructor(time: SimulatedTime, disk: SimulatedDisk, requestTimeoutMs: number) {
    this.#time = time;
    this.#disk = disk;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  // ---- what happens to it

  crash(): void {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    this.#entries.clear();
    for (const camera of this.#publishers.keys()) this.#disk.cut(camera);
    const message = 'The media server was ended by SIGSEGV.';
    process.ending.come({
      exitCode: null,
      signal: 'SIGSEGV',
      trouble: { code: 'media-server-unreachable', reason: 'media_server_ended', message },
    });
  }

  hang(hangs: boolean): void {
    this.#hangs = hangs;
    this.follow();
  }

  // ---- what captures do

  publish(camera: CameraId, delayMs: number): void {
    this.#publishers.set(camera, { fromMs: this.#time.monoMs() + delayMs, source: 0, stalledMs: null });
    this.#time.at(this.#time.monoMs() + delayMs, () => this.#followOne(camera));
  }

  unpublish(camera: CameraId): void {
    this.#publishers.delete(camera);
    this.#disk.cut(camera);
  }

  /** Bytes stand still, or flow again. */
  stall(camera: CameraId, stalls: boolean): void {
    const publisher = this.#publishers.get(camera);
    if (publisher === undefined) return;
    if (!stalls && publisher.stalledMs !== null)
      publisher.fromMs += this.#time.monoMs() - publisher.stalledMs;
    publisher.stalledMs = stalls ? this.#time.monoMs() : null;
    this.follow();
  }

  /** The recorder does what the entries say, for whoever publishes. A server that hangs writes nothing. */
  follow(): void {
    for (const camera of this.#publishers.keys()) this.#followOne(camera);
  }

  #followOne(camera: CameraId): void {
    const publisher = this.#publishers.get(camera);
    if (publisher === undefined) return;
    const records = this.#available(camera, publisher) && publisher.stalledMs === null && !this.#hangs;
    this.#disk.record(camera, records ? (this.#entries.get(camera)?.record?.session ?? null) : null);
  }

  // ---- the ports

  readonly api: MediaServer = {
    info: async (signal) => {
      const { started } = await this.#answering(signal);
      return { kind: 'mediamtx', version: VERSION, started };
    },
    listPaths: async (signal) => {
      await this.#answering(signal);
      return [...this.#entries.keys()].map((name) => this.#observed(name));
    },
    replacePath: async (entry, signal) => {
      await this.#answering(signal);
      this.#entries.set(entry.name, entry);
      this.#followOne(entry.name);
    },
    deletePath: async (name, signal) => {
      await this.#answering(signal);
      this.#entries.delete(name);
      this.#disk.cut(name);
    },
    agrees: async (name, entry, signal) => {
      await this.#answering(signal);
      return same(this.#entries.get(name) ?? null, entry);
    },
    compare: async (wanted, signal) => {
      await this.#answering(signal);
      const differing = wanted.filter((entry) => !same(this.#entries.get(entry.name) ?? null, entry));
      const names = new Set(wanted.map(({ name }) => name));
      const unwanted = [...this.#entries.keys()].filter((name) => !names.has(name));
      return { differing: differing.map(({ name }) => name), unwanted };
    },
  };

  readonly process: MediaServerProcess = {
    launch: (entries) => {
      this.#pids += 1;
      const identity = {
        pid: this.#pids,
        startTicks: this.#pids,
        mark: `media-server/${this.#pids}`,
        adopted: false,
      };
      const answersFromMs = this.#time.monoMs() + BOOT_MS;
      const started = String(this.#time.wallMs());
      this.#process = { identity, answersFromMs, started, ending: new Ending() };
      for (const entry of entries) this.#entries.set(entry.name, entry);
      for (const camera of this.#publishers.keys()) this.publish(camera, BOOT_MS + REPUBLISH_MS);
      if (this.loops) this.#time.at(answersFromMs, () => this.#endOf(identity));
      return Promise.resolve(identity);
    },
    ended: (identity, signal) =>
      this.#process?.identity.pid === identity.pid
        ? this.#process.ending.wait(signal)
        : Promise.resolve(gone()),
    stop: async (signal) => {
      await this.#time.after(STOP_MS, signal);
      this.#hangs = false;
      this.crash();
    },
    find: () => Promise.resolve(null),
  };

  #endOf({ pid }: ProcessIdentity): void {
    if (this.#process?.identity.pid === pid) this.crash();
  }

  async #answering(signal: AbortSignal): Promise<Process> {
    if (this.#hangs && this.#process !== null) {
      await this.#time.after(this.#requestTimeoutMs, signal);
      throw new CameraError('deadline', 'The media server did not answer in time.');
    }
    if (this.#process === null || this.#time.monoMs() < this.#process.answersFromMs)
      throw new CameraError('media-server-unreachable', 'Nothing answers.');
    return this.#process;
  }

  #available(camera: CameraId, { fromMs }: Publisher): boolean {
    return this.#process !== null && this.#entries.has(camera) && this.#time.monoMs() >= fromMs;
  }

  #observed(name: CameraId) {
    const publisher = this.#publishers.get(name);
    if (publisher === undefined || !this.#available(name, publisher))
      return { name, available: false, availableTime: null, sourceId: null, inboundBytes: 0, readers: 0 };
    if (publisher.source === 0) publisher.source = this.#sources += 1;
    const source = `source-${publisher.source}`;
    const bytesMs = (publisher.stalledMs ?? this.#time.monoMs()) - publisher.fromMs;
    const inboundBytes = Math.round(bytesMs * BYTES_PER_MS);
    return { name, available: true, availableTime: source, sourceId: source, inboundBytes, readers: 0 };
  }
}

const same = (one: PathEntry | null, other: PathEntry | null) =>
  JSON.stringify(one) === JSON.stringify(other);

const gone = (): ProcessEnd => ({
  exitCode: null,
  signal: null,
  trouble: { code: 'media-server-unreachable', reason: 'media_server_ended', message: 'It is gone.' },
});
