/** Parallel regions of a whole machine: laid out one by one, then set in rows so that the picture suits a screen. */

import type { Chart } from '../../src/machines/chart.ts';
import type { Layout } from './layout.ts';

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

interface Rows extends Size {
  readonly regions: readonly Layout[];
  readonly corners: readonly { readonly left: number; readonly top: number }[];
}

const SPACING_PX = 20;
const ROW_WIDTHS_PX = [900, 1200, 1500, 1800, 2100, 2400, 2800, 3200];

/** One chart per region where the machine is parallel and no arrow joins two regions; else the chart itself. */
export function regionsOf(chart: Chart): readonly Chart[] {
  if (chart.root.type !== 'parallel' || chart.subject) return [chart];
  const parts = chart.root.states.map((region) => {
    const belongs = (id: string) => id === region.id || id.startsWith(`${region.id}.`);
    const edges = chart.edges.filter((edge) => belongs(edge.source) && belongs(edge.target));
    return { ...chart, root: { ...chart.root, states: [region] }, edges };
  });
  const kept = parts.reduce((sum, part) => sum + part.edges.length, 0);
  return kept === chart.edges.length ? parts : [chart];
}

/** The mix of the regions' forms, in rows of some width, that `scaleOf` likes best. */
export function arranged(regions: readonly (readonly Layout[])[], scaleOf: (size: Size) => number): Layout {
  let mixes: (readonly Layout[])[] = [[]];
  for (const forms of regions) mixes = mixes.flatMap((mix) => useful(forms).map((form) => [...mix, form]));
  const rows = mixes.flatMap((mix) => ROW_WIDTHS_PX.map((rowWidthPx) => inRows(mix, rowWidthPx)));
  const best = rows.reduce((known, next) => (scaleOf(next) > scaleOf(known) ? next : known));
  return joined(best);
}

/** Forms that no other form equals or beats in both directions. */
function useful(forms: readonly Layout[]): readonly Layout[] {
  const asGood = (one: Size, other: Size) => one.widthPx <= other.widthPx && one.heightPx <= other.heightPx;
  return forms.filter(
    (form, index) =>
      !forms.some(
        (other, rival) => asGood(other, form) && (rival < index || !asGood(form, other)) && rival !== index,
      ),
  );
}

function inRows(regions: readonly Layout[], rowWidthPx: number): Rows {
  const corners: { left: number; top: number }[] = [];
  let [left, top, right, bottom] = [0, 0, 0, 0];
  for (const region of regions) {
    if (left > 0 && left + region.widthPx > rowWidthPx) [left, top] = [0, bottom + SPACING_PX];
    corners.push({ left, top });
    right = Math.max(right, left + region.widthPx);
    bottom = Math.max(bottom, top + region.heightPx);
    left += region.widthPx + SPACING_PX;
  }
  return { regions, corners, widthPx: right, heightPx: bottom };
}

function joined({ regions, corners, widthPx, heightPx }: Rows): Layout {
  const placed = regions.map((region, index) => moved(region, corners[index]!.left, corners[index]!.top));
  return {
    widthPx,
    heightPx,
    states: placed.flatMap((layout) => layout.states),
    dots: placed.flatMap((layout) => layout.dots),
    anyMarks: placed.flatMap((layout) => layout.anyMarks),
    edges: placed.flatMap((layout) => layout.edges),
  };
}

function moved(layout: Layout, left: number, top: number): Layout {
  const move = <T extends { readonly x: number; readonly y: number }>(at: T): T => ({
    ...at,
    x: at.x + left,
    y: at.y + top,
  });
  return {
    ...layout,
    states: layout.states.map(move),
    dots: layout.dots.map(move),
    anyMarks: layout.anyMarks.map(move),
    edges: layout.edges.map(({ edge, points, target, label }) => ({
      edge,
      points: points.map(move),
      target: target && move(target),
      label: label && move(label),
    })),
  };
}
