/** Random numbers that can be had again: a test that fails at a random moment prints the seed that repeats it. */
import { randomInt } from 'node:crypto';

export interface Dice {
  readonly seed: number;
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
}

/** @param variable the environment variable that names a seed to repeat */
export function throwDice(variable: string): Dice {
  let state = Number(process.env[variable] ?? randomInt(2 ** 31));
  return { seed: state, below: (limit) => Math.floor(next() * limit) };

  /** Mulberry32: 32 bits of state are plenty for a few hundred moments. */
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
