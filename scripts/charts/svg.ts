/**
 * Draws a laid-out chart as one self-contained SVG: readable in light and dark, generic fonts, no script, tooltips
 * with the full descriptions. Same chart, same bytes.
 */

import type { Chart, ChartEdge } from '../../src/machines/chart.ts';
import {
  ANY_MARK,
  type Content,
  ICON_PX,
  type Line,
  lineWidthPx,
  PADDING_PX,
  triggerSentence,
} from './content.ts';
import { edgeId } from './elk-graph.ts';
import type { Layout, PlacedEdge, PlacedState, Rect } from './layout.ts';
import { legend } from './legend.ts';
import { arrowPath, escaped, iconShape, STYLE } from './svg-parts.ts';
import { FONTS, lineHeightPx, widthPx, wrap } from './text.ts';

const MARGIN_PX = 16;
const MIN_WIDTH_PX = 560;
const TITLE_PX = 28;

/** The picture's text, ending in a newline. */
export function toSvg(chart: Chart, layout: Layout): string {
  const inner = Math.max(layout.widthPx, MIN_WIDTH_PX);
  const width = inner + 2 * MARGIN_PX;
  const heading = headingLines(chart, inner);
  const top = MARGIN_PX + TITLE_PX + heading.length * lineHeightPx(FONTS.text) + 6;
  const key = legend(layout, inner);
  const keyTop = top + layout.heightPx + 14;
  const height = keyTop + key.heightPx + 6;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Statechart ${escaped(chart.name)}">`,
    `<title>Statechart: ${escaped(chart.name)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title strong" x="${MARGIN_PX}" y="${MARGIN_PX + 18}">${escaped(chart.name)}</text>`,
    ...heading.map((text, row) => {
      const y = MARGIN_PX + TITLE_PX + (row + 1) * lineHeightPx(FONTS.text) - 4;
      return `<text class="text quiet" x="${MARGIN_PX}" y="${y}">${escaped(text)}</text>`;
    }),
    `<g transform="translate(${MARGIN_PX} ${top})">`,
    ...layout.states.map(stateBox),
    ...layout.anyMarks.map(anyMark),
    ...layout.edges.map(edgeLine),
    ...layout.dots.map(
      (dot) => `<circle class="dot" cx="${dot.x + dot.width / 2}" cy="${dot.y + dot.height / 2}" r="5"/>`,
    ),
    ...layout.edges.map(edgeLabel),
    '</g>',
    `<g transform="translate(${MARGIN_PX} ${keyTop})">`,
    ...key.lines,
    '</g>',
    '</svg>',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** Under the title: what the machine is, and what it reacts to in every state without leaving it. */
function headingLines(chart: Chart, width: number): readonly string[] {
  const columns = Math.floor(width / (FONTS.text.sizePx * FONTS.text.advance));
  const always = [...new Set(chart.root.reactions.map((reaction) => reaction.text).filter(Boolean))];
  return [
    ...wrap(chart.root.description ?? '', columns),
    ...(always.length === 0 ? [] : wrap(`Noted in every state: ${always.join(', ')}`, columns)),
  ];
}

function stateBox(placed: PlacedState): string {
  const { x, y, width, height, state, content, region, depth } = placed;
  const kind =
    region && state.type !== 'outside' ? 'region' : state.states.length > 0 ? 'container' : state.type;
  const parts = [
    `<rect class="box ${kind} depth${Math.min(depth - 1, 3)}" x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>`,
  ];
  if (state.type === 'final') {
    parts.push(
      `<rect class="inner" x="${x + 3}" y="${y + 3}" width="${width - 6}" height="${height - 6}" rx="7"/>`,
    );
  }
  parts.push(...textLines(content, x + PADDING_PX, y + PADDING_PX));
  const reactions = state.reactions.map((reaction) => `stays on ${triggerSentence(reaction)}`);
  const tooltip = [state.id, state.description ?? '', ...reactions].filter(Boolean).join('\n');
  return `<g data-state="${escaped(state.id)}"><title>${escaped(tooltip)}</title>${parts.join('')}</g>`;
}

function anyMark(rect: Rect): string {
  const text = `<text class="text quiet" x="${rect.x + PADDING_PX}" y="${rect.y + rect.height / 2 + 4}">${ANY_MARK}</text>`;
  return `<rect class="any" x="${rect.x}" y="${rect.y}" width="${rect.width}" height="${rect.height}" rx="${rect.height / 2}"/>${text}`;
}

function edgeLine({ edge, points }: PlacedEdge): string {
  const atOnce = edge?.triggers.every((trigger) => trigger.kind === 'always') ?? false;
  return arrowPath(
    points,
    edge === null ? 'start' : atOnce ? 'atonce' : '',
    edge === null ? '' : edgeMark(edge),
  );
}

function edgeLabel({ edge, label }: PlacedEdge): string {
  if (!edge || !label) return '';
  const backing = `<rect class="backing" x="${label.x}" y="${label.y}" width="${label.width}" height="${label.height}" rx="4"/>`;
  const tooltip = edge.triggers.map(triggerSentence).join('\n');
  return `<g ${edgeMark(edge)}><title>${escaped(tooltip)}</title>${backing}${centred(label.content, label).join('')}</g>`;
}

/** By which a page finds the arrow and its label again. */
function edgeMark(edge: ChartEdge): string {
  return `data-edge="${escaped(edgeId(edge))}"`;
}

function centred(content: Content, label: Rect): readonly string[] {
  return textLines(content, label.x, label.y + 2, (line) => (label.width - lineWidthPx(line)) / 2);
}

function textLines(
  content: Content,
  left: number,
  top: number,
  indentPx = (_: Line) => 0,
): readonly string[] {
  let bottom = top;
  return content.lines.map((line) => {
    const height = lineHeightPx(FONTS[line.font]);
    bottom += height;
    return textLine(line, left + indentPx(line), bottom - Math.round(height * 0.26), bottom - height / 2);
  });
}

function textLine(line: Line, left: number, baseline: number, middle: number): string {
  const icon = line.icon && line.icon !== 'blank' ? iconShape(line.icon, left + 6, middle, line.tone) : '';
  const guard = line.guard ? `<tspan class="guard">${escaped(line.guard)}</tspan>` : '';
  const x = line.icon ? left + ICON_PX : left;
  // A fixed length keeps the text inside its box whatever font is there.
  const length =
    line.font === 'code'
      ? ` textLength="${widthPx(line.text + (line.guard ?? ''), FONTS.code)}" lengthAdjust="spacingAndGlyphs"`
      : '';
  return `${icon}<text class="${line.font} ${line.tone}" x="${x}" y="${baseline}"${length}>${escaped(line.text)}${guard}</text>`;
}
