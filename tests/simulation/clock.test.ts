import { describe, expect, test } from 'vitest';
import { SimulatedTime } from '../../src/simulation/clock.ts';

function openTime() {
  const time = new SimulatedTime();
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name} ${time.monoMs()}`);
  return { time, fired, note };
}

test('it goes from one due instant to the next, and the older of two timers fires first', () => {
  const { time, fired, note } = openTime();
  time.setTimeout(note('late'), 500);
  time.setTimeout(note('first'), 100);
  time.setTimeout(note('second'), 100);
  time.step(1000);
  expect(fired).toEqual(['first 100', 'second 100']);
  time.step(1000);
  time.step(1000);
  expect(fired.at(-1)).toBe('late 500');
  expect(time.monoMs()).toBe(1000);
  expect(time.wallMs() - time.monoMs()).toBe(Date.UTC(2026, 0, 1));
});

test('a timer that another one cleared in the same instant does not fire', () => {
  const { time, fired, note } = openTime();
  let cleared = 0;
  time.setTimeout(() => time.clearTimeout(cleared), 100);
  cleared = time.setTimeout(note('cleared'), 100);
  time.step(1000);
  expect(fired).toEqual([]);
});

test('waiting ends with its time, or with the reason of an abort', async () => {
  const { time } = openTime();
  const waited = time.after(100, new AbortController().signal);
  time.step(1000);
  await expect(waited).resolves.toBeUndefined();
  const ending = new AbortController();
  const aborted = time.after(100, ending.signal);
  ending.abort(new Error('called off'));
  await expect(aborted).rejects.toThrow('called off');
  await expect(time.after(100, ending.signal)).rejects.toThrow('called off');
});

describe('looks are skipped', () => {
  test('up to the next event of the world; each look is then as far away as before', () => {
    const { time, fired, note } = openTime();
    time.every(1000, note('look'));
    time.at(3_600_000, note('event'));
    time.setTimeout(note('watchdog'), 3000);
    expect(time.skipLooks(10_000_000)).toBe(3_600_000);
    time.step(10_000_000);
    expect(fired).toEqual(['event 3600000']);
    for (const _ of [1, 2, 3]) time.step(10_000_000);
    expect(fired.slice(1).toSorted()).toEqual([
      'look 3601000',
      'look 3602000',
      'look 3603000',
      'watchdog 3603000',
    ]);
  });

  test('a timer that began when something happened is no look: nothing jumps over it', () => {
    const { time, fired, note } = openTime();
    time.at(1000, () => {
      time.noteEvent();
      time.setTimeout(note('backoff'), 30_000);
    });
    time.step(1000);
    expect(time.skipLooks(10_000_000)).toBe(30_000);
    time.step(10_000_000);
    expect(fired).toEqual(['backoff 31000']);
    expect(time.lastEventMs).toBe(1000);
  });

  test('never beyond the limit, and not at all when an event is due now', () => {
    const { time } = openTime();
    time.every(1000, () => {});
    expect(time.skipLooks(5000)).toBe(5000);
    time.at(5000, () => {});
    expect(time.skipLooks(9000)).toBe(0);
  });
});
