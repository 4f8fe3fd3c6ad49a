import { describe, expect, test } from 'vitest';
import { type CaptureEnd, troubleOfEnd, troubleOfSilence } from '../../../src/adapters/ffmpeg/trouble.ts';
import * as words from './words.ts';

const v4l2 = { origin: 'v4l2', devicePath: '/dev/video9' } as const;
const planned = { ...v4l2, fourcc: 'MJPG', widthPx: 1280, heightPx: 720, rateFps: 30 } as const;
const synthetic = { origin: 'synthetic', devicePath: '/run/c/synthetic1.sock' } as const;
const trouble = (end: Partial<CaptureEnd>) =>
  troubleOfEnd({ exitCode: 1, signal: null, words: '', plan: v4l2, devicePresent: true, ...end });
const silence = (text: string, devicePresent = true) =>
  troubleOfSilence({ words: text, plan: planned, devicePresent });

const GONE = 'The camera is gone.';
const BUSY = 'Another process uses the camera.';
const NO_FORMAT = 'The camera does not give this format, size and rate.';
const NO_BANDWIDTH = 'The USB bus has no bandwidth left for this camera.';
const NO_PARAMETERS =
  'The camera sends H.264 without its parameters (SPS and PPS), so no picture can be decoded.';
const UNDECODABLE = 'What the camera sends cannot be decoded.';
const IO_ERROR = 'The connection to the camera failed (I/O error).';
const NO_ENCODER = 'The encoder did not start.';

