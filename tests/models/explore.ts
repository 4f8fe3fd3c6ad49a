/**
 * Paths generated from a machine itself: every event it could meet is tried in every situation that its guards can tell
 * apart, until nothing new is found. Pure: no actor runs and no time passes. Counts the states reached and transitions taken.
 */
import { type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode, createActor } from 'xstate';
import { actionNames, leafIds, type Microstep } from '../../src/wiring/step-actions.ts';
import { type Edge, edgesOf, nameEdges, nodesOf, pairOf } from './edges.ts';
import type { StepSeen } from './replay.ts';

// biome-ignore lint/suspicious/noExplicitAny: events of any machine
export type ModelEvent = { readonly type: string } & Record<string, any>;

export interface Alphabet {
  readonly input: unknown;
  /** What may come from outside in this situation. Delays, and ends of invoked actors, are found by themselves. */
  events(snapshot: AnyMachineSnapshot): readonly ModelEvent[];
  /** Outputs of an invoked actor by its id; default one `undefined`. */
  readonly outputs?: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => readonly unknown[]>>;
  /** Errors of an invoked actor by its id, or of all under `*`. */
  readonly errors?: Readonly<Record<string, readonly unknown[]>>;
  /** Facts beside the guards that make two situations different. Keep it small. */
  readonly facts?: (snapshot: AnyMachineSnapshot) => unknown;
}

export interface Situation {
  readonly snapshot: AnyMachineSnapshot;
  /** Keys of the situations that one event leads to. */
  readonly next: Set<string>;
  /** The events that led here from the start. */
  readonly path: readonly string[];
}

export interface Exploration {
  readonly situations: ReadonlyMap<string, Situation>;
  readonly states: { readonly all: readonly string[]; readonly reached: ReadonlySet<string> };
  readonly transitions: { readonly all: readonly string[]; readonly taken: ReadonlySet<string> };
  /** Transitions that may follow each other: `pairOf` the names of both. */
  readonly pairs: ReadonlySet<string>;
}

const MOST_SITUATIONS = 60_000;

/** @param heard is told every step as the flight recorder would, and what was taken
 * @throws Error when there are more situations than can be gone through */
