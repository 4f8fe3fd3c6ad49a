/**
 * Captures as processes: one ffmpeg per camera, marked, found again by a later life and ended for good.
 * Spawns through the process runner and never decides whether a capture should run.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CameraError, type Trouble } from '../../machines/errors.ts';
import type { AdoptableCapture, CaptureRunner } from '../../machines/ports.ts';
import type { CameraId, CapturePlan, ProcessEnd, ProcessIdentity } from '../../machines/values.ts';
import { lastWords } from '../process/bounded-log.ts';
import { parseMark } from '../process/mark.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import { captureArguments, type EncodingSettings } from './command.ts';
import { EXAMINE_ROLE } from './examiner.ts';
import { explained } from './explain.ts';
import { lumaFile, tapFile } from './tap.ts';
import { troubleOfEnd, troubleOfSilence } from './trouble.ts';

/** What a capture is marked as. */
export const CAPTURE_ROLE = 'capture';
/** What has a camera's device open: one of them at a time. */
export const DEVICE_ROLES: readonly string[] = [CAPTURE_ROLE, EXAMINE_ROLE];
const WORDS_BYTES = 16_384;

export interface CaptureSettings {
  /** Name or path of ffmpeg, 5.1 or newer. */
  readonly ffmpeg: string;
  readonly encoding: EncodingSettings;
  /** Where a camera is published, with credentials where the server wants them. */
  publishUrl(cameraId: CameraId): string;
  readonly tapsFolder: string;
  readonly logsFolder: string;
  readonly logLimitBytes: number;
  /** SIGINT, SIGKILL and the waiting, all in all. */
  readonly stopTimeoutMs: number;
}

const planSchema = z.object({
  cameraId: z.string(),
  cameraName: z.string(),
  origin: z.enum(['v4l2', 'synthetic']),
  devicePath: z.string(),
  fourcc: z.string(),
  widthPx: z.number(),
  heightPx: z.number(),
  rateFps: z.number(),
  // Captures of an older service always encoded by libx264.
  encoder: z.enum(['copy', 'libx264', 'h264_vaapi', 'h264_v4l2m2m']).default('libx264'),
  encoderDevicePath: z.string().nullable().default(null),
  tapFrom: z.enum(['all', 'keyframes']).default('all'),
});

export class FfmpegCaptures implements CaptureRunner {
  readonly #processes: Pick<ProcessRunner, 'spawn' | 'ended' | 'stop' | 'scan'>;
  readonly #settings: CaptureSettings;
  /** By mark; the ledger forgets a process when it ends, which is when its plan is needed. */
  readonly #plans = new Map<string, CapturePlan | null>();
  /** The newest of each camera, to read its words when it was given up. */
  readonly #newest = new Map<CameraId, { readonly mark: string; readonly plan: CapturePlan | null }>();

  constructor(
    processes: Pick<ProcessRunner, 'spawn' | 'ended' | 'stop' | 'scan'>,
    settings: CaptureSettings,
  ) {
    this.#processes = processes;
    this.#settings = settings;
  }

