/**
 * Every state of every machine is reached and every transition taken by generated paths; the invariants hold in every
 * snapshot on the way; and from everywhere there is a way to a good state that needs no restart.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyMachineSnapshot, AnyStateNode } from 'xstate';
import { MODELS } from './alphabets.ts';
import { type Exploration, explore, trapped } from './explore.ts';
import { INVARIANTS } from './invariants.ts';

interface Row {
  readonly machine: string;
  readonly situations: number;
  readonly states: string;
  readonly transitions: string;
}
const table: Row[] = [];

afterAll(() => {
  const line = ({ machine, situations, states, transitions }: Row) =>
    `${machine.padEnd(14)}${String(situations).padStart(12)}${states.padStart(12)}${transitions.padStart(14)}`;
  console.log(
    [
      'Generated paths: states reached and transitions taken, of all',
      line({
        machine: 'machine',
        situations: 'situations' as never,
        states: 'states',
        transitions: 'transitions',
      }),
      ...table.map(line),
    ].join('\n'),
  );
});

describe.each(Object.entries(MODELS))('%s', (name, model) => {
  let explorations: readonly Exploration[];
  beforeAll(() => {
    explorations = model.alphabets.map((alphabet) => explore(model.machine, alphabet));
  }, 600_000);
  const snapshots = (): AnyMachineSnapshot[] =>
    explorations.flatMap(({ situations }) => [...situations.values()].map(({ snapshot }) => snapshot));

  test('generated paths reach every state and take every transition', () => {
    const [first] = explorations;
    const reached = new Set(explorations.flatMap(({ states }) => [...states.reached]));
    const taken = new Set(explorations.flatMap(({ transitions }) => [...transitions.taken]));
    const all = first!;
    table.push({
      machine: name,
      situations: explorations.reduce((sum, { situations }) => sum + situations.size, 0),
      states: `${reached.size}/${all.states.all.length}`,
      transitions: `${taken.size}/${all.transitions.all.length}`,
    });
    expect(all.states.all.filter((id) => !reached.has(id))).toEqual([]);
    expect(all.transitions.all.filter((transition) => !taken.has(transition))).toEqual([]);
  });

  test('from everywhere a good state can be reached without a restart', () => {
    const traps = explorations.flatMap((exploration) =>
      trapped(exploration, (snapshot) => model.good(snapshot) || snapshot.status === 'done'),
    );
    expect(
      traps.map(({ snapshot, path }) => ({ state: snapshot.value, path: path.join(' > ') })).slice(0, 5),
    ).toEqual([]);
  });

  test.each(Object.entries(INVARIANTS[name] ?? {}))('in every snapshot: %s', (_, holds) => {
    const situations = explorations.flatMap((exploration) => [...exploration.situations.values()]);
    const broken = situations.filter(({ snapshot }) => !holds(snapshot));
    expect(
      broken.map(({ snapshot, path }) => ({ state: snapshot.value, path: path.join(' > ') })).slice(0, 3),
    ).toEqual([]);
  });

  test('every state that can last says what it means', () => {
    const lasting = new Set(snapshots().flatMap((snapshot) => snapshot._nodes as AnyStateNode[]));
    const silentNodes = [...lasting].filter((node) => described(node) === undefined);
    expect(silentNodes.map(({ id }) => id)).toEqual([]);
  });
});

/** Its own description or the nearest one above it. */
function described(node: AnyStateNode): string | undefined {
  return node.description ?? (node.parent === undefined ? undefined : described(node.parent as AnyStateNode));
}
