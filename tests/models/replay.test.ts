/**
 * What coverage believes of a record: steps of generated paths, told as the recorder tells them, are read again, and
 * nothing is read that was not taken.
 */
import { expect, test } from 'vitest';
import { MODELS } from './alphabets.ts';
import { explore } from './explore.ts';
import { Replay, type StepSeen } from './replay.ts';

/** Of one machine: reading is slow, and a few hundred different steps take every transition many times. */
const MOST_STEPS = 400;
/** The last of its starts: going through all of them takes a minute. */
const STARTS = 3;

test.each(Object.entries(MODELS))('%s: what was taken is read off the record', (_, model) => {
  const replay = new Replay(model.machine);
  const seen = new Set<string>();
  const wrong: object[] = [];
  let exact = 0;
  const read = (step: StepSeen, taken: readonly string[]) => {
    const key = JSON.stringify([step, taken]);
    if (seen.size >= MOST_STEPS || seen.has(key)) return;
    seen.add(key);
    const found = replay.taken(step);
    if (found === null || found.some((transition) => !taken.includes(transition)))
      wrong.push({ step, taken, found });
    else exact += found.length / Math.max(1, taken.length);
  };
  for (const alphabet of model.alphabets.slice(-STARTS)) explore(model.machine, alphabet, read);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(exact / seen.size, 'most is read').toBeGreaterThan(0.7);
});

test('what no way explains is told', () => {
  const replay = new Replay(MODELS.watchdog!.machine);
  const step = { before: ['watchdog.fresh'], event: 'beat', after: ['watchdog.late'], actions: [] };
  expect(replay.taken(step)).toBeNull();
});
