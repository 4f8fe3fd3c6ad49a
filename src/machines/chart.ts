/**
 * A statechart as plain data, with nothing of xstate's. `read-machine.ts` makes it; scripts/charts draws it, the API
 * hands it out. Order is the order of the machine's own definition, so that drawings are stable.
 */

/** What makes a transition happen. `delay` is a timer, `always` is taken as soon as its guard holds. */
export type TriggerKind = 'event' | 'delay' | 'always' | 'done';

export interface Trigger {
  readonly kind: TriggerKind;
  /** The event's name, the delay's name, `probe done`; empty for `always`. */
  readonly text: string;
  /** `not deviceReady`; null: whenever it happens. */
  readonly guard: string | null;
  readonly description: string | null;
  /** Names of the actions that it runs, in order. */
  readonly actions: readonly string[];
}

/** A transition that leaves its state where it is: only actions, or the state entered anew. */
export interface Reaction extends Trigger {
  readonly restarts: boolean;
}

export interface ChartState {
  /** Dotted path from the root's own key: `stream.live.flowing`. */
  readonly id: string;
  readonly name: string;
  /** `closed` and `outside` exist only in the smaller views that are drawn. */
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'closed' | 'outside';
  readonly description: string | null;
  /** Sources of invoked actors. */
  readonly invokes: readonly string[];
  /** Names of the actions that run when it is entered, and when it is left. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly reactions: readonly Reaction[];
  /** Id of the state entered first; null where there is no one such state. */
  readonly initial: string | null;
  readonly states: readonly ChartState[];
  /** Names of the states inside a closed one. */
  readonly inside?: readonly string[];
}

/** All transitions from one state to one other. */
export interface ChartEdge {
  readonly source: string;
  readonly target: string;
  /** The source contains the target: it can happen in any of the source's states. */
  readonly fromAnyInside: boolean;
  readonly triggers: readonly Trigger[];
}

export interface Chart {
  readonly name: string;
  readonly root: ChartState;
  readonly edges: readonly ChartEdge[];
  /** Id of the one state that a detail shows from inside. */
  readonly subject?: string;
}

/** A state and all below it, in order. */
export function allStates(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(allStates)];
}
