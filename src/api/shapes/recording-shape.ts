/** Recordings, running and finished, as results show them. File names bear their extension everywhere. */
import { z } from 'zod';
import type {
  FinishedRecording,
  RecordedPart,
  RecordingFormat,
  RecordingGap,
} from '../../machines/values.ts';
import type { RecordingView } from '../door.ts';
import { RECORDING_WORDS } from './camera-shape.ts';
import { count, stamp, stampOf, stampOrNull, troubleForm, troubleShape, wholeSeconds } from './common.ts';

export const RECORDING_FORMATS = [
  'fmp4',
  'mp4',
  'mkv',
  'mpegts',
] as const satisfies readonly RecordingFormat[];

const EXTENSIONS: Readonly<Record<RecordingFormat, string>> = {
  fmp4: 'mp4',
  mp4: 'mp4',
  mkv: 'mkv',
  mpegts: 'ts',
};

export const gapShape = z.strictObject({ from: stamp, to: stamp, cause: z.string() });

/** A session that runs or has just ended. */
export const sessionShape = z.strictObject({
  device: z.string(),
  session_id: z.string(),
  filename: z.string().describe('of the finished file'),
  status: z.enum(RECORDING_WORDS),
  start_time: stamp.describe('of the first part; of the order while there is none'),
  duration: count.describe('seconds recorded so far, gaps left out'),
  duration_ms: z.number().min(0),
  wanted_duration: count.nullable().describe('seconds; null: until stopped'),
  file_size: count.describe('bytes so far'),
  format: z.enum(RECORDING_FORMATS),
  state: z.string().describe("state path of the recording's actor"),
  since: stamp,
  reason: z.string().nullable().describe('why it ended; null while it runs'),
  gaps: z.array(gapShape),
  parts: count.describe('files recorded so far'),
  adoptions: count.describe('how often a new life of the service took it over'),
  trouble: troubleShape.nullable(),
});

/** The name its file has, or will have. */
export function fileNameOf(session: string, format: RecordingFormat): string {
  return `${session}.${EXTENSIONS[format]}`;
}

/** The name of a finished recording's first file. */
export function finishedFileName({ session, format, parts }: FinishedRecording): string {
  return parts[0]?.file ?? fileNameOf(session, format);
}

export function sessionForm(recording: RecordingView): z.infer<typeof sessionShape> {
  return {
    device: recording.device,
    session_id: recording.session,
    filename: fileNameOf(recording.session, recording.format),
    status: recording.status,
    start_time: stampOf(recording.startedAtMs ?? recording.orderedAtMs),
    duration: wholeSeconds(recording.durationMs),
    duration_ms: recording.durationMs,
    wanted_duration: recording.wantedDurationMs === null ? null : wholeSeconds(recording.wantedDurationMs),
    file_size: recording.sizeBytes,
    format: recording.format,
    state: recording.state,
    since: stampOf(recording.sinceAtMs),
    reason: recording.reason,
    gaps: recording.gaps.map(gapForm),
    parts: recording.parts.length,
    adoptions: recording.adoptions,
    trouble: troubleForm(recording.trouble),
  };
}

export function gapForm(gap: RecordingGap): z.infer<typeof gapShape> {
  return { from: stampOf(gap.fromAtMs), to: stampOf(gap.toAtMs), cause: gap.cause };
}

/** When the last recorded picture was; null when nothing was recorded. */
export function lastPictureAt(parts: readonly RecordedPart[]): string | null {
  const last = parts.at(-1);
  return stampOrNull(last?.durationMs == null ? null : last.startedAtMs + last.durationMs);
}
