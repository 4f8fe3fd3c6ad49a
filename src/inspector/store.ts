/** What the page shows now: one place for all of it. Views read signals; what a person does is a function below. */

import { drawings } from 'virtual:statecharts';
import { computed, effect, signal } from '@preact/signals';
import type { Feed, Login } from './live/feed.ts';
import { type Filter, isFiltering, NO_FILTER, showsActor, showsRecord } from './model/filter.ts';
import type { Picture, Standing } from './model/picture.ts';
import { type Sheet, SheetBook } from './model/sheets.ts';
import { Story } from './model/story.ts';
import { treeOf } from './model/tree.ts';

/** Where the story comes from. */
export type Source =
  | { readonly kind: 'none' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly feed: Feed; readonly login: Login }
  | { readonly kind: 'lost'; readonly feed: Feed; readonly login: Login | null; readonly sentence: string }
  | { readonly kind: 'file'; readonly name: string; readonly exportedAt: string; readonly version: string };

export type Pane = 'actors' | 'chart' | 'details' | 'time';

export const book = new SheetBook(drawings);
const EMPTY = new Story([], {}, null);

export const source = signal<Source>({ kind: 'none' });
export const story = signal<Story>(EMPTY);
/** Counts up when the story grew: it is changed in place. */
export const growth = signal(0);
/** The same, a little later: for what may be behind, so that the chart is not. */
export const settled = signal(0);
/** The number of records of the picture; null: all of them, and those that come. */
export const place = signal<number | null>(null);
/** The instant between two records to which the hand was moved; null: the record's own. */
export const between = signal<number | null>(null);
/** Now, on the axis. */
export const now = signal(0);
export const chosenActor = signal<string>('service');
/** Index of the step that was chosen; null: the newest of the chosen actor. */
export const chosenStep = signal<number | null>(null);
/** The sheet a person went to; null: the one that fits. */
export const chosenSheet = signal<string | null>(null);
export const filter = signal<Filter>(NO_FILTER);
export const closedRows = signal<ReadonlySet<string>>(new Set());
export const pane = signal<Pane>('chart');
/** What went wrong, for the person, until it is put away. */
export const notice = signal<string | null>(null);
export const legendShown = signal(false);

const SETTLES_MS = 120;
let isSettling = false;
effect(() => {
  growth.value;
  // What is on its way is not put off by what comes meanwhile: a busy service would never be drawn.
  if (isSettling) return;
  isSettling = true;
  setTimeout(() => {
    isSettling = false;
    settled.value = growth.peek();
  }, SETTLES_MS);
});

/** How many records the picture has behind it. */
export const count = computed(() => {
  growth.value;
  return place.value ?? story.value.length;
});

export const following = computed(() => place.value === null);

/** Where the hand stands on the axis. */
export const instant = computed(() => {
  const { axis, snapshot } = story.value;
  if (following.value) {
    if (source.value.kind !== 'file') return now.value;
    return snapshot === null ? now.value : story.value.instantOf(snapshot.wallMs);
  }
  return between.value ?? axis.at[count.value - 1] ?? (axis.at[0] ?? 1) - 1;
});

export const picture = computed<Picture>(() => {
  growth.value;
  return story.value.at(count.value);
});

export const tree = computed(() => treeOf(picture.value));

export const standing = computed<Standing | null>(() => picture.value.get(chosenActor.value) ?? null);

/** Index of the step that is told on the right. */
export const step = computed<number | null>(() => chosenStep.value ?? standing.value?.last ?? null);

/** The sheet that is shown, and whether it follows its actor. */
export const sheet = computed<Sheet | null>(() => {
  const at = standing.value;
  if (at === null) return book.get(chosenSheet.value ?? '') ?? null;
  if (chosenSheet.value !== null) {
    const wanted = book.get(chosenSheet.value);
    if (wanted?.machine === at.machine) return wanted;
  }
  return book.best(at.machine, at.states, at.moved) ?? null;
});

/** Who may be looked at with the filter as it is. */
export const shownActors = computed<ReadonlySet<string> | null>(() => {
  if (!isFiltering(filter.value)) return null;
  settled.value;
  const shown = new Set<string>();
  for (const { actor, machine, state } of picture.value.values())
    if (showsActor(filter.value, actor, machine, [state])) shown.add(actor);
  for (const record of story.value.records) if (showsRecord(filter.value, record)) shown.add(record.actor);
  return shown;
});

export function choose(actor: string): void {
  if (chosenActor.value === actor) return;
  chosenActor.value = actor;
  chosenSheet.value = null;
  chosenStep.value = null;
}

/** Another story takes the place of what is shown. */
export function show(next: Story, from: Source): void {
  source.value = from;
  story.value = next;
  growth.value++;
  notice.value = null;
  if (!picture.value.has(chosenActor.value)) {
    const first = [...picture.value.keys()].find((actor) => actor.startsWith('camera:'));
    chosenActor.value = first?.replace('camera:', 'stream:') ?? [...picture.value.keys()][0] ?? 'service';
    chosenSheet.value = null;
  }
}
