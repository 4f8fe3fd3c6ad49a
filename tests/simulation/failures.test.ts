import { expect, test } from 'vitest';
import { drawFailures, FAILURES, type FailureName } from '../../src/simulation/failures.ts';
import { read } from '../house/sources.ts';

const DAY_MS = 86_400_000;
const weather = { seed: 1, cameras: 2, durationMs: 30 * DAY_MS, perDay: {} };

test('the same seed draws the same failures, another one draws others', () => {
  expect(drawFailures(weather, 0)).toEqual(drawFailures(weather, 0));
  expect(drawFailures({ ...weather, seed: 2 }, 0)).not.toEqual(drawFailures(weather, 0));
});

test('one more camera, or another rate of one kind, changes nothing of the others', () => {
  const plain = drawFailures(weather, 0);
  const more = drawFailures({ ...weather, cameras: 3 }, 0);
  expect(more.filter(({ camera }) => camera !== 2)).toEqual(plain);
  const calmer = drawFailures({ ...weather, perDay: { crash: 0 } }, 0);
  expect(calmer).toEqual(plain.filter(({ kind }) => kind !== 'crash'));
});

test('they come as often and last as long as the table says, in order, and leave the end quiet', () => {
  const days = 5000;
  const quietMs = DAY_MS;
  const drawn = drawFailures({ ...weather, cameras: 1, durationMs: days * DAY_MS }, quietMs);
  for (const [kind, { perDay, meanMs }] of Object.entries(FAILURES)) {
    const own = drawn.filter((one) => one.kind === kind);
    expect(own.length / days / perDay, `${kind} a day`).toBeCloseTo(1, 0);
    expect(Math.abs(own.length / days / perDay - 1), `${kind} a day`).toBeLessThan(0.2);
    const lengthMs = own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / own.length;
    if (meanMs === 0) expect(lengthMs).toBe(0);
    else expect(Math.abs(lengthMs / meanMs - 1), `${kind} lasts`).toBeLessThan(0.2);
  }
  expect(drawn.map(({ fromMs }) => fromMs)).toEqual(
    drawn.map(({ fromMs }) => fromMs).toSorted((a, b) => a - b),
  );
  expect(Math.max(...drawn.map(({ toMs }) => toMs))).toBeLessThanOrEqual(days * DAY_MS - quietMs);
});

test('docs/simulation.md has every kind with its numbers', () => {
  const page = read('docs/simulation.md');
  const length = (ms: number) => (ms === 0 ? '-' : ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`);
  for (const kind of Object.keys(FAILURES) as FailureName[]) {
    const { of, perDay, meanMs, about } = FAILURES[kind];
    expect(page).toContain(`| ${kind} | ${of} | ${perDay} | ${length(meanMs)} | ${about} |`);
  }
});