  /** @throws CameraError invalid-format | missing-program | cancelled | deadline (an older capture cannot be ended) */
  async start(plan: CapturePlan, signal: AbortSignal): Promise<ProcessIdentity> {
    const { ffmpeg, encoding, tapsFolder, logLimitBytes } = this.#settings;
    const publishUrl = this.#settings.publishUrl(plan.cameraId);
    const args = captureArguments(plan, encoding, {
      publishUrl,
      tapFile: tapFile(tapsFolder, plan.cameraId),
      lumaFile: lumaFile(tapsFolder, plan.cameraId),
    });
    // Two captures on one path would throw each other out for ever.
    await this.stop(plan.cameraId, signal);
    // A missing folder costs the tap, not the stream.
    await mkdir(tapsFolder, { recursive: true, mode: 0o700 }).catch(() => {});
    if (signal.aborted) throw calledOff();
    const process = await this.#processes.spawn({
      role: CAPTURE_ROLE,
      owner: plan.cameraId,
      command: ffmpeg,
      args,
      logFile: this.#logFile(plan.cameraId),
      logLimitBytes,
      about: { plan },
      variables: { LC_ALL: 'C' },
      secrets: secretsOf(publishUrl),
    });
    this.#keep(process.mark, plan, plan.cameraId);
    if (signal.aborted) {
      // This one alone: the next start may have made another one by now.
      await this.end(process, new AbortController().signal);
      throw calledOff();
    }
    return process;
  }

  async ended(process: ProcessIdentity, signal: AbortSignal): Promise<ProcessEnd> {
    const exit = await this.#processes.ended(process, signal);
    const owner = parseMark(process.mark)?.owner ?? '';
    const plan = this.#plans.get(process.mark) ?? null;
    this.#plans.delete(process.mark);
    const trouble = troubleOfEnd({ ...exit, ...(await this.#trace(owner, plan)) });
    return { ...exit, trouble: await explained(trouble, plan, dataIdOf(process.mark)) };
  }

  async complaint(cameraId: CameraId): Promise<Trouble | null> {
    const newest = this.#newest.get(cameraId);
    if (newest === undefined) return null;
    const trouble = troubleOfSilence(await this.#trace(cameraId, newest.plan));
    return trouble === null ? null : await explained(trouble, newest.plan, dataIdOf(newest.mark));
  }

  async stop(cameraId: CameraId, signal: AbortSignal): Promise<void> {
    await this.#processes.stop({ roles: DEVICE_ROLES, owner: cameraId }, this.#stopOptions(), signal);
  }

  async find(cameraId: CameraId, signal: AbortSignal): Promise<AdoptableCapture | null> {
    const found = (await this.#processes.scan({ role: CAPTURE_ROLE, owner: cameraId })).filter(
      ({ isMain }) => isMain,
    );
    const newest = found.at(-1);
    for (const other of found)
      if (other !== newest) await this.#processes.stop(other, this.#stopOptions(), signal);
    if (newest === undefined) return null;
    const plan = planSchema.safeParse(newest.entry?.about.plan).data ?? null;
    const devicePath = plan?.devicePath ?? (await openedDevice(newest.pid));
    if (devicePath === null) return null;
    this.#keep(newest.mark, plan, cameraId);
    const { pid, startTicks, mark, adopted } = newest;
    return { process: { pid, startTicks, mark, adopted }, devicePath, plan };
  }

  async others(cameraId: CameraId, capture: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
    const found = await this.#processes.scan({ role: CAPTURE_ROLE, owner: cameraId });
    // Children inherit the mark: one process stands for each.
    const firsts = new Map(found.toReversed().map((process) => [process.mark, process]));
    firsts.delete(capture.mark);
    return [...firsts.values()].map(({ pid, startTicks, mark, adopted }) => ({
      pid,
      startTicks,
      mark,
      adopted,
    }));
  }

  async end(process: ProcessIdentity, signal: AbortSignal): Promise<void> {
    await this.#processes.stop(process, this.#stopOptions(), signal);
  }

  #keep(mark: string, plan: CapturePlan | null, cameraId: CameraId): void {
    this.#plans.set(mark, plan);
    this.#newest.set(cameraId, { mark, plan });
  }

  async #trace(owner: string, plan: CapturePlan | null) {
    const words = await lastWords(this.#logFile(owner), WORDS_BYTES).catch(() => '');
    return { words, plan, devicePresent: plan === null || existsSync(plan.devicePath) };
  }

  #logFile(cameraId: CameraId): string {
    return join(this.#settings.logsFolder, `capture-${cameraId}.log`);
  }

  /** The last part of the time is for SIGKILL to take effect. */
  #stopOptions() {
    const { stopTimeoutMs } = this.#settings;
    return { politeSignal: 'SIGINT', deadlineMs: stopTimeoutMs - Math.min(250, stopTimeoutMs / 4) } as const;
  }
}

function calledOff(): CameraError {
  return new CameraError('cancelled', 'The start of a capture was called off.');
}

function dataIdOf(mark: string): string | null {
  return parseMark(mark)?.dataId ?? null;
}

/** The device as its own command line names it; null when the process is gone. */
async function openedDevice(pid: number): Promise<string | null> {
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const input = args[args.indexOf('-i') + 1];
  if (!args.includes('-i') || input === undefined) return null;
  return input.replace(/^unix:/, '').replace(/(?:\.(?:mjpg|h264))?\.\d+x\d+@[\d.]+$/, '');
}

/** What a URL holds that is nobody's business: the password, also as it stands there, and a token behind `?`. */
function secretsOf(url: string): string[] {
  const { password, searchParams } = new URL(url);
  return [password, decodeURIComponent(password), ...searchParams.values()].filter((secret) => secret !== '');
}
