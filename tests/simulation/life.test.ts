/** The whole service on simulated time: it can be repeated, skipping changes nothing, and policies show. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { compare } from '../../src/simulation/compare.ts';
import type { Failure, FailureName } from '../../src/simulation/failures.ts';
import { live } from '../../src/simulation/life.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const HOUR_MS = 3_600_000;
/** A loaded machine is ten times slower than one at rest. */
const LIMIT_MS = 180_000;

const config = loadConfig({ file: null, environment: {} });
const one = (kind: FailureName, fromMs: number, toMs = fromMs): Failure => ({
  kind,
  camera: kind.startsWith('server') || kind === 'disk-full' ? null : 0,
  fromMs,
  toMs,
});
const lifeOf = (failures: readonly Failure[], more: object = {}) =>
  live({ config, seed: 1, cameras: 1, durationMs: 4 * HOUR_MS, failures, ...more });

describe('what a single failure costs', () => {
  test('nothing fails: the picture is there from its start on, and all of it is recorded', async () => {
    const { cameras, serverRestarts, unwell } = await lifeOf([]);
    const [camera] = cameras;
    expect(unwell).toEqual([]);
    expect(serverRestarts).toBe(0);
    expect(camera).toMatchObject({ restarts: 0, recordings: 0 });
    expect(camera!.liveMs + camera!.missingMs).toBeGreaterThan(4 * HOUR_MS - 1000);
    // The first start alone; a recording is ordered within 5 s of it.
    expect(camera!.missingMs).toBeLessThan(5000);
    expect(camera!.recordedMs).toBeGreaterThan(4 * HOUR_MS - 12_000);
  });

  test.each([
    // The outage is as long as the failure, and what the service needs to be back.
    [one('unplug', HOUR_MS, HOUR_MS + 60_000), 60_000, 5000, { restarts: 1, recordings: 1 }],
    [one('flap', HOUR_MS, HOUR_MS + 3000), 3000, 5000, { restarts: 1, recordings: 0 }],
    [one('crash', HOUR_MS), 0, 5000, { restarts: 1, recordings: 0 }],
    [one('server-crash', HOUR_MS), 0, 3000, { restarts: 0, recordings: 0 }],
    [one('stall', HOUR_MS, 2 * HOUR_MS), 0, 15_000, { restarts: 1, recordings: 0 }],
  ])('$kind', async (failure, lastsMs, slackMs, expected) => {
    const { cameras, unwell } = await lifeOf([failure]);
    expect(unwell).toEqual([]);
    expect(cameras[0]).toMatchObject(expected);
    expect(cameras[0]!.longestOutageMs).toBeGreaterThan(lastsMs);
    expect(cameras[0]!.longestOutageMs).toBeLessThan(lastsMs + slackMs);
  });

  test('a full disk ends the recording and leaves the picture alone; it is recorded again afterwards', async () => {
    const { cameras, unwell } = await lifeOf([one('disk-full', HOUR_MS, 2 * HOUR_MS)]);
    expect(unwell).toEqual([]);
    expect(cameras[0]).toMatchObject({ restarts: 0, recordings: 1 });
    expect(cameras[0]!.longestOutageMs).toBeLessThan(5000);
    expect(cameras[0]!.recordedMs).toBeGreaterThan(3 * HOUR_MS - 40_000);
    expect(cameras[0]!.recordedMs).toBeLessThan(3 * HOUR_MS + 10_000);
  });
});

test('the same seed gives the same life, to the millisecond, though its waits have jitter', async () => {
  const failures = [
    one('upset', HOUR_MS, HOUR_MS + 300_000),
    one('server-loop', 2 * HOUR_MS, 2 * HOUR_MS + 60_000),
  ];
  const first = await lifeOf(failures);
  expect(await lifeOf(failures)).toEqual(first);
  const other = await lifeOf(failures, { seed: 2 });
  expect(other.cameras[0]!.missingMs).not.toBe(first.cameras[0]!.missingMs);
});

test('jumping over looks tells the same story as making every one of them', {
  timeout: LIMIT_MS,
}, async () => {
  const MINUTE_MS = 60_000;
  const failures = [
    one('unplug', 5 * MINUTE_MS, 7 * MINUTE_MS),
    one('crash', 10 * MINUTE_MS),
    one('stall', 14 * MINUTE_MS, 19 * MINUTE_MS),
    one('upset', 20 * MINUTE_MS, 23 * MINUTE_MS),
    one('busy', 26 * MINUTE_MS, 30 * MINUTE_MS),
    one('mute', 34 * MINUTE_MS, 36 * MINUTE_MS),
    one('server-crash', 40 * MINUTE_MS),
    one('server-hang', 44 * MINUTE_MS, 46 * MINUTE_MS),
    one('disk-full', 50 * MINUTE_MS, 54 * MINUTE_MS),
    one('flap', 58 * MINUTE_MS, 58 * MINUTE_MS + 2000),
  ];
  // Without jitter: dice that are thrown once more in one of the lives would make all the rest another story.
  const calm = {
    ...config,
    stream: { ...config.stream, backoff_jitter: [1, 1] as [number, number] },
    mediamtx: { ...config.mediamtx, health_jitter: [1, 1] as [number, number] },
  };
  const plan = { config: calm, durationMs: 66 * MINUTE_MS };
  const quick = await lifeOf(failures, plan);
  const slow = await lifeOf(failures, { ...plan, skipLooks: false });
  expect(quick.unwell).toEqual([]);
  expect(quick.serverRestarts).toBe(slow.serverRestarts);
  const [camera, exact] = [quick.cameras[0]!, slow.cameras[0]!];
  expect(camera.restarts).toBe(exact.restarts);
  expect(camera.recordings).toBe(exact.recordings);
  // Looks stand elsewhere between two failures: each may be noticed a look sooner or later.
  expect(Math.abs(camera.missingMs - exact.missingMs)).toBeLessThan(1500 * failures.length);
  expect(Math.abs(camera.longestOutageMs - exact.longestOutageMs)).toBeLessThan(5000);
  expect(Math.abs(camera.recordedMs - exact.recordedMs)).toBeLessThan(30_000);
});

test('a month beside a policy that waits ten minutes: its outages are longer, and both end well', {
  timeout: LIMIT_MS,
}, async () => {
  const file = join(await temporaryFolder(), 'slow.yml');
  await writeFile(file, 'stream:\n  backoff_ms: 600000\n  backoff_max_ms: 600000\n');
  const { policies, differences, possibleMs, failures } = await compare({
    file,
    days: 30,
    seed: 1,
    cameras: 1,
    perDay: {},
  });
  expect(differences.map(({ key }) => key)).toEqual(['stream.backoff_ms', 'stream.backoff_max_ms']);
  expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
  const [usual, slow] = policies.map(({ cameras }) => cameras[0]!);
  for (const { unwell, transitions } of policies) {
    expect(unwell).toEqual([]);
    expect(transitions).toBeGreaterThan(500);
  }
  expect(slow!.longestOutageMs).toBeGreaterThan(usual!.longestOutageMs);
  expect(slow!.longestOutageMs).toBeGreaterThan(8 * 60_000);
  expect(slow!.missingMs).toBeGreaterThan(2 * usual!.missingMs);
  expect(slow!.recordedMs).toBeLessThan(usual!.recordedMs);
  expect(usual!.liveMs).toBeLessThanOrEqual(possibleMs.camera0!);
  expect(usual!.liveMs / possibleMs.camera0!).toBeGreaterThan(0.998);
});
