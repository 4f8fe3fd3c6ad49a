/** What led to a record, and what it led to. */
import type { Story } from './story.ts';
import type { TraceRecord } from './wire.ts';

/** A chain that is longer is cut: no person reads on. */
const LONGEST = 60;

export interface Cause {
  readonly record: TraceRecord;
  readonly index: number;
}

/** From the first cause to the record itself. */
export function chainOf(story: Story, index: number): readonly Cause[] {
  const chain: Cause[] = [];
  for (let next: number | undefined = index; next !== undefined && chain.length < LONGEST; ) {
    const record: TraceRecord | undefined = story.records[next];
    if (record === undefined) break;
    chain.unshift({ record, index: next });
    next = record.cause === null ? undefined : story.indexOf(record.cause);
  }
  return chain;
}

/** What a chain begins with when its first record names a cause that is not here any more. */
export function isCut(chain: readonly Cause[]): boolean {
  return (chain[0]?.record.cause ?? null) !== null;
}

export interface Effect extends Cause {
  /** 1: brought about by the record itself. */
  readonly depth: number;
}

/** What the record brought about, and what that did; in their order, each below its cause. */
export function effectsOf(
  story: Story,
  index: number,
  depth = 1,
  room = { left: LONGEST },
): readonly Effect[] {
  const record = story.records[index];
  if (record === undefined) return [];
  return story.effectsOf(record.seq).flatMap((next) => {
    if (room.left <= 0) return [];
    room.left--;
    return [{ record: story.records[next]!, index: next, depth }, ...effectsOf(story, next, depth + 1, room)];
  });
}
