/**
 * What goes wrong in a simulated month, drawn before it begins: so that every policy meets exactly the same failures.
 * Failures come without memory (exponential distances), and last without memory. The table is in docs/simulation.md.
 */
import { Dice } from './dice.ts';

export interface FailureKind {
  /** For whom it is drawn: each camera, or the whole host once. */
  readonly of: 'camera' | 'host';
  /** Mean number of failures a day. */
  readonly perDay: number;
  /** Mean length in milliseconds; 0: it is over at once. */
  readonly meanMs: number;
  readonly about: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How often what happens, on a host that has a hard life. */
export const FAILURES = {
  unplug: { of: 'camera', perDay: 0.3, meanMs: 3 * MINUTE_MS, about: 'pulled out, and put back in' },
  flap: { of: 'camera', perDay: 1, meanMs: 3 * SECOND_MS, about: 'a loose plug: gone for seconds' },
  crash: { of: 'camera', perDay: 1, meanMs: 0, about: 'the capture ends by itself' },
  stall: {
    of: 'camera',
    perDay: 0.3,
    meanMs: 2 * MINUTE_MS,
    about: 'the capture lives and gives no more pictures',
  },
  upset: {
    of: 'camera',
    perDay: 0.3,
    meanMs: 2 * MINUTE_MS,
    about: 'every capture ends within a second of its start',
  },
  busy: { of: 'camera', perDay: 0.1, meanMs: 10 * MINUTE_MS, about: 'another program holds the camera' },
  mute: {
    of: 'camera',
    perDay: 0.1,
    meanMs: MINUTE_MS,
    about: 'unplugged, and silent when it is asked afterwards',
  },
  'server-crash': { of: 'host', perDay: 0.3, meanMs: 0, about: 'the media server ends' },
  'server-loop': {
    of: 'host',
    perDay: 0.05,
    meanMs: 2 * MINUTE_MS,
    about: 'the media server ends after each launch',
  },
  'server-hang': { of: 'host', perDay: 0.1, meanMs: MINUTE_MS, about: 'the media server answers nothing' },
  'disk-full': {
    of: 'host',
    perDay: 0.1,
    meanMs: 30 * MINUTE_MS,
    about: 'the disk of the recordings is full',
  },
} as const satisfies Record<string, FailureKind>;

export type FailureName = keyof typeof FAILURES;

export interface Failure {
  readonly kind: FailureName;
  /** Number of the camera; null: the host. */
  readonly camera: number | null;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Weather {
  readonly seed: number;
  readonly cameras: number;
  readonly durationMs: number;
  /** Failures a day in place of the table's. */
  readonly perDay: Readonly<Partial<Record<FailureName, number>>>;
}

/** In order of their beginnings. The last part of the time is left quiet, so that everything can come to rest. */
export function drawFailures(
  { seed, cameras, durationMs, perDay }: Weather,
  quietMs: number,
): readonly Failure[] {
  const names = Object.keys(FAILURES) as FailureName[];
  const drawn = names.flatMap((kind, index) => {
    const { of, meanMs, perDay: usualPerDay } = FAILURES[kind];
    const rate = perDay[kind] ?? usualPerDay;
    const subjects = of === 'host' ? [null] : [...Array(cameras).keys()];
    // Dice of their own for each: one more camera, or another rate of one kind, changes nothing else.
    return subjects.flatMap((camera) =>
      rowOf(kind, camera, rate, meanMs, new Dice(seed, index, camera ?? 0), durationMs - quietMs),
    );
  });
  return drawn.toSorted((a, b) => a.fromMs - b.fromMs);
}

function rowOf(
  kind: FailureName,
  camera: number | null,
  perDay: number,
  meanMs: number,
  dice: Dice,
  endMs: number,
): readonly Failure[] {
  const row: Failure[] = [];
  if (perDay <= 0) return row;
  for (let nowMs = 0; ; ) {
    const fromMs = Math.ceil(nowMs + dice.exponential(DAY_MS / perDay));
    const toMs = fromMs + Math.round(meanMs === 0 ? 0 : dice.exponential(meanMs));
    if (toMs > endMs) return row;
    row.push({ kind, camera, fromMs, toMs });
    nowMs = toMs;
  }
}
