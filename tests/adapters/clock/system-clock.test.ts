import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readBootId } from '../../../src/adapters/clock/boot-id.ts';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';

test('monotonic time is the same in another process, so a deadline survives a restart of the service', () => {
  const beforeMs = systemClock.monoMs();
  const theirs = execFileSync(process.execPath, ['-p', 'String(process.hrtime.bigint())'], {
    encoding: 'utf8',
  });
  const afterMs = systemClock.monoMs();
  const theirMs = Number(BigInt(theirs.trim())) / 1e6;
  expect(theirMs).toBeGreaterThan(beforeMs);
  expect(theirMs).toBeLessThan(afterMs);
});

test('monotonic time counts in milliseconds since the boot and never goes back', () => {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  const samples = Array.from({ length: 1000 }, () => systemClock.monoMs());
  // Uptime includes time asleep, monotonic time does not.
  expect(samples[0]).toBeLessThan(uptimeMs + 1000);
  expect(samples[0]).toBeGreaterThan(0);
  expect(samples).toEqual([...samples].sort((one, other) => one - other));
});

test('wall time is the epoch in whole milliseconds', () => {
  const beforeMs = Date.now();
  expect(systemClock.wallMs()).toBeGreaterThanOrEqual(beforeMs);
  expect(Number.isInteger(systemClock.wallMs())).toBe(true);
});

test('the boot id is one word that stays the same', async () => {
  const id = await readBootId();
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await readBootId()).toBe(id);
});
