/**
 * The time axis of a story. Wall clocks are set and monotonic clocks begin anew with each boot, so neither alone gives
 * an order: here each record gets an instant later than the one before, in milliseconds, near the wall clock.
 * `folded` is the same axis with the long rests cut short, so that hours of nothing take no room on a screen.
 */
import type { TraceRecord } from './wire.ts';

/** Two records of one millisecond keep their order. */
const TIE_MS = 0.001;
/** A rest longer than this is drawn as long as this. */
export const FOLD_MS = 4000;

export class Axis {
  /** Instant of each record. */
  readonly at: number[] = [];
  /** The same with rests cut short; begins at 0. */
  readonly folded: number[] = [];
  #bootId: string | null = null;
  /** What turns the monotonic clock of this boot into the axis. */
  #offsetMs: number | null = null;

  add({ time, mono_ms: monoMs, life }: TraceRecord): void {
    const before = this.at.at(-1);
    const wallMs = Date.parse(time);
    if (life !== null && life.boot_id !== this.#bootId) {
      this.#bootId = life.boot_id;
      this.#offsetMs = null;
    }
    // A new boot goes on where its wall clock stands, but never before what happened earlier.
    this.#offsetMs ??= Math.max(wallMs, (before ?? wallMs) + TIE_MS) - monoMs;
    const instant = Math.max(monoMs + this.#offsetMs, before === undefined ? -Infinity : before + TIE_MS);
    this.folded.push(before === undefined ? 0 : this.folded.at(-1)! + Math.min(FOLD_MS, instant - before));
    this.at.push(instant);
  }

  /** How many records are at or before an instant. */
  countUntil(instant: number): number {
    return countUntil(this.at, instant);
  }

  fold(instant: number): number {
    const count = this.countUntil(instant);
    if (count === 0) return Math.max(-FOLD_MS, instant - (this.at[0] ?? instant));
    const since = instant - this.at[count - 1]!;
    const rest = (this.at[count] ?? Infinity) - this.at[count - 1]!;
    const shown = Math.min(rest, FOLD_MS);
    // Inside a fold time runs faster, so that both ends meet what is drawn there.
    const share = rest === Infinity ? Math.min(since, FOLD_MS) : since * (shown / rest);
    return this.folded[count - 1]! + share;
  }

  unfold(folded: number): number {
    const count = countUntil(this.folded, folded);
    if (count === 0) return (this.at[0] ?? 0) + folded;
    const since = folded - this.folded[count - 1]!;
    const next = this.at[count];
    if (next === undefined) return this.at[count - 1]! + since;
    const rest = next - this.at[count - 1]!;
    return this.at[count - 1]! + since * (rest / Math.min(rest, FOLD_MS));
  }
}

/** How many of an ascending list are at or below a value. */
function countUntil(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
