/** The service under chaos with its disks, over all its lives: who runs, what it logs, and its end. */
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SyntheticButtons } from '../../src/adapters/synthetic/buttons.ts';
import { exportTrace } from '../../src/cli/trace-commands.ts';
import type { MediaServerKind } from '../../tests/support/media-server.ts';
import { mountSmallDisk, type SmallDisk } from '../../tests/support/mounted-disk.ts';
import { startService, type TestService, type Transition } from '../../tests/support/service.ts';
import type { Judge } from './judge.ts';
import { CHAOS_CONFIG, PATIENCE } from './limits.ts';

const RUNTIME_KILOBYTES = 4096;
const RECORDINGS_KILOBYTES = 65_536;
/** Of the log, from one round to the next: what a story of the last while needs. */
const KEPT_CHARACTERS = 200_000;

export interface HouseWish {
  readonly server: MediaServerKind;
  readonly cameras: number;
  readonly compressed: readonly ('MJPG' | 'H264')[];
  /** To read from them which transitions were taken. */
  readonly everyStep?: boolean;
  /** Laid over the short limits. */
  readonly config?: Readonly<Record<string, object>>;
}

export class House {
  readonly service: TestService;
  readonly judge: Judge;
  /** null where this user may not mount: full disks are left out then. */
  readonly runtimeDisk: SmallDisk | null;
  readonly recordingsDisk: SmallDisk | null;
  readonly runtimeFolder: string;
  readonly recordingsFolder: string;
  readonly dataId: string;
  /** Counts the lives; orders of an earlier one get no answer. */
  life = 1;
  /** False while it was ended by us, or is not ready again. */
  isUp = true;
  #read = 0;

  private constructor(service: TestService, judge: Judge, disks: readonly (SmallDisk | null)[]) {
    this.service = service;
    this.judge = judge;
    const [runtime = null, recordings = null] = disks;
    this.runtimeDisk = runtime;
    this.recordingsDisk = recordings;
    this.runtimeFolder = runtime === null ? service.runtimeFolder : join(runtime.folder, 'run');
    this.recordingsFolder =
      recordings === null ? service.recordingsFolder : join(recordings.folder, 'recordings');
    this.dataId = readFileSync(join(service.dataFolder, 'id'), 'utf8').trim();
  }

  /** @param compressed what the cameras give beside plain pictures */
  static async open(wish: HouseWish, judge: Judge): Promise<House> {
    const { server, cameras, compressed, everyStep = false, config: more = {} } = wish;
    const runtime = await mountSmallDisk(RUNTIME_KILOBYTES);
    const recordings = await mountSmallDisk(RECORDINGS_KILOBYTES);
    const paths: Record<string, string> = {};
    if (runtime !== null) paths.runtime_directory = join(runtime.folder, 'run');
    if (recordings !== null) {
      paths.recordings_directory = join(recordings.folder, 'recordings');
      mkdirSync(paths.recordings_directory);
    }
    const camera = { ...CHAOS_CONFIG.camera, synthetic_compressed: compressed };
    const debug = { fault_injection: true, record_every_step: everyStep };
    const config: Record<string, object> = { ...CHAOS_CONFIG, camera, paths, debug };
    for (const [name, section] of Object.entries(more)) config[name] = { ...config[name], ...section };
    try {
      const service = await startService(server, {
        cameras,
        config: config as Record<string, Record<string, unknown>>,
      });
      const house = new House(service, judge, [runtime, recordings]);
      house.#watchEnd();
      return house;
    } catch (error) {
      await runtime?.remove();
      await recordings?.remove();
      throw error;
    }
  }

  get buttons(): SyntheticButtons {
    return new SyntheticButtons(join(this.runtimeFolder, 'synthetic'));
  }

