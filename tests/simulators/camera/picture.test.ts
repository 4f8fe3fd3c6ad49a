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
