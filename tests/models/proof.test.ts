/**
 * What the proofs over the charts are worth: every stop is bounded, and a machine that is broken on purpose (a trap, a
 * stop that nobody ends) is caught by the same looks that the real ones pass.
 */
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { MODELS } from './alphabets.ts';
import { broken } from './broken.ts';
import { explore, trapped } from './explore.ts';

/** Where something is being ended, by machine: whoever waits for it waits no longer than this state allows. */
const STOPS: Readonly<Record<string, readonly string[]>> = {
  camera: ['forgetting', 'releasing'],
  stream: ['stopping', 'clearing', 'unplugging', 'releasing'],
  recording: ['stopping', 'finalising', 'failing'],
  'media-server': ['process.ending', 'process.stopping'],
  snapshot: ['working'],
  service: ['stopping'],
};

const nodesBelow = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodesBelow(child as AnyStateNode)),
];

const nodeAt = (machine: AnyStateMachine, path: string): AnyStateNode | undefined =>
  path
    .split('.')
    .reduce<AnyStateNode | undefined>(
      (node, key) => node?.states[key] as AnyStateNode | undefined,
      machine.root,
    );

/** It leaves by a delay, at once, or when work that it began itself ends, well or not: nobody else is waited for. */
function leavesByItself(node: AnyStateNode): boolean {
  if (node.after.length > 0 || (node.always ?? []).length > 0 || node.type === 'final') return true;
  const handles = (type: string) => node.transitions.has(type);
  return node.invoke.some(
    ({ id }) => handles(`xstate.done.actor.${id}`) && handles(`xstate.error.actor.${id}`),
  );
}

/** Innermost states of a stop that only somebody else could end. */
function unboundedStops(machine: AnyStateMachine, stops: readonly string[]): readonly string[] {
  return stops.flatMap((path) => {
    const stop = nodeAt(machine, path);
    if (stop === undefined) return [`${path} is not there`];
    const waiting = nodesBelow(stop).filter(({ type }) => type === 'atomic');
    // A limit on any state around it counts, up to the stop itself.
    const bounded = (node: AnyStateNode): boolean =>
      leavesByItself(node) || (node !== stop && node.parent !== undefined && bounded(node.parent));
    return waiting.filter((node) => !bounded(node)).map(({ id }) => id);
  });
}

describe.each(Object.keys(STOPS))('%s', (name) => {
  test('every stop ends by itself', () => {
    expect(unboundedStops(MODELS[name]!.machine, STOPS[name]!)).toEqual([]);
  });

  test('and each of them would be missed', () => {
    for (const path of STOPS[name]!) {
      const worse = broken(MODELS[name]!.machine, path, ['after', 'always', 'invoke', 'onDone']);
      expect(unboundedStops(worse, [path]), path).not.toEqual([]);
    }
  });
});

test('a state that nothing leads out of is found as a trap, with the way into it', () => {
  const { machine, alphabets, good } = MODELS.recording!;
  const isGood = (snapshot: Parameters<typeof good>[0]) => good(snapshot) || snapshot.status === 'done';
  const traps = (subject: AnyStateMachine) =>
    alphabets.flatMap((alphabet) => trapped(explore(subject, alphabet), isGood));
  expect(traps(machine)).toEqual([]);
  const found = traps(broken(machine, 'stopping.closing', ['after', 'invoke', 'on']));
  expect(found.length).toBeGreaterThan(0);
  const inside = found.filter(({ snapshot }) => JSON.stringify(snapshot.value).includes('closing'));
  expect(inside.length, 'where it is stuck').toBeGreaterThan(0);
  for (const { path } of inside) expect(path.length, 'and how it came there').toBeGreaterThan(0);
});
