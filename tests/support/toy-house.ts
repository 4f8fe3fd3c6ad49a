/** A small actor system with one of everything the journal has to hear: a callback, a pass-through, timers, a promise. */
import { fromCallback, fromPromise, sendParent, sendTo, setup } from 'xstate';

type Order = { readonly correlationId: string };
type DoorEvent = { type: 'door.knock'; secret?: string } | { type: 'door.polish' } | { type: 'door.break' };
type HouseEvent =
  | { type: 'visitor.came'; at: string }
  | { type: 'wind.blew' }
  | { type: 'house.paint'; order: Order; password: string; path: string }
  | { type: 'door.opened' };

/** Stays open for a second, then shuts; says so to the house. */
const doorMachine = setup({
  types: {} as { events: DoorEvent; context: { trouble: { message: string } | null } },
  actors: { greet: fromPromise<string>(async () => 'hello') },
  actions: {
    tellOpened: sendParent({ type: 'door.opened' }),
    ring: () => {},
    oil: () => {},
    fail: () => {
      throw new Error('the hinge is gone');
    },
  },
  delays: { openTime: 1000 },
}).createMachine({
  id: 'door',
  context: { trouble: null },
  initial: 'shut',
  on: { 'door.polish': { actions: 'oil' }, 'door.break': { actions: 'fail' } },
  states: {
    shut: { on: { 'door.knock': { target: 'open', actions: 'ring' } } },
    open: {
      entry: ['tellOpened', 'oil'],
      exit: 'ring',
      initial: 'greeting',
      after: { openTime: 'shut' },
      states: {
        greeting: { invoke: { id: 'greet', src: 'greet', onDone: 'greeted' } },
        greeted: {},
      },
    },
  },
});

export const houseMachine = setup({
  types: {} as { events: HouseEvent; children: { door: 'door'; eye: 'eye' } },
  actors: { door: doorMachine, eye: fromCallback<{ type: 'go' }>(() => {}) },
  delays: { stormTime: 3_600_000 },
  actions: {
    knock: sendTo('door', { type: 'door.knock' }),
    polish: sendTo('door', { type: 'door.polish' }),
    paint: () => {},
  },
}).createMachine({
  id: 'house',
  initial: 'standing',
  invoke: [
    { id: 'eye', src: 'eye' },
    { id: 'door', src: 'door', systemId: 'door:front', onError: {} },
  ],
  states: {
    standing: {
      after: { stormTime: 'visited' },
      on: {
        'visitor.came': { actions: 'knock' },
        'wind.blew': { actions: 'polish' },
        'house.paint': { actions: 'paint' },
        'door.opened': 'visited',
      },
    },
    visited: { on: { 'visitor.came': { actions: 'knock' } } },
  },
});
