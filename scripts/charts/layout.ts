/**
 * Gives every box, dot and arrow of a chart its place. ELK's layered algorithm does the work; of several directions and
 * widths the one that fits a screen best is kept. Deterministic for one version of elkjs.
 */
import ElkModule, { type ElkNode, type ElkPoint } from 'elkjs';
import { allStates, type Chart, type ChartEdge, type ChartState } from '../../src/machines/chart.ts';
import { type Content, edgeContent, PADDING_PX, stateContent, type TextShape } from './content.ts';
import { anyId, CHOICES, dotId, edgeId, elkGraph, type LayoutChoice, textShape } from './elk-graph.ts';
import { arranged, regionsOf } from './regions.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedState extends Rect {
  readonly state: ChartState;
  readonly content: Content;
  readonly depth: number;
  /** A region of a parallel state. */
  readonly region: boolean;
}

export interface PlacedEdge {
  /** null: from an initial dot. */
  readonly edge: ChartEdge | null;
  readonly points: readonly ElkPoint[];
  /** The box it ends at. */
  readonly target: Rect | null;
  readonly label: (Rect & { readonly content: Content }) | null;
}

export interface Layout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Outer boxes before inner ones. */
  readonly states: readonly PlacedState[];
  readonly dots: readonly Rect[];
  /** Marks from which a container's own transitions into itself start. */
  readonly anyMarks: readonly Rect[];
  readonly edges: readonly PlacedEdge[];
}

const SCREEN = { widthPx: 1600, heightPx: 900 };
// The package is CommonJS with a default property: Node and the type checker see its class at different places.
const Elk = ('default' in ElkModule ? ElkModule.default : ElkModule) as typeof ElkModule.default;
const elk = new Elk();

/** The best of a chart's layouts. Regions that nothing connects are laid out one by one and set beside each other. */
export async function layOut(chart: Chart): Promise<Layout> {
  const parts = regionsOf(chart);
  const candidates: (readonly Layout[])[] = [];
  for (const part of parts) candidates.push(await layOutEachWay(part));
  return parts.length === 1 ? best(candidates[0]!) : arranged(candidates, scaleOf);
}

async function layOutEachWay(chart: Chart): Promise<readonly Layout[]> {
  const layouts: Layout[] = [];
  const flat = chart.root.states.every((state) => state.states.length === 0);
  for (const choice of CHOICES) {
    if (choice.wrapped && !flat) continue;
    for (const compacted of [true, false]) {
      const layout = await layOutOneWay(chart, choice, compacted);
      if (layout) layouts.push(layout);
      if (layout) break;
    }
  }
  return layouts;
}

/** Null where elkjs 0.12 fails: compacting crashes on some graphs, and cut rows may tear arrows off their boxes. */
async function layOutOneWay(chart: Chart, choice: LayoutChoice, compacted: boolean): Promise<Layout | null> {
  const attempt = async (wider: ReadonlyMap<string, number>) => {
    const graph = await elk.layout(elkGraph(chart, choice, { compacted, wider })).catch(() => null);
    return graph && read(chart, graph, textShape(choice));
  };
  const first = await attempt(new Map());
  const narrow = first?.states.filter((placed) => lackPx(placed) > 0) ?? [];
  // ELK gives a container the width of what is in it, whatever smallest width is asked for.
  const wider = new Map(narrow.map((placed) => [placed.state.id, lackPx(placed)]));
  const layout = narrow.length === 0 ? first : await attempt(wider);
  return layout?.edges.every(isWhole) ? layout : null;
}

/** Width that a box lacks for its own text. */
function lackPx({ content, width }: PlacedState): number {
  return content.widthPx + 2 * PADDING_PX - width;
}

/** Whether an arrow touches its target. */
function isWhole({ points, target }: PlacedEdge): boolean {
  const end = points.at(-1);
  if (!end || !target) return false;
  const near = (value: number, from: number, length: number) =>
    value >= from - 2 && value <= from + length + 2;
  return near(end.x, target.x, target.width) && near(end.y, target.y, target.height);
}

function best(layouts: readonly Layout[]): Layout {
  return layouts.reduce((known, next) => (score(next) > score(known) ? next : known));
}

/** Large on a screen counts most, then that reading begins at the top left, then short arrows. */
function score(layout: Layout): number {
  const start = layout.dots[0] ?? { x: 0, y: 0 };
  const detour = start.x / layout.widthPx + start.y / layout.heightPx;
  return Math.min(1, scaleOf(layout)) - 0.08 * detour - arrowLengthPx(layout) / 1e6;
}

/** How much a layout must shrink to be seen whole on a screen; 1 or more: not at all. */
export function scaleOf(layout: { readonly widthPx: number; readonly heightPx: number }): number {
  return Math.min(SCREEN.widthPx / layout.widthPx, SCREEN.heightPx / layout.heightPx);
}

function arrowLengthPx(layout: Layout): number {
  const lengths = layout.edges.flatMap(({ points }) =>
    points.slice(1).map(({ x, y }, i) => Math.abs(x - points[i]!.x) + Math.abs(y - points[i]!.y)),
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}

function read(chart: Chart, graph: ElkNode, shape: TextShape): Layout {
  const rects = new Map(descendants(graph).map((node) => [node.id, rectOf(node)]));
  const states = allStates(chart.root);
  const regions = new Set(states.flatMap((state) => (state.type === 'parallel' ? state.states : [])));
  const present = (ids: readonly string[]) => ids.flatMap((id) => rects.get(id) ?? []);
  return {
    widthPx: Math.ceil(graph.width ?? 0),
    heightPx: Math.ceil(graph.height ?? 0),
    states: states.flatMap((state) => {
      const rect = rects.get(state.id);
      if (!rect) return [];
      const depth = state.id.split('.').length;
      return [{ ...rect, state, content: stateContent(state, shape), depth, region: regions.has(state) }];
    }),
    dots: present(states.map((state) => dotId(state.id))),
    anyMarks: present(states.map((state) => anyId(state.id))),
    edges: readEdges(chart, graph, rects, shape),
  };
}

function readEdges(
  chart: Chart,
  graph: ElkNode,
  rects: ReadonlyMap<string, Rect>,
  shape: TextShape,
): readonly PlacedEdge[] {
  const known = new Map(chart.edges.map((edge) => [edgeId(edge), edge]));
  return descendants(graph).flatMap((node) =>
    (node.edges ?? []).map((placed) => {
      const edge = known.get(placed.id) ?? null;
      const label = placed.labels?.[0];
      const points = (placed.sections ?? []).flatMap((section) => [
        section.startPoint,
        ...(section.bendPoints ?? []),
        section.endPoint,
      ]);
      return {
        edge,
        points: points.map(({ x, y }) => ({ x: round(x), y: round(y) })),
        target: rects.get(placed.targets[0] ?? '') ?? null,
        label: edge && label ? { ...rectOf(label), content: edgeContent(edge, shape) } : null,
      };
    }),
  );
}

function descendants(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(descendants)];
}

function rectOf(shape: { x?: number; y?: number; width?: number; height?: number }): Rect {
  const { x = 0, y = 0, width = 0, height = 0 } = shape;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

/** Half pixels are exact enough and keep the files small and stable. */
function round(value: number): number {
  return Math.round(value * 2) / 2;
}
