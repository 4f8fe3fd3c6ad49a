/** Which part of the folded axis is on the screen, and where on it an instant lies, from 0 at the left to 1. */
import { computed, signal } from '@preact/signals';
import { FOLD_MS } from '../model/axis.ts';
import { following, instant, settled, source, story } from '../store.ts';

export interface TimeView {
  /** On the folded axis. */
  readonly from: number;
  readonly to: number;
  /** The right end is the end of the story. */
  readonly isEnd: boolean;
}

/** How much of the folded axis is seen, in milliseconds; null: all of it. */
export const span = signal<number | null>(150_000);

/** Room at both ends, as a share. */
const MARGIN = 0.015;
/** Less than this is not drawn. */
const SHORTEST_MS = 200;

export const view = computed<TimeView>(() => {
  settled.value;
  const { axis, length } = story.value;
  const last = axis.folded[length - 1] ?? 0;
  // What comes after the last step is drawn as far as a rest is; a file ends soon after it.
  const end = last + (source.value.kind === 'file' ? FOLD_MS / 4 : FOLD_MS);
  const whole = Math.max(SHORTEST_MS, end);
  const margin = MARGIN * Math.min(whole, span.value ?? whole);
  if (span.value === null || span.value >= whole) return { from: -margin, to: end + margin, isEnd: true };
  // The hand stays inside, and in the middle while it is away from the ends.
  const at = following.value ? end : axis.fold(instant.value);
  const from = Math.min(Math.max(at - span.value / 2, -margin), end + margin - span.value);
  return { from, to: from + span.value, isEnd: from + span.value >= end };
});

/** Everything that is there, on the folded axis. */
export function wholeSpan(): number {
  return Math.max(SHORTEST_MS, (story.value.axis.folded.at(-1) ?? 0) + FOLD_MS);
}

export function zoomBy(factor: number): void {
  const next = Math.max(SHORTEST_MS, (span.value ?? wholeSpan()) * factor);
  span.value = next >= wholeSpan() ? null : next;
}

export function placeIn({ from, to }: TimeView, at: number): number {
  return (story.value.axis.fold(at) - from) / (to - from);
}

export function unplaceIn({ from, to }: TimeView, share: number): number {
  return story.value.axis.unfold(from + share * (to - from));
}
