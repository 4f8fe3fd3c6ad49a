/** Where the story comes from: a running service, with a login, or a file. The login is kept for this tab alone. */
import { batch } from '@preact/signals';
import { goLive } from './hand.ts';
import { Feed, type FeedListener, type Login } from './live/feed.ts';
import type { Story } from './model/story.ts';
import { readTrace } from './model/trace-file.ts';
import { chosenStep, growth, notice, now, place, show, source, story } from './store.ts';

const KEPT_UNDER = 'inspector-login';
/** Timers count down in tenths of a second. */
const TICK_MS = 100;

let feed: Feed | null = null;
/** Wall clock of the service minus ours. */
let aheadMs = 0;

/** Whether there is a service to ask: a page opened from a file has none. */
export const served = location.protocol.startsWith('http');

/** Connects with a key or token. */
export function logIn(key: string): void {
  feed?.stop();
  source.value = { kind: 'connecting' };
  notice.value = null;
  let login: Login | null = null;
  const own = new Feed(socketAddress(), key, {
    began: (next, who) => {
      login = who;
      keep(key);
      const before = standingNow();
      batch(() => {
        show(next, { kind: 'live', feed: own, login: who });
        goLive();
        if (before !== null) standAgain(next, before);
        tick();
      });
    },
    grewOlder: (next, by) => {
      batch(() => {
        story.value = next;
        if (place.value !== null) place.value += by;
        if (chosenStep.value !== null) chosenStep.value += by;
        growth.value++;
      });
    },
    grew: () => {
      batch(() => {
        growth.value++;
        tick();
      });
    },
    told: (serverMs) => {
      aheadMs = serverMs - Date.now();
    },
    lost: (sentence, retryMs) => {
      const next = `The next try is in ${Math.max(1, Math.round(retryMs / 1000))} s.`;
      source.value = { kind: 'lost', feed: own, login, sentence: `${sentence} ${next}` };
    },
    refused: (sentence) => {
      keep(null);
      source.value = { kind: 'none' };
      notice.value = sentence;
    },
  } satisfies FeedListener);
  feed = own;
  own.start();
}

/** Numbers of the records at which somebody looks back; null: they look at the present. */
function standingNow(): { readonly at: number; readonly chosen: number | null } | null {
  const { records } = story.value;
  // At the end of what there was is the present.
  const at =
    place.value === null || place.value >= records.length ? undefined : records[place.value - 1]?.seq;
  if (at === undefined) return null;
  return { at, chosen: chosenStep.value === null ? null : (records[chosenStep.value]?.seq ?? null) };
}

/** A connection that comes back does not throw them into the present. What is not there any more cannot be stood at. */
function standAgain(next: Story, { at, chosen }: { at: number; chosen: number | null }): void {
  const index = next.indexOf(at);
  if (index === undefined) return;
  place.value = index + 1;
  chosenStep.value = chosen === null ? null : (next.indexOf(chosen) ?? null);
}

/** Ends the login of this tab. */
export function logOut(): void {
  keep(null);
  feed?.stop();
  feed = null;
  source.value = { kind: 'none' };
}

/** Shows a file instead of whatever is shown. What is wrong with it is said, and nothing else changes. */
export async function openFile(file: File): Promise<void> {
  const read = readTrace(file.name, await file.text());
  if ('wrong' in read) {
    notice.value = read.wrong;
    return;
  }
  feed?.stop();
  feed = null;
  batch(() => {
    place.value = null;
    chosenStep.value = null;
    show(read.story, {
      ...{ kind: 'file', name: file.name, exportedAt: read.exportedAt, version: read.version },
    });
    place.value = read.story.length;
    if (read.story.length === 0)
      notice.value = `${file.name}: no step was recorded yet, so there is only the present to see.`;
  });
}

/** Connects by itself where this tab has logged in before. */
export function begin(): void {
  const key = served ? sessionStorage.getItem(KEPT_UNDER) : null;
  if (key !== null) logIn(key);
  setInterval(() => {
    if (document.visibilityState === 'visible') tick();
  }, TICK_MS);
}

function tick(): void {
  if (source.value.kind !== 'live') return;
  now.value = story.value.instantOf(Date.now() + aheadMs);
}

function keep(key: string | null): void {
  if (key === null) sessionStorage.removeItem(KEPT_UNDER);
  else sessionStorage.setItem(KEPT_UNDER, key);
}

function socketAddress(): string {
  const path = document.querySelector<HTMLMetaElement>('meta[name="websocket-path"]')?.content ?? '/ws';
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
