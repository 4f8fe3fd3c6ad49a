import { expect, test } from 'vitest';
import { watchdogMachine } from '../../src/machines/watchdog.ts';
import { startMachine } from '../support/machines.ts';

const start = () => startMachine(watchdogMachine, { subject: 'bytes', limitMs: 3000 });

test('a sign within the limit starts it anew, so regular signs never make it late', async () => {
  const dog = await start();
  for (let n = 0; n < 10; n += 1) {
    await dog.advance(2999);
    await dog.send({ type: 'beat' });
  }
  expect(dog.state()).toBe('fresh');
  expect(dog.reports.events).toEqual([]);
});

test('reports once, exactly when the limit is over, and again when signs come back', async () => {
  const dog = await start();
  await dog.advance(2999);
  expect(dog.state()).toBe('fresh');
  await dog.advance(1);
  expect(dog.state()).toBe('late');
  await dog.advance(60_000);
  expect(dog.reports.events).toEqual([{ type: 'watchdog.late', subject: 'bytes' }]);
  await dog.send({ type: 'beat' });
  expect(dog.state()).toBe('fresh');
  expect(dog.reports.events.at(-1)).toEqual({ type: 'watchdog.fresh', subject: 'bytes' });
});

test('while held it never becomes late, and being late is taken back', async () => {
  const dog = await start();
  await dog.send({ type: 'watchdog.hold' });
  await dog.advance(60_000);
  expect(dog.state()).toBe('held');
  await dog.send({ type: 'watchdog.resume' });
  await dog.advance(3000);
  expect(dog.state()).toBe('late');
  await dog.send({ type: 'watchdog.hold' });
  expect(dog.state()).toBe('held');
  expect(dog.reports.types()).toEqual(['watchdog.late', 'watchdog.fresh']);
});

test('a sign ends the holding: what was thought impossible happened', async () => {
  const dog = await start();
  await dog.send({ type: 'watchdog.hold' });
  await dog.send({ type: 'beat' });
  expect(dog.state()).toBe('fresh');
  await dog.advance(3000);
  expect(dog.state()).toBe('late');
});
