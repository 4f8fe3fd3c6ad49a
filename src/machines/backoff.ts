/**
 * How long to wait after failures. The only randomness is the jitter, and a range of [1, 1] has none. Who has to see the
 * same waits again puts his own dice under it.
 */

export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Factor range, e.g. [0.8, 1.2]. */
  readonly jitter: readonly [number, number];
}

let dice: () => number = Math.random;

/** From now on jitter comes from there, in this whole process. @returns the way back */
export function rollJitterBy(random: () => number): () => void {
  const before = dice;
  dice = random;
  return () => {
    dice = before;
  };
}

/**
 * Doubles from `firstMs`, capped at `longestMs`, times a jitter factor (applied after the cap).
 * @param attempt number of failures so far, >= 1
 * @param random 0 to 1, for the jitter
 * @returns delay in milliseconds
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: () => number = dice): number {
  const doublings = Math.min(Math.max(attempt, 1) - 1, 30);
  const plainMs = Math.min(limits.firstMs * 2 ** doublings, limits.longestMs);
  const [low, high] = limits.jitter;
  return Math.round(plainMs * (low + (high - low) * random()));
}
