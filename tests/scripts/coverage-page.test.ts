/** The page about coverage counts the machines as they are, and no reason speaks of what is not there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missesOf, pageOf } from '../../scripts/model-coverage/page.ts';
import { painted } from '../../scripts/model-coverage/paint.ts';
import { RACES, SPECIAL } from '../../scripts/model-coverage/races.ts';
import { REASONS } from '../../scripts/model-coverage/reasons.ts';
import { MODELS } from '../models/alphabets.ts';
import type { Covered } from '../models/coverage.ts';
import { edgesOf, nameEdges, nodesOf } from '../models/edges.ts';

const names = new Map(
  Object.entries(MODELS).map(([name, { machine }]) => [
    name,
    {
      states: nodesOf(machine.root).map(({ id }) => id),
      transitions: [...nameEdges(edgesOf(machine)).values()],
    },
  ]),
);
const all = [...names.values()].flatMap(({ states, transitions }) => [...states, ...transitions]);
const covered = (states: readonly string[], transitions: readonly string[]): Covered => ({
  states: new Set(states),
  transitions: new Set(transitions),
  pairs: new Set(),
});

test('docs/coverage.md counts the states and transitions of today, all taken by the fake back end', () => {
  const page = readFileSync('docs/coverage.md', 'utf8');
  for (const [name, { states, transitions }] of names) {
    const full = `| ${name} | ${states.length}/${states.length} | ${transitions.length}/${transitions.length} |`;
    expect(page).toContain(full);
  }
  expect(page).not.toContain('NOT EXPLAINED');
});

test('every reason speaks of something that is there', () => {
  for (const { why, fits } of REASONS)
    for (const pattern of fits)
      expect(
        all.some((name) => pattern.test(name)),
        `${why}: ${pattern}`,
      ).toBe(true);
  expect([...RACES, ...SPECIAL].filter((name) => !all.includes(name))).toEqual([]);
});

test('a miss without a reason is named as such', () => {
  const [state, transition] = ['toy.odd', 'toy.odd on bell'];
  const none = covered([], []);
  const machine = {
    name: 'toy',
    all: covered([state], [transition]),
    fake: none,
    simulator: none,
    mediamtx: none,
  };
  const misses = missesOf([machine]);
  expect(misses).toHaveLength(4);
  expect(misses.every(({ reason }) => reason === null)).toBe(true);
  expect(pageOf([machine], { simulator: 1, mediamtx: 1 })).toContain('### NOT EXPLAINED');
});

test('a drawing is coloured where something was taken', () => {
  const svg = readFileSync('statecharts/watchdog.svg', 'utf8');
  const seen = painted(svg, new Set(['watchdog.fresh']), new Set());
  expect(seen).toContain('data-state="watchdog.fresh" data-taken=""');
  expect(seen.match(/data-taken=""/g)).toHaveLength(1);
});
