/**
 * The synthetic cameras' process: started once, marked like the rest of the data plane, adopted by a later life of
 * the service. Stands for hardware, so it is left running unless somebody stops it. Never restarts by itself.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CameraError } from '../../machines/errors.ts';
import type { ProcessIdentity } from '../../machines/values.ts';
import { lastWords } from '../process/bounded-log.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import type { FoundProcess } from '../process/process-types.ts';
import { ControlConnection } from './control-connection.ts';

/** What the process is marked as; there is one for all synthetic cameras. */
export const CAMERAS_ROLE = 'cameras';
const CHECK_INTERVAL_MS = 25;
const STOP_TIMEOUT_MS = 1000;

export interface SyntheticCameraSettings {
  /** The node to run it with, and its entry: `dist/simulators/camera/main.js`. */
  readonly node: string;
  readonly entry: string;
  /** Where its sockets are; short, because a socket's path holds at most 107 bytes. */
  readonly folder: string;
  readonly count: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
  /** V4L2 fourcc of what they give beside YUYV. */
  readonly compressed: readonly string[];
  /** Their pictures are dark at first, and get brighter for so long. */
  readonly warmUpMs: number;
  readonly logFile: string;
  readonly logLimitBytes: number;
  /** From the spawn to its first answer. */
  readonly launchTimeoutMs: number;
}

export class SyntheticCameraLauncher {
  readonly #processes: Pick<ProcessRunner, 'spawn' | 'ended' | 'stop' | 'scan'>;
  readonly #settings: SyntheticCameraSettings;

  constructor(
    processes: Pick<ProcessRunner, 'spawn' | 'ended' | 'stop' | 'scan'>,
    settings: SyntheticCameraSettings,
  ) {
    this.#processes = processes;
    this.#settings = settings;
  }

  /**
   * Takes over a living process that was started with the same arguments, else starts one; resolves when it answers.
   * Repeatable. @throws CameraError missing-program | internal (it ended) | deadline | cancelled
   */
  async ensure(signal: AbortSignal): Promise<ProcessIdentity> {
    const found = await this.#processes.scan({ role: CAMERAS_ROLE });
    const ours = await Promise.all(found.map((one) => this.#isOurs(one)));
    const living = found.find((_, index) => ours[index]);
    if (living !== undefined) {
      const { pid, startTicks, mark, adopted } = living;
      const identity = { pid, startTicks, mark, adopted };
      await this.#answering(identity, signal);
      return identity;
    }
    await this.stop(signal);
    const { node, logFile, logLimitBytes } = this.#settings;
    const identity = await this.#processes.spawn({
      role: CAMERAS_ROLE,
      owner: CAMERAS_ROLE,
      command: node,
      args: this.#arguments(),
      logFile,
      logLimitBytes,
    });
    await this.#answering(identity, signal);
    return identity;
  }

  /** Resolves when the process has ended. @throws CameraError cancelled on abort; the process is left alone */
  async ended(identity: ProcessIdentity, signal: AbortSignal): Promise<void> {
    await this.#processes.ended(identity, signal);
  }

  /** Idempotent. */
  async stop(signal: AbortSignal): Promise<void> {
    const target = { roles: [CAMERAS_ROLE], owner: CAMERAS_ROLE };
    await this.#processes.stop(target, { politeSignal: 'SIGTERM', deadlineMs: STOP_TIMEOUT_MS }, signal);
  }

  #arguments(): string[] {
    const { entry, folder, count, widthPx, heightPx, rateFps, compressed, warmUpMs } = this.#settings;
    const picture = ['--width', `${widthPx}`, '--height', `${heightPx}`, '--rate', `${rateFps}`];
    const formats = compressed.length === 0 ? [] : ['--compressed', compressed.join(',')];
    const light = warmUpMs === 0 ? [] : ['--warm-up', `${warmUpMs}`];
    return [entry, '--folder', folder, '--count', `${count}`, ...picture, ...formats, ...light];
  }

  /** By its own command line, which is there also where the ledger is not. */
  async #isOurs({ isMain, pid }: FoundProcess): Promise<boolean> {
    if (!isMain) return false;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return words.split('\0').slice(1, -1).join('\0') === this.#arguments().join('\0');
  }

  async #answering(identity: ProcessIdentity, signal: AbortSignal): Promise<void> {
    const { folder, launchTimeoutMs } = this.#settings;
    const waiting = new AbortController();
    const call = AbortSignal.any([signal, waiting.signal]);
    let over: CameraError | null = null;
    void this.#processes.ended(identity, call).then(
      async () => {
        over = new CameraError('internal', `The synthetic cameras ended: ${await this.#lastLine()}`, {
          reason: 'cameras_ended',
        });
      },
      () => {},
    );
    const untilMs = performance.now() + launchTimeoutMs;
    try {
      for (;;) {
        if (over !== null) throw over;
        if (signal.aborted)
          throw new CameraError('cancelled', 'Starting the synthetic cameras was called off.');
        if (performance.now() > untilMs) {
          throw new CameraError(
            'deadline',
            `The synthetic cameras did not answer within ${launchTimeoutMs} milliseconds.`,
          );
        }
        const left = Math.max(1, untilMs - performance.now());
        const answered = await ControlConnection.call(
          folder,
          'list',
          {},
          { signal: call, timeoutMs: left },
        ).then(
          () => true,
          () => false,
        );
        if (answered) return;
        await delay(CHECK_INTERVAL_MS, undefined, { signal: call }).catch(() => {});
      }
    } finally {
      waiting.abort();
    }
  }

  /** Our own process's words: they hold neither paths nor secrets. */
  async #lastLine(): Promise<string> {
    const words = await lastWords(this.#settings.logFile, 2000).catch(() => '');
    return words.split('\n').at(-1) || 'it left no words.';
  }
}
