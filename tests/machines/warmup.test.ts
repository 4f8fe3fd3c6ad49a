import { describe, expect, test } from 'vitest';
import { warmupMachine } from '../../src/machines/warmup.ts';
import { kill, startStream } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { ladder } from '../support/machine-fixtures.ts';
import { startMachine } from '../support/machines.ts';

const start = () => startMachine(warmupMachine, { limitMs: 3000 });
const ended = (settled: boolean) => [{ type: 'warmup.ended', settled }];

describe('the brightness of a camera that was just opened', () => {
  test.for([
    ['equally bright', [120, 121, 119], true],
    ['still getting brighter', [40, 80, 120], false],
    ['settled after getting brighter', [40, 80, 120, 122, 121], true],
    ['equal, but only twice', [120, 120], false],
    ['one step over the limit', [120, 123, 127], false],
    ['just within the limit', [120, 123, 126], true],
    ['black', [16, 16, 16], false],
  ] as const)('%s: %j', async ([, lumas, settled]) => {
    const { send, reports, state } = await start();
    for (const luma of lumas) await send({ type: 'frame.seen', luma });
    expect(reports.events).toEqual(settled ? ended(true) : []);
    expect(state()).toBe(settled ? 'settled' : 'warming');
  });

  test('that never settles is waited for no longer than its limit', async () => {
    const { advance, send, reports } = await start();
    for (const luma of [40, 80, 40]) await send({ type: 'frame.seen', luma });
    await advance(2999);
    expect(reports.events).toEqual([]);
    await advance(1);
    expect(reports.events).toEqual(ended(false));
  });

  test('that is black all the time is that of a dark room', async () => {
    const { advance, send, reports } = await start();
    for (const luma of [16, 16, 17]) await send({ type: 'frame.seen', luma });
    await advance(3000);
    expect(reports.events).toEqual(ended(true));
  });

  test('that nobody knows is not settled', async () => {
    const { advance, reports } = await start();
    await advance(3000);
    expect(reports.events).toEqual(ended(false));
  });
});

describe('a snapshot of a camera that was just opened', () => {
  const order = (world: FakeWorld, waitSettled: boolean) => ({
    type: 'snapshot.order',
    snapshot: {
      ...{ id: 'a1', maxAgeMs: 1000, waitSettled, deadlineMs: 10_000, orderedMonoMs: world.monoMs() },
      request: { cameraId: 'camera0', format: 'jpg', quality: null, filename: null },
    },
  });
  const opened = async (world: FakeWorld) => {
    const rig = await startStream(world);
    await world.send({ type: 'camera.ready', ladder: ladder() });
    return rig;
  };

  test('waits until its brightness has settled', async () => {
    const world = new FakeWorld();
    world.luma = 20;
    const { child, context } = await opened(world);
    await world.send(order(world, true));
    await world.advance(1500);
    expect(child('snapshot:a1')).toBe('working.waitingForLight');
    expect(context().warming).toBe(true);
    world.luma = 120;
    await world.advance(2000);
    expect(child('snapshot:a1')).toBeNull();
    expect(context().warming).toBe(false);
  });

  test('does not wait where it is told not to, and does not where it has run for long', async () => {
    const world = new FakeWorld();
    world.luma = 20;
    const { child } = await opened(world);
    await world.send(order(world, false));
    await world.advance(1500);
    expect(child('snapshot:a1')).toBeNull();
    await world.send({ type: 'viewers.came' });
    await world.advance(5000);
    await world.send(order(world, true));
    await world.advance(50);
    expect(child('snapshot:a1')).toBeNull();
  });

  test('is not waited for by a capture of an earlier life', async () => {
    const world = new FakeWorld();
    const first = await opened(world);
    await world.send({ type: 'viewers.came' });
    await world.advance(3000);
    kill(first.actor);
    const later = await startStream(world, { expected: true, callWanted: true });
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.send({ type: 'camera.ready', ladder: ladder() });
    await world.advance(500);
    expect(later.state()).toContain('live');
    expect(later.context().warming).toBe(false);
  });
});
