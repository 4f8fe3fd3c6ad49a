/** The hand of the clock: moves the whole picture back and forth, step by step, by time, or playing. */
import { batch, signal } from '@preact/signals';
import { isFiltering, showsRecord } from './model/filter.ts';
import { between, choose, chosenStep, count, filter, instant, place, source, story } from './store.ts';

export const SPEEDS = [0.25, 1, 4, 16] as const;

export const playing = signal(false);
export const speed = signal<number>(1);

/** After so many records. The end is the present, which goes on. */
export function goTo(records: number): void {
  const { length } = story.value;
  batch(() => {
    between.value = null;
    chosenStep.value = null;
    place.value =
      records >= length && source.value.kind === 'live' ? null : Math.max(0, Math.min(records, length));
  });
}

export function goLive(): void {
  playing.value = false;
  batch(() => {
    place.value = null;
    between.value = null;
    chosenStep.value = null;
  });
}

/** Holds the picture where it is. */
export function hold(): void {
  const at = instant.value;
  batch(() => {
    place.value = count.value;
    between.value = at;
  });
}

/** To an instant between the steps. */
export function goToInstant(at: number): void {
  const { axis } = story.value;
  batch(() => {
    chosenStep.value = null;
    place.value = axis.countUntil(at);
    between.value = at;
  });
}

/** So many steps on or back, of those that the filter shows. */
export function stepBy(steps: number): void {
  playing.value = false;
  const { records } = story.value;
  const direction = Math.sign(steps);
  let at = count.value;
  const shown = (index: number) => !isFiltering(filter.value) || showsRecord(filter.value, records[index]!);
  // Back from between two steps is to the one before.
  const isAfter = between.value !== null && at > 0 && between.value > story.value.axis.at[at - 1]!;
  // After the last one is the present.
  if (direction < 0 && isAfter && at < records.length) at++;
  for (let left = Math.abs(steps); left > 0; left--) {
    let next = at + direction;
    while (next > 0 && next <= records.length && !shown(next - 1)) next += direction;
    if (next < 0 || next > records.length) break;
    at = next;
  }
  goTo(at);
}

/** To just after a step, with it and its actor chosen. */
export function goToStep(index: number): void {
  const record = story.value.records[index];
  if (record === undefined) return;
  playing.value = false;
  batch(() => {
    choose(record.actor);
    place.value = index + 1;
    between.value = null;
    chosenStep.value = index;
  });
}

/** Goes on by itself; from the end it begins anew. Rests are passed as quickly as they are drawn. */
export function play(): void {
  if (playing.value) {
    playing.value = false;
    return;
  }
  const { axis, length } = story.value;
  if (length === 0) return;
  if (count.value >= length) goToInstant(axis.at[0]! - 1);
  playing.value = true;
  let folded = axis.fold(instant.value);
  let before = performance.now();
  const tick = (nowMs: number) => {
    if (!playing.value) return;
    folded += (nowMs - before) * speed.value;
    before = nowMs;
    if (folded >= (axis.folded.at(-1) ?? 0)) {
      playing.value = false;
      goTo(story.value.length);
      return;
    }
    goToInstant(axis.unfold(folded));
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
