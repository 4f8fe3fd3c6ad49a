/** What chaos does is a function of its seed: a round that failed can be played again. */
import { expect, test } from 'vitest';
import { FORMATS, STEP_KINDS, type Step, scriptOf, wordsOf } from '../../scripts/chaos/script.ts';
import { Dice } from '../../src/simulation/dice.ts';

const wish = { seed: 7, round: 1, cameras: 3, lengthMs: 30_000 };
const rounds = (count: number): Step[] =>
  Array.from({ length: count }, (_, index) => scriptOf({ ...wish, round: index + 1 })).flat();

test('the same seed and round give the same steps', () => {
  expect(scriptOf(wish)).toEqual(scriptOf(wish));
});

test('another seed, and another round, give other steps', () => {
  expect(scriptOf({ ...wish, seed: 8 })).not.toEqual(scriptOf(wish));
  expect(scriptOf({ ...wish, round: 2 })).not.toEqual(scriptOf(wish));
});

test('a seed means the same for ever', () => {
  const dice = new Dice(7, 1);
  expect([dice.between(0, 999), dice.between(0, 999), dice.between(0, 999)]).toEqual([316, 475, 272]);
});

test('within some rounds every kind of step and every format comes', () => {
  const steps = rounds(60);
  expect([...new Set(steps.map(({ kind }) => kind))].sort()).toEqual([...STEP_KINDS].sort());
  expect([...new Set(steps.map(({ format }) => format))].sort()).toEqual([...FORMATS].sort());
});

test('a round begins with somebody who wants something, and lasts as long as wished', () => {
  for (let round = 1; round <= 20; round += 1) {
    const steps = scriptOf({ ...wish, round });
    expect(['startRecording', 'startStreaming', 'watch']).toContain(steps[0]?.kind);
    const waitsMs = steps.reduce((sum, { thenWaitMs }) => sum + thenWaitMs, 0);
    expect(waitsMs).toBeGreaterThanOrEqual(wish.lengthMs);
    expect(waitsMs).toBeLessThan(wish.lengthMs + 5001);
  }
});

test('in some rounds the control plane alone is hurt: there nothing may be lost', () => {
  const harmless = Array.from({ length: 60 }, (_, index) => scriptOf({ ...wish, round: index + 1 })).filter(
    (steps) =>
      steps.every(({ kind }) => !/plug|mute|able|Capture|Server|Publisher|fillRec|stopService/.test(kind)),
  );
  expect(harmless.length).toBeGreaterThan(5);
  const kills = harmless.map((steps) => steps.filter(({ kind }) => /^kill/.test(kind)).length);
  expect(Math.max(...kills)).toBeGreaterThan(2);
});

test('a step is told in words', () => {
  const [step] = scriptOf(wish);
  const told = { ...step!, kind: 'startRecording', camera: 'camera2', format: 'mkv', durationS: 5 } as const;
  expect(wordsOf(told)).toBe('startRecording camera2 mkv 5 s');
});
