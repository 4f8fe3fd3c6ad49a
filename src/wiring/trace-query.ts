/** Picks records out of all that are kept. Pure. */
import type { TraceQuery, TraceRecord } from '../api/trace-view.ts';

/** Starts of lives belong to every story. @param records oldest first */
export function selectRecords(
  records: readonly TraceRecord[],
  query: TraceQuery,
): { readonly records: readonly TraceRecord[]; readonly more: boolean } {
  const { actor, camera, sinceSeq, limit } = query;
  const causes = new Set<number>();
  const found: TraceRecord[] = [];
  // Backwards: what brought a record about stands before it.
  for (let index = records.length - 1; index >= 0; index -= 1) {
    const record = records[index]!;
    if (sinceSeq === undefined ? found.length > limit : record.seq <= sinceSeq) break;
    if (record.kind !== 'life' && !causes.has(record.seq)) {
      if (actor !== undefined && record.actor !== actor) continue;
      if (camera !== undefined && !isOfCamera(record.actor, camera)) continue;
    }
    if (camera !== undefined && record.cause !== null) causes.add(record.cause);
    found.push(record);
  }
  found.reverse();
  const more = found.length > limit;
  if (!more) return { records: found, more };
  return { records: sinceSeq === undefined ? found.slice(-limit) : found.slice(0, limit), more };
}

/** `camera:camera0`, `stream:camera0/path`, `recording:camera0_2026-11-23_04-28-13` are of `camera0`. */
export function isOfCamera(actor: string, camera: string): boolean {
  const colon = actor.indexOf(':');
  if (colon === -1 || !actor.startsWith(camera, colon + 1)) return false;
  const next = actor[colon + 1 + camera.length];
  return next === undefined || next === '/' || next === '_';
}
