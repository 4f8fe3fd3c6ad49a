/** What led to the last change of a camera's own actors: record by record back to what came from outside. */
import type { TraceQuery, TraceRecord } from '../../api/trace-view.ts';

/** Longer chains are cut at their old end: it is the last steps that somebody looks for. */
const LONGEST_CHAIN = 12;
/** Of the camera's newest records: the last change is among them, or nobody remembers it. */
const LOOKED_AT = 500;

export interface Records {
  record(seq: number): TraceRecord | undefined;
  trace(query: TraceQuery): { readonly records: readonly TraceRecord[] };
}

/** Oldest first; empty where nothing of it is kept any more. @param actors whose change counts */
export function chainOf(records: Records, camera: string, actors: readonly string[]): readonly TraceRecord[] {
  const { records: newest } = records.trace({ camera, limit: LOOKED_AT });
  const last = newest.findLast(({ actor, from, to }) => actors.includes(actor) && from !== to);
  const chain: TraceRecord[] = [];
  for (let record = last; record !== undefined && chain.length < LONGEST_CHAIN; ) {
    chain.unshift(record);
    record = record.cause === null ? undefined : records.record(record.cause);
  }
  return chain;
}
