/**
 * Which transitions of the chart a step took. A record tells the event, the states before and after; the way between may
 * lead through states that are left at once. Where two ways are possible the shorter one is told.
 */
import { type Sheet, shownAs } from './sheets.ts';
import { isWithin } from './timers.ts';
import type { ChartData } from './wire.ts';

type Transition = ChartData['transitions'][number] & { readonly target: string };

/** A step that leads through more states than this is not followed. */
const LONGEST_WAY = 6;

/** The transitions, in order; empty where the chart knows no way. */
export function takenBy(
  chart: ChartData | undefined,
  event: string,
  before: readonly string[],
  after: readonly string[],
): readonly Transition[] {
  if (chart === undefined) return [];
  const transitions = chart.transitions.filter((one): one is Transition => one.target !== null);
  const goals = after.filter((id) => !before.includes(id));
  const starts = before.filter((id) => !after.includes(id));
  const first = transitions.filter(
    ({ source, kind, name }) => isTrigger(kind, name, event) && before.some((id) => isWithin(id, source)),
  );
  const ways = goals.map((goal) => shortest(transitions, first, starts, goal));
  return [...new Set(ways.flat())];
}

/** How a transition is called on a sheet; null: its ends are one box there, or are not on it. */
export function edgeOn(
  sheet: Sheet,
  { source, target }: Pick<Transition, 'source' | 'target'>,
): string | null {
  const own = `${source} > ${target}`;
  if (sheet.edges.has(own)) return own;
  const edge = `${shownAs(sheet, source)} > ${shownAs(sheet, target)}`;
  return sheet.edges.has(edge) ? edge : null;
}

function shortest(
  transitions: readonly Transition[],
  first: readonly Transition[],
  starts: readonly string[],
  goal: string,
): readonly Transition[] {
  // What starts nearest to the states that were left comes first: inner transitions win over outer ones.
  const nearest = first.toSorted((one, other) => depth(other, starts) - depth(one, starts));
  let ways: (readonly Transition[])[] = nearest.map((transition) => [transition]);
  const seen = new Set<string>();
  for (let length = 0; length < LONGEST_WAY && ways.length > 0; length++) {
    const there = ways.find((way) => isWithin(goal, way.at(-1)!.target) && entersBy(transitions, way, goal));
    if (there !== undefined) return there;
    ways = ways.flatMap((way) => {
      const { target } = way.at(-1)!;
      if (seen.has(target)) return [];
      seen.add(target);
      const further = transitions.filter(
        ({ kind, source }) =>
          (kind === 'always' || kind === 'done') && (isWithin(target, source) || isWithin(source, target)),
      );
      return further.map((transition) => [...way, transition]);
    });
  }
  return [];
}

/** A state that contains the goal is the goal's way in only where nothing leads on from it by itself to another place. */
function entersBy(transitions: readonly Transition[], way: readonly Transition[], goal: string): boolean {
  const { target } = way.at(-1)!;
  if (target === goal) return true;
  return !transitions.some(
    ({ kind, source, target: next }) => kind === 'always' && isWithin(source, target) && next === goal,
  );
}

function depth({ source }: Transition, starts: readonly string[]): number {
  return starts.some((id) => isWithin(id, source)) ? source.length : 0;
}

/** `xstate.after.backoffTime.stream.backoff` is the chart's `backoffTime`, `xstate.done.actor.probe` its `probe done`. */
function isTrigger(kind: string, name: string, event: string): boolean {
  if (kind === 'always') return false;
  if (kind === 'delay') return event.startsWith(`xstate.after.${name.replace(/ ms$/, '')}.`);
  const [, word = '', about, id = ''] = /^xstate\.(done|error)\.(actor|state)\.(.+)$/.exec(event) ?? [];
  if (kind === 'done') {
    if (about === 'state') return name === 'all inside ended';
    const told = word === 'done' ? 'done' : 'failed';
    return word !== '' && (name === `${id} ${told}` || name === `any actor ${told}`);
  }
  if (name === 'any other event') return true;
  return name === event || (name.endsWith('.*') && event.startsWith(name.slice(0, -1)));
}
