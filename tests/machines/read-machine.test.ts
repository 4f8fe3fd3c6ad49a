import { expect, test } from 'vitest';
import { and, or, setup, stateIn } from 'xstate';
import { readMachine } from '../../src/machines/read-machine.ts';
import { kettleMachine } from '../support/toy-machines.ts';

const chart = readMachine('kettle', kettleMachine);
const edge = (source: string, target: string) =>
  chart.edges.find((one) => one.source === source && one.target === target);
const texts = (source: string, target: string) =>
  edge(source, target)?.triggers.map(({ kind, text, guard }) => [kind, text, guard]);

test('guards are spelled out', () => {
  expect(texts('kettle.idle', 'kettle.heating')).toEqual([['event', 'switch.on', 'cold and not dry']]);
});

test('guards made of others, guards that look at states, and guards without a name are spelled out, too', () => {
  const { createMachine } = setup({ guards: { cold: () => true, dry: () => true } });
  const made = readMachine(
    'cooker',
    createMachine({
      initial: 'off',
      states: {
        off: {
          on: {
            either: { guard: or(['cold', 'dry']), target: 'on' },
            both: { guard: and([or(['cold', 'dry']), stateIn('off')]), target: 'on' },
            inside: { guard: stateIn({ on: 'hot' }), target: 'on' },
            nameless: { guard: () => true, target: 'on' },
          },
        },
        on: { initial: 'hot', states: { hot: {} } },
      },
    }),
  );
  expect(made.edges[0]?.triggers.map(({ text, guard }) => [text, guard])).toEqual([
    ['either', 'cold or dry'],
    ['both', '(cold or dry) and in off'],
    ['inside', 'in {on:hot}'],
    ['nameless', 'condition'],
  ]);
});

test('the ends of an invoked actor are transitions like others', () => {
  expect(texts('kettle.heating', 'kettle.idle')).toEqual([
    ['done', 'heat done', null],
    ['done', 'heat failed', 'dry'],
  ]);
});

test('delays have their names, numbers their unit', () => {
  expect(texts('kettle.heating.warming', 'kettle.heating.boiling')).toEqual([['delay', 'drying', null]]);
  expect(texts('kettle.heating.warming', 'kettle.idle')).toEqual([['delay', '500 ms', null]]);
  expect(edge('kettle.heating.warming', 'kettle.idle')?.triggers[0]?.description).toBe('too slow');
});

test('what has no guard and comes after what has one is called so', () => {
  expect(texts('kettle.heating.boiling', 'kettle.gone')).toEqual([['always', '', 'otherwise']]);
});

test('a transition of a state into itself starts in any state inside', () => {
  expect(edge('kettle', 'kettle.gone')?.fromAnyInside).toBe(true);
  expect(edge('kettle.heating', 'kettle.idle')?.fromAnyInside).toBe(false);
});

test('what leads nowhere is a reaction of its state', () => {
  expect(chart.root.reactions).toMatchObject([{ text: 'looked', restarts: false }]);
  expect(chart.root.states[1]?.reactions).toMatchObject([{ text: 'knock', restarts: true }]);
});
