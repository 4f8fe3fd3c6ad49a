/** Finds the machines to draw. */
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { StateMachine } from 'xstate';
import type { Chart } from '../../src/machines/chart.ts';
import { readMachine } from '../../src/machines/read-machine.ts';

const MACHINES = new URL('../../src/machines/', import.meta.url);

/** The charts of all machines that a file of src/machines exports under a name ending in `Machine`, by file name. */
export async function readAllMachines(): Promise<readonly Chart[]> {
  const charts: Chart[] = [];
  // Compiled, the machines are .js beside this compiled file; under vitest they are .ts.
  const extension = extname(import.meta.url);
  for (const file of (await readdir(MACHINES)).sort()) {
    if (!file.endsWith(extension) || file.endsWith(`.d${extension}`)) continue;
    const module: Record<string, unknown> = await import(new URL(file, MACHINES).href);
    for (const [name, value] of Object.entries(module)) {
      if (name.endsWith('Machine') && value instanceof StateMachine)
        charts.push(readMachine(value.id, value));
    }
  }
  return charts;
}
