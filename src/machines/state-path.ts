/** How a state is named for people and clients: `live.flowing`. Pure. */
import type { StateValue } from 'xstate';

/**
 * The path down to where the state has one active child; parallel regions below the root end it, parallel regions at
 * the root stand side by side: `process running, health healthy.waiting`.
 */
export function statePath(value: StateValue): string {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [name, child] = entries[0]!;
    if (child === undefined || (typeof child === 'object' && Object.keys(child).length > 1)) return name;
    return typeof child === 'object' && Object.keys(child).length === 0
      ? name
      : `${name}.${statePath(child)}`;
  }
  return entries
    .map(([name, child]) => (child === undefined ? name : `${name} ${statePath(child)}`))
    .join(', ');
}

/** The path inside one region of a parallel machine. */
export function regionPath(value: StateValue, region: string): string {
  const child = typeof value === 'object' ? value[region] : undefined;
  return child === undefined ? 'none' : statePath(child);
}

/** Regions that only look again and again, and leaves that are one look or the rest after it: where an actor is, is above. */
const QUIET_REGIONS = ['watch', 'compare', 'check'];
const QUIET_LEAF = /\.(waiting|checking|asking|pausing|looking)$/;

/** The state as a story tells it: without the regular looks, so that it changes only when something happened. */
export function storyPath(value: StateValue): string {
  if (typeof value === 'string' || Object.keys(value).length === 1)
    return statePath(value).replace(QUIET_LEAF, '');
  return Object.keys(value)
    .filter((region) => !QUIET_REGIONS.includes(region))
    .map((region) => `${region} ${regionPath(value, region).replace(QUIET_LEAF, '')}`)
    .join(', ');
}
