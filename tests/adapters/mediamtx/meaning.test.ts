import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationText, durationUs, meansTheSame, sizeBytes } from '../../../src/adapters/mediamtx/meaning.ts';

describe('durations', () => {
  test.each([
    ['', 0],
    ['0s', 0],
    ['0', 0],
    ['10s', 10e6],
    ['1h0m0s', 3600e6],
    ['60m', 3600e6],
    ['1d', 86_400e6],
    ['24h', 86_400e6],
    ['1d2h3m4.5s', 93_784.5e6],
    ['500ms', 500e3],
    ['1.5s', 1.5e6],
    ['250µs', 250],
    ['-1d2h', -93_600e6],
  ])('%j is %d microseconds', (text, us) => {
    expect(durationUs(text)).toBe(us);
  });

  test.each(['10', 'abc', '1x', '1h 2m', 's', 'd1', '1s1'])('%j is no duration', (text) => {
    expect(durationUs(text)).toBeNull();
  });

  test('every number of milliseconds survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
        expect(durationUs(durationText(ms))).toBe(ms * 1000);
      }),
    );
  });
});

test.each([
  ['50M', 52_428_800],
  ['51200K', 52_428_800],
  ['50MB', 52_428_800],
  ['50MiB', 52_428_800],
  ['1.5G', 1_610_612_736],
  ['100B', 100],
  ['x', null],
])('size %j is %s bytes', (text, bytes) => {
  expect(sizeBytes(text)).toBe(bytes);
});

test('values are compared by what their key makes of them', () => {
  expect(meansTheSame('recordSegmentDuration', '3600s', '1h0m0s')).toBe(true);
  expect(meansTheSame('recordDeleteAfter', '0s', '')).toBe(true);
  expect(meansTheSame('recordDeleteAfter', '0s', '1d')).toBe(false);
  expect(meansTheSame('recordMaxPartSize', '50M', '51200K')).toBe(true);
  expect(meansTheSame('record', true, true)).toBe(true);
  expect(meansTheSame('record', true, false)).toBe(false);
  expect(meansTheSame('record', false, undefined)).toBe(false);
  expect(meansTheSame('recordPath', '10s', '10000ms')).toBe(false);
  expect(meansTheSame('runOnDemandStartTimeout', '10s', 'nonsense')).toBe(false);
});
