/** Actors as they are, and what the flight recorder tells of them: a record for each step that is worth telling. */
import type { StateView } from './door.ts';

/** A timer that was started: its name in the chart, and how long it runs. */
export interface StartedDelay {
  readonly name: string;
  readonly durationMs: number;
}

/** A timer that runs now. */
export interface TimerView extends StartedDelay {
  readonly remainingMs: number;
}

/** The process whose records follow. */
export interface LifeFacts {
  readonly pid: number;
  readonly version: string;
  /** Monotonic instants of two boots have nothing to do with each other. */
  readonly bootId: string;
}

/** A living actor. */
export interface ActorView extends StateView {
  /** Its place: `camera:camera0`, `stream:camera0`, `recording:<session>`, `media-server`. */
  readonly actor: string;
  readonly machine: string;
  readonly parent: string | null;
  /** Ids of the innermost active states, as in its chart; finer than `state`. */
  readonly states: readonly string[];
  /** What it waits for. */
  readonly timers: readonly TimerView[];
  /** Plain facts of its context worth seeing; no host paths, no secrets. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * `step`: an actor took an event. `life`: the service was started here; what stands before it is of an earlier process.
 * All texts are redacted, all lengths bounded.
 */
export interface TraceRecord {
  /** Counts up over all lives; a new life leaves a gap. */
  readonly seq: number;
  readonly kind: 'step' | 'life';
  /** Wall clock as it was set then, epoch milliseconds. */
  readonly atMs: number;
  readonly monoMs: number;
  /** Its place: `camera:camera0`, `stream:camera0/path`. */
  readonly actor: string;
  readonly machine: string;
  /** Type of the event it took. */
  readonly event: string;
  /** What the event said, one line; null: nothing beyond its type. */
  readonly payload: string | null;
  /** State paths as in the log; empty: it began, equal: it stayed. */
  readonly from: string;
  readonly to: string;
  /** Ids of the innermost active states after the step, as in get_statechart. */
  readonly states: readonly string[];
  /** Who sent the event; null: it came from outside the actors. */
  readonly source: string | null;
  /** `seq` of the record that brought this one about; null: nothing that was recorded. */
  readonly cause: number | null;
  /** Names of the actions that ran, in order. */
  readonly actions: readonly string[];
  readonly delays: readonly StartedDelay[];
  /** Of the call that caused it. */
  readonly correlationId: string | null;
  /** What is wrong there, one sentence. */
  readonly trouble: string | null;
  /** How the actor ended with this step. */
  readonly ended: 'done' | 'stopped' | 'error' | null;
  readonly life: LifeFacts | null;
}

/** Records that came since the last batch. */
export interface TraceBatch {
  /** Oldest first. */
  readonly records: readonly TraceRecord[];
  /** The same as JSON texts, in the form in which they are sent. */
  readonly texts: readonly string[];
}

/** Which records are asked for. */
export interface TraceQuery {
  /** One actor alone, by its place. */
  readonly actor?: string | undefined;
  /** All actors of one camera, and the steps of others that brought theirs about. */
  readonly camera?: string | undefined;
  /** Only what is newer; the oldest of it first. Absent: the newest. */
  readonly sinceSeq?: number | undefined;
  readonly limit: number;
}

export interface Trace {
  /** Oldest first. */
  readonly records: readonly TraceRecord[];
  /** Of the newest record of all, asked for or not; 0: there is none. */
  readonly lastSeq: number;
  /** Of the oldest record that is still kept. */
  readonly firstSeq: number;
  /** More records fit than were asked for. */
  readonly more: boolean;
}
