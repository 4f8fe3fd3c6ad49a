/**
 * Instants are kept on the monotonic clock and shown on the wall clock as it is set now. When somebody sets that, all
 * of them move with it: no age, no duration and no "tried again at" is ever off by the step.
 */
import type { Clock } from '../machines/ports.ts';

/** Less than this is the wall clock's own pace, not a step: an instant that was told does not flicker. */
const STEP_MS = 500;

export class Timeline {
  readonly #clock: Clock;
  #zeroAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#zeroAtMs = clock.wallMs() - clock.monoMs();
  }

  /** Now, to be kept. */
  monoMs(): number {
    return this.#clock.monoMs();
  }

  /** The monotonic clock's zero as epoch milliseconds: another number after each step. */
  zeroAtMs(): number {
    const zeroAtMs = this.#clock.wallMs() - this.#clock.monoMs();
    if (Math.abs(zeroAtMs - this.#zeroAtMs) > STEP_MS) this.#zeroAtMs = zeroAtMs;
    return this.#zeroAtMs;
  }

  /** A kept instant as epoch milliseconds, by the wall clock as it is set now. */
  atMs(monoMs: number): number {
    return Math.round(this.zeroAtMs() + monoMs);
  }
}
