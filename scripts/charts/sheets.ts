/** Decides what goes on one sheet: the whole chart where it can be read at once, else an overview and its details. */

import { allStates, type Chart } from '../../src/machines/chart.ts';
import { type Layout, layOut, scaleOf } from './layout.ts';
import { closable, closed, detail } from './views.ts';

export interface Sheet {
  readonly chart: Chart;
  readonly layout: Layout;
}

/** A sheet that must shrink further than this to fit a screen is too large. */
const READABLE_SCALE = 0.7;
/** Larger charts are not even tried whole: it takes seconds and never fits. */
const MOST_STATES = 24;

/** The sheets of a chart, the first being the one that bears its name. */
export async function sheetsOf(chart: Chart): Promise<readonly Sheet[]> {
  const candidates = closable(chart).map((state) => state.id);
  const small = allStates(chart.root).length <= MOST_STATES;
  const whole = small || candidates.length === 0 ? { chart, layout: await layOut(chart) } : null;
  if (whole && (candidates.length === 0 || scaleOf(whole.layout) >= READABLE_SCALE)) {
    return [whole, ...(await regionSheets(chart, whole.layout))];
  }
  const overview = closed(chart, new Set(candidates));
  const layout = await layOut(overview);
  const regions = await regionSheets(chart, layout);
  const details = regions.length > 0 ? [] : await detailSheets(chart, candidates);
  return [{ chart: overview, layout }, ...regions, ...details];
}

/** Regions one by one, where they do not fit beside each other. */
async function regionSheets(chart: Chart, layout: Layout): Promise<readonly Sheet[]> {
  if (chart.root.type !== 'parallel' || chart.subject || scaleOf(layout) >= READABLE_SCALE) return [];
  return detailSheets(
    chart,
    chart.root.states.map((region) => region.id),
  );
}

async function detailSheets(chart: Chart, ids: readonly string[]): Promise<readonly Sheet[]> {
  const sheets: Sheet[] = [];
  for (const id of ids) sheets.push(...(await sheetsOf(detail(chart, id))));
  return sheets;
}
