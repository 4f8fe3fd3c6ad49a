import { expect, test } from 'vitest';
import { createActor, createMachine, fromPromise, raise, SimulatedClock } from 'xstate';
import { knowTimersByActor } from '../../src/wiring/timers-by-actor.ts';

const napping = createMachine({
  id: 'napping',
  initial: 'asleep',
  states: {
    asleep: { after: { 1000: 'awake' }, on: { 'sun.rose': 'over' } },
    awake: {},
    over: { type: 'final' },
  },
});
const house = (child: typeof napping | ReturnType<typeof fromPromise>) =>
  createMachine({
    id: 'house',
    entry: raise({ type: 'bell.rang' }, { delay: 500 }),
    invoke: { id: 'child', src: child },
    on: { 'bell.rang': { actions: raise({ type: 'door.opened' }, { id: 'door', delay: 500 }) } },
    initial: 'quiet',
    states: { quiet: { after: { 2000: 'late' } }, late: {} },
  });

/** How many timers wait. */
const waiting = (actor: ReturnType<typeof createActor>) =>
  Object.keys(actor.system.getSnapshot()._scheduledEvents).length;

test('the timers of an actor that ends are gone, and those of others run on', () => {
  const clock = new SimulatedClock();
  const actor = createActor(house(napping), { clock });
  knowTimersByActor(actor);
  actor.start();
  expect(waiting(actor)).toBe(3);
  actor.getSnapshot().children.child!.send({ type: 'sun.rose' });
  expect(waiting(actor)).toBe(2);
  clock.increment(500);
  expect(waiting(actor), 'the bell rang, the door is next').toBe(2);
  clock.increment(1500);
  expect(actor.getSnapshot().value).toBe('late');
  expect(waiting(actor)).toBe(0);
});

test('the end of the root leaves no timer, named or not', () => {
  const clock = new SimulatedClock();
  const actor = createActor(house(napping), { clock });
  knowTimersByActor(actor);
  actor.start();
  actor.stop();
  expect(waiting(actor)).toBe(0);
});

test('an end costs what the actor itself has, not what the whole system has', () => {
  const actor = createActor(house(fromPromise(() => new Promise(() => {}))), { clock: new SimulatedClock() });
  knowTimersByActor(actor);
  actor.start();
  let looks = 0;
  const { system } = actor as unknown as { system: { _snapshot: { _scheduledEvents: object } } };
  system._snapshot._scheduledEvents = new Proxy(system._snapshot._scheduledEvents, {
    ownKeys: (all) => {
      looks += 1;
      return Reflect.ownKeys(all);
    },
  });
  (actor.getSnapshot().children.child as unknown as { _stop(): void })._stop();
  expect(looks, 'nobody went through all timers').toBe(0);
});

test('says so where an XState keeps its timers in another way', () => {
  expect(() => knowTimersByActor({ system: {} } as never)).toThrow(/another way/);
});
