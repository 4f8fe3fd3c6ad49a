import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../scripts/lib/demo-options.mjs';

const PROJECT = resolve(import.meta.dirname, '../..');

test('without options there are two synthetic cameras, a free port and .demo/data', () => {
  expect(readOptions([])).toEqual({ cameras: 2, port: null, data: `${PROJECT}/.demo/data` });
});

test('all options are taken', () => {
  expect(readOptions(['--cameras', '0', '--port=9000', '--data', '/tmp/x'])).toEqual({
    cameras: 0,
    port: 9000,
    data: '/tmp/x',
  });
});

test('help is asked for', () => {
  expect(readOptions(['--help'])).toBeNull();
});

test.each([
  [['--camera', '3'], /Unknown option '--camera'/],
  [['cameras'], /Unexpected argument 'cameras'/],
  [['--cameras', 'two'], /--cameras must be a whole number from 0 to 64, not "two"/],
  [['--cameras', '65'], /from 0 to 64, not "65"/],
  [['--port', '65535'], /--port must be a whole number from 1 to 65534/],
  [['--port', '8e3'], /not "8e3"/],
])('%j is refused with a sentence, the usage and exit code 2', (words, sentence) => {
  expect(() => readOptions(words)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(sentence), exitCode: 2 }),
  );
  expect(() => readOptions(words)).toThrow(/Usage: npm run demo --/);
});
