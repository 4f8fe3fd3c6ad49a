import { describe, expect, test } from 'vitest';
import { inputFormat, rateText } from '../../../src/adapters/ffmpeg/picture-format.ts';

describe('picture formats', () => {
  test.each([
    ['YUYV', 'yuyv422'],
    ['MJPG', 'mjpeg'],
    ['H264', 'h264'],
    ['Y16 ', 'gray16le'],
  ])('V4L2 calls it %s, ffmpeg %s', (fourcc, name) => {
    expect(inputFormat(fourcc)).toBe(name);
  });

  test('a format that ffmpeg cannot capture is named', () => {
    expect(() => inputFormat('pRAA')).toThrow('pRAA');
  });

  test.each([
    [15, '15'],
    [7.5, '7.5'],
    [29.97, '30000/1001'],
    [23.976, '24000/1001'],
    [59.94, '60000/1001'],
    [14.985, '15000/1001'],
    [12.5, '12.5'],
  ])('%f frames a second is written %s', (rateFps, text) => {
    expect(rateText(rateFps)).toBe(text);
  });
});
