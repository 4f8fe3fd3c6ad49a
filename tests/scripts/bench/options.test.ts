import { expect, test } from 'vitest';
import { GROUPS } from '../../../scripts/bench/groups.ts';
import { readOptions, UsageError } from '../../../scripts/bench/options.ts';

const groups = ['status', 'memory'];

test('without options every group is measured, on a real media server where there is one', () => {
  const all = { only: [], list: false, quick: false, jsonFile: null, markdownFile: null };
  expect(readOptions([], groups, true)).toEqual({ ...all, server: 'mediamtx' });
  expect(readOptions([], groups, false)).toEqual({ ...all, server: 'simulator' });
});

test('all options are taken', () => {
  const words = '--only status --only=memory --list --quick --server simulator --json a --markdown b'.split(
    ' ',
  );
  expect(readOptions(words, groups, true)).toEqual({
    ...{ only: ['status', 'memory'], list: true, quick: true },
    ...{ server: 'simulator', jsonFile: 'a', markdownFile: 'b' },
  });
});

test('help is asked for', () => {
  expect(readOptions(['--help'], groups, true)).toBeNull();
});

test.each([
  [['--fast'], /Unknown option '--fast'/],
  [['--only', 'speed'], /There is no group "speed"; there are status, memory/],
  [['--server', 'nginx'], /simulator or mediamtx, not "nginx"/],
  [['--server', 'mediamtx'], /No MediaMTX is found/],
])('%j is refused with a sentence and the usage', (words, sentence) => {
  const read = () => readOptions(words, groups, false);
  expect(read).toThrow(UsageError);
  expect(read).toThrow(sentence);
  expect(read).toThrow(/Usage: npm run bench --/);
});

test('each group has a name of its own', () => {
  const names = GROUPS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('server-killed-16');
});
