import { describe, expect, test } from 'vitest';
import { Painter } from '../../../src/simulators/camera/picture.ts';

function paint(widthPx: number, heightPx: number, counter: number): Buffer {
  const painter = new Painter(widthPx, heightPx, 'Synthetic Camera 0');
  const picture = Buffer.alloc(painter.sizeBytes);
  painter.paint(picture, { camera: 0, counter, epochMs: 1_795_408_093_000 + counter });
  return picture;
}

describe('picture', () => {
  test('is the same to the last byte at the same moment', () => {
    expect(paint(320, 240, 7).equals(paint(320, 240, 7))).toBe(true);
  });

  test('changes below the strip from one frame to the next', () => {
    const belowStrip = 24 * 320 * 2;
    expect(
      paint(320, 240, 7)
        .subarray(belowStrip)
        .equals(paint(320, 240, 8).subarray(belowStrip)),
    ).toBe(false);
  });

  test.each([
    [160, 120],
    [162, 1080],
    [1920, 120],
  ])('fits into %i x %i', (widthPx, heightPx) => {
    expect(paint(widthPx, heightPx, 1)).toHaveLength(widthPx * heightPx * 2);
  });
});

test('brightness moves the luma of the bars, within its range, and leaves the barcode readable', () => {
  const painter = new Painter(320, 240, 'Synthetic Camera 0');
  const moment = { camera: 0, counter: 7, epochMs: 1_795_408_093_000 };
  const at = (brightness: number) => {
    const picture = Buffer.alloc(painter.sizeBytes);
    painter.paint(picture, moment, brightness);
    return picture;
  };
  const [dark, usual, light] = [at(-64), at(0), at(64)];
  const belowStrip = (picture: Buffer) => picture.subarray(30 * 320 * 2, 80 * 320 * 2);
  const luma = (picture: Buffer) => {
    const part = belowStrip(picture);
    let sum = 0;
    for (let index = 0; index < part.length; index += 2) sum += part[index]!;
    return sum / (part.length / 2);
  };
  expect(luma(dark)).toBeLessThan(luma(usual) - 30);
  expect(luma(light)).toBeGreaterThan(luma(usual) + 30);
  expect(Math.max(...belowStrip(light).filter((_, index) => index % 2 === 0))).toBe(235);
  expect(Math.min(...belowStrip(dark).filter((_, index) => index % 2 === 0))).toBe(16);
  const strip = (picture: Buffer) => picture.subarray(0, 8 * 320 * 2);
  expect(strip(light).equals(strip(usual))).toBe(true);
  expect(at(0).equals(usual), 'and back').toBe(true);
});
