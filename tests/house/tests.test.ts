/** How tests are written: real parts, no sleeping, every file in a suite. */
import { expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { filesIn, read } from './sources.ts';

const tests = filesIn('tests', '.ts');
const tellingItself = 'tests/house/tests.test.ts';

/** Tests for which a length of time is the subject, not a way to wait. */
const MAY_WAIT: Readonly<Record<string, string>> = {
  'tests/adapters/files/finalise-crash.test.ts': 'kills another process after each of several times',
};

const filesWith = (pattern: RegExp) =>
  tests.filter((file) => file !== tellingItself && pattern.test(read(file)));

test('no test replaces a module', () => {
  expect(filesWith(/\bvi\s*\.\s*(mock|doMock|hoisted|stubGlobal)\b|\bjest\./)).toEqual([]);
});

test('no test sleeps: it waits for a state, an event or a file (tests/support/until.ts)', () => {
  const sleeping = /new Promise[^;]*(?<![\w.])setTimeout|timers\/promises|\b(sleep|delay|wait)Ms?\(\s*\d/;
  const found = filesWith(sleeping).filter(
    (file) => !file.startsWith('tests/support/') && !(file in MAY_WAIT),
  );
  expect(found).toEqual([]);
});

test('no test is left out or alone by mistake', () => {
  expect(filesWith(/\b(test|it|describe)\.(only|todo)\b/)).toEqual([]);
});

test('every test file belongs to a suite', () => {
  const suites = (config.test?.projects ?? []).flatMap((project) => {
    const { include = [] } = (project as { test: { include?: string[] } }).test;
    return include.flatMap((glob) => (/^tests\/\{?(.*?)\}?\//.exec(glob)?.[1] ?? '').split(','));
  });
  // The lab has a command of its own.
  const folders = new Set([...suites, 'lab']);
  const homeless = tests.filter((file) => file.endsWith('.test.ts') && !folders.has(file.split('/')[1]!));
  expect(homeless).toEqual([]);
});
