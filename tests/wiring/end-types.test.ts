import { expect, test } from 'vitest';
import { type ActorRefFrom, assign, enqueueActions, fromPromise, setup, waitFor } from 'xstate';
import { createLog } from '../../src/adapters/log/log.ts';
import { shareEndTypes } from '../../src/wiring/end-types.ts';
import { Engine } from '../../src/wiring/engine.ts';
import { Journal } from '../../src/wiring/journal.ts';
import { Timeline } from '../../src/wiring/timeline.ts';
import { FakeWorld } from '../support/fake-world.ts';

type HostEvent =
  | { type: 'guest.came'; name: string | null; isWell: boolean }
  | { type: `xstate.done.actor.${string}`; output: string; actorId: string }
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string };

/** Has guests whose names never come again, and one without a name, and keeps what it is told at their end. */
const hostMachine = setup({
  types: {} as { events: HostEvent; context: { ends: readonly { type: string; actorId: string }[] } },
  actors: {
    guest: fromPromise<string, boolean>(async ({ input: isWell }) => {
      if (!isWell) throw new Error('ill');
      return 'thanks';
    }),
  },
  actions: {
    seat: enqueueActions(({ enqueue }, { name, isWell }: { name: string | null; isWell: boolean }) => {
      enqueue.spawnChild('guest', { input: isWell, ...(name === null ? {} : { id: name }) });
    }),
    note: assign({
      ends: ({ context }, end: { type: string; actorId: string }) => [...context.ends, end],
    }),
  },
}).createMachine({
  id: 'host',
  context: { ends: [] },
  on: {
    'guest.came': { actions: { type: 'seat', params: ({ event }) => event } },
    'xstate.done.actor.*': { actions: { type: 'note', params: ({ event }) => event } },
    'xstate.error.actor.*': { actions: { type: 'note', params: ({ event }) => event } },
  },
});

test('ends of actors whose ids never come again have few types, and still say whose they are', async () => {
  const world = new FakeWorld();
  const journal = new Journal(createLog({ level: 'fatal', format: 'json', file: '' }), new Timeline(world));
  // In the service's own engine: there it matters.
  const { root } = new Engine({ machine: hostMachine, journal, clock: world } as never);
  const host = root as unknown as ActorRefFrom<typeof hostMachine>;
  host.start();
  const guests = [...Array(20).keys()].flatMap((n) => [`table:${n}`, `window:${n}`]);
  for (const [n, name] of guests.entries()) host.send({ type: 'guest.came', name, isWell: n % 4 < 2 });
  host.send({ type: 'guest.came', name: null, isWell: true });
  host.send({ type: 'guest.came', name: 'owner', isWell: true });
  const { context } = await waitFor(host, (now) => now.context.ends.length === guests.length + 2);
  expect(new Set(context.ends.map(({ type }) => type))).toEqual(
    new Set([
      'xstate.done.actor.table',
      'xstate.error.actor.table',
      'xstate.done.actor.window',
      'xstate.error.actor.window',
      'xstate.done.actor.x',
      'xstate.done.actor.owner',
    ]),
  );
  const told = context.ends.map(({ actorId }) => actorId);
  expect(told).toEqual(expect.arrayContaining([...guests, 'owner']));
  expect(new Set(told).size, 'each of them once').toBe(guests.length + 2);
});

test('says so where an XState passes events on in another way', () => {
  expect(() => shareEndTypes({ system: {} } as never)).toThrow(/another way/);
});
