/** Small machines with one of everything, to draw. */
import { and, fromPromise, not, setup } from 'xstate';

const toy = setup({
  actors: { heater: fromPromise(async () => {}) },
  guards: { dry: () => true, cold: () => true },
  delays: { drying: 100 },
  actions: { note: () => {} },
});

/** Nested, with delays, guards, an invoke, reactions, a way out of everywhere and an end. */
export const kettleMachine = toy.createMachine({
  id: 'kettle',
  description: 'Boils water.',
  initial: 'idle',
  on: { unplugged: '.gone', looked: { actions: 'note' } },
  states: {
    idle: {
      description: 'Cold.',
      on: { 'switch.on': { target: 'heating', guard: and(['cold', not('dry')]) } },
    },
    heating: {
      invoke: { id: 'heat', src: 'heater', onDone: 'idle', onError: { target: 'idle', guard: 'dry' } },
      entry: 'note',
      exit: 'note',
      initial: 'warming',
      on: { knock: { target: 'heating', reenter: true } },
      states: {
        warming: { after: { drying: 'boiling', 500: { target: '#kettle.idle', description: 'too slow' } } },
        boiling: { always: [{ guard: 'dry', target: '#kettle.idle' }, { target: '#kettle.gone' }] },
      },
    },
    gone: { type: 'final' },
  },
});

/** A box that is wider than what is in it. */
export const bellMachine = toy.createMachine({
  id: 'bell',
  initial: 'hung',
  states: {
    hung: {
      description: 'Whoever comes to the door rings it.',
      initial: 'a',
      states: { a: { on: { b: 'b' } }, b: {} },
    },
  },
});

/** Two regions. */
export const radioMachine = toy.createMachine({
  id: 'radio',
  type: 'parallel',
  states: {
    power: { initial: 'off', states: { off: { on: { press: 'on' } }, on: { on: { press: 'off' } } } },
    band: { initial: 'fm', states: { fm: { on: { turn: 'am' } }, am: { on: { turn: 'fm' } } } },
  },
});
