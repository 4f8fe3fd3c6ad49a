import { describe, expect, test } from 'vitest';
import { type CaptureEnd, troubleOfEnd } from '../../../src/adapters/ffmpeg/trouble.ts';
import * as words from './words.ts';

const v4l2 = { origin: 'v4l2', devicePath: '/dev/video9' } as const;
const synthetic = { origin: 'synthetic', devicePath: '/run/c/synthetic1.sock' } as const;
const trouble = (end: Partial<CaptureEnd>) =>
  troubleOfEnd({ exitCode: 1, signal: null, words: '', plan: v4l2, devicePresent: true, ...end });

describe('why a capture ended', () => {
  test.each([
    ['device-gone', { words: words.NO_NODE_5 }],
    ['device-gone', { words: words.NO_NODE_9 }],
    ['device-gone', { words: words.UNPLUGGED_5, exitCode: 0 }],
    ['no-permission', { words: words.NO_PERMISSION_5 }],
    ['invalid-format', { words: words.NOT_A_CAMERA_7 }],
    ['invalid-format', { words: words.NO_SUCH_FORMAT_5 }],
    ['device-busy', { words: words.BUSY_5 }],
    ['no-bandwidth', { words: words.NO_BANDWIDTH_5 }],
    ['device-busy', { words: words.SYNTHETIC_BUSY_5, plan: synthetic }],
    ['device-busy', { words: words.SYNTHETIC_BUSY_9, plan: synthetic }],
    ['device-gone', { words: words.SYNTHETIC_GONE_7, plan: synthetic }],
    ['encoder-failed', { words: words.NO_VAAPI_5 }],
    ['encoder-failed', { words: words.NO_MEMORY_TO_MEMORY_5 }],
    ['missing-program', { words: words.NO_ENCODER_5 }],
    ['missing-program', { words: words.TOO_OLD }],
  ] as const)('%s, from its words', (code, end) => {
    expect(trouble(end).code).toBe(code);
  });

  test.each([v4l2, synthetic])('exit code 0 without words says nothing but that it ended: %o', (plan) => {
    const words0 = { plan, exitCode: 0 };
    expect(trouble(words0)).toMatchObject({ code: 'capture-failed', reason: 'capture_ended' });
    expect(trouble({ ...words0, words: words.SERVER_AWAY_5 }).reason).toBe('capture_ended');
    expect(trouble({ ...words0, devicePresent: false })).toMatchObject({ code: 'device-gone' });
  });

  test('a device whose node is not there any more is gone, also for an adopted capture without words or code', () => {
    expect(trouble({ exitCode: null, devicePresent: false }).code).toBe('device-gone');
    expect(trouble({ exitCode: null, devicePresent: true }).code).toBe('capture-failed');
    expect(trouble({ exitCode: null, devicePresent: false, plan: null }).code).toBe('capture-failed');
  });

  test('a refusal among the last words is the cause, an old one is not', () => {
    const refused = { code: 'capture-failed', reason: 'publish_refused' };
    expect(trouble({ words: words.WRONG_PASSWORD_7 })).toMatchObject({
      ...refused,
      message: expect.stringContaining('401'),
    });
    const crashed = { words: words.REFUSED_AT_RECORD_9, exitCode: null, signal: 'SIGSEGV' };
    expect(trouble(crashed)).toMatchObject(refused);
    const hoursLater = `${words.WRONG_PASSWORD_7}\n${words.SERVER_AWAY_5}\n${words.SERVER_AWAY_5}`;
    expect(trouble({ words: hoursLater }).reason).toBe('capture_failed');
  });

  test('a full disk under the tap is not a full USB bus', () => {
    expect(trouble({ words: words.TAP_DISK_FULL_5, exitCode: null, signal: 'SIGKILL' })).toEqual({
      ...{ code: 'capture-failed', reason: 'capture_failed', message: 'The capture was ended by SIGKILL.' },
    });
  });

  test('an unknown end names its exit code, and no message shows a path', () => {
    expect(trouble({ exitCode: 3 }).message).toBe('The capture ended with exit code 3.');
    for (const text of Object.values(words)) expect(trouble({ words: text }).message).not.toContain('/');
  });
});
