/** What files tell about a session: lengths, gaps, and how much is left. Pure. */
import type { OpenPart, RecordedPart, RecordingGap } from './values.ts';

/** A delay that is over when no process lives any more. */
export const NEVER_MS = 2_000_000_000;

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

/**
 * Whether something was recorded since: the last bytes of a part that has ended meanwhile do not count. Of parts that
 * were there at the first look any may be the newest, since the clock may have been set back before.
 */
export function newestGrew(
  parts: readonly RecordedPart[],
  known: readonly RecordedPart[],
  starts: readonly PartStart[] = [],
): boolean {
  const mayBeNewest = ({ file }: RecordedPart, index: number) =>
    index === parts.length - 1 || starts.some((start) => start.file === file && start.monoMs === null);
  return parts.filter(mayBeNewest).some((part) => {
    const before = known.find(({ file }) => file === part.file);
    if (before === undefined) return part.sizeBytes > 0;
    return part.durationMs === null && part.sizeBytes > before.sizeBytes;
  });
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

/** When a part began, by the monotonic clock; null: it was there at the first look, so only its name knows. */
export interface PartStart {
  readonly file: string;
  readonly monoMs: number | null;
}

/**
 * Starts of all parts in the order in which they appeared: names tell another one when the clock was set back.
 * @param known those of the looks before
 * @param lookedMonoMs of the look before; null: there was none
 */
export function startsOf(
  seen: PartsLook,
  known: readonly PartStart[],
  lookedMonoMs: number | null,
): readonly PartStart[] {
  const added = seen.parts.filter(({ file }) => !known.some((start) => start.file === file));
  const starts = added.map((part) => ({
    file: part.file,
    monoMs: lookedMonoMs === null ? null : begunMonoMs(part, seen, lookedMonoMs),
  }));
  return starts.length === 0 ? known : [...known, ...starts];
}

export interface Interruption {
  readonly cause: string;
  readonly atMs: number;
}

/** The recorder begins a new file when the clock was set by more than 5 s; less is how exactly starts are known. */
const CLOCK_SET_MS = 4000;

/**
 * Holes between consecutive parts, from the files themselves; the cause is the interruption noted last before
 * the later part began. Where somebody set the clock between them, a hole is as long as it was by the monotonic clock.
 * @param starts names are believed where one is missing or null
 */
export function gapsBetween(
  parts: readonly RecordedPart[],
  interruptions: readonly Interruption[],
  starts: readonly PartStart[] = [],
): readonly RecordingGap[] {
  const startMs = ({ file }: RecordedPart) => starts.find((start) => start.file === file)?.monoMs ?? null;
  /** By how much the clock was set between the two; 0: not, or nobody can tell. */
  const clockSetMs = (before: RecordedPart, part: RecordedPart): number => {
    const [from, to] = [startMs(before), startMs(part)];
    if (from === null || to === null) return 0;
    const byMs = part.startedAtMs - before.startedAtMs - (to - from);
    return Math.abs(byMs) > CLOCK_SET_MS ? byMs : 0;
  };
  const gaps: RecordingGap[] = [];
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    if (before === undefined || before.durationMs === null) return;
    const fromAtMs = before.startedAtMs + before.durationMs;
    const setByMs = clockSetMs(before, part);
    const namedHoleMs = part.startedAtMs - fromAtMs;
    // Segments of one stream join exactly; a new publisher always costs at least a keyframe, so a noted
    // interruption makes even a short hole a gap. Stamps on both sides of a clock set back cannot be compared.
    const noted = interruptions.findLast(
      ({ atMs }) => atMs > before.startedAtMs && (atMs <= part.startedAtMs || setByMs < 0),
    );
    const holeMs = namedHoleMs - setByMs;
    if (holeMs <= 0) return;
    // Names that join were given by one clock, whatever else it looks like: the file only came late.
    if (noted === undefined && Math.min(holeMs, Math.abs(namedHoleMs)) < JOIN_TOLERANCE_MS) return;
    const cause = noted?.cause ?? (setByMs === 0 ? 'unknown' : 'clock_set');
    gaps.push({ fromAtMs, toAtMs: fromAtMs + holeMs, cause });
  });
  return gaps;
}
