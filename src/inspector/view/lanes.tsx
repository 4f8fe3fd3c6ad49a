/** A lane for each actor, coloured by how it was; the line of the hand through all of them. A click goes to a step. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { goToInstant, goToStep } from '../hand.ts';
import { type LaneName, lanesOf, namesOf } from '../model/lanes.ts';
import { clockOf, wayWords } from '../model/words.ts';
import {
  choose,
  chosenActor,
  instant,
  now,
  picture,
  settled,
  shownActors,
  source,
  step,
  story,
} from '../store.ts';
import { drawLanes, LANE_PX, type LaneHit, stepAt } from './lanes-canvas.ts';
import { placeIn, unplaceIn, view, zoomBy } from './time-view.ts';

export function Lanes() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hit, setHit] = useState<(LaneHit & { x: number; y: number }) | null>(null);
  const dark = useDark();
  const all = useMemo(() => lanesOf(story.value), [story.value, settled.value]);
  const shown = shownActors.value;
  const lanes = useMemo(() => all.filter(({ actor }) => shown === null || shown.has(actor)), [all, shown]);
  const names = useMemo(() => namesOf(lanes), [lanes]);
  useLayoutEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const chosen = chosenActor.value;
  useLayoutEffect(() => {
    if (canvas.current !== null && width > 0)
      drawLanes(canvas.current, { lanes, view: view.value, width, chosen, chosenStep: step.value });
  }, [lanes, view.value, width, dark, chosen, step.value]);
  const find = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const found = stepAt(lanes, view.value, width, x, y);
    return found === null ? null : { ...found, x, y };
  };
  return (
    <div class="lanes">
      <div class="lane-names">
        {lanes.map((lane) => (
          <button
            key={lane.actor}
            type="button"
            tabIndex={-1}
            class="lane-name"
            data-chosen={lane.actor === chosen}
            data-inner={names.get(lane.actor)!.inner}
            data-gone={!picture.value.has(lane.actor)}
            style={{ height: `${LANE_PX}px` }}
            title={lane.actor}
            onClick={() => choose(lane.actor)}
          >
            <Name {...names.get(lane.actor)!} />
          </button>
        ))}
        {lanes.length === 0 && <p class="nothing">No step fits the filter.</p>}
      </div>
      <div
        class="lane-area"
        aria-hidden="true"
        onMouseMove={(event) => setHit(find(event))}
        onMouseLeave={() => setHit(null)}
        onWheel={(event) => {
          if (!event.ctrlKey) return;
          event.preventDefault();
          zoomBy(event.deltaY > 0 ? 1.25 : 0.8);
        }}
        onClick={(event) => {
          const found = find(event);
          if (found?.index != null) goToStep(found.index);
          else if (found !== null) {
            choose(found.lane.actor);
            goToInstant(unplaceIn(view.value, found.x / width));
          }
        }}
      >
        <canvas ref={canvas} />
        <Future />
        <Hand />
        {hit !== null && <Tip hit={hit} width={width} />}
      </div>
    </div>
  );
}

function Name({ camera, middle, time }: LaneName) {
  return (
    <>
      {camera !== '' && <span>{camera}</span>}
      <span class="middle">{middle}</span>
      {time !== '' && <span class="digits">{time}</span>}
    </>
  );
}

/** Moves ten times a second; nothing else is drawn anew for it. */
function Hand() {
  const share = placeIn(view.value, instant.value);
  if (share < 0 || share > 1) return null;
  return <div class="hand" style={{ left: `${share * 100}%` }} />;
}

/** What has not happened yet is not drawn. */
function Future() {
  const { snapshot } = story.value;
  const end = source.value.kind === 'file' ? story.value.instantOf(snapshot?.wallMs ?? 0) : now.value;
  const share = Math.max(0, placeIn(view.value, end));
  return share >= 1 ? null : <div class="future" style={{ left: `${share * 100}%` }} />;
}

function Tip({ hit, width }: { hit: LaneHit & { x: number; y: number }; width: number }) {
  const record = hit.index === null ? undefined : story.value.records[hit.index];
  return (
    <div
      class="tip"
      style={{ left: `${Math.min(hit.x + 14, Math.max(0, width - 290))}px`, top: `${hit.y + 14}px` }}
    >
      <b>{hit.lane.actor}</b>
      {record === undefined ? (
        <span>{hit.state}</span>
      ) : (
        <>
          <span>{wayWords(record)}</span>
          <span class="quiet digits">{`step ${record.seq}, ${clockOf(Date.parse(record.time))}`}</span>
        </>
      )}
    </div>
  );
}

function useDark(): boolean {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return dark;
}
