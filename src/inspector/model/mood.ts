/** How an actor is, in one of four words, read off the names of its states: for a sign beside it that is seen at once. */
import type { Standing } from './picture.ts';
import { QUIET_REGION } from './sheets.ts';

export type Mood = 'trouble' | 'busy' | 'well' | 'rest';

export const MOODS: readonly { readonly mood: Mood; readonly word: string; readonly meaning: string }[] = [
  { mood: 'well', word: 'well', meaning: 'does what it is for' },
  { mood: 'busy', word: 'on its way', meaning: 'works towards another state, or waits for one' },
  { mood: 'trouble', word: 'trouble', meaning: 'something is wrong or missing' },
  { mood: 'rest', word: 'at rest', meaning: 'not wanted now, or switched off' },
];

const TROUBLE = words(
  'faulted disconnected backoff probeBackoff refused tripped critical low missing failed failing interrupted late',
  'suspect exited restartBackoff notShared drifted retrying doubting unsteady unfiled',
  'republishing lastLook overdue unsettled',
);
const REST = words(
  'disabled idle stopped released off none notStarted absent expected calm forgotten handedOver unwanted held',
);
const BUSY = words(
  'starting stopping probing settling provisional confirming provisioning adopting examining unplugging releasing',
  'unavailable offline clearing judging beginning writing verifying comparing reconciling reaping ending launching arming finalising',
  'salvaging pledging waitingForStream closing withdrawing applying setting readingBack listing checking deciding',
  'choosing searching warming saving waitingForFrame waitingForLight unknown undecided testing handingOver forgetting',
);
/** Regular looks and the rests between them say nothing of how it is. */
const QUIET = words('waiting checking asking pausing looking resting measuring sweeping');

export function moodOf({ states, machine, trouble }: Pick<Standing, 'states' | 'machine' | 'trouble'>): Mood {
  if (trouble !== null) return 'trouble';
  // Looks that repeat are not recorded each time: where they stand says nothing of how it is.
  const telling = states.filter((id) => !QUIET_REGION.test(id));
  const paths = telling.map((id) => meaningful(id.slice(machine.length + 1).split('.')));
  const any = (known: ReadonlySet<string>) => paths.some((path) => path.some((name) => known.has(name)));
  if (any(TROUBLE)) return 'trouble';
  if (any(BUSY)) return 'busy';
  // Of several regions one at rest does not make the whole so.
  const resting = paths.filter((path) => path.some((name) => REST.has(name)));
  return resting.length > 0 && resting.length === paths.length ? 'rest' : 'well';
}

/** The sign's word. */
export function moodWord(mood: Mood): string {
  return MOODS.find((one) => one.mood === mood)?.word ?? mood;
}

function meaningful(path: readonly string[]): readonly string[] {
  return path.length > 1 && QUIET.has(path.at(-1)!) ? path.slice(0, -1) : path;
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}
