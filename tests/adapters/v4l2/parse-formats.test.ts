import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseFormats } from '../../../src/adapters/v4l2/parse-formats.ts';

const formatsOf = (name: string) =>
  parseFormats(readFileSync(`${import.meta.dirname}/fixtures/${name}.txt`, 'utf8'));
const sizesOf = (name: string, fourcc: string) =>
  Object.fromEntries(
    formatsOf(name)
      .find((format) => format.fourcc === fourcc)!
      .sizes.map((size) => [`${size.widthPx}x${size.heightPx}`, size.frameRatesFps]),
  );

describe('formats', () => {
  test('keep the order of the driver, their description and whether they are compressed', () => {
    const seen = formatsOf('uvc-h264').map(({ fourcc, description, compressed }) => [
      fourcc,
      description,
      compressed,
    ]);
    expect(seen).toEqual([
      ['YUYV', 'YUYV 4:2:2', false],
      ['H264', 'H.264', true],
      ['MJPG', 'Motion-JPEG', true],
    ]);
  });

  test('may be listed twice by a driver', () => {
    expect(formatsOf('capture-card').map((format) => format.fourcc)).toEqual(['NV12', 'NV12', 'YU12']);
  });

  test('keep blanks in their four characters', () => {
    expect(formatsOf('ranged-intervals')[1]).toMatchObject({
      fourcc: 'Y16 ',
      description: '16-bit Greyscale',
      sizes: [],
    });
  });

  test('keep commas and brackets in their description and lose the flags behind it', () => {
    const [, , grey, hevc] = formatsOf('ranged-intervals');
    expect(grey).toMatchObject({ description: 'Grey, (8 bit)', compressed: false, emulated: true });
    expect(hevc).toMatchObject({ description: 'HEVC', compressed: true, emulated: false });
  });

  test('may be big-endian', () => {
    const [format] = parseFormats("\t[0]: 'Y16 -BE' (16-bit Greyscale BE)\n");
    expect(format).toMatchObject({ fourcc: 'Y16 -BE', description: '16-bit Greyscale BE' });
  });

  test.each(['uvc-metadata', 'no-formats'])('are none for "%s"', (name) => {
    expect(formatsOf(name)).toEqual([]);
  });

  test('are none in text that holds none', () => {
    expect(parseFormats('')).toEqual([]);
    expect(
      parseFormats('\t\tSize: Discrete 640x480\n\t\t\tInterval: Discrete 0.033s (30.000 fps)\n'),
    ).toEqual([]);
  });
});

describe('discrete sizes', () => {
  test('have their own rates, the highest first', () => {
    expect(sizesOf('uvc-mjpeg', 'YUYV')).toEqual({
      '640x480': [30, 25, 20, 15, 10, 5],
      '320x240': [30, 25, 20, 15, 10, 5],
      '1280x720': [7.5, 5],
      '1280x960': [7.5, 5],
    });
    expect(formatsOf('uvc-mjpeg')[0]?.sizeRanges).toEqual([]);
  });

  test('have rates as printed, where a driver offers unusual ones', () => {
    expect(sizesOf('yuyv-only', 'YUYV')['320x240']).toEqual([187, 150, 137, 125, 100, 75, 60, 50, 37, 30]);
  });

  test('have fractional rates to three decimals, told apart from the whole ones beside them', () => {
    expect(sizesOf('capture-card', 'NV12')).toEqual({ '3840x2160': [29.97] });
  });

  test('are there without rates where the driver lists none', () => {
    expect(sizesOf('ranged-intervals', 'MJPG')['160x120']).toEqual([]);
  });

  test('with a range of intervals have its ends and the usual rates between', () => {
    const sizes = sizesOf('ranged-intervals', 'MJPG');
    expect(sizes['1280x720']).toEqual([30, 25, 24, 20, 15, 12.5, 10, 7.5, 5]);
    expect(sizes['640x480']?.[0]).toBe(60);
    expect(sizes['640x480']?.at(-1)).toBe(1);
    expect(sizes['320x240']).toEqual([30]);
  });
});

describe('ranges of sizes', () => {
  test('have steps', () => {
    const [format] = formatsOf('stepwise');
    expect(format?.sizes).toEqual([]);
    expect(format?.sizeRanges).toEqual([
      {
        minWidthPx: 32,
        maxWidthPx: 2592,
        stepWidthPx: 2,
        minHeightPx: 32,
        maxHeightPx: 1944,
        stepHeightPx: 2,
        minFps: null,
        maxFps: null,
      },
    ]);
  });

  test('have different steps in width and height', () => {
    expect(formatsOf('multiplanar')[0]?.sizeRanges[0]).toMatchObject({
      minWidthPx: 32,
      maxWidthPx: 4672,
      stepWidthPx: 16,
      minHeightPx: 16,
      maxHeightPx: 3504,
      stepHeightPx: 8,
    });
  });

  test('have a step of one where they are continuous', () => {
    expect(formatsOf('continuous')[0]?.sizeRanges[0]).toMatchObject({
      minWidthPx: 48,
      maxHeightPx: 8192,
      stepWidthPx: 1,
      stepHeightPx: 1,
    });
  });

  test('have the lowest and highest of the rates listed below them, as newer versions of v4l2-ctl print them', () => {
    const [format] = parseFormats(
      [
        "\t[0]: 'YUYV' (YUYV 4:2:2)",
        '\t\tSize: Stepwise 320x240 - 1920x1080 with step 16/8',
        '\t\t\tInterval: Stepwise 0.033s - 0.200s with step 0.033s (5.000-30.000 fps)',
        '\t\t\tInterval: Discrete 0.017s (59.940 fps)',
        '',
      ].join('\n'),
    );
    expect(format?.sizeRanges[0]).toMatchObject({ minFps: 5, maxFps: 59.94 });
  });
});
