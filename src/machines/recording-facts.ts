/** What files tell about a session: lengths, gaps, and how much is left. Pure. */
import type { OpenPart, RecordedPart, RecordingGap } from './values.ts';

/** A later part starts at the next keyframe; less than this between two parts is no gap. */
export const JOIN_TOLERANCE_MS = 1500;

/** Sum of the parts in milliseconds; a part still being written counts for what is left out of it: nothing. */
export function recordedMs(parts: readonly RecordedPart[]): number {
  return parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
}

/** Sum of the parts' sizes in bytes. */
export function recordedBytes(parts: readonly RecordedPart[]): number {
  return parts.reduce((sum, part) => sum + part.sizeBytes, 0);
}

/** Whether something was recorded since: the last bytes of a part that has ended meanwhile do not count. */
export function newestGrew(parts: readonly RecordedPart[], known: readonly RecordedPart[]): boolean {
  const newest = parts.at(-1);
  if (newest === undefined) return false;
  const before = known.find(({ file }) => file === newest.file);
  if (before === undefined) return newest.sizeBytes > 0;
  return newest.durationMs === null && newest.sizeBytes > before.sizeBytes;
}

/** The recorder makes a file up to one of its own parts after the first picture, by which it is named. */
const FILE_LATE_MS = 2000;

/** One look at a session's files, on both clocks. */
export interface Look {
  readonly monoMs: number;
  readonly atMs: number;
}

type PartsLook = Look & { readonly parts: readonly RecordedPart[] };

/**
 * When a part began that was not there at the look before, on the monotonic clock. Its name tells by the wall clock of
 * its capture, and somebody may have set that; but it cannot be much older than the look before.
 * @param lookedMonoMs of the look before; null: there was none
 */
export function begunMonoMs(part: RecordedPart, look: Look, lookedMonoMs: number | null): number {
  const begunMs = look.monoMs - Math.max(0, look.atMs - part.startedAtMs);
  return lookedMonoMs === null || begunMs >= lookedMonoMs - FILE_LATE_MS ? begunMs : lookedMonoMs;
}

/**
 * When a wished duration is over, counted from the first picture; null without a wish or a picture.
 * @param lookedMonoMs of the look before; null: there was none
 */
export function deadlineOf(seen: PartsLook, durationMs: number | null, lookedMonoMs: number | null) {
  const [first] = seen.parts;
  if (durationMs === null || first === undefined) return null;
  return Math.max(seen.monoMs, begunMonoMs(first, seen, lookedMonoMs) + durationMs);
}

/**
 * The part being written and when it began. Its name is believed at the first look only. null while none is written.
 * @param lookedMonoMs of the look before; null: there was none
 */
export function openPartOf(
  seen: PartsLook,
  known: OpenPart | null,
  lookedMonoMs: number | null,
): OpenPart | null {
  const open = seen.parts.findLast(({ durationMs }) => durationMs === null);
  if (open === undefined) return null;
  if (open.file === known?.file) return known;
  return { file: open.file, sinceMonoMs: begunMonoMs(open, seen, lookedMonoMs) };
}

export interface Interruption {
  readonly cause: string;
  readonly atMs: number;
}

/**
 * Holes between consecutive parts, from the files themselves; the cause is the interruption noted last before
 * the later part began.
 */
export function gapsBetween(
  parts: readonly RecordedPart[],
  interruptions: readonly Interruption[],
): readonly RecordingGap[] {
  const gaps: RecordingGap[] = [];
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    if (before === undefined || before.durationMs === null) return;
    const fromAtMs = before.startedAtMs + before.durationMs;
    // Segments of one stream join exactly; a new publisher always costs at least a keyframe, so a noted
    // interruption makes even a short hole a gap.
    const noted = interruptions.findLast(({ atMs }) => atMs > before.startedAtMs && atMs <= part.startedAtMs);
    const holeMs = part.startedAtMs - fromAtMs;
    if (holeMs <= 0 || (noted === undefined && holeMs < JOIN_TOLERANCE_MS)) return;
    gaps.push({ fromAtMs, toAtMs: part.startedAtMs, cause: noted?.cause ?? 'unknown' });
  });
  return gaps;
}
