import { expect, test } from 'vitest';
import { median, percentile, rangeOf } from '../../../scripts/bench/statistics.ts';

const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

test.each([
  [50, 50],
  [95, 95],
  [99, 99],
  [100, 100],
  [0, 1],
])('the %i th percentile of 1 to 100 is the sample %i', (percent, sample) => {
  expect(percentile(hundred, percent)).toBe(sample);
});

test('the 95th percentile of few samples is the greatest, never one that was not measured', () => {
  expect(percentile([3, 1, 2], 95)).toBe(3);
  expect(percentile([7], 50)).toBe(7);
});

test('the median of an even number of samples lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
});

test('samples are not sorted as text', () => {
  expect(median([10, 9, 100])).toBe(10);
  expect(rangeOf([10, 9, 100])).toEqual([9, 100]);
});

test.each([median, rangeOf, (none: number[]) => percentile(none, 50)])(
  'nothing measured has no figure',
  (figure) => {
    expect(() => figure([])).toThrow('no samples were taken');
  },
);
