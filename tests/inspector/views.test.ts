/** What views work out before they draw. */
import { expect, test } from 'vitest';
import { behindWords } from '../../src/inspector/view/behind.ts';
import { factorOf, fitsOf, zoomed } from '../../src/inspector/view/chart-size.ts';

test('the hand stands before, at or after the last step', () => {
  expect(behindWords(1000, 5600)).toBe('4.6 s before the last step');
  expect(behindWords(5600, 1000)).toBe('4.6 s after the last step');
  expect(behindWords(1000.001, 1000)).toBe('at the last step');
});

test('"Fit" shows the whole drawing, whatever its form; by itself a drawing is never too small to be read', () => {
  const room = { width: 824, height: 424 };
  for (const drawing of [
    { width: 4000, height: 300 },
    { width: 300, height: 9000 },
    { width: 200, height: 100 },
  ]) {
    const fits = fitsOf(room, drawing);
    const whole = factorOf('whole', fits);
    expect(drawing.width * whole).toBeLessThanOrEqual(room.width);
    expect(drawing.height * whole).toBeLessThanOrEqual(room.height);
    expect(factorOf(null, fits)).toBe(Math.max(0.8, whole));
    expect(factorOf(2, fits)).toBe(2);
  }
});

test('smaller is never larger, and larger is larger', () => {
  const tiny = { whole: 0.05, readable: 0.8 };
  expect(zoomed('whole', tiny, 1 / 1.25)).toBe(0.05);
  expect(zoomed('whole', tiny, 1.25)).toBeCloseTo(0.0625);
  expect(zoomed(null, tiny, 1.25)).toBeCloseTo(1);
  expect(zoomed(0.21, tiny, 1 / 1.25)).toBe(0.2);
  expect(zoomed(2.9, tiny, 1.25)).toBe(3);
});
