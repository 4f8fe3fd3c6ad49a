/** Judges one finished recording: its pictures, gaps, length and reason beside what was done to it. Pure. */
import type { Barcode } from '../../src/simulators/camera/barcode.ts';
import { jumpsIn } from '../../tests/support/frames.ts';
import type { ListedRecording } from '../../tests/support/recordings.ts';
import type { Deed } from './diary.ts';

/** May cut a recording into parts, cost pictures between them, or end it. Ending the control plane is not among them. */
const DISTURBING: readonly Deed[] = [
  'unplug',
  'disableCamera',
  'mute',
  'killCapture',
  'pauseCapture',
  'killServer',
  'pauseServer',
  'kickPublisher',
  'fillRecordings',
  'stopService',
];
/** May cost pictures in the midst of a part, or repeat one: whoever stands still reads nothing, and the camera goes on. */
const SKIPPING: readonly Deed[] = [
  'pauseCapture',
  'pauseServer',
  'freeze',
  'mute',
  'kickPublisher',
  'fillRecordings',
];

/** Which deed each reason needs; a reason that is not here needs none. */
const NEEDS: Readonly<Record<string, readonly Deed[]>> = {
  camera_disconnected: ['unplug'],
  camera_disabled: ['disableCamera'],
  camera_forgotten: [],
  stream_failed: DISTURBING,
  media_server_lost: DISTURBING,
  not_ready_in_time: DISTURBING,
  storage_critical: ['fillRecordings'],
  storage_missing: ['fillRecordings'],
  service_stopped: ['stopService'],
};

const FRAME_MS = 100;
const KEYFRAME_MS = 1000;
/** What a busy machine may add to a length. */
const OFF_MS = 600;

export interface PlayedPart {
  readonly filename: string;
  readonly frames: readonly (Barcode | null)[];
}

/** @param felt what was done during it @param wantedS as ordered; null: until stopped; undefined: unknown */
export function faultsOf(
  recording: ListedRecording,
  parts: readonly PlayedPart[],
  felt: readonly Deed[],
  wantedS: number | null | undefined,
): readonly string[] {
  const faults: string[] = [];
  const disturbed = felt.some((deed) => DISTURBING.includes(deed));
  const { reason, outcome, duration_ms, gaps, warning } = recording;
  if (outcome !== 'completed') faults.push(`its outcome is ${outcome}`);
  const needed = NEEDS[reason];
  if (needed !== undefined && !needed.some((deed) => felt.includes(deed)))
    faults.push(`it ended with ${reason}, and nothing was done that leads to it`);
  if (reason === 'duration_reached' && wantedS === null)
    faults.push('it ended with duration_reached, and had none');

  for (const { filename, frames } of parts) {
    if (frames.length === 0) faults.push(`${filename} has no picture`);
    if (frames.includes(null)) faults.push(`${filename} has pictures that cannot be read`);
    // In other formats the parts are joined to one file: there a gap is a jump in it.
    const jumps = jumpsIn(frames);
    const allowed = recording.format === 'fmp4' ? 0 : gaps.length;
    if (jumps.length > allowed && !felt.some((deed) => SKIPPING.includes(deed)))
      faults.push(`${filename} misses pictures in its midst: ${JSON.stringify(jumps)}`);
  }

  const frames = parts.flatMap((part) => part.frames);
  if (wantedS != null && duration_ms > wantedS * 1000 + KEYFRAME_MS + OFF_MS)
    faults.push(`it lasts ${duration_ms} ms, ${wantedS} s were wished`);
  if (disturbed) return faults;

  if (gaps.length > 0) faults.push(`it has gaps, and nothing was done: ${JSON.stringify(gaps)}`);
  if (parts.length !== 1) faults.push(`it has ${parts.length} parts, and nothing was done`);
  if (warning !== null) faults.push(`it warns: ${warning}`);
  if (Math.abs(frames.length * FRAME_MS - duration_ms) > OFF_MS)
    faults.push(`it has ${frames.length} pictures, but tells of ${duration_ms} ms`);
  if (reason === 'duration_reached' && wantedS != null && duration_ms < wantedS * 1000 - KEYFRAME_MS)
    faults.push(`it lasts ${duration_ms} ms, ${wantedS} s were wished`);
  return faults;
}
