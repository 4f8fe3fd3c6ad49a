/** Which actors and records are shown. */
import { placeOf } from './place.ts';
import type { TraceRecord } from './wire.ts';

export interface Filter {
  /** `camera0`, `host` for what belongs to no camera, or empty for all. */
  readonly camera: string;
  /** Name of a machine, or empty for all. */
  readonly machine: string;
  /** Words that must all be there, in whatever is shown of an actor or record. */
  readonly text: string;
}

export const NO_FILTER: Filter = { camera: '', machine: '', text: '' };

export function isFiltering({ camera, machine, text }: Filter): boolean {
  return camera !== '' || machine !== '' || text.trim() !== '';
}

/** @param more further texts in which the words may stand */
export function showsActor(
  { camera, machine, text }: Filter,
  actor: string,
  actorMachine: string,
  more: readonly string[] = [],
): boolean {
  if (camera !== '' && (placeOf(actor).camera ?? 'host') !== camera) return false;
  if (machine !== '' && actorMachine !== machine) return false;
  return hasWords(text, [actor, actorMachine, ...more]);
}

export function showsRecord(filter: Filter, record: TraceRecord): boolean {
  const { actor, machine, event, payload, from, to, trouble, actions, correlation_id: call } = record;
  return showsActor(filter, actor, machine, [
    ...[event, payload ?? '', from, to, trouble ?? '', call ?? ''],
    ...actions,
  ]);
}

function hasWords(text: string, places: readonly string[]): boolean {
  const all = places.join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
