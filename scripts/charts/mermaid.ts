/** Draws a `Chart` as Mermaid stateDiagram-v2 text, which GitHub shows as a picture. */
import type { Chart, ChartEdge, ChartState, Trigger } from '../../src/machines/chart.ts';

const NOTE_LIMIT_CHARACTERS = 160;

/** The whole diagram, ending in a newline. */
export function toMermaid(chart: Chart): string {
  const anyInside = chart.edges.filter((edge) => edge.fromAnyInside);
  const containers = new Set(anyInside.map((edge) => edge.source));
  const lines = ['---', `title: ${chart.name}`, '---', 'stateDiagram-v2'];
  // Mermaid knows regions only inside a state.
  const { root } = chart;
  lines.push(...indent(root.type === 'parallel' ? block(root, containers) : inside(root, containers)));
  lines.push(...indent(chart.edges.map(arrow)));
  return `${lines.join('\n')}\n`;
}

function inside(state: ChartState, containers: ReadonlySet<string>): readonly string[] {
  const lines: string[] = [];
  if (containers.has(state.id)) lines.push(`state "any state here" as ${anyId(state.id)}`);
  if (state.initial) lines.push(`[*] --> ${idOf(state.initial)}`);
  const blocks = state.states.map((child) => [...block(child, containers), ...note(child)]);
  const regions = state.type === 'parallel';
  return [...lines, ...blocks.flatMap((block, i) => (regions && i > 0 ? ['--', ...block] : block))];
}

function block(state: ChartState, containers: ReadonlySet<string>): readonly string[] {
  const head = `state "${state.name}" as ${idOf(state.id)}`;
  if (state.states.length > 0) return [`${head} {`, ...indent(inside(state, containers)), '}'];
  return state.type === 'final' ? [head, `${idOf(state.id)} --> [*]`] : [head];
}

function arrow(edge: ChartEdge): string {
  const source = edge.fromAnyInside ? anyId(edge.source) : idOf(edge.source);
  return `${source} --> ${idOf(edge.target)} : ${edge.triggers.map(label).join('<br/>')}`;
}

function label(trigger: Trigger): string {
  const words = trigger.kind === 'delay' ? `after ${trigger.text}` : trigger.text;
  return plain([words, trigger.guard && `[${trigger.guard}]`].filter(Boolean).join(' ') || 'at once');
}

function note(state: ChartState): readonly string[] {
  if (!state.description || state.description.length > NOTE_LIMIT_CHARACTERS) return [];
  return [`note right of ${idOf(state.id)} : ${plain(state.description)}`];
}

/** A colon or semicolon would end a label; hash signs begin an entity. */
function plain(text: string): string {
  return text.replaceAll('#', '＃').replaceAll(';', ',').replaceAll(':', '∶').replaceAll('\n', ' ');
}

function idOf(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9]/g, '_');
}

function anyId(id: string): string {
  return `${idOf(id)}__any`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
