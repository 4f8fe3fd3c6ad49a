import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitPicture, lowestLevel } from '../../../src/adapters/ffmpeg/level.ts';

const at = (widthPx: number, heightPx: number, rateFps: number, bitrateBps = 600_000) => ({
  widthPx,
  heightPx,
  rateFps,
  bitrateBps,
});

describe('H.264 levels', () => {
  test.each([
    [at(160, 112, 15, 64_000), '1.0'],
    [at(320, 240, 10), '1.3'],
    [at(320, 240, 20), '1.3'],
    [at(320, 240, 30, 1_000_000), '2.0'],
    [at(640, 480, 15), '2.2'],
    [at(640, 480, 30), '3.0'],
    [at(720, 576, 25), '3.0'],
    [at(720, 480, 30), '3.0'],
    [at(720, 576, 30), '3.1'],
    [at(1280, 720, 30), '3.1'],
    [at(1920, 1080, 30), '4.0'],
    [at(1920, 1080, 30, 30_000_000), '4.1'],
    [at(3840, 2160, 30), '5.1'],
  ])('%o is level %s', (picture, level) => {
    expect(lowestLevel(picture)).toBe(level);
  });

  test('a very wide picture needs a higher level than its area says', () => {
    // 57 macroblocks across: 57² is more than 8 times the 396 of level 2.0.
    expect(lowestLevel(at(912, 16, 10))).toBe('2.1');
  });

  test('no level holds everything', () => {
    expect(lowestLevel(at(16_384, 16_384, 240))).toBeNull();
  });
});

describe('fitting a picture', () => {
  test.each([
    [at(640, 480, 15), { widthPx: 640, heightPx: 480, level: '2.2' }],
    [at(1920, 1080, 25), { widthPx: 720, heightPx: 404, level: '3.0' }],
    [at(1280, 1024, 15), { widthPx: 720, heightPx: 576, level: '3.0' }],
    [at(1080, 1920, 25), { widthPx: 324, heightPx: 576, level: '2.1' }],
    [at(641, 481, 15), { widthPx: 640, heightPx: 480, level: '2.2' }],
  ])('strict makes %o into %o', (wish, picture) => {
    expect(fitPicture(wish, true)).toMatchObject(picture);
  });

  test('strict makes a fast picture smaller rather than losing frames', () => {
    const picture = fitPicture(at(640, 480, 60), true);
    expect(picture).toMatchObject({ rateFps: 60, level: '3.0' });
    expect(picture.widthPx).toBeLessThan(640);
  });

  test('not strict keeps the size and only makes it even', () => {
    expect(fitPicture(at(1921, 1081, 30), false)).toMatchObject({
      widthPx: 1920,
      heightPx: 1080,
      level: '4.0',
    });
  });

  test('strict always ends within level 3.0 and 720x576, even and with its aspect', () => {
    const sides = fc.integer({ min: 16, max: 7680 });
    fc.assert(
      fc.property(
        sides,
        sides,
        fc.integer({ min: 1, max: 240 }),
        fc.integer({ min: 50_000, max: 50_000_000 }),
        (w, h, rate, bps) => {
          const { widthPx, heightPx, level } = fitPicture(at(w, h, rate, bps), true);
          expect(Number(level)).toBeLessThanOrEqual(3);
          expect(widthPx).toBeLessThanOrEqual(720);
          expect(heightPx).toBeLessThanOrEqual(576);
          expect(widthPx % 2 === 0 && heightPx % 2 === 0).toBe(true);
          // Two pixels of rounding at each side; below 16 pixels a side is held at 16.
          if (widthPx > 16 && heightPx > 16)
            expect(Math.abs(widthPx - (heightPx * w) / h)).toBeLessThanOrEqual(2 + (2 * w) / h);
        },
      ),
    );
  });
});
