/** What an actor's name says of it: whose child it is, to which camera it belongs, and how it is called for short. */

export interface Place {
  /** null: the service itself, or unknown. */
  readonly parent: string | null;
  /** `camera0`; null: it belongs to the host. */
  readonly camera: string | null;
  readonly short: string;
}

const ROOT = 'service';

/** By the rules of docs/recorder.md: `stream:camera0/path`, `recording:camera0_2026-...`. Names of other rules are the service's. */
export function placeOf(actor: string): Place {
  const [, kind = '', subject = ''] = /^([a-z-]+):(.+)$/.exec(actor) ?? [];
  if (kind === '') return { parent: actor === ROOT ? null : ROOT, camera: null, short: actor };
  const camera = /^[a-z]+\d+/.exec(subject)?.[0] ?? null;
  const helper = actor.lastIndexOf('/');
  if (helper > 0) return { parent: actor.slice(0, helper), camera, short: actor.slice(helper + 1) };
  if (camera === null) return { parent: ROOT, camera, short: actor };
  if (kind === 'camera') return { parent: ROOT, camera, short: camera };
  if (kind === 'recording' || kind === 'snapshot') return { parent: `stream:${camera}`, camera, short: kind };
  return { parent: `camera:${camera}`, camera, short: kind };
}
