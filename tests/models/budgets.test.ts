/** No wait is longer than what is stated of it, none is without a statement, and the page that states them is fresh. */
import { expect, test } from 'vitest';
import { filesIn, read } from '../house/sources.ts';
import { BEFORE, BUDGETS_MS, PROMISES } from './budget-table.ts';
import { budgetDocs, lengthMs, longestDelays } from './budgets.ts';

const delays = Object.entries(longestDelays()).flatMap(([machine, own]) =>
  Object.entries(own).map(([delay, ms]) => ({ machine, delay, ms, budgetMs: BUDGETS_MS[machine]?.[delay] })),
);

test('every delay of every machine has a budget and keeps it, and no budget is for nothing', () => {
  expect(delays.filter(({ budgetMs }) => budgetMs === undefined)).toEqual([]);
  expect(delays.filter(({ ms, budgetMs = 0 }) => !(ms <= budgetMs))).toEqual([]);
  const stated = Object.entries(BUDGETS_MS).flatMap(([machine, own]) =>
    Object.keys(own).map((delay) => `${machine}.${delay}`),
  );
  expect(stated.toSorted()).toEqual(delays.map(({ machine, delay }) => `${machine}.${delay}`).toSorted());
});

test('a budget is what is needed, not more: twice as long would be no statement', () => {
  expect(delays.filter(({ ms, budgetMs = 0 }) => budgetMs > 2 * ms)).toEqual([]);
});

test('no chart waits for a length that has no name, and all delays that are raised are known', () => {
  const machines = filesIn('src/machines', '.ts').map((file) => read(file));
  const raised = machines.flatMap((text) => [
    ...text.matchAll(/type: '([^']+)' \},\s*\{\s*id: '[^']+',\s*delay:/g),
  ]);
  const types = new Set(raised.map(([, type]) => type));
  expect([...types].toSorted()).toEqual(['call.lapsed', 'resume.lapsed']);
  const delayed = machines.reduce((sum, text) => sum + [...text.matchAll(/\bdelay: (?!unknown)/g)].length, 0);
  expect(delayed, 'each of them was read').toBe(raised.length);
  expect(machines.filter((text) => /after: \{\s*\d/.test(text))).toEqual([]);
});

test.each(PROMISES)('$what', ({ budgetMs, path }) => {
  const sumMs = path.reduce((sum, name) => sum + lengthMs(name), 0);
  expect(sumMs).toBeLessThanOrEqual(budgetMs);
  expect(budgetMs).toBeLessThanOrEqual(2 * sumMs);
});

test.each(BEFORE)('%s comes before %s', (first, second) => {
  expect(lengthMs(first)).toBeLessThan(lengthMs(second));
});

test('docs/budgets.md is as the defaults make it (npm run docs)', () => {
  expect(read('docs/budgets.md')).toBe(budgetDocs());
});
