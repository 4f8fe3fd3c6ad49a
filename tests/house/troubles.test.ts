/** docs/troubleshooting.md has a row for whatever the end of a capture can be told as, with its very words and its policy. */
import { describe, expect, test } from 'vitest';
import { troubleOfEnd } from '../../src/adapters/ffmpeg/trouble.ts';
import { DECODER_RULES, DEVICE_RULES, PROGRAM_RULES } from '../../src/adapters/ffmpeg/trouble-rules.ts';
import { disallowedDevice } from '../../src/adapters/process/device-refusal.ts';
import { type ErrorCode, troubleOf } from '../../src/machines/errors.ts';
import { SLOW_CODES } from '../../src/machines/stream-values.ts';
import { read } from './sources.ts';

const section = read('docs/troubleshooting.md').split('## When a capture fails')[1]?.split(/^## /m)[0] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, reason, code, says, retried, sentence, suggestion] = line
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
    return { reason, code: /\[(.+?)\]/.exec(code ?? '')?.[1], says, retried, sentence, suggestion };
  });

const end = { words: '', signal: null, plan: null, devicePresent: true };
/** Everything that the classifier can give. */
const troubles = [
  ...[...DEVICE_RULES, ...PROGRAM_RULES, ...DECODER_RULES],
  troubleOfEnd({ ...end, exitCode: 0 }),
  troubleOfEnd({ ...end, exitCode: 3 }),
  troubleOfEnd({ ...end, exitCode: 1, words: '[rtsp @ 0x1] method ANNOUNCE failed: 401 Unauthorized' }),
  troubleOf(disallowedDevice()),
];

describe.each(troubles)('the row of $reason, $code', ({ code, reason, message, suggestion }) => {
  const row = rows.find((one) => one.reason === reason);

  test('is there, and says what the service says', () => {
    expect(row).toMatchObject({ code, sentence: message, suggestion });
  });

  test('says whether it is retried fast or slowly', () => {
    expect(row?.retried).toMatch(SLOW_CODES.includes(code as ErrorCode) ? /^slow/ : /^fast/);
  });
});

test('no row is left of something that is not told any more', () => {
  const known = new Set([...troubles.map(({ reason }) => reason), 'not_published_in_time']);
  expect(rows.filter(({ reason }) => !known.has(reason ?? ''))).toEqual([]);
  expect(rows.length).toBeGreaterThan(15);
});
