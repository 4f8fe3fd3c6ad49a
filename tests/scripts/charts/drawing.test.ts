import { beforeAll, describe, expect, test } from 'vitest';
import { PADDING_PX } from '../../../scripts/charts/content.ts';
import { type Layout, layOut, type Rect, scaleOf } from '../../../scripts/charts/layout.ts';
import { toMermaid } from '../../../scripts/charts/mermaid.ts';
import { toSvg } from '../../../scripts/charts/svg.ts';
import { closed, detail } from '../../../scripts/charts/views.ts';
import { readMachine } from '../../../src/machines/read-machine.ts';
import { bellMachine, kettleMachine, radioMachine } from '../../support/toy-machines.ts';

const kettle = readMachine('kettle', kettleMachine);
const radio = readMachine('radio', radioMachine);

const overlap = (one: Rect, two: Rect) =>
  one.x < two.x + two.width &&
  two.x < one.x + one.width &&
  one.y < two.y + two.height &&
  two.y < one.y + one.height;
const boxesOfStates = (layout: Layout) => layout.states.filter(({ state }) => state.states.length === 0);
const pairs = <T>(all: readonly T[]) =>
  all.flatMap((one, i) => all.slice(i + 1).map((two) => [one, two] as const));

describe.each([
  ['nested', kettle],
  ['parallel', radio],
  ['narrow', readMachine('bell', bellMachine)],
  ['closed', closed(kettle, new Set(['kettle.heating']))],
  ['a detail', detail(kettle, 'kettle.heating')],
] as const)('the layout of a %s chart', (_, chart) => {
  let layout: Layout;
  beforeAll(async () => {
    layout = await layOut(chart);
  });

  test('covers nothing with something else', () => {
    for (const [one, two] of pairs(boxesOfStates(layout))) expect(overlap(one, two)).toBe(false);
    const labels = layout.edges.flatMap(({ label }) => label ?? []);
    for (const [one, two] of pairs(labels)) expect(overlap(one, two)).toBe(false);
    for (const label of labels)
      for (const box of boxesOfStates(layout)) expect(overlap(label, box)).toBe(false);
  });

  test('gives every text room in its box', () => {
    for (const { content, width, height } of layout.states) {
      expect(content.widthPx + 2 * PADDING_PX).toBeLessThanOrEqual(width);
      expect(content.heightPx).toBeLessThanOrEqual(height);
    }
  });

  test('is the same every time', async () => {
    expect(toSvg(chart, await layOut(chart))).toBe(toSvg(chart, layout));
  });
});

test('a drawing shows names, events, guards and the signs it uses', async () => {
  const svg = toSvg(kettle, await layOut(kettle));
  for (const text of [
    'Boils water.',
    'warming',
    'switch.on',
    '[cold and not dry]',
    'drying',
    'Noted in every state: looked',
  ]) {
    expect(svg).toContain(text);
  }
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).toContain('after this time');
  expect(svg, 'it has no regions').not.toContain('region: runs');
});

test('a closed state lists what is inside; its detail shows where it leads', async () => {
  const overview = closed(kettle, new Set(['kettle.heating']));
  expect(overview.edges.map(({ source, target }) => `${source} > ${target}`)).toEqual([
    'kettle > kettle.gone',
    'kettle.idle > kettle.heating',
    'kettle.heating > kettle.idle',
    'kettle.heating > kettle.gone',
  ]);
  expect(toSvg(overview, await layOut(overview))).toContain('warming, boiling');
  const inside = detail(kettle, 'kettle.heating');
  expect(inside.root.states.map((state) => [state.name, state.type])).toEqual([
    ['heating', 'compound'],
    ['idle', 'outside'],
    ['gone', 'outside'],
  ]);
});

test('regions that nothing joins are set beside each other', async () => {
  const layout = await layOut(radio);
  expect(scaleOf(layout)).toBeGreaterThan(1);
  expect(layout.states.filter(({ region }) => region).map(({ state }) => state.name)).toEqual([
    'power',
    'band',
  ]);
});

test('Mermaid text has nesting, initial states, ends and notes', () => {
  expect(toMermaid(kettle).split('\n')).toEqual(
    expect.arrayContaining([
      'stateDiagram-v2',
      '  [*] --> kettle_idle',
      '  state "heating" as kettle_heating {',
      '  kettle_gone --> [*]',
      '  note right of kettle_idle : Cold.',
      '  kettle__any --> kettle_gone : unplugged',
      '  kettle_heating_warming --> kettle_heating_boiling : after drying',
    ]),
  );
});

test('Mermaid text sets regions apart, inside the machine', () => {
  expect(toMermaid(radio)).toMatch(/state "radio" as radio \{\n[\s\S]*\n {4}--\n {4}state "band"/);
});
