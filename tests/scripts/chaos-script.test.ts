/** What chaos does is a function of its seed, long enough, and made smaller where it fails. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canBeDone, commandOf, newTold, type Round, roundsOf } from '../../scripts/chaos/commands.ts';
import {
  FORMATS,
  STEP_KINDS,
  type Step,
  type StepKind,
  stepsOf,
  THEMES,
  type Theme,
  wordsOf,
} from '../../scripts/chaos/script.ts';
import { Dice } from '../../src/simulation/dice.ts';

const CAMERAS = 3;
const STEPS = 30;
const everything = (count: number) => fc.sample(stepsOf('everything', CAMERAS), { seed: 7, numRuns: count });
const [step] = everything(1) as [Step];
const like = (change: Partial<Step>): Step => ({ ...step, camera: 'camera0', ...change });

/** What a round would do, on a stage that only notes it. */
async function played({ openings, commands }: Round): Promise<readonly Step[]> {
  const done: Step[] = [...openings];
  const act = async (one: Step) => void done.push(one);
  await fc.asyncModelRun(() => ({ model: newTold(STEPS), real: { act } }), commands);
  return done;
}

test('the same seed gives the same steps, another one others', async () => {
  const draw = (seed: number) => fc.sample(roundsOf(CAMERAS, STEPS), { seed, numRuns: 1 })[0]!;
  expect(await played(draw(8))).toEqual(await played(draw(8)));
  expect(await played(draw(8))).not.toEqual(await played(draw(9)));
});

test('a seed means the same for ever', () => {
  const dice = new Dice(7, 1);
  expect([dice.between(0, 999), dice.between(0, 999), dice.between(0, 999)]).toEqual([316, 475, 272]);
});

test('every kind of step and every format comes', () => {
  const steps = everything(3000);
  expect([...new Set(steps.map(({ kind }) => kind))].sort()).toEqual([...STEP_KINDS].sort());
  expect([...new Set(steps.map(({ format }) => format))].sort()).toEqual([...FORMATS].sort());
});

test('a round begins with somebody who wants something, and has thirty steps beside', async () => {
  for (const round of fc.sample(roundsOf(CAMERAS, STEPS), { seed: 7, numRuns: 50 })) {
    const done = await played(round);
    expect(['startRecording', 'startStreaming', 'watch']).toContain(done[0]?.kind);
    expect(done.length - round.openings.length).toBe(STEPS);
  }
});

test('what left its half of the world alone did not touch it', () => {
  for (const theme of Object.keys(THEMES) as Theme[]) {
    const kinds = new Set(
      fc.sample(stepsOf(theme, CAMERAS), { seed: 7, numRuns: 2000 }).map(({ kind }) => kind),
    );
    const { leavesAlone } = THEMES[theme];
    expect([...kinds].filter((kind) => leavesAlone.some((pattern: RegExp) => pattern.test(kind)))).toEqual(
      [],
    );
  }
});

test('nothing is undone that was not done, and nothing done twice that lasts', () => {
  const told = newTold(STEPS);
  const plug = like({ kind: 'plug' });
  const unplug = like({ kind: 'unplug' });
  expect(canBeDone(told, plug)).toBe(false);
  expect(canBeDone(told, unplug)).toBe(true);
  void commandOf(unplug).run(told, { act: async () => undefined });
  expect(canBeDone(told, unplug)).toBe(false);
  expect(canBeDone(told, { ...unplug, camera: 'camera1' })).toBe(true);
  expect(canBeDone(told, plug)).toBe(true);
});

test('a failure is made smaller, down to the steps that it needs', async () => {
  let smallest: readonly StepKind[] = [];
  const property = fc.asyncProperty(roundsOf(CAMERAS, STEPS), async ({ commands }) => {
    const done: StepKind[] = [];
    const act = async ({ kind }: Step) => {
      done.push(kind);
      if (kind !== 'unplug' || !done.includes('killServer')) return;
      smallest = done;
      throw new Error('broken');
    };
    await fc.asyncModelRun(() => ({ model: newTold(STEPS), real: { act } }), commands);
  });
  const { failed, numShrinks } = await fc.check(property, { seed: 1, numRuns: 100, unbiased: true });
  expect(failed).toBe(true);
  expect(smallest).toEqual(['killServer', 'unplug']);
  expect(numShrinks).toBeLessThan(40);
});

test('a step is told in words', () => {
  const told = like({ kind: 'startRecording', camera: 'camera2', format: 'mkv', durationS: 5 });
  expect(wordsOf(told)).toBe('startRecording camera2 mkv 5 s');
});
