import { expect, test } from 'vitest';
import { choosePicture } from '../../src/machines/plan.ts';
import type { FrameSizeRange, PixelFormat } from '../../src/machines/values.ts';
import { capabilities } from '../support/machine-fixtures.ts';

const wish = { widthPx: 640, heightPx: 480, rateFps: 15 };
const format = (
  fourcc: string,
  sizes: [number, number, number[]][],
  sizeRanges: FrameSizeRange[] = [],
): PixelFormat => ({
  devicePath: '/dev/video0',
  fourcc,
  description: fourcc,
  compressed: fourcc === 'MJPG',
  sizes: sizes.map(([widthPx, heightPx, frameRatesFps]) => ({ widthPx, heightPx, frameRatesFps })),
  sizeRanges,
});
const choose = (formats: PixelFormat[], wished = wish) =>
  choosePicture({ ...capabilities(), formats }, wished);
const range = (fields: Partial<FrameSizeRange> = {}): FrameSizeRange => ({
  minWidthPx: 32,
  maxWidthPx: 1920,
  stepWidthPx: 16,
  minHeightPx: 32,
  maxHeightPx: 1080,
  stepHeightPx: 8,
  minFps: 5,
  maxFps: 30,
  ...fields,
});

test('takes the wished picture where the camera has it, at the lowest rate that reaches the wish', () => {
  expect(
    choose([
      format('YUYV', [
        [320, 240, [30]],
        [640, 480, [60, 30, 15, 5]],
      ]),
    ]),
  ).toEqual({
    fourcc: 'YUYV',
    widthPx: 640,
    heightPx: 480,
    rateFps: 15,
  });
});

test('takes raw frames before compressed ones of the same picture', () => {
  expect(choose([format('MJPG', [[640, 480, [30]]]), format('YUYV', [[640, 480, [30]]])])?.fourcc).toBe(
    'YUYV',
  );
});

test('takes MJPEG where raw frames do not reach the rate', () => {
  const formats = [format('YUYV', [[1280, 720, [5]]]), format('MJPG', [[1280, 720, [30]]])];
  expect(choose(formats, { widthPx: 1280, heightPx: 720, rateFps: 25 })).toMatchObject({
    fourcc: 'MJPG',
    rateFps: 30,
  });
});

test('takes the highest rate there is when none reaches the wish', () => {
  expect(choose([format('YUYV', [[640, 480, [10, 5]]])])?.rateFps).toBe(10);
});

test('takes 14.985 for a wish of 15', () => {
  expect(choose([format('YUYV', [[640, 480, [29.97, 14.985]]])])?.rateFps).toBe(14.985);
});

test('keeps the wished rate where the driver lists none', () => {
  expect(choose([format('YUYV', [[640, 480, []]])])?.rateFps).toBe(15);
});

test('takes a smaller picture rather than one as far above the wish', () => {
  const formats = [
    format('YUYV', [
      [800, 600, [15]],
      [480, 360, [15]],
    ]),
  ];
  expect(choose(formats)).toMatchObject({ widthPx: 480 });
});

test('fits a stepwise range to the steps of the driver', () => {
  expect(choose([format('NV12', [], [range()])], { widthPx: 645, heightPx: 483, rateFps: 60 })).toEqual({
    fourcc: 'NV12',
    widthPx: 640,
    heightPx: 480,
    rateFps: 30,
  });
});

test('takes a continuous range exactly, between its ends', () => {
  const continuous = range({ stepWidthPx: 1, stepHeightPx: 1, minFps: null, maxFps: null });
  expect(
    choose([format('NV12', [], [continuous])], { widthPx: 645, heightPx: 4000, rateFps: 12 }),
  ).toMatchObject({
    widthPx: 645,
    heightPx: 1080,
    rateFps: 12,
  });
  expect(choose([format('NV12', [], [continuous])], { widthPx: 2, heightPx: 2, rateFps: 12 })).toMatchObject({
    widthPx: 32,
    heightPx: 32,
  });
});

test('finds nothing where no format can be captured', () => {
  expect(choose([])).toBeNull();
  expect(choose([format('BA81', [[640, 480, [30]]])])).toBeNull();
  expect(choose([format('YUYV', [])])).toBeNull();
});
