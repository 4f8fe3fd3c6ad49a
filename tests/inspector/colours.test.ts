/** The page is readable in both schemes: contrasts as WCAG asks, computed from the style itself. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/inspector/styles/base.css', 'utf8');
const [light = '', dark = ''] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);
const colours = (body: string) =>
  new Map(
    [...body.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );

function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

test.each([
  ['light', light],
  ['dark', dark],
])('%s: texts and signs stand out from what is behind them', (_, body) => {
  const known = colours(body);
  const of = (name: string) => known.get(name) ?? expect.fail(`${name} is not there`);
  const texts = ['--ink', '--quiet', '--accent', '--well', '--trouble'];
  const papers = ['--pane', '--raised', '--chosen'];
  const faint = texts.flatMap((text) =>
    papers
      .filter((paper) => contrast(of(text), of(paper)) < (paper === '--pane' ? 4.5 : 4))
      .map((paper) => `${text} on ${paper}: ${contrast(of(text), of(paper)).toFixed(2)}`),
  );
  expect(faint).toEqual([]);
  expect(contrast(of('--ink'), of('--wrong-paper'))).toBeGreaterThan(7);
  for (const sign of ['--busy', '--rest', '--taken'])
    expect(contrast(of(sign), of('--pane'))).toBeGreaterThan(3);
});
