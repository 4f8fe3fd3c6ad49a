/** The drawings in statecharts/ show the machines as they are now. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAllMachines } from '../../scripts/charts/machines.ts';
import { toMermaid } from '../../scripts/charts/mermaid.ts';
import {
  type DrawnRecord,
  fingerprinter,
  RECORD_FILE,
  readRecord,
  staleness,
} from '../../scripts/charts/record.ts';
import type { Chart } from '../../src/machines/chart.ts';
import { PROJECT, read } from './sources.ts';

const folder = join(PROJECT, 'statecharts');

describe('statecharts/ is fresh, else run: npm run charts', () => {
  let charts: readonly Chart[];
  let record: DrawnRecord;

  beforeAll(async () => {
    charts = await readAllMachines();
    record = await readRecord(folder);
  });

  test('every machine is drawn from what it is now, and no drawing was changed by hand', async () => {
    expect(charts.length).toBeGreaterThan(6);
    const fingerprintOf = await fingerprinter();
    const stale: string[] = [];
    for (const chart of charts) {
      const why = await staleness(folder, record[chart.name], fingerprintOf(chart));
      if (why !== null) stale.push(`${chart.name}: ${why}`);
    }
    expect(stale).toEqual([]);
  });

  test('the Mermaid text is exactly what the machine gives', () => {
    for (const chart of charts) expect(read(`statecharts/${chart.name}.mmd`)).toBe(toMermaid(chart));
  });

  test('there are no drawings of machines that are gone', () => {
    const known = new Set([
      RECORD_FILE,
      ...Object.values(record).flatMap((drawn) => Object.keys(drawn.files)),
    ]);
    expect(readdirSync(folder).filter((file) => !known.has(file))).toEqual([]);
    expect(Object.keys(record).sort()).toEqual(charts.map((chart) => chart.name).sort());
  });
});