export function explore(
  machine: AnyStateMachine,
  alphabet: Alphabet,
  heard?: (step: StepSeen, taken: readonly string[]) => void,
): Exploration {
  const edges = edgesOf(machine);
  const names = nameEdges(edges);
  const taken = new Set<string>();
  const pairs = new Set<string>();
  /** Of the step that is being taken, in order. */
  let inStep: string[] = [];
  let microsteps: Microstep[] = [];
  let from: AnyMachineSnapshot | null = null;
  const into = new Map<string, Set<string>>();
  const outOf = new Map<string, Set<string>>();
  const reached = new Set<string>();
  const situations = new Map<string, Situation>();
  const actor = createActor(machine, {
    input: alphabet.input,
    inspect: (event) => {
      if (event.type !== '@xstate.microstep') return;
      if (heard !== undefined && from !== null && event._transitions.length > 0) {
        const before = microsteps.at(-1)?.after ?? from._nodes;
        const after = (event.snapshot as AnyMachineSnapshot)._nodes;
        microsteps.push({ taken: event._transitions, before, after });
      }
      for (const transition of event._transitions) {
        const name = names.get(transition as unknown as Edge);
        if (name === undefined) continue;
        taken.add(name);
        inStep.push(name);
        // States that are left at once are seen only by what leaves them.
        reached.add(transition.source.id);
      }
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: the scope of a step that runs nothing is not a public type
  const self = actor as any;
  // In a walk one name is given again and again, once on each branch.
  self.system._set = () => {};
  const scope = {
    self,
    system: self.system,
    id: machine.id,
    sessionId: '',
    defer: () => {},
    logger: () => {},
    stopChild: () => {},
    emit: () => {},
    actionExecutor: () => {},
  };
  const guards = contextGuards(machine);
  const keyOf = (snapshot: AnyMachineSnapshot) =>
    JSON.stringify([
      snapshot.value,
      guards.map((guard) => guard({ context: snapshot.context })),
      alphabet.facts?.(snapshot),
    ]);

  const start = machine.getInitialSnapshot(scope as never, alphabet.input) as AnyMachineSnapshot;
  const queue: string[] = [];
  const meet = (snapshot: AnyMachineSnapshot, path: readonly string[]): string => {
    const key = keyOf(snapshot);
    if (!situations.has(key)) {
      if (situations.size >= MOST_SITUATIONS)
        throw new Error(`${machine.id}: more than ${MOST_SITUATIONS} situations`);
      situations.set(key, { snapshot, next: new Set(), path });
      for (const node of snapshot._nodes as AnyStateNode[]) reached.add(node.id);
      queue.push(key);
    }
    return key;
  };
  meet(start, []);
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    const situation = situations.get(key)!;
    if (situation.snapshot.status !== 'active') continue;
    for (const event of eventsIn(situation.snapshot, alphabet)) {
      inStep = [];
      microsteps = [];
      from = situation.snapshot;
      const next = machine.transition(situation.snapshot, event, scope as never) as AnyMachineSnapshot;
      if (next.status === 'error')
        throw new Error(`${machine.id} fails on ${event.type} after ${situation.path.join(', ')}`, {
          cause: next.error,
        });
      const to = meet(next, [...situation.path, event.type]);
      situation.next.add(to);
      if (inStep.length === 0) continue;
      heard?.(
        {
          before: leafIds(situation.snapshot._nodes),
          event: event.type,
          after: leafIds(next._nodes),
          actions: actionNames(microsteps),
        },
        inStep,
      );
      note(outOf, key, inStep[0]!);
      note(into, to, inStep.at(-1)!);
      for (const [place, name] of inStep.slice(1).entries()) pairs.add(pairOf(inStep[place]!, name));
    }
  }
  for (const [key, earlier] of into)
    for (const first of earlier) for (const second of outOf.get(key) ?? []) pairs.add(pairOf(first, second));
  return {
    situations,
    pairs,
    states: { all: nodesOf(machine.root).map(({ id }) => id), reached },
    transitions: { all: [...names.values()], taken },
  };
}

function note(sets: Map<string, Set<string>>, key: string, name: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([name]));
  else known.add(name);
}

/** Situations from which no event leads, over any number of steps, to one that is `good`. */
export function trapped(
  exploration: Exploration,
  good: (snapshot: AnyMachineSnapshot) => boolean,
): readonly Situation[] {
  const before = new Map<string, string[]>();
  for (const [key, { next }] of exploration.situations) {
    for (const to of next) before.set(to, [...(before.get(to) ?? []), key]);
  }
  const safe = new Set(
    [...exploration.situations].filter(([, { snapshot }]) => good(snapshot)).map(([key]) => key),
  );
  const queue = [...safe];
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    for (const from of before.get(key) ?? []) {
      if (safe.has(from)) continue;
      safe.add(from);
      queue.push(from);
    }
  }
  return [...exploration.situations].filter(([key]) => !safe.has(key)).map(([, situation]) => situation);
}

/** Everything that may happen in this situation: the alphabet, running delays, and ends of invoked actors. */
function eventsIn(snapshot: AnyMachineSnapshot, alphabet: Alphabet): readonly ModelEvent[] {
  const own = (snapshot._nodes as AnyStateNode[]).flatMap((node) => [...node.transitions.keys()]);
  const automatic = [...new Set(own)].flatMap((type): readonly ModelEvent[] => {
    if (type.startsWith('xstate.after.')) return [{ type }];
    const done = type.match(/^xstate\.done\.actor\.(.+)$/)?.[1];
    if (done !== undefined && done !== '*') {
      const outputs = alphabet.outputs?.[done]?.(snapshot) ?? [undefined];
      return outputs.map((output) => ({ type, output, actorId: done }));
    }
    const failed = type.match(/^xstate\.error\.actor\.(.+)$/)?.[1];
    if (failed !== undefined && failed !== '*') {
      const errors = alphabet.errors?.[failed] ?? alphabet.errors?.['*'] ?? [new Error('model')];
      return errors.map((error) => ({ type, error, actorId: failed }));
    }
    return [];
  });
  return [...automatic, ...alphabet.events(snapshot)];
}

/** Guards that look at nothing but the context: together they tell which situations a machine can tell apart. */
function contextGuards(machine: AnyStateMachine) {
  const guards = Object.entries(
    machine.implementations.guards as Record<string, (args: unknown, params?: unknown) => boolean>,
  );
  return guards.filter(([, guard]) => guard.length < 2).map(([, guard]) => guard);
}
