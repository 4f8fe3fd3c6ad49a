/** A drawing of statecharts/ inside the page: in a shadow of its own, since its style knows no other. */
import { style } from 'virtual:statecharts';
import type { Mood } from '../model/mood.ts';
import type { Lit } from '../model/sheets.ts';

/** What lies over the drawing's own style. Colours come from the page. */
const LIT_STYLE = `
:host { display: block; }
svg { display: block; }
.paper { fill: transparent; }
g[data-state], g[data-edge] { transition: opacity .15s; }
g[data-lit] > rect.box, g[data-lit] > rect.inner { stroke: var(--lit); }
g[data-lit="around"] > rect.box { stroke-width: 2; }
g[data-lit="active"] > rect.box { stroke-width: 3.5; fill: var(--lit-paper); filter: drop-shadow(0 0 6px var(--lit-glow)); }
g[data-lit="active"] > text.name { fill: var(--lit-ink); }
g[data-taken] > path.edge { stroke: var(--taken); stroke-width: 3; }
g[data-taken] > path.head { fill: var(--taken); stroke: var(--taken); stroke-width: 2; }
g[data-taken] > rect.backing { fill: var(--taken-paper); fill-opacity: 1; stroke: var(--taken); }
g[data-inside] { cursor: zoom-in; }
.timer-paper { fill: var(--pane); stroke: var(--lit); stroke-width: 1.5; }
.timer-left { fill: var(--lit-paper); }
.timer-text { font-size: 11px; font-weight: 600; fill: var(--ink); font-variant-numeric: tabular-nums; }
`;

const sheets = [style, LIT_STYLE].map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
});

/** Shows a drawing in an element, in place of the one before. */
export function open(host: HTMLElement, text: string): SVGSVGElement {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = sheets;
  const drawn = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  const svg = document.importNode(drawn, true) as unknown as SVGSVGElement;
  shadow.replaceChildren(svg);
  return svg;
}

/** Lights up what is active and marks the arrows that were taken last. */
export function mark(
  svg: SVGSVGElement,
  { active, around }: Lit,
  taken: ReadonlySet<string>,
  mood: Mood,
  seq: number | null,
): void {
  const host = (svg.getRootNode() as ShadowRoot).host as HTMLElement;
  host.dataset.mood = mood;
  if (seq === null) delete host.dataset.seq;
  else host.dataset.seq = String(seq);
  for (const group of svg.querySelectorAll<SVGGElement>('[data-state]')) {
    const id = group.dataset.state ?? '';
    set(group, 'lit', active.has(id) ? 'active' : around.has(id) ? 'around' : null);
    if (group.querySelector('rect.closed') !== null) group.dataset.inside = '';
  }
  for (const group of svg.querySelectorAll<SVGGElement>('[data-edge]')) {
    const isTaken = taken.has(group.dataset.edge ?? '');
    set(group, 'taken', isTaken ? '' : null);
    // What is marked lies above what crosses it.
    if (isTaken) group.parentNode?.append(group);
  }
}

function set(element: SVGGElement, name: string, value: string | null): void {
  if (value === null) delete element.dataset[name];
  else if (element.dataset[name] !== value) element.dataset[name] = value;
}
