import { expect, test } from 'vitest';
import { AvailabilityBook } from '../../src/telemetry/availability-book.ts';

const HOUR_MS = 3_600_000;

test('only wanted time counts: there, or missing', () => {
  const book = new AvailabilityBook();
  book.changed('camera0', { wanted: false, live: false }, 0);
  book.changed('camera0', { wanted: true }, 1000);
  book.changed('camera0', { live: true }, 3000);
  book.changed('camera0', { live: false }, 13_000);
  book.changed('camera0', { live: true }, 18_000);
  book.changed('camera0', { wanted: false }, 20_000);
  expect(book.times(99_000)).toEqual([{ camera: 'camera0', liveMs: 12_000, missingMs: 7000 }]);
});

test('a state that lasts is counted up to the moment of the look, however often somebody looks', () => {
  const book = new AvailabilityBook();
  book.changed('camera0', { wanted: true, live: true }, 0);
  for (const atMs of [1, 10, 250, 999]) book.times(atMs);
  expect(book.times(HOUR_MS)).toEqual([{ camera: 'camera0', liveMs: HOUR_MS, missingMs: 0 }]);
});

test('a camera that is switched off is missed by nobody; one that is switched on again is', () => {
  const book = new AvailabilityBook();
  book.changed('camera0', { wanted: true, live: false }, 0);
  book.changed('camera0', { disabled: true }, 1000);
  book.changed('camera0', { disabled: false }, 61_000);
  expect(book.times(62_000)).toEqual([{ camera: 'camera0', liveMs: 0, missingMs: 2000 }]);
});

test('cameras are counted apart, and what was counted of one that is gone stays', () => {
  const book = new AvailabilityBook();
  book.changed('camera0', { wanted: true, live: true }, 0);
  book.changed('camera1', { wanted: true, live: false }, 0);
  book.ended('camera0', 5000);
  expect(book.times(9000)).toEqual([
    { camera: 'camera0', liveMs: 5000, missingMs: 0 },
    { camera: 'camera1', liveMs: 0, missingMs: 9000 },
  ]);
  book.changed('camera0', { wanted: true, live: true }, 10_000);
  expect(book.times(11_000)[0]).toEqual({ camera: 'camera0', liveMs: 6000, missingMs: 0 });
});
