import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../src/machines/backoff.ts';

const plain = { firstMs: 1000, longestMs: 30_000, jitter: [1, 1] as const };

test('doubles from the first wait and stays at the longest', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(attempt, plain))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

test('counts an attempt below one as the first', () => {
  expect(backoffMs(0, plain)).toBe(1000);
  expect(backoffMs(-3, plain)).toBe(1000);
});

test('applies the jitter after the cap, so that capped waits differ too', () => {
  const limits = { ...plain, jitter: [0.8, 1.2] as const };
  expect(backoffMs(20, limits, () => 0)).toBe(24_000);
  expect(backoffMs(20, limits, () => 0.5)).toBe(30_000);
  expect(backoffMs(20, limits, () => 1)).toBe(36_000);
});

test('never leaves its range, however many failures there were', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const waitMs = backoffMs(attempt, { ...plain, jitter: [0.8, 1.2] }, () => random);
        expect(waitMs).toBeGreaterThanOrEqual(800);
        expect(waitMs).toBeLessThanOrEqual(36_000);
      },
    ),
  );
});
