import { expect, test } from 'vitest';
import { Timeline } from '../../src/wiring/timeline.ts';

const WALL_ZERO_MS = 1_763_872_093_000;
const HOUR_MS = 3_600_000;

test('instants move together with the wall clock when it is set, and do not flicker with its pace', () => {
  const now = { monoMs: 5000, setMs: 0 };
  const timeline = new Timeline({
    monoMs: () => now.monoMs,
    wallMs: () => WALL_ZERO_MS + now.monoMs + now.setMs,
  });
  const since = timeline.monoMs();
  expect(timeline.atMs(since)).toBe(WALL_ZERO_MS + 5000);
  now.monoMs += 60_000;
  for (const setMs of [HOUR_MS, -HOUR_MS, 0]) {
    now.setMs = setMs;
    const ageMs = WALL_ZERO_MS + now.monoMs + setMs - timeline.atMs(since);
    expect(ageMs).toBe(60_000);
  }
  for (const slewMs of [1, 120, 400]) {
    now.setMs = slewMs;
    expect(timeline.atMs(since)).toBe(WALL_ZERO_MS + 5000);
  }
});
