/**
 * Which guards keep an actor where it is, and the facts that they look at: each guard of a transition that needs no event
 * is asked on a context that notes what is read of it. Reads a snapshot and changes nothing.
 */
import type { AnyMachineSnapshot } from 'xstate';

export interface ClosedGuard {
  /** As in the chart. */
  readonly guard: string;
  /** State path that it would lead to. */
  readonly target: string;
  /** The chart's words for that transition. */
  readonly description: string | null;
  /** What it read of the actor's context, each shortened to a word or a number. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

type Fact = ClosedGuard['facts'][string];
type Predicate = (args: { context: unknown; event: { type: string } }, params: unknown) => boolean;

/** No event happened: transitions that are taken at once, or after a delay, do not look at one. */
const NOTHING = { type: '' };

/** Of all states that the actor is in. */
export function closedGuards(snapshot: AnyMachineSnapshot): readonly ClosedGuard[] {
  const implementations = snapshot.machine.implementations.guards as Record<string, Predicate | undefined>;
  const nodes = snapshot._nodes as AnyMachineSnapshot['_nodes'];
  const waiting = nodes.flatMap((node) => [...(node.always ?? []), ...node.after]);
  return waiting.flatMap(({ guard, target, description }) => {
    const named = guardOf(guard);
    const predicate = named === null ? undefined : implementations[named.name];
    if (named === null || predicate === undefined) return [];
    const facts: Record<string, Fact> = {};
    const context = noting(snapshot.context as object, facts);
    try {
      if (predicate({ context, event: NOTHING }, named.params)) return [];
    } catch {
      return []; // it wants an event after all
    }
    return {
      guard: named.name,
      target: target?.map(({ path }) => path.join('.')).join(', ') ?? '',
      description: description ?? null,
      facts,
    };
  });
}

/** null: none, or one whose parameters come from an event. */
function guardOf(guard: unknown): { name: string; params: unknown } | null {
  if (typeof guard === 'string') return { name: guard, params: undefined };
  if (typeof guard !== 'object' || guard === null || !('type' in guard)) return null;
  const { type, params } = guard as { type: string; params?: unknown };
  return typeof params === 'function' ? null : { name: type, params };
}

function noting(context: object, facts: Record<string, Fact>): unknown {
  return new Proxy(context, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'string' && key !== 'limits') facts[key] = shortened(value);
      return value;
    },
  });
}

/** Values, not insides: a list by its words or its length, anything larger by being there. */
function shortened(value: unknown): Fact {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value))
    return value.every((one) => typeof one === 'string')
      ? value.join(', ') || 'none'
      : `${value.length} of them`;
  if (typeof value === 'object' && 'reason' in value && typeof value.reason === 'string') return value.reason;
  return 'there';
}
