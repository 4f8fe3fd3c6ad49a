import { describe, expect, test } from 'vitest';
import { commonCapabilities, sameCapabilities } from '../../src/machines/capabilities.ts';
import type { Capabilities, FrameSize, FrameSizeRange, PixelFormat } from '../../src/machines/values.ts';
import { capabilities } from '../support/machine-fixtures.ts';

const [yuyv] = capabilities().formats as [PixelFormat];
const size = (widthPx: number, ...frameRatesFps: readonly number[]): FrameSize => ({
  widthPx,
  heightPx: 480,
  frameRatesFps,
});
const range: FrameSizeRange = {
  minWidthPx: 16,
  maxWidthPx: 640,
  stepWidthPx: 2,
  minHeightPx: 16,
  maxHeightPx: 480,
  stepHeightPx: 2,
  minFps: null,
  maxFps: null,
};
const offering = (...formats: readonly Partial<PixelFormat>[]): Capabilities => ({
  ...capabilities(),
  formats: formats.map((format) => ({ ...yuyv, ...format })),
});

describe('two answers agree', () => {
  test.each([
    ['in the same words', offering({}), offering({})],
    ['in another order of formats', offering({}, { fourcc: 'MJPG' }), offering({ fourcc: 'MJPG' }, {})],
    [
      'in another order of sizes and rates, or told twice',
      offering({ sizes: [size(640, 30, 15), size(320, 30)] }),
      offering({ sizes: [size(320, 30), size(640, 15, 30), size(640, 30)] }),
    ],
    ['about the device in other words', offering({}), { ...offering({}), busInfo: 'usb-2', card: 'Other' }],
  ])('%s', (_, a, b) => {
    expect(sameCapabilities(a, b)).toBe(true);
  });

  test.each([
    ['a format more', offering({}), offering({}, { fourcc: 'MJPG' })],
    [
      'a size less',
      offering({ sizes: [size(640, 30), size(320, 30)] }),
      offering({ sizes: [size(640, 30)] }),
    ],
    [
      'one rate of many less',
      offering({ sizes: [size(640, 30, 25, 20, 15, 10, 5)] }),
      offering({ sizes: [size(640, 30, 25, 20, 15, 10)] }),
    ],
    ['another node', offering({}), offering({ devicePath: '/dev/video2' })],
    [
      'another range',
      offering({ sizes: [], sizeRanges: [range] }),
      offering({ sizes: [], sizeRanges: [{ ...range, maxFps: 30 }] }),
    ],
    ['no size at all', offering({ sizes: [] }), offering({})],
    [
      'an encoder that can be set now',
      offering({ encoder: { bitrate: false, gop: false } }),
      offering({ encoder: { bitrate: true, gop: false } }),
    ],
  ])('not with %s', (_, a, b) => {
    expect(sameCapabilities(a, b)).toBe(false);
    expect(sameCapabilities(b, a)).toBe(false);
  });
});

describe('what two answers have in common', () => {
  test('is the formats, sizes and rates that both have, in the order of the first', () => {
    const a = offering(
      { sizes: [size(1280, 10), size(640, 30, 15), size(320, 5)] },
      { fourcc: 'MJPG', sizes: [size(640, 30)] },
    );
    const b = offering({ fourcc: 'H264' }, { sizes: [size(320, 10), size(640, 15, 7.5, 30)] });
    expect(commonCapabilities(a, b).formats).toEqual([{ ...yuyv, sizes: [size(640, 30, 15)] }]);
  });

  test('is the ranges that both have', () => {
    const ranged = { sizes: [], sizeRanges: [range] };
    expect(commonCapabilities(offering(ranged), offering(ranged)).formats).toEqual([{ ...yuyv, ...ranged }]);
    const other = { sizes: [], sizeRanges: [{ ...range, maxWidthPx: 320 }] };
    expect(commonCapabilities(offering(ranged), offering(other)).formats).toEqual([]);
  });

  test('keeps sizes whose driver lists no rates', () => {
    const without = offering({ sizes: [size(640)] });
    expect(commonCapabilities(without, without).formats).toEqual([{ ...yuyv, sizes: [size(640)] }]);
  });

  test('keeps a format whose driver lists no sizes', () => {
    const without = offering({ sizes: [] });
    expect(commonCapabilities(without, without)).toEqual(without);
  });

  test('is nothing where they come from different nodes', () => {
    expect(commonCapabilities(offering({}), offering({ devicePath: '/dev/video2' })).formats).toEqual([]);
  });
});
