/**
 * Smaller views of a chart that is too large to be read at once: an overview in which nested states are closed boxes,
 * and one detail per closed box, in which whatever lies outside is a small stub.
 */
import { allStates, type Chart, type ChartEdge, type ChartState } from '../../src/machines/chart.ts';

/** The chart with the named states closed: their inner states are only listed, arrows end at the box. */
export function closed(chart: Chart, ids: ReadonlySet<string>): Chart {
  const shown = new Map<string, string>();
  const visit = (state: ChartState, box: string | null): void => {
    shown.set(state.id, box ?? state.id);
    for (const child of state.states) visit(child, box ?? (ids.has(state.id) ? state.id : null));
  };
  visit(chart.root, null);
  const edges = chart.edges.map((edge) => ({
    ...edge,
    source: shown.get(edge.source) ?? edge.source,
    target: shown.get(edge.target) ?? edge.target,
  }));
  const visible = edges.filter(
    ({ source, target, fromAnyInside }) => source !== target && !(fromAnyInside && ids.has(source)),
  );
  return { ...chart, root: closeIn(chart.root, ids), edges: merged(visible) };
}

/** What happens inside one state. Where its arrows come from or lead to outside, stubs bear the other state's name. */
export function detail(chart: Chart, id: string): Chart {
  const states = allStates(chart.root);
  const subject = states.find((state) => state.id === id)!;
  const inner = new Set(allStates(subject).map((state) => state.id));
  const touching = chart.edges.filter(
    ({ source, target }) => inner.has(source) || (inner.has(target) && target !== id),
  );
  const outside = new Set(
    touching.flatMap(({ source, target }) => [source, target]).filter((end) => !inner.has(end)),
  );
  const stubs = states.filter((state) => outside.has(state.id)).map(stubOf);
  const parent = states.find((state) => state.states.includes(subject));
  const root: ChartState = {
    ...chart.root,
    type: parent && holdsRegions(parent) ? 'parallel' : 'compound',
    description: `One state of ${chart.root.name} from inside, and where it leads.`,
    reactions: [],
    initial: null,
    states: [subject, ...stubs],
  };
  return { name: id, root, edges: touching, subject: id };
}

/** States whose inside could be hidden: not those that the chart is about, nor regions of those. */
export function closable(chart: Chart): readonly ChartState[] {
  const about = allStates(chart.root).find((state) => state.id === (chart.subject ?? chart.root.id))!;
  return frames(about).flatMap((frame) =>
    frame.states.filter((state) => state.states.length > 0 && !holdsRegions(frame)),
  );
}

function frames(state: ChartState): readonly ChartState[] {
  return holdsRegions(state) ? [state, ...state.states.flatMap(frames)] : [state];
}

function holdsRegions(parent: ChartState): boolean {
  return parent.type === 'parallel';
}

function closeIn(state: ChartState, ids: ReadonlySet<string>): ChartState {
  if (!ids.has(state.id)) return { ...state, states: state.states.map((child) => closeIn(child, ids)) };
  return {
    ...state,
    type: 'closed',
    initial: null,
    states: [],
    inside: state.states.map((child) => child.name),
  };
}

function stubOf(state: ChartState): ChartState {
  const name = state.id.slice(state.id.indexOf('.') + 1);
  return {
    ...state,
    name,
    type: 'outside',
    description: null,
    invokes: [],
    reactions: [],
    initial: null,
    states: [],
  };
}

function merged(edges: readonly ChartEdge[]): readonly ChartEdge[] {
  const byEnds = new Map<string, ChartEdge>();
  for (const edge of edges) {
    const key = `${edge.source} > ${edge.target}`;
    const triggers = [...(byEnds.get(key)?.triggers ?? []), ...edge.triggers];
    const unique = triggers.filter(
      (one, i) => triggers.findIndex((two) => one.text === two.text && one.guard === two.guard) === i,
    );
    byEnds.set(key, { ...edge, triggers: unique });
  }
  return [...byEnds.values()];
}
