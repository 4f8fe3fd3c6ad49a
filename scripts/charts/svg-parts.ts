/** The parts every drawing is made of: style sheet, arrows with rounded corners, small icons, escaping. */
import type { Icon } from './content.ts';
import { FONTS } from './text.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const CORNER_PX = 6;
const ARROW_LENGTH_PX = 8;
const ARROW_HALF_WIDTH_PX = 3.5;

const LIGHT =
  'svg{--paper:#ffffff;--box:#f3f6fa;--deep:#e6ecf4;--deeper:#dbe4ef;--line:#8796a9;--ink:#16202c;--quiet:#556577;--edge:#4c6178;--event:#0b4f9e;--guard:#8a5a00;--end:#8f2f45}';
const DARK =
  '@media (prefers-color-scheme:dark){svg{--paper:#11161d;--box:#1b232e;--deep:#232d3a;--deeper:#2b3746;--line:#5d6e82;--ink:#e8eef5;--quiet:#a3b1c1;--edge:#93a7bd;--event:#7fb8ff;--guard:#e5b567;--end:#f08ca3}}';

/** Colours are variables, set once for light and once for dark. */
export const STYLE = [
  LIGHT,
  DARK,
  'text{fill:var(--ink);font-family:system-ui,"DejaVu Sans",sans-serif}',
  `.title{font-size:${FONTS.title.sizePx}px;font-weight:700}.name{font-size:${FONTS.name.sizePx}px;font-weight:700}`,
  `.text{font-size:${FONTS.text.sizePx}px}.code{font-size:${FONTS.code.sizePx}px;font-family:ui-monospace,"DejaVu Sans Mono",monospace}`,
  '.quiet{fill:var(--quiet)}.event{fill:var(--event)}.guard{fill:var(--guard)}',
  '.paper{fill:var(--paper)}.backing{fill:var(--paper);fill-opacity:.86}.dot{fill:var(--ink)}',
  '.box{stroke:var(--line);stroke-width:1.4}.depth1{fill:var(--box)}.depth2{fill:var(--deep)}.depth3{fill:var(--deeper)}',
  '.region{stroke-dasharray:7 4}.final,.inner{stroke:var(--end)}.inner{fill:none}',
  '.outside{fill:none;stroke-dasharray:2 3}',
  '.any{fill:none;stroke:var(--edge);stroke-dasharray:2 3}',
  '.edge{fill:none;stroke:var(--edge);stroke-width:1.4}.atonce{stroke-dasharray:5 4}.head{fill:var(--edge)}',
  '.icon{fill:none;stroke:var(--event);stroke-width:1.3}.icon.quiet{stroke:var(--quiet)}.icon.plain{stroke:var(--ink)}',
].join('\n');

/** A line with rounded corners and a filled head at its end; `extra` is a further class. */
export function arrowPath(points: readonly Point[], extra: string, attributes = ''): string {
  const last = points.at(-1);
  const before = points.at(-2);
  if (!last || !before) return '';
  const direction = unit(before, last);
  const neck = { x: last.x - direction.x * ARROW_LENGTH_PX, y: last.y - direction.y * ARROW_LENGTH_PX };
  const side = { x: direction.y * ARROW_HALF_WIDTH_PX, y: direction.x * ARROW_HALF_WIDTH_PX };
  const head = `M${at(last)}L${at({ x: neck.x + side.x, y: neck.y - side.y })}L${at({ x: neck.x - side.x, y: neck.y + side.y })}Z`;
  const line = roundedLine([...points.slice(0, -1), neck]);
  const paths = `<path class="${`edge ${extra}`.trim()}" d="${line}"/><path class="head" d="${head}"/>`;
  return attributes === '' ? paths : `<g ${attributes}>${paths}</g>`;
}

function roundedLine(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (!before) return `M${at(point)}`;
      if (!after) return `L${at(point)}`;
      const radius = Math.min(CORNER_PX, distance(before, point) / 2, distance(point, after) / 2);
      const back = unit(point, before);
      const on = unit(point, after);
      const enter = { x: point.x + back.x * radius, y: point.y + back.y * radius };
      const leave = { x: point.x + on.x * radius, y: point.y + on.y * radius };
      return `L${at(enter)}Q${at(point)} ${at(leave)}`;
    })
    .join('');
}

/** Icons are drawn, not letters: not every font has them. Centre at (x, y), 12 pixels wide. */
export function iconShape(icon: Exclude<Icon, 'blank'>, x: number, y: number, tone: string): string {
  const shapes = {
    clock: `M${x} ${y - 3}V${y}L${x + 2.5} ${y + 1.5}M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0`,
    play: `M${x - 3} ${y - 4}L${x + 4} ${y}L${x - 3} ${y + 4}Z`,
    stay: `M${x - 4} ${y}H${x + 3}M${x} ${y - 3}L${x + 3} ${y}L${x} ${y + 3}`,
    nested: `M${x - 5} ${y - 4}h10v8h-10zM${x - 2.5} ${y}h2m1 0h2`,
    again: `M${x + 4} ${y - 2}a4.5 4.5 0 1 0 0.5 3M${x + 4.5} ${y - 5}V${y - 1.5}H${x + 1}`,
  };
  return `<path class="icon ${tone}" d="${shapes[icon]}"/>`;
}

/** Text for XML content and attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function at({ x, y }: Point): string {
  return `${tenth(x)} ${tenth(y)}`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function unit(from: Point, to: Point): Point {
  const length = distance(from, to) || 1;
  return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}
