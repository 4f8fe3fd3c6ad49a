/** Small plates at the foot of a state's box, one for each timer that runs there: its name and what is left of it. */
import { type Sheet, shownAs } from '../model/sheets.ts';
import type { RunningTimer } from '../model/timers.ts';
import type { ChartData } from '../model/wire.ts';
import { countdown } from '../model/words.ts';

const HEIGHT_PX = 19;
const LETTER_PX = 6.4;
const GAP_PX = 6;
const NAMESPACE = 'http://www.w3.org/2000/svg';

export function drawTimers(
  svg: SVGSVGElement,
  sheet: Sheet,
  chart: ChartData | undefined,
  timers: readonly RunningTimer[],
  instant: number,
): void {
  const texts = timers.map(({ name, endsAt }) => `${name} ${countdown(endsAt - instant)}`);
  const places = timers.map(({ name }) => placeOf(svg, sheet, chart, name));
  const layer = layerOf(svg, timers.map(({ name }, at) => `${name} ${places[at]?.state}`).join('|'));
  const used = new Map<string, number>();
  for (const [at, { name, durationMs, endsAt }] of timers.entries()) {
    const place = places[at];
    if (place === null || place === undefined) continue;
    const text = texts[at]!;
    const plate = plateOf(layer, `${name} ${at}`);
    const left = place.x + 10 + (used.get(place.state) ?? 0);
    const width = Math.max(text.length, name.length + 7) * LETTER_PX + 12;
    used.set(place.state, (used.get(place.state) ?? 0) + width + GAP_PX);
    const share = Math.max(0, Math.min(1, (endsAt - instant) / durationMs));
    plate.setAttribute('transform', `translate(${left} ${place.y + place.height - HEIGHT_PX / 2})`);
    const [paper, rest, label] = plate.children as unknown as [Element, Element, Element];
    paper.setAttribute('width', String(width));
    rest.setAttribute('width', String(Math.max(0, width * share - 3)));
    label.textContent = text;
  }
}

/** The layer is made anew only when other timers run: ten times a second only texts and lengths change. */
function layerOf(svg: SVGSVGElement, key: string): SVGGElement {
  const known = svg.querySelector<SVGGElement>('g.timers');
  if (known?.dataset.key === key) return known;
  known?.remove();
  const layer = made('g', { class: 'timers' }) as SVGGElement;
  layer.dataset.key = key;
  const frame = svg.querySelector('[data-state]')?.parentNode ?? svg;
  frame.append(layer);
  return layer;
}

function plateOf(layer: SVGGElement, key: string): SVGGElement {
  const known = layer.querySelector<SVGGElement>(`[data-timer="${CSS.escape(key)}"]`);
  if (known !== null) return known;
  const plate = made('g', {}) as SVGGElement;
  plate.dataset.timer = key;
  plate.append(
    made('rect', { class: 'timer-paper', height: HEIGHT_PX, rx: HEIGHT_PX / 2 }),
    made('rect', { class: 'timer-left', x: 1.5, y: 1.5, height: HEIGHT_PX - 3, rx: (HEIGHT_PX - 3) / 2 }),
    made('text', { class: 'timer-text', x: 8, y: 13.5 }),
  );
  layer.append(plate);
  return plate;
}

interface Place {
  readonly state: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** The box of the lit state that waits for the timer, or of the one around it that is on the sheet. */
function placeOf(svg: SVGSVGElement, sheet: Sheet, chart: ChartData | undefined, name: string): Place | null {
  const sources = (chart?.transitions ?? [])
    .filter((one) => one.kind === 'delay' && one.name === name)
    .map(({ source }) => shownAs(sheet, source));
  for (const state of sources) {
    if (state === null) continue;
    const box = svg.querySelector(`[data-state="${CSS.escape(state)}"][data-lit] > rect`);
    if (box === null) continue;
    const [x = 0, y = 0, height = 0] = ['x', 'y', 'height'].map((key) => Number(box.getAttribute(key)));
    return { state, x, y, height };
  }
  return null;
}

function made(element: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const node = document.createElementNS(NAMESPACE, element);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}
