/** The slider over the lanes: it moves the whole picture, by the pointer in time, by the arrows from step to step. */
import { useRef } from 'preact/hooks';
import { goLive, goTo, goToInstant, play, playing, stepBy } from '../hand.ts';
import { clockOf, dayOf } from '../model/words.ts';
import { count, following, growth, instant, source, story } from '../store.ts';
import { behindWords } from './behind.ts';
import { placeIn, unplaceIn, view } from './time-view.ts';

const FAR = 10;

export function Slider() {
  const track = useRef<HTMLDivElement>(null);
  growth.value;
  const { length } = story.value;
  const share = Math.min(1, Math.max(0, placeIn(view.value, instant.value)));
  const move = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined) return;
    const at = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    // The right end is the present.
    if (at > 0.995 && view.value.isEnd) goLiveOrEnd();
    else goToInstant(unplaceIn(view.value, at));
  };
  return (
    <div
      ref={track}
      class="track"
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-valuemin={0}
      aria-valuemax={length}
      aria-valuenow={count.value}
      aria-valuetext={`${told()}, after step ${count.value} of ${length}`}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) move(event);
      }}
    >
      <div class="rail" />
      <div class="done" style={{ width: `${share * 100}%` }} />
      <div class="thumb" style={{ left: `${share * 100}%` }} />
    </div>
  );
}

/** The instant, as a clock shows it. It has the same room whatever it says: the slider must not move under a hand. */
export function Moment() {
  growth.value;
  return (
    <div class="moment digits">
      <p>
        {source.value.kind === 'live' && <Mode />}
        <b>{clockOf(wallOf())}</b>
        <span class="quiet day">{dayOf(wallOf())}</span>
      </p>
      <span class="quiet behind" title={behind()}>
        {behind()}
      </span>
    </div>
  );
}

/** Whether one sees the present. It is spoken when it changes. */
function Mode() {
  const word = playing.value ? 'Playing' : 'Paused';
  return (
    <span class="mode" role="status" data-live={following.value}>
      {following.value ? 'Live' : word}
    </span>
  );
}

/** The axis is near the wall clock; by how much, the step before knows. */
function wallOf(): number {
  const { records, axis } = story.value;
  const before = records[count.value - 1];
  if (before === undefined) return instant.value;
  return Date.parse(before.time) + Math.max(0, instant.value - axis.at[count.value - 1]!);
}

function told(): string {
  return following.value && source.value.kind === 'live' ? 'now' : clockOf(wallOf());
}

function behind(): string {
  const { axis, length } = story.value;
  if (source.value.kind === 'live') {
    if (following.value) return 'now';
    return behindWords(instant.value, axis.at[length - 1] ?? instant.value);
  }
  return `step ${count.value} of ${length}`;
}

function goLiveOrEnd(): void {
  if (source.value.kind === 'live') goLive();
  else goTo(story.value.length);
}

function onKey(event: KeyboardEvent): void {
  const far = event.shiftKey ? FAR : 1;
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => stepBy(-far),
    ArrowDown: () => stepBy(-far),
    ArrowRight: () => stepBy(far),
    ArrowUp: () => stepBy(far),
    PageDown: () => stepBy(-FAR),
    PageUp: () => stepBy(FAR),
    Home: () => goTo(0),
    End: goLiveOrEnd,
    ' ': play,
  };
  const act = keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}
