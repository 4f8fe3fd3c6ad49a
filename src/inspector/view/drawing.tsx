/** One sheet as it was drawn, with what is active lit, the last step's arrow marked, and timers running down. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { moodOf } from '../model/mood.ts';
import type { Standing } from '../model/picture.ts';
import { litOn, type Sheet } from '../model/sheets.ts';
import { edgeOn, takenBy } from '../model/taken.ts';
import { stillRunning } from '../model/timers.ts';
import { book, choose, chosenSheet, instant, story } from '../store.ts';
import { factorOf, fits, fitsOf, scale } from './chart-size.ts';
import { mark, open } from './chart-svg.ts';
import { drawTimers } from './chart-timers.ts';

/** The lit state is scrolled to when it is nearer to the edge. */
const EDGE_PX = 24;

export function Drawing({ sheet, standing }: { sheet: Sheet; standing: Standing }) {
  const host = useRef<HTMLDivElement>(null);
  const [svg, setSvg] = useState<SVGSVGElement | null>(null);
  useLayoutEffect(() => {
    if (host.current !== null) setSvg(open(host.current, sheet.text));
  }, [sheet]);

  const { machine, states, moved } = standing;
  const chart = story.value.charts[machine];
  useLayoutEffect(() => {
    // Another sheet was opened in its place, and is marked next.
    if (svg === null || !svg.isConnected) return;
    const record = moved === null ? undefined : story.value.records[moved.index];
    const way = record === undefined ? [] : takenBy(chart, record.event, moved?.before ?? [], record.states);
    const edges = way.map((one) => edgeOn(sheet, one)).filter((edge) => edge !== null);
    mark(svg, litOn(sheet, states), new Set(edges), moodOf(standing), record?.seq ?? null);
  }, [svg, standing]);

  useSize(host.current, svg, states.join(' '));
  useEffect(() => {
    if (svg === null || !svg.isConnected) return;
    drawTimers(svg, sheet, chart, stillRunning(standing.timers, instant.value), instant.value);
  });

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is larger than its pane must be scrolled by keys
    <section class="drawing" tabIndex={0} aria-label={described(standing, sheet)}>
      {/* biome-ignore lint/a11y: the sheets above the chart are opened by keys, too */}
      <div
        ref={host}
        data-sheet={sheet.name}
        onClick={(event) => {
          const [target] = event.composedPath();
          const state = (target as Element).closest?.('[data-state]')?.getAttribute('data-state');
          if (state && state !== sheet.name && book.get(state) !== undefined) {
            choose(standing.actor);
            chosenSheet.value = state;
            scale.value = null;
          }
        }}
      />
    </section>
  );
}

function described({ actor, states }: Standing, sheet: Sheet): string {
  return `Chart ${sheet.name} of ${actor}; active: ${states.join(', ')}`;
}

/** Fits the drawing into its pane, or as large as is wished, and keeps the lit state in sight. */
function useSize(host: HTMLElement | null, svg: SVGSVGElement | null, lit: string): void {
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const frame = host?.parentElement ?? null;
  useLayoutEffect(() => {
    if (frame === null) return;
    const measure = () => setRoom({ width: frame.clientWidth, height: frame.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    return () => observer.disconnect();
  }, [frame]);
  const wanted = scale.value;
  useLayoutEffect(() => {
    if (svg === null || frame === null || room.width === 0) return;
    const { width, height } = svg.viewBox.baseVal;
    fits.value = fitsOf(room, { width, height });
    const factor = factorOf(wanted, fits.value);
    svg.setAttribute('width', String(Math.floor(width * factor)));
    svg.setAttribute('height', String(Math.floor(height * factor)));
    const active = svg.querySelector('[data-lit="active"] > rect');
    if (active === null) return;
    const box = active.getBoundingClientRect();
    const around = frame.getBoundingClientRect();
    const inside =
      box.left > around.left + EDGE_PX &&
      box.right < around.right - EDGE_PX &&
      box.top > around.top + EDGE_PX &&
      box.bottom < around.bottom - EDGE_PX;
    if (inside) return;
    frame.scrollTo({
      left: frame.scrollLeft + (box.left + box.right) / 2 - (around.left + around.right) / 2,
      top: frame.scrollTop + (box.top + box.bottom) / 2 - (around.top + around.bottom) / 2,
    });
  }, [svg, frame, room, wanted, lit]);
}