describe('why a capture ended', () => {
  test.each([
    ['device-gone', 'device_gone', GONE, /^Plug it in again/, { words: words.NO_NODE_5 }],
    ['device-gone', 'device_gone', GONE, /^Plug it in again/, { words: words.NO_NODE_9 }],
    ['device-gone', 'device_gone', GONE, /^Plug/, { words: words.UNPLUGGED_5, exitCode: 0 }],
    ['device-gone', 'device_gone', GONE, /^Plug/, { words: words.WARNED_THEN_UNPLUGGED_5 }],
    ['device-gone', 'device_gone', GONE, /^Plug/, { words: words.SYNTHETIC_GONE_7, plan: synthetic }],
    ['device-busy', 'device_busy', BUSY, /^End that process/, { words: words.BUSY_5 }],
    ['device-busy', 'device_busy', BUSY, /^End/, { words: words.SYNTHETIC_BUSY_5, plan: synthetic }],
    ['device-busy', 'device_busy', BUSY, /^End/, { words: words.SYNTHETIC_BUSY_9, plan: synthetic }],
    [
      'no-permission',
      'no_permission',
      'The camera may not be opened by this user.',
      /to the group video/,
      { words: words.NO_PERMISSION_5 },
    ],
    [
      'no-permission',
      'device_not_allowed',
      'The camera may not be opened from in here.',
      /major number 81/,
      { words: words.NOT_ALLOWED_5 },
    ],
    ['no-bandwidth', 'no_bandwidth', NO_BANDWIDTH, /another USB controller/, { words: words.NO_BANDWIDTH_3 }],
    ['no-bandwidth', 'no_bandwidth', NO_BANDWIDTH, /a lower rate/, { words: words.NO_BANDWIDTH_9 }],
    ['invalid-format', 'invalid_format', NO_FORMAT, /another picture/, { words: words.NOT_A_CAMERA_7 }],
    ['invalid-format', 'invalid_format', NO_FORMAT, /another picture/, { words: words.NO_SUCH_FORMAT_5 }],
    ['invalid-format', 'invalid_format', NO_FORMAT, /another picture/, { words: words.STREAMON_INVALID_4 }],
    ['invalid-format', 'invalid_format', NO_FORMAT, /another picture/, { words: words.NO_H264_3 }],
    [
      'device-failing',
      'device_timeout',
      'The camera did not answer in time.',
      /cable/,
      { words: words.TIMED_OUT_5 },
    ],
    ['device-failing', 'device_io_error', IO_ERROR, /cable/, { words: words.IO_ERROR_5 }],
    ['device-failing', 'device_io_error', IO_ERROR, /cable/, { words: words.IO_ERROR_WHILE_LIVE }],
    ['device-failing', 'device_io_error', IO_ERROR, /cable/, { words: words.PROTOCOL_ERROR_7 }],
    [
      'device-failing',
      'no_buffer_memory',
      'The kernel has no memory left for the pictures of the camera.',
      /cma=/,
      { words: words.NO_BUFFERS_5 },
    ],
    ['decoder-errors', 'undecodable', UNDECODABLE, /another format/, { words: words.GARBAGE_JPEG_5 }],
    [
      'decoder-errors',
      'undecodable',
      UNDECODABLE,
      /Re-plug it/,
      { words: words.GARBAGE_JPEG_9, exitCode: 69 },
    ],
    [
      'decoder-errors',
      'undecodable',
      UNDECODABLE,
      /Re-plug it/,
      { words: words.NO_H264_AT_ALL_9, exitCode: 69 },
    ],
    ['decoder-errors', 'parameters_missing', NO_PARAMETERS, /MJPEG or raw/, { words: words.NO_PARAMETERS_5 }],
    [
      'decoder-errors',
      'frames_damaged',
      'The frames of the camera arrive damaged or cut short.',
      /smaller picture/,
      { words: words.SHORT_FRAMES },
    ],
    ['encoder-failed', 'encoder_failed', NO_ENCODER, /Another encoder/, { words: words.NO_VAAPI_5 }],
    ['encoder-failed', 'encoder_failed', NO_ENCODER, /Another/, { words: words.NO_MEMORY_TO_MEMORY_5 }],
    [
      'missing-program',
      'encoder_missing',
      'This ffmpeg has no H.264 encoder (libx264).',
      /capture\.ffmpeg/,
      { words: words.NO_ENCODER_5 },
    ],
    [
      'missing-program',
      'ffmpeg_too_old',
      'This ffmpeg is older than 5.1.',
      /5\.1 or newer/,
      { words: words.TOO_OLD },
    ],
  ] as const)('%s, %s: %s', (code, reason, message, suggestion, end) => {
    expect(trouble(end)).toMatchObject({
      ...{ code, reason, message },
      suggestion: expect.stringMatching(suggestion),
    });
  });

  test('a picture that the camera does not give is named', () => {
    expect(trouble({ words: words.NO_SUCH_FORMAT_5, plan: planned })).toMatchObject({
      message: 'The camera does not give MJPG in 1280x720 at 30 fps.',
      facts: { fourcc: 'MJPG', width: 1280, height: 720, rate: 30 },
    });
  });

  test('a camera that fails while it is pulled out is gone', () => {
    expect(trouble({ words: words.PROTOCOL_ERROR_7, devicePresent: false }).code).toBe('device-gone');
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
      facts: { rtsp_status: 401 },
    });
    const crashed = { words: words.REFUSED_AT_RECORD_9, exitCode: null, signal: 'SIGSEGV' };
    expect(trouble(crashed)).toMatchObject(refused);
    const hoursLater = `${words.WRONG_PASSWORD_7}\n${words.SERVER_AWAY_5}\n${words.SERVER_AWAY_5}`;
    expect(trouble({ words: hoursLater }).reason).toBe('capture_failed');
  });

  test('a full disk under the tap is not a full USB bus', () => {
    expect(trouble({ words: words.TAP_DISK_FULL_5, exitCode: null, signal: 'SIGKILL' })).toMatchObject({
      ...{ code: 'capture-failed', reason: 'capture_failed', message: 'The capture was ended by SIGKILL.' },
    });
  });

  test('a warning at the start is not why a capture ended, nor is what an encoder of the host says', () => {
    const [warning = ''] = words.WARNED_THEN_UNPLUGGED_5.split('\n');
    expect(trouble({ words: warning, exitCode: 3 }).code).toBe('capture-failed');
    const encoder = '[h264_v4l2m2m @ 0x1] VIDIOC_STREAMON failed: Invalid argument';
    expect(trouble({ words: encoder, exitCode: 3 }).code).toBe('capture-failed');
  });

  test('a damaged picture now and then is not why a capture ended, nor is one that somebody killed', () => {
    expect(trouble({ words: words.ONE_BAD_FRAME }).code).toBe('capture-failed');
    expect(trouble({ words: words.UNENDED_JPEG_9 }).code).toBe('capture-failed');
    const once = `${words.DAMAGED_JPEG_7}\n${'[swscaler @ 0x1] x\nsomething else\n'.repeat(60)}`;
    expect(trouble({ words: once }).code).toBe('capture-failed');
    expect(trouble({ words: words.DAMAGED_JPEG_7, exitCode: null, signal: 'SIGKILL' }).message).toBe(
      'The capture was ended by SIGKILL.',
    );
  });

  test('an unknown end names its exit code, and no sentence shows a path', () => {
    expect(trouble({ exitCode: 3 }).message).toBe('The capture ended with exit code 3.');
    for (const text of Object.values(words)) {
      const { message, suggestion } = trouble({ words: text });
      expect(message.replace('I/O', '')).not.toContain('/');
      expect(suggestion).not.toContain('/');
    }
  });
});

describe('why a capture that lives brings no picture', () => {
  test.each([
    ['parameters_missing', words.NO_PARAMETERS_5],
    ['undecodable', words.DAMAGED_JPEG_7],
    ['frames_damaged', words.SHORT_FRAMES],
    ['publish_refused', words.WRONG_PASSWORD_7],
    ['no_bandwidth', words.NO_BANDWIDTH_3],
  ])('%s, from its words', (reason, text) => {
    expect(silence(text)).toMatchObject({ reason });
  });

  test('nothing where they do not tell', () => {
    expect(silence('')).toBeNull();
    expect(silence(words.SERVER_AWAY_5)).toBeNull();
    expect(silence(words.ONE_BAD_FRAME)).toBeNull();
    expect(silence(words.UNENDED_JPEG_9)).toBeNull();
  });

  test('the device, where its node is not there any more', () => {
    expect(silence('', false)).toMatchObject({ code: 'device-gone' });
  });
});
