/** Turns a chart into the graph that ELK lays out: boxes with the room their text needs, dots, marks and labelled edges. */
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Chart, ChartEdge, ChartState } from '../../src/machines/chart.ts';
import { ANY_MARK, edgeContent, PADDING_PX, stateContent, type TextShape } from './content.ts';
import { FONTS, lineHeightPx, widthPx } from './text.ts';

export interface LayoutChoice {
  readonly direction: 'RIGHT' | 'DOWN';
  /** Which arrows point back. */
  readonly cycles: 'GREEDY' | 'DEPTH_FIRST' | 'MODEL_ORDER' | 'GREEDY_MODEL_ORDER';
  /** Cut a long row into several, as text is; only where no state holds others. */
  readonly wrapped: boolean;
}

/** The text that suits a choice's direction. */
export function textShape({ direction }: LayoutChoice): TextShape {
  return direction === 'DOWN' ? { columns: 40, guardsBeside: true } : { columns: 30, guardsBeside: false };
}

/** No single choice suits every chart. Those that follow the order of definition come first. */
export const CHOICES: readonly LayoutChoice[] = [
  ...choices(false, ['MODEL_ORDER', 'GREEDY_MODEL_ORDER', 'DEPTH_FIRST', 'GREEDY']),
  ...choices(true, ['MODEL_ORDER', 'DEPTH_FIRST', 'GREEDY']),
];

function choices(wrapped: boolean, cycles: readonly LayoutChoice['cycles'][]): readonly LayoutChoice[] {
  return cycles.flatMap((one) =>
    (['DOWN', 'RIGHT'] as const).map((direction) => ({ direction, cycles: one, wrapped })),
  );
}

const DOT_PX = 14;
const SPACING_PX = 22;

/** The whole graph; coordinates come back absolute. The root state has no box: the picture is its box. */
export function elkGraph(
  chart: Chart,
  choice: LayoutChoice,
  options: { readonly compacted: boolean; readonly wider: ReadonlyMap<string, number> },
): ElkNode {
  const containers = new Set(chart.edges.filter((edge) => edge.fromAnyInside).map((edge) => edge.source));
  const starts: ElkExtendedEdge[] = [];
  const shape = textShape(choice);
  return {
    id: 'picture',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': choice.direction,
      'elk.hierarchyHandling': choice.wrapped ? 'SEPARATE_CHILDREN' : 'INCLUDE_CHILDREN',
      'elk.layered.wrapping.strategy': choice.wrapped ? 'MULTI_EDGE' : 'OFF',
      'elk.aspectRatio': '1.7',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.cycleBreaking.strategy': choice.cycles,
      'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
      'elk.layered.compaction.postCompaction.strategy': options.compacted ? 'EDGE_LENGTH' : 'NONE',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.randomSeed': '1',
      'elk.padding': '[top=4,left=4,bottom=4,right=4]',
      ...spacing(),
    },
    children: inside(chart.root, { containers, starts, shape, wider: options.wider }),
    edges: [...starts, ...chart.edges.map((edge) => edgeOf(edge, shape))],
  };
}

/** Ids of the parts that are not states. */
export const dotId = (state: string) => `${state} start`;
export const anyId = (state: string) => `${state} any`;
export const edgeId = (edge: ChartEdge) => `${edge.source} > ${edge.target}`;

/** What is needed, and collected, on the way down. */
interface Walk {
  readonly containers: ReadonlySet<string>;
  readonly starts: ElkExtendedEdge[];
  readonly shape: TextShape;
  /** Pixels that a container needs beside what is in it, by state id. */
  readonly wider: ReadonlyMap<string, number>;
}

function inside(state: ChartState, walk: Walk): ElkNode[] {
  const nodes: ElkNode[] = [];
  if (state.initial) {
    nodes.push({ id: dotId(state.id), width: DOT_PX, height: DOT_PX });
    walk.starts.push({ id: `${dotId(state.id)} edge`, sources: [dotId(state.id)], targets: [state.initial] });
  }
  nodes.push(...state.states.map((child) => nodeOf(child, walk)));
  if (walk.containers.has(state.id)) nodes.push(anyMark(state.id));
  return nodes;
}

function nodeOf(state: ChartState, walk: Walk): ElkNode {
  const content = stateContent(state, walk.shape);
  const width = content.widthPx + 2 * PADDING_PX;
  const height = content.heightPx + 2 * PADDING_PX;
  if (state.states.length === 0) return { id: state.id, width, height };
  return {
    id: state.id,
    layoutOptions: {
      'elk.padding': `[top=${height + 4},left=${PADDING_PX},bottom=${PADDING_PX},right=${PADDING_PX + (walk.wider.get(state.id) ?? 0)}]`,
      ...spacing(),
    },
    children: inside(state, walk),
  };
}

function anyMark(stateId: string): ElkNode {
  return {
    id: anyId(stateId),
    width: widthPx(ANY_MARK, FONTS.text) + 2 * PADDING_PX,
    height: lineHeightPx(FONTS.text) + PADDING_PX,
  };
}

function edgeOf(edge: ChartEdge, shape: TextShape): ElkExtendedEdge {
  const content = edgeContent(edge, shape);
  return {
    id: edgeId(edge),
    sources: [edge.fromAnyInside ? anyId(edge.source) : edge.source],
    targets: [edge.target],
    labels: [
      {
        text: edgeId(edge),
        width: content.widthPx + 8,
        height: content.heightPx + 4,
        layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
      },
    ],
  };
}

/** ELK takes spacing from each container anew. */
function spacing(): Record<string, string> {
  return {
    'elk.spacing.nodeNode': `${SPACING_PX}`,
    'elk.spacing.edgeNode': '12',
    'elk.spacing.edgeEdge': '10',
    'elk.spacing.edgeLabel': '2',
    'elk.layered.spacing.nodeNodeBetweenLayers': `${SPACING_PX}`,
    'elk.layered.spacing.edgeNodeBetweenLayers': '14',
    'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  };
}
