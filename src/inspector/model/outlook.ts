/** What an actor may do next, in words, from its chart: for the past and for files, where nobody can be asked. */
import type { Standing } from './picture.ts';
import { isWithin } from './timers.ts';
import type { ChartData } from './wire.ts';
import { countdown } from './words.ts';

export interface Outlook {
  readonly sentence: string;
  /** Of a timer; null: it may come at any time. */
  readonly remainingMs: number | null;
}

const MOST = 8;

/** Timers first, the soonest at the top; then events that lead elsewhere. */
export function outlookOf(
  standing: Standing,
  chart: ChartData | undefined,
  instant: number,
): readonly Outlook[] {
  if (chart === undefined) return [];
  const all = chart.transitions.filter(({ source }) => standing.states.some((id) => isWithin(id, source)));
  const own = all.filter(({ target }) => target !== null);
  const where = (target: string | null) => (target ?? '').slice(standing.machine.length + 1);
  const timers = standing.timers.flatMap(({ name, endsAt }) => {
    const remainingMs = endsAt - instant;
    const due = all.filter((one) => one.kind === 'delay' && one.name === name);
    const targets = [...new Set(due.flatMap(({ target }) => (target === null ? [] : where(target))))];
    const acts = [...new Set(due.flatMap(({ target, actions }) => (target === null ? actions : [])))];
    const stays = acts.length === 0 ? 'it is over' : `it stays, and does ${acts.join(', ')}`;
    const goal = targets.length === 0 ? stays : `it goes to ${targets.join(' or ')}`;
    return remainingMs <= 0
      ? []
      : { sentence: `In ${countdown(remainingMs)} ${goal} (${name}).`, remainingMs };
  });
  const events = new Map<string, string[]>();
  for (const { kind, name, target, guard } of own) {
    if (kind === 'delay' || kind === 'always') continue;
    const goal = `${where(target)}${guard === null || guard === 'otherwise' ? '' : ` if ${guard}`}`;
    events.set(name, [...(events.get(name) ?? []), goal]);
  }
  const coming = [...events].map(([name, goals]) => {
    const [goal = '', ...rest] = [...new Set(goals)];
    const more = rest.length === 0 ? '' : ` (or ${rest.length} other)`;
    return { sentence: `${name} leads to ${goal}${more}.`, remainingMs: null };
  });
  return [...timers.toSorted((one, other) => one.remainingMs - other.remainingMs), ...coming.slice(0, MOST)];
}
