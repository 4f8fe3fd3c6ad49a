import { expect, test } from 'vitest';
import { inOrder } from '../../src/machines/ports.ts';
import {
  begunMonoMs,
  gapsBetween,
  newestGrew,
  openPartOf,
  recordedBytes,
  recordedMs,
  startsOf,
} from '../../src/machines/recording-facts.ts';
import type { RecordedPart } from '../../src/machines/values.ts';
import { part } from '../support/machine-fixtures.ts';

const first = part({ startedAtMs: 0, durationMs: 10_000 });
const after = (startedAtMs: number) =>
  part({ file: 'part-2.mp4', startedAtMs, durationMs: 5000, sizeBytes: 500 });

test('sums lengths and sizes; a part still being written has no length yet', () => {
  const parts = [first, after(10_000), part({ durationMs: null, sizeBytes: 7 })];
  expect(recordedMs(parts)).toBe(15_000);
  expect(recordedBytes(parts)).toBe(1507);
  expect(recordedMs([])).toBe(0);
});

test('only the newest part tells that something is recorded, and only while it is open or new', () => {
  const open = part({ durationMs: null, sizeBytes: 100 });
  const longer = { ...open, sizeBytes: 200 };
  expect(newestGrew([], [])).toBe(false);
  expect(newestGrew([longer], [open])).toBe(true);
  expect(newestGrew([open], [open])).toBe(false);
  expect(newestGrew([{ ...longer, durationMs: 5000 }], [open]), 'closed meanwhile').toBe(false);
  const next = (sizeBytes: number) => ({ ...open, file: 'part-2.mp4', sizeBytes });
  expect(newestGrew([longer, next(0)], [open])).toBe(false);
  expect(newestGrew([longer, next(1)], [open])).toBe(true);
});

test('segments that join are no gap, not even with the tolerance of a keyframe', () => {
  expect(gapsBetween([first, after(10_000)], [])).toEqual([]);
  expect(gapsBetween([first, after(11_499)], [])).toEqual([]);
  expect(gapsBetween([first, after(9990)], [{ cause: 'capture_lost', atMs: 9000 }])).toEqual([]);
});

test('a long hole is a gap even when nobody noted why', () => {
  expect(gapsBetween([first, after(12_000)], [])).toEqual([
    { fromAtMs: 10_000, toAtMs: 12_000, cause: 'unknown' },
  ]);
});

test('a noted interruption makes even a short hole a gap', () => {
  expect(gapsBetween([first, after(10_300)], [{ cause: 'publisher_replaced', atMs: 10_100 }])).toEqual([
    { fromAtMs: 10_000, toAtMs: 10_300, cause: 'publisher_replaced' },
  ]);
});

test('the cause is the one noted last before the later part began', () => {
  const interruptions = [
    { cause: 'capture_lost', atMs: 10_050 },
    { cause: 'camera_disconnected', atMs: 10_120 },
    { cause: 'media_server_lost', atMs: 40_000 },
  ];
  expect(gapsBetween([first, after(15_000)], interruptions)[0]?.cause).toBe('camera_disconnected');
});

test('an interruption of an earlier hole does not explain a later one', () => {
  const parts = [first, after(15_000), part({ startedAtMs: 25_000, durationMs: 1 })];
  expect(gapsBetween(parts, [{ cause: 'capture_lost', atMs: 10_100 }])).toEqual([
    { fromAtMs: 10_000, toAtMs: 15_000, cause: 'capture_lost' },
    { fromAtMs: 20_000, toAtMs: 25_000, cause: 'unknown' },
  ]);
});

test('a part of unknown length tells nothing about what follows', () => {
  expect(gapsBetween([part({ startedAtMs: 0, durationMs: null }), after(60_000)], [])).toEqual([]);
});

test('the start of the part being written is believed once, whatever the wall clock says later', () => {
  const open = part({ durationMs: null, startedAtMs: 1_000_000 });
  const known = openPartOf({ parts: [first, open], monoMs: 500, atMs: 1_000_200 }, null, null);
  expect(known).toEqual({ file: open.file, sinceMonoMs: 300 });
  expect(openPartOf({ parts: [open], monoMs: 900, atMs: 9_000_000 }, known, 500)).toBe(known);
  const next = { ...open, file: 'part-9.mp4' };
  expect(openPartOf({ parts: [next], monoMs: 900, atMs: 1_000_100 }, known, 500)?.sinceMonoMs).toBe(800);
  expect(openPartOf({ parts: [first], monoMs: 900, atMs: 1_000_100 }, known, 500)).toBeNull();
});

