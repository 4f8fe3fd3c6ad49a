/**
 * What the actors do, in the words of Stately's inspectors (@statelyai/inspect): `@xstate.actor`, `@xstate.event`,
 * `@xstate.snapshot`. Pure. An actor's place is its session id, since it is what it is known by.
 */
import type { TraceRow } from './trace-row.ts';

/** The version of the protocol that is spoken. */
const VERSION = '0.7.2';
const ROOT = 'service';

/** An actor as get_actors tells it, as far as it is needed. */
export interface StatelyActor {
  readonly actor: string;
  readonly machine: string;
  readonly parent: string | null;
  readonly states: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A chart as get_statechart answers, as far as it is needed. */
export interface StatelyChart {
  readonly machine: string;
  readonly states: readonly {
    readonly id: string;
    readonly name: string;
    readonly parent: string | null;
    readonly type: string;
    readonly description: string | null;
    readonly initial: string | null;
    readonly entry: readonly string[];
    readonly exit: readonly string[];
  }[];
  readonly transitions: readonly {
    readonly source: string;
    readonly target: string | null;
    readonly kind: string;
    readonly name: string;
    readonly guard: string | null;
    readonly actions: readonly string[];
  }[];
}

export type StatelyRecord = TraceRow & { readonly states: readonly string[]; readonly source: string | null };

/** An actor that is there. */
export function actorEvent(actor: StatelyActor, chart: StatelyChart | undefined, nowMs: number): object {
  return {
    ...head('@xstate.actor', actor.actor, nowMs),
    name: actor.actor,
    parentId: actor.parent ?? undefined,
    definition: JSON.stringify(chart === undefined ? { id: actor.machine } : definitionOf(chart)),
    snapshot: { status: 'active', value: stateValue(actor.machine, actor.states), context: actor.facts },
  };
}

/** A step: first the event that was taken, then where the actor is. A new actor is told before that. */
export function stepEvents(
  record: StatelyRecord,
  chart: StatelyChart | undefined,
  parent: string | null,
): object[] {
  const { actor, machine, event: type, payload, states, source, ended, from } = record;
  const atMs = Date.parse(record.time);
  if (record.kind !== 'step') return [];
  const event = payload === null ? { type } : { type, said: payload };
  const status = ended === null ? 'active' : ended;
  const began = from === '' ? [actorEvent({ actor, machine, parent, states, facts: {} }, chart, atMs)] : [];
  return [
    ...began,
    { ...head('@xstate.event', actor, atMs), event, sourceId: source ?? undefined },
    {
      ...head('@xstate.snapshot', actor, atMs),
      event,
      snapshot: { status, value: stateValue(machine, states), context: {} },
    },
  ];
}

function head(type: string, sessionId: string, atMs: number): object {
  return { type, sessionId, rootId: ROOT, id: null, createdAt: String(atMs), _version: VERSION };
}

/** `stream.live.flowing`: `{live: 'flowing'}`; several ids are regions side by side. */
export function stateValue(machine: string, states: readonly string[]): unknown {
  const value: Record<string, unknown> = {};
  for (const id of states) {
    let place = value;
    for (const name of id.slice(machine.length + 1).split('.')) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
  }
  return shortened(value);
}

/** One active state without more in it is a text, as XState has it. */
function shortened(value: Record<string, unknown>): unknown {
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && Object.keys(only[1] as object).length === 0)
    return only[0];
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, shortened(inner as Record<string, unknown>)]),
  );
}

/** The chart as a machine's configuration: enough to be drawn. */
export function definitionOf({ machine, states, transitions }: StatelyChart): object {
  const nodeOf = (id: string): object => {
    const state = states.find((one) => one.id === id);
    const inner = states.filter(({ parent }) => parent === id);
    const own = transitions.filter(({ source }) => source === id);
    const table = (kinds: readonly string[]) => {
      const byName: Record<string, object[]> = {};
      for (const one of own) {
        if (!kinds.includes(one.kind)) continue;
        byName[one.name] = [...(byName[one.name] ?? []), transitionOf(one)];
      }
      return byName;
    };
    const always = own.filter(({ kind }) => kind === 'always').map(transitionOf);
    return {
      ...(id === machine ? { id } : {}),
      ...(state?.type === 'parallel' || state?.type === 'final' ? { type: state.type } : {}),
      ...(state?.description ? { description: state.description } : {}),
      ...(state?.initial ? { initial: state.initial.slice(id.length + 1) } : {}),
      entry: state?.entry ?? [],
      exit: state?.exit ?? [],
      on: table(['event', 'done']),
      after: table(['delay']),
      ...(always.length === 0 ? {} : { always }),
      ...(inner.length === 0
        ? {}
        : { states: Object.fromEntries(inner.map((one) => [one.name, nodeOf(one.id)])) }),
    };
  };
  return nodeOf(machine);
}

function transitionOf({ target, guard, actions }: StatelyChart['transitions'][number]): object {
  return {
    ...(target === null ? {} : { target: `#${target}` }),
    ...(guard === null || guard === 'otherwise' ? {} : { guard }),
    actions: [...actions],
  };
}
