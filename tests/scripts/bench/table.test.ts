import { expect, test } from 'vitest';
import { atLeast, atMost, besideFloor, judge, plainRow } from '../../../scripts/bench/measurement.ts';
import { type GroupResult, markdownTable, textTable } from '../../../scripts/bench/table.ts';

const calls = besideFloor({
  ...{ title: 'get_camera_list, 100 connections', unit: 'calls/s' as const, goal: atLeast(0.8, 'ratio') },
  ...{ samples: [9000, 5000, 8000], floors: [10_000, 10_000, 10_000], note: 'answers of 900 bytes' },
});
const start = plainRow({ title: 'start', unit: 'ms', samples: [812.4], goal: atMost(800) });
const group: GroupResult = { group: 'x', rows: [calls, start], failure: null, loadBefore: 0.25, seconds: 3 };
const failed: GroupResult = { ...group, group: 'memory', rows: [], failure: 'no camera came' };

test('a ratio is the middle of those of each turn, so that noise that hits both does not count', () => {
  const noisy = besideFloor({ title: 't', unit: 'ms', samples: [10, 40, 12], floors: [5, 20, 6] });
  expect(noisy).toMatchObject({ value: 12, floor: 6, ratio: 2, range: [10, 40], samples: 3 });
});

test('a turn without its floor is refused', () => {
  expect(() => besideFloor({ title: 't', unit: 'ms', samples: [1, 2], floors: [1] })).toThrow('t: each turn');
});

test.each([
  [atMost(5), 5, 'met'],
  [atMost(5), 5.1, 'missed'],
  [atLeast(5), 5, 'met'],
  [atLeast(5), 4.9, 'missed'],
])('%o and %d is %s', (goal, value, judgement) => {
  expect(judge({ goal, value, ratio: null })).toBe(judgement);
});

test('a goal on the ratio looks at the ratio, and needs one', () => {
  expect(judge({ goal: atMost(1.5, 'ratio'), value: 99, ratio: 1.4 })).toBe('met');
  expect(() => judge({ goal: atMost(1.5, 'ratio'), value: 99, ratio: null })).toThrow('needs a floor');
  expect(judge({ goal: null, value: 1, ratio: null })).toBe('');
});

test('the table has a line for each row, and one for what could not be measured', () => {
  const lines = textTable([group, failed]).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[2]).toMatch(
    /^get_camera_list, 100 connections +8000 calls\/s +10000 calls\/s +0\.80 +ratio >= 0\.8 +met +5000\.\.9000 +3 +0\.3 +answers/,
  );
  expect(lines[3]).toMatch(/^start +812 ms +<= 800 ms +missed +1 +0\.3$/);
  expect(lines[4]).toMatch(/^memory +not measured +0\.3 +no camera came$/);
});

test('columns stand below each other', () => {
  const [head = '', , first = ''] = textTable([group]).split('\n');
  expect(first.indexOf('ratio >=')).toBe(head.indexOf('goal'));
});

test('the Markdown table has the same cells', () => {
  const lines = markdownTable([group]).split('\n');
  expect(lines[1]).toMatch(/^\|---\|--:\|/);
  expect(lines[3]).toBe('| start | 812 ms |  |  | <= 800 ms | missed |  | 1 | 0.3 |  |');
});