test('a new part is as old as its name says, unless the clock was set since the look before', () => {
  const named = part({ startedAtMs: 50_000 });
  const look = (atMs: number) => ({ monoMs: 1000, atMs });
  expect(begunMonoMs(named, look(50_300), 900), 'named by a picture before it was made').toBe(700);
  expect(begunMonoMs(named, look(50_300), null)).toBe(700);
  expect(begunMonoMs(named, look(3_650_300), 900), 'set ahead').toBe(900);
  expect(begunMonoMs(named, look(49_000), 900), 'set back').toBe(1000);
});

test('parts stand in the order in which they appeared, also when the clock was set back', () => {
  const [early, late] = [part({ file: 'part-1.mp4' }), part({ file: 'part-2.mp4' })];
  const look = (parts: readonly RecordedPart[], monoMs: number) => ({ parts, monoMs, atMs: 5000 });
  const one = startsOf(look([late], 100), [], 50);
  const both = startsOf(look([early, late], 200), one, 100);
  expect(both.map(({ file }) => file)).toEqual([late.file, early.file]);
  expect(inOrder([early, late], both)).toEqual([late, early]);
  expect(inOrder([early, late], one), 'a new one comes last').toEqual([late, early]);
  expect(startsOf(look([early, late], 300), both, 200)).toBe(both);
});

test.each([3_600_000, -3_600_000])(
  'a clock set by %i ms between two parts is the cause of their gap, and not its length',
  (byMs) => {
    const before = part({ file: 'a', startedAtMs: 1_000_000, durationMs: 30_000 });
    const after = part({ file: 'b', startedAtMs: 1_033_000 + byMs, durationMs: 10_000 });
    const starts = [
      { file: 'a', monoMs: 500 },
      { file: 'b', monoMs: 33_500 },
    ];
    expect(gapsBetween([before, after], [], starts)).toEqual([
      { fromAtMs: 1_030_000, toAtMs: 1_033_000, cause: 'clock_set' },
    ]);
  },
);

test('of parts that were there at the first look of a life only their names tell when they began', () => {
  const [early, late] = [
    part({ file: 'a', startedAtMs: 1_000_000, durationMs: 30_000 }),
    part({ file: 'b', startedAtMs: 1_075_000 }),
  ];
  const found = startsOf({ parts: [early], monoMs: 20_000, atMs: 700_000 }, [], null);
  expect(found).toEqual([{ file: 'a', monoMs: null }]);
  // The clock was wrong after the boot and was set right before the next part.
  const starts = startsOf({ parts: [early, late], monoMs: 27_000, atMs: 1_075_500 }, found, 26_000);
  expect(gapsBetween([early, late], [], starts)).toEqual([
    { fromAtMs: 1_030_000, toAtMs: 1_075_000, cause: 'unknown' },
  ]);
});

test('a file that came late is no clock that was set', () => {
  const before = part({ file: 'a', startedAtMs: 1_000_000, durationMs: 30_000 });
  const after = part({ file: 'b', startedAtMs: 1_030_000, durationMs: 10_000 });
  const starts = [
    { file: 'a', monoMs: 0 },
    { file: 'b', monoMs: 36_000 },
  ];
  expect(gapsBetween([before, after], [], starts)).toEqual([]);
});

test('an interruption that was noted before the clock was set back is the cause all the same', () => {
  const before = part({ file: 'a', startedAtMs: 5_000_000, durationMs: 30_000 });
  const after = part({ file: 'b', startedAtMs: 1_440_000, durationMs: 10_000 });
  const starts = [
    { file: 'a', monoMs: 0 },
    { file: 'b', monoMs: 40_000 },
  ];
  expect(gapsBetween([before, after], [{ cause: 'camera_disconnected', atMs: 5_030_100 }], starts)).toEqual([
    { fromAtMs: 5_030_000, toAtMs: 5_040_000, cause: 'camera_disconnected' },
  ]);
});

test('in a life that took the parts over any of them may be the one that is written', () => {
  const [open, closed] = [
    part({ file: 'b', durationMs: null, sizeBytes: 100 }),
    part({ file: 'c', sizeBytes: 500 }),
  ];
  const longer = { ...open, sizeBytes: 200 };
  const starts = [open, closed].map(({ file }) => ({ file, monoMs: null }));
  expect(newestGrew([longer, closed], [open, closed], starts)).toBe(true);
  expect(newestGrew([longer, closed], [open, closed])).toBe(false);
});
