import { expect, test } from 'vitest';
import { readAllMachines } from '../../scripts/charts/machines.ts';
import { chartForm, chartShape } from '../../src/api/shapes/chart-shape.ts';
import { chartOf, machineNames } from '../../src/wiring/charts.ts';

test('every machine that is drawn is also told as data, and each transition leads from a state to a state', async () => {
  const drawn = await readAllMachines();
  expect([...machineNames].sort()).toEqual(drawn.map(({ name }) => name).sort());
  for (const chart of drawn) {
    expect(chartOf(chart.name)).toEqual(chart);
    const { states, transitions } = chartShape.parse(chartForm(chart));
    const ids = new Set(states.map(({ id }) => id));
    expect(ids.size).toBe(states.length);
    for (const { source, target } of transitions) {
      expect(ids).toContain(source);
      if (target !== null) expect(ids).toContain(target);
    }
    for (const { initial, parent } of states) {
      if (initial !== null) expect(ids).toContain(initial);
      if (parent !== null) expect(ids).toContain(parent);
    }
  }
});
