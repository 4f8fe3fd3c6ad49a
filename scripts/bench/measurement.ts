/** One row of the table, and the judgement on it. Pure. */
import { median, percentile, rangeOf } from './statistics.ts';

export type Unit = 'calls/s' | 'events/s' | 'µs' | 'ms' | 's' | 'MB' | '% of a core';

/** What is wished of a row: of the figure itself, or of its ratio to the floor. */
export interface Goal {
  readonly of: 'value' | 'ratio';
  readonly limit: 'at most' | 'at least';
  readonly bound: number;
}

export interface Measurement {
  /** What a reader of the table looks for, e.g. `get_camera_status, 100 connections`. */
  readonly title: string;
  readonly unit: Unit;
  readonly value: number;
  /** The same figure for what is physically possible, measured in the same run; null: there is none. */
  readonly floor: number | null;
  /** Value by floor. Where both were measured in turns: the middle of the ratios of the turns. */
  readonly ratio: number | null;
  readonly goal: Goal | null;
  /** Lowest and highest single sample of the value. */
  readonly range: readonly [number, number];
  readonly samples: number;
  readonly note: string;
}

export type Judgement = 'met' | 'missed' | '';

/** Whether the goal is reached; empty where there is none. */
export function judge({ goal, value, ratio }: Pick<Measurement, 'goal' | 'value' | 'ratio'>): Judgement {
  if (goal === null) return '';
  const figure = goal.of === 'value' ? value : ratio;
  if (figure === null) throw new Error('a goal on a ratio needs a floor');
  const reached = goal.limit === 'at most' ? figure <= goal.bound : figure >= goal.bound;
  return reached ? 'met' : 'missed';
}

export function atMost(bound: number, of: Goal['of'] = 'value'): Goal {
  return { of, limit: 'at most', bound };
}

export function atLeast(bound: number, of: Goal['of'] = 'value'): Goal {
  return { of, limit: 'at least', bound };
}

interface Facts {
  readonly title: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly goal?: Goal;
  readonly note?: string;
}

/** The median of samples without a floor, or another percentile of them. */
export function plainRow(facts: Facts & { readonly percent?: number }): Measurement {
  const { title, unit, samples, goal = null, note = '', percent } = facts;
  return {
    ...{ title, unit, goal, note, floor: null, ratio: null },
    value: percent === undefined ? median(samples) : percentile(samples, percent),
    range: rangeOf(samples),
    samples: samples.length,
  };
}

/** Medians of samples taken in turns with those of the floor. The ratio is the median of those of each turn. */
export function besideFloor(facts: Facts & { readonly floors: readonly number[] }): Measurement {
  const { title, unit, samples, floors, goal = null, note = '' } = facts;
  if (floors.length !== samples.length) throw new Error(`${title}: each turn needs its floor`);
  const ratios = samples.map((sample, turn) => sample / (floors[turn] ?? Number.NaN));
  return {
    ...{ title, unit, goal, note },
    value: median(samples),
    floor: median(floors),
    ratio: median(ratios),
    range: rangeOf(samples),
    samples: samples.length,
  };
}
