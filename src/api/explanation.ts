/** What explain_camera tells: plain values. */
import type { Trouble } from '../machines/errors.ts';
import type { TraceRecord } from './trace-view.ts';

/** What may move an actor on. */
export interface NextStep {
  readonly sentence: string;
  /** The chart's name of the delay that ends then; null: it waits for something that may come at any time. */
  readonly delay: string | null;
  readonly remainingMs: number | null;
}

/** One of the things that a camera's picture goes through. */
export interface PlaceView {
  readonly what: 'camera' | 'stream' | 'recording' | 'media-server' | 'storage';
  readonly actor: string;
  readonly state: string;
  readonly sinceAtMs: number;
  /** What this state means. */
  readonly sentence: string;
  readonly trouble: Trouble | null;
  /** Soonest first, then what may come at any time. */
  readonly next: readonly NextStep[];
  /** What keeps it where it is: guards that do not hold now, with the facts that they look at. */
  readonly guards: readonly {
    readonly guard: string;
    readonly target: string;
    readonly description: string | null;
    readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  }[];
}

export interface Explanation {
  readonly device: string;
  readonly name: string;
  /** One line: the first thing that is wrong, or what goes on, and what comes next. */
  readonly summary: string;
  readonly places: readonly PlaceView[];
  /** What led to the last change of the camera's own actors, oldest first. */
  readonly chain: readonly TraceRecord[];
  /** Methods that would work now. */
  readonly allowed: readonly string[];
}