  /** Ends this life on purpose. The data plane is another matter. */
  async end(signal: 'SIGKILL' | 'SIGUSR2' | 'SIGTERM'): Promise<void> {
    this.isUp = false;
    this.life += 1;
    const limitMs = signal === 'SIGTERM' ? PATIENCE.stopMs : PATIENCE.handOverMs;
    const ended = this.service.end(signal);
    const inTime = await Promise.race([ended.then(() => true), after(limitMs)]);
    if (inTime !== true) {
      this.judge.condemn(
        'The service ends in time',
        `${signal} was sent ${limitMs} ms ago, and it still runs`,
      );
      return;
    }
    const { code } = await ended;
    if (signal !== 'SIGKILL' && code !== 0)
      this.judge.condemn('The service ends with 0 when it is asked to', `${signal} led to exit code ${code}`);
  }

  async begin(): Promise<void> {
    try {
      await this.service.start();
    } catch (error) {
      this.judge.condemn('The service gets ready', (error as Error).message);
      throw error;
    }
    this.judge.forget();
    this.#watchEnd();
    this.isUp = true;
  }

  /** A life that ends without having been asked. */
  #watchEnd(): void {
    const { life } = this;
    void this.service.ended.then(({ code, signal }) => {
      if (life !== this.life) return;
      this.isUp = false;
      const last = this.service.log.split('\n').slice(-12).join('\n');
      this.judge.condemn('The service lives', `it ended by itself, code ${code}, signal ${signal}:\n${last}`);
    });
  }

  /** Lines of the log since the last call that tell of a defect. */
  defects(): readonly string[] {
    const lines = this.service.log.slice(this.#read).split('\n');
    const rest = lines.pop() ?? '';
    this.#read = this.service.log.length - rest.length;
    return lines.filter(isDefect);
  }

  /** This actor's and its parent's steps in the last while. */
  story(actors: (actor: string) => boolean, lastMs: number): readonly Transition[] {
    const fromMs = Date.now() - lastMs;
    // The last line may not be there whole yet.
    const lines = this.service.log.split('\n').slice(0, -1);
    return lines.flatMap((line) => {
      if (!line.includes('"machine":')) return [];
      const step = JSON.parse(line) as Transition;
      return actors(step.actor) && Date.parse(step.time) >= fromMs ? [step] : [];
    });
  }

  /** Between rounds: what was judged is not kept in memory. */
  turnPage(): void {
    const { log } = this.service;
    const from = log.indexOf('\n', this.#read - KEPT_CHARACTERS) + 1;
    if (this.#read > KEPT_CHARACTERS) this.service.log = log.slice(from);
    this.#read -= log.length - this.service.log.length;
  }

  /** Logs, configuration, wishes and recordings, for whoever looks into it. @returns the folder */
  async keep(): Promise<string> {
    const artifacts = resolve('.cache/failures');
    mkdirSync(artifacts, { recursive: true });
    const kept = mkdtempSync(join(artifacts, 'chaos-'));
    const withTrace = await this.#keepTrace(join(kept, 'trace.json'));
    if (!withTrace) writeFileSync(join(kept, 'without-trace'), 'It gave none; see data/journal.\n');
    writeFileSync(join(kept, 'service.log'), this.service.log);
    for (const [name, folder] of [
      ['data', this.service.dataFolder],
      ['runtime', this.runtimeFolder],
      ['recordings', this.recordingsFolder],
    ] as const)
      cpSync(folder, join(kept, name), {
        recursive: true,
        force: true,
        filter: (file) => !lstatSync(file).isSocket(),
      });
    cpSync(this.service.configFile, join(kept, 'config.yml'));
    return kept;
  }

  /** In the form of `camctl export-trace`. A service that has ended is started once more: its journal reaches back. */
  async #keepTrace(file: string): Promise<boolean> {
    try {
      if (!this.isUp) await this.service.start();
      await exportTrace(this.service.client, file);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.life += 1;
    await this.service.dispose();
    for (const disk of [this.runtimeDisk, this.recordingsDisk]) await disk?.remove();
    rmSync(this.service.folder, { recursive: true, force: true });
  }
}

/** The service logs JSON, one line an event; anything else is a runtime's last words. */
export function isDefect(line: string): boolean {
  if (line === '') return false;
  try {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    return level === 'error' || level === 'fatal' || /unhandled|ended by a defect/i.test(msg);
  } catch {
    return true;
  }
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}
