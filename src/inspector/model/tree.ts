/** The living actors as a tree of rows: the service and its parts first, then camera by camera. */
import type { Picture, Standing } from './picture.ts';
import { placeOf } from './place.ts';

export interface Row {
  readonly standing: Standing;
  readonly short: string;
  /** 1: the service or a camera. */
  readonly level: number;
  /** `camera0`; null: of the host. */
  readonly camera: string | null;
  readonly children: readonly Row[];
}

/** The rows at the top, each with what is below it. */
export function treeOf(picture: Picture): readonly Row[] {
  const standings = [...picture.values()];
  const children = new Map<string | null, Standing[]>();
  for (const standing of standings) {
    const parent = standing.parent !== null && picture.has(standing.parent) ? standing.parent : null;
    // A camera is a place of its own, not a part of the service.
    const shown = placeOf(standing.actor).camera !== null && !isOfCamera(parent) ? null : parent;
    children.set(shown, [...(children.get(shown) ?? []), standing]);
  }
  const rows = (parent: string | null, level: number): readonly Row[] =>
    (children.get(parent) ?? [])
      .map((standing): Row => {
        const { short, camera } = placeOf(standing.actor);
        return { standing, short, camera, level, children: rows(standing.actor, level + 1) };
      })
      .sort(inOrder);
  return rows(null, 1);
}

/** Rows from top to bottom; `closed` ones without what is below them. */
export function flattened(rows: readonly Row[], closed: ReadonlySet<string>): readonly Row[] {
  return rows.flatMap((row) => [
    row,
    ...(closed.has(row.standing.actor) ? [] : flattened(row.children, closed)),
  ]);
}

/** What matters most about a camera comes first. */
const ORDER = ['service', 'media-server', 'discovery', 'storage', 'stream', 'recording', 'path', 'controls'];

function inOrder(one: Row, other: Row): number {
  const rank = ({ standing, camera, short, level }: Row) => {
    if (level === 1) return camera === null ? 0 : 1;
    const place = ORDER.indexOf(short.replace(/\d+$/, ''));
    return place === -1 ? ORDER.length + (standing.machine === 'watchdog' ? 1 : 0) : place;
  };
  const byRank = rank(one) - rank(other);
  return byRank || one.standing.actor.localeCompare(other.standing.actor, 'en', { numeric: true });
}

function isOfCamera(actor: string | null): boolean {
  return actor !== null && placeOf(actor).camera !== null;
}
