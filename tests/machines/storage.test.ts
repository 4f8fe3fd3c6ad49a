import { expect, test } from 'vitest';
import { storageMachine, usedPercent } from '../../src/machines/storage.ts';
import type { StorageMeasure } from '../../src/machines/values.ts';
import { failure } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

const disk = (usedShare: number, fields: Partial<StorageMeasure> = {}): StorageMeasure => ({
  totalBytes: 1000,
  availableBytes: 1000 - usedShare * 10,
  writable: true,
  full: false,
  problem: null,
  ...fields,
});

async function start(first: StorageMeasure, sweep: 'at once' | 'slow' = 'at once') {
  const measure = new FakeCall<StorageMeasure>();
  const removeLateParts = new FakeCall<void>(sweep === 'slow' ? undefined : () => undefined);
  const machine = storageMachine.provide({
    actors: { measure: measure.logic, removeLateParts: removeLateParts.logic },
  });
  const rig = await startMachine(machine, {
    checkIntervalMs: 5000,
    lowPercent: 80,
    criticalPercent: 90,
    hysteresisPercent: 2,
  });
  await measure.resolve(first);
  const level = () => rig.actor.getSnapshot().value.level;
  const next = async (then: StorageMeasure) => {
    await rig.advance(5000);
    await measure.resolve(then);
    return level();
  };
  return { ...rig, measure, removeLateParts, level, next };
}

test('share used is counted from what is available, and is never outside 0 to 100', () => {
  expect(usedPercent(disk(75))).toBe(75);
  expect(usedPercent(disk(0, { availableBytes: 2000 }))).toBe(0);
  expect(usedPercent(disk(0, { availableBytes: -5 }))).toBe(100);
  expect(usedPercent(disk(0, { totalBytes: 0 }))).toBe(100);
});

test('before the first measure nothing is known, and used counts as nothing', async () => {
  const measure = new FakeCall<StorageMeasure>();
  const machine = storageMachine.provide({ actors: { measure: measure.logic } });
  const rig = await startMachine(machine, {
    checkIntervalMs: 5000,
    lowPercent: 80,
    criticalPercent: 90,
    hysteresisPercent: 2,
  });
  expect(rig.actor.getSnapshot().value.level).toBe('unknown');
  expect(rig.reports.events).toEqual([]);
});

test.each([
  [79.9, 'ok'],
  [80, 'low'],
  [89.9, 'low'],
  [90, 'critical'],
  [100, 'critical'],
])('a disk that is used by %f %% is %s', async (share, level) => {
  const storage = await start(disk(share));
  expect(storage.level()).toBe(level);
  expect(storage.reports.events).toEqual([{ type: 'storage.changed', level }]);
});

test.each([10, 85, 99])(
  'full is critical and not missing, whatever the figures say: %i %%',
  async (share) => {
    const full = { writable: false, full: true, problem: 'There is no space left.' };
    const storage = await start(disk(share, full));
    expect(storage.level()).toBe('critical');
    expect(storage.actor.getSnapshot().context.trouble).toMatchObject({ reason: 'storage_critical' });
    expect(await storage.next(disk(share, full))).toBe('critical');
    expect(await storage.next(disk(10))).toBe('ok');
    expect(await storage.next(disk(share, full))).toBe('critical');
  },
);

test('a level is left only well below its limit', async () => {
  const storage = await start(disk(91));
  expect(await storage.next(disk(88.5))).toBe('critical');
  expect(await storage.next(disk(87.9))).toBe('low');
  expect(await storage.next(disk(78.5))).toBe('low');
  expect(await storage.next(disk(77.9))).toBe('ok');
  expect(await storage.next(disk(95))).toBe('critical');
  expect(await storage.next(disk(50))).toBe('ok');
  expect(storage.reports.events.map((event) => event.level)).toEqual([
    'critical',
    'low',
    'ok',
    'critical',
    'ok',
  ]);
});

test('a disk that fills goes through low to critical', async () => {
  const storage = await start(disk(10));
  expect(await storage.next(disk(85))).toBe('low');
  expect(await storage.next(disk(92))).toBe('critical');
});

test('a folder that cannot be written is missing from any level, and says why', async () => {
  for (const share of [10, 85, 95]) {
    const storage = await start(disk(share));
    expect(await storage.next(disk(share, { writable: false, problem: 'Read-only file system.' }))).toBe(
      'missing',
    );
    expect(storage.actor.getSnapshot().context.trouble).toEqual({
      code: 'storage',
      reason: 'storage_missing',
      message: 'Read-only file system.',
    });
  }
});

test('a folder that is unwritable at the first look is missing, with a sentence of its own when none came', async () => {
  const storage = await start(disk(10, { writable: false }));
  expect(storage.level()).toBe('missing');
  expect(storage.actor.getSnapshot().context.trouble?.message).toBe(
    'The recordings folder cannot be written.',
  );
});

test.each([
  [10, 'ok'],
  [85, 'low'],
  [95, 'critical'],
])('a missing folder that comes back with %i %% used is %s', async (share, level) => {
  const storage = await start(disk(10, { writable: false }));
  expect(await storage.next(disk(10, { writable: false }))).toBe('missing');
  expect(await storage.next(disk(share))).toBe(level);
  expect(storage.actor.getSnapshot().context.trouble).toBeNull();
});

test('a measure that fails means missing, and is made again', async () => {
  const storage = await start(disk(10));
  await storage.advance(5000);
  await storage.measure.reject(failure('internal', 'statfs failed.'));
  expect(storage.level()).toBe('missing');
  expect(storage.actor.getSnapshot().context.trouble?.message).toBe('statfs failed.');
  expect(await storage.next(disk(10))).toBe('ok');
});

test('measures again after the interval, and at once when asked', async () => {
  const storage = await start(disk(10));
  await storage.advance(4999);
  expect(storage.measure.calls).toBe(1);
  await storage.advance(1);
  expect(storage.measure.calls).toBe(2);
  await storage.measure.resolve(disk(10));
  await storage.send({ type: 'storage.check' });
  expect(storage.measure.calls).toBe(3);
});

test('after each measure parts are removed that came too late; a failure of that is not the disk', async () => {
  const storage = await start(disk(10), 'slow');
  const check = () => storage.actor.getSnapshot().value.check;
  expect(check()).toBe('sweeping');
  expect(storage.level(), 'known before that').toBe('ok');
  await storage.removeLateParts.reject(failure('storage', 'EIO'));
  expect(check()).toBe('waiting');
  expect(storage.level()).toBe('ok');
  await storage.next(disk(10));
  expect(storage.removeLateParts.calls).toBe(2);
  await storage.send({ type: 'storage.check' });
  expect(check(), 'asked meanwhile').toBe('measuring');
});

test('after a measure that failed nothing is looked for in the folder', async () => {
  const storage = await start(disk(10));
  await storage.advance(5000);
  const sweeps = storage.removeLateParts.calls;
  await storage.measure.reject(failure('internal', 'statfs failed.'));
  expect(storage.removeLateParts.calls).toBe(sweeps);
});
