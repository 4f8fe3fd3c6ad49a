/** One axis of time over clocks that are set and boots that begin anew. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Axis, FOLD_MS } from '../../src/inspector/model/axis.ts';
import { life, record } from './records.ts';

const axisOf = (monoMs: readonly number[]) => {
  const axis = new Axis();
  for (const [index, ms] of monoMs.entries()) axis.add(record({ seq: index + 1, mono_ms: ms }));
  return axis;
};

test('what came later lies later, whatever the clocks did', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 1e7 }), fc.boolean(), fc.nat({ max: 1e9 })), { minLength: 1 }),
      (all) => {
        const axis = new Axis();
        for (const [index, [monoMs, reboots, wallMs]] of all.entries()) {
          const time = new Date(wallMs).toISOString();
          const boot = life(index, `boot ${index}`, { mono_ms: monoMs, time });
          axis.add(reboots ? boot : record({ seq: index, mono_ms: monoMs, time }));
        }
        expect(axis.at.every((at, index) => index === 0 || at > axis.at[index - 1]!)).toBe(true);
      },
    ),
  );
});

test('folding and unfolding lead back to the same instant', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rests, share) => {
        let monoMs = 0;
        const axis = axisOf(
          rests.map((rest) => {
            monoMs += rest;
            return monoMs;
          }),
        );
        const at = axis.at[0]! + share * (axis.at.at(-1)! - axis.at[0]!);
        expect(axis.unfold(axis.fold(at))).toBeCloseTo(at, 2);
      },
    ),
  );
});

test('a rest of hours takes no more room than a few seconds', () => {
  const axis = axisOf([0, 1000, 7_200_000]);
  expect(axis.folded).toEqual([0, 1000, 1000 + FOLD_MS]);
  expect(axis.fold(axis.at[1]! + 3_600_000)).toBeCloseTo(1000 + FOLD_MS / 2, -1);
});

test('a clock that is set moves nothing', () => {
  const axis = new Axis();
  axis.add(record({ seq: 1, mono_ms: 1000 }));
  axis.add(record({ seq: 2, mono_ms: 3000, time: '2020-01-01T00:00:00.000Z' }));
  expect(axis.at[1]! - axis.at[0]!).toBe(2000);
});
