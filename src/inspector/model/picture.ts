/**
 * The actors at one point of a story, and how one record changes them. Pure: the same records give the same picture,
 * whichever way one came there.
 */
import { placeOf } from './place.ts';
import { type RunningTimer, timersAfter } from './timers.ts';
import type { Charts, TraceRecord } from './wire.ts';

/** An actor as it is at one point. */
export interface Standing {
  readonly actor: string;
  readonly machine: string;
  readonly parent: string | null;
  readonly state: string;
  /** Ids of the innermost active states. */
  readonly states: readonly string[];
  /** On the axis; null: from before the first record. */
  readonly since: number | null;
  readonly trouble: string | null;
  readonly timers: readonly RunningTimer[];
  /** Index of the record that was its last; null: none so far. */
  readonly last: number | null;
  /** The last time it moved: the record, the states before and after. */
  readonly moved: {
    readonly index: number;
    readonly before: readonly string[];
    readonly after: readonly string[];
  } | null;
  /** Known of the present alone. */
  readonly facts: Readonly<Record<string, unknown>> | null;
}

export type Picture = ReadonlyMap<string, Standing>;

/** Changes the picture by one record. */
export function apply(
  picture: Map<string, Standing>,
  record: TraceRecord,
  index: number,
  instant: number,
  charts: Charts,
): void {
  if (record.kind === 'life') {
    picture.clear();
    return;
  }
  const { actor, machine, to: state, states, trouble } = record;
  if (record.ended !== null) {
    picture.delete(actor);
    return;
  }
  const before = picture.get(actor);
  const began = record.from === '' || before === undefined;
  const same = !began && equal(before.states, states);
  picture.set(actor, {
    actor,
    machine,
    parent: before?.parent ?? placeOf(actor).parent,
    state,
    states,
    since: !began && before.state === state ? before.since : instant,
    trouble,
    timers: timersAfter(began ? [] : before.timers, record, instant, charts[machine], same),
    last: index,
    moved: same ? before.moved : { index, before: began ? [] : before.states, after: states },
    facts: null,
  });
}

/** What an actor must have been before its first record, where that record is not its beginning. */
export function standingBefore(record: TraceRecord): Standing {
  const { actor, machine, from } = record;
  return {
    ...{ actor, machine, parent: placeOf(actor).parent, state: from, states: idsOfPath(machine, from) },
    ...{ since: null, trouble: null, timers: [], last: null, moved: null, facts: null },
  };
}

/** `process running, health healthy` of media-server: `media-server.process.running`, `media-server.health.healthy`. */
export function idsOfPath(machine: string, path: string): readonly string[] {
  if (path === '') return [];
  const regions = path.split(', ').map((region) => region.replace(' ', '.'));
  return regions.map((region) => `${machine}.${region}`);
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, place) => id === other[place]);
}
