/**
 * Looks at a camera's own H.264: opens it with ffprobe for some seconds, in the mode that would be copied. Never
 * decides whether it is good enough.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { CameraError, errorOf } from '../../machines/errors.ts';
import type { CameraExaminer } from '../../machines/ports.ts';
import type { CapturePlan, H264Stream } from '../../machines/values.ts';
import { newMark } from '../process/mark.ts';
import { run } from '../process/program-run.ts';
import { inputArguments } from './command.ts';
import { explained } from './explain.ts';
import { troubleOfEnd } from './trouble.ts';

/** What ffprobe is marked as while it has a camera open: this service, killed meanwhile, must find it again. */
export const EXAMINE_ROLE = 'examine';

export interface ExaminerOptions {
  /** Name or path of ffprobe. */
  readonly ffprobe: string;
  /** How much of it is read: two keyframes should be in it. */
  readonly lengthMs: number;
  /** All of it; then ffprobe is killed. */
  readonly timeoutMs: number;
  /** This service's own, for marks: what holds a camera is called ours by it. */
  readonly dataId: string;
}

const report = z.object({
  streams: z
    .array(
      z.object({
        profile: z.string().default('unknown'),
        level: z.number().default(0),
        width: z.number().default(0),
        height: z.number().default(0),
        pix_fmt: z.string().default('unknown'),
        has_b_frames: z.number().default(0),
      }),
    )
    .default([]),
  frames: z
    .array(
      z.object({
        key_frame: z.number(),
        pict_type: z.string().default('?'),
        best_effort_timestamp_time: z.coerce.number().optional(),
      }),
    )
    .default([]),
});
type Report = z.infer<typeof report>;

const ENTRIES =
  'stream=profile,level,width,height,pix_fmt,has_b_frames:frame=key_frame,pict_type,best_effort_timestamp_time';

export class FfprobeExaminer implements CameraExaminer {
  readonly #options: ExaminerOptions;

  constructor(options: ExaminerOptions) {
    this.#options = options;
  }

  /** @returns null: no parameter sets came, so that nothing of it can be decoded */
  async examine(plan: CapturePlan, signal: AbortSignal): Promise<H264Stream | null> {
    const { ffprobe, lengthMs, timeoutMs, dataId } = this.#options;
    const mark = newMark({ dataId, role: EXAMINE_ROLE, owner: plan.cameraId });
    const args = [
      ...['-hide_banner', '-loglevel', 'warning', '-analyzeduration', `${lengthMs * 1000}`],
      ...inputArguments(plan),
      ...['-select_streams', 'v:0', '-show_entries', ENTRIES, '-of', 'json'],
      ...['-read_intervals', `%+${lengthMs / 1000}`],
    ];
    const limits = { timeoutMs, signal, mark };
    const { exitCode, stdout, stderr, endedBySignal } = await run(ffprobe, args, limits);
    const found = report.safeParse(jsonOf(stdout)).data;
    if (exitCode === 0 && found !== undefined && found.streams.length > 0) return streamOf(found, plan);
    // It gives up on a stream that never shows its size.
    if (/non-existing [SP]PS|unspecified size/.test(stderr)) return null;
    const devicePresent = existsSync(plan.devicePath);
    const end = { exitCode, signal: endedBySignal, words: stderr.trim(), plan, devicePresent };
    throw errorOf(await explained(troubleOfEnd(end), plan, dataId));
  }
}

function streamOf({ streams: [stream], frames }: Report, { rateFps }: CapturePlan): H264Stream | null {
  if (stream === undefined) throw new CameraError('internal', 'ffprobe told of no stream.');
  if (stream.width === 0 || frames.length === 0) return null;
  // By the time they came: many cameras give fewer pictures than their mode says, in the dark above all.
  const keysS = frames.flatMap(({ key_frame, best_effort_timestamp_time: timeS }, index) =>
    key_frame === 1 ? [timeS ?? index / rateFps] : [],
  );
  const distancesS = keysS.slice(1).map((timeS, index) => timeS - keysS[index]!);
  return {
    profile: stream.profile,
    level: stream.level / 10,
    widthPx: stream.width,
    heightPx: stream.height,
    pixelFormat: stream.pix_fmt,
    reordered: stream.has_b_frames > 0 || frames.some((frame) => frame.pict_type === 'B'),
    keyframeIntervalMs: distancesS.length === 0 ? null : Math.round(Math.max(...distancesS) * 1000),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
