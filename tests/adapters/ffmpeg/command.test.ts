import { describe, expect, test } from 'vitest';
import { captureArguments, type EncodingSettings, openedPath } from '../../../src/adapters/ffmpeg/command.ts';
import type { CapturePlan } from '../../../src/machines/values.ts';

const plan: CapturePlan = {
  ...{ cameraId: 'camera0', cameraName: 'A', origin: 'v4l2', devicePath: '/dev/video2' },
  ...{ fourcc: 'MJPG', widthPx: 1280, heightPx: 720, rateFps: 29.97 },
  ...{ encoder: 'libx264', encoderDevicePath: null, tapFrom: 'all' },
};
const encoding: EncodingSettings = {
  ...{ profile: 'baseline', strict: true, preset: 'ultrafast', pixelFormat: 'yuv420p', bitrateBps: 600_000 },
  ...{ keyframeIntervalMs: 1000, tapIntervalMs: 1000, tapQuality: 5, warmUpMs: 3000 },
};
const outputs = {
  publishUrl: 'rtsp://127.0.0.1:8554/camera0',
  tapFile: '/run/taps/camera0.jpg',
  lumaFile: '/run/taps/camera0.luma',
};
const argsOf = (more: Partial<CapturePlan> = {}, settings: Partial<EncodingSettings> = {}) =>
  captureArguments({ ...plan, ...more }, { ...encoding, ...settings }, outputs);
const optionOf = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];

describe('capture command', () => {
  test('opens a V4L2 camera with its format, size and exact rate', () => {
    expect(argsOf().join(' ')).toContain(
      '-f v4l2 -input_format mjpeg -video_size 1280x720 -framerate 30000/1001 -i /dev/video2',
    );
  });

  test('opens a synthetic camera at the socket of the wished mode', () => {
    const synthetic = {
      origin: 'synthetic',
      devicePath: '/run/s0.sock',
      fourcc: 'YUYV',
      rateFps: 15,
    } as const;
    expect(argsOf(synthetic).join(' ')).toContain(
      '-f rawvideo -pixel_format yuyv422 -video_size 1280x720 -framerate 15 -i unix:/run/s0.sock.1280x720@15',
    );
    expect(openedPath({ ...plan, ...synthetic })).toBe('/run/s0.sock.1280x720@15');
    expect(() => argsOf({ ...synthetic, fourcc: 'NV12' })).toThrow('YUYV');
  });

  test('strict mode scales down and says the level; without it the size stays', () => {
    expect(optionOf(argsOf(), '-filter_complex')).toContain('scale=720:404');
    expect(optionOf(argsOf(), '-level')).toBe('3.0');
    expect(optionOf(argsOf({}, { strict: false }), '-filter_complex')).toContain('scale=1280:720');
    expect(optionOf(argsOf({}, { strict: false }), '-level')).toBe('3.1');
  });

  test('all outputs are behind the fifo muxer and recover from anything', () => {
    const args = argsOf();
    const count = (word: string) => args.filter((arg) => arg === word).length;
    for (const option of ['fifo', '-attempt_recovery', '-recover_any_error', '-drop_pkts_on_overflow'])
      expect(count(option)).toBe(3);
    expect(args).toContain('/run/taps/camera0.jpg');
    expect(args.at(-1)).toBe('/run/taps/camera0.luma');
  });

  test('other chroma formats get the profile that has them', () => {
    expect(optionOf(argsOf({}, { pixelFormat: 'yuv422p' }), '-profile:v')).toBe('high422');
    expect(optionOf(argsOf({}, { pixelFormat: 'yuv444p' }), '-profile:v')).toBe('high444');
  });

  test('a keyframe interval shorter than a frame makes every frame one', () => {
    expect(optionOf(argsOf({ rateFps: 5 }, { keyframeIntervalMs: 50 }), '-g')).toBe('1');
  });

  test('large and fast pictures are encoded by more threads', () => {
    const streamThreads = (more: Partial<CapturePlan>) =>
      optionOf(argsOf(more, { strict: false }), '-threads:v');
    expect(streamThreads({})).toBe('1');
    expect(streamThreads({ widthPx: 1920, heightPx: 1080, rateFps: 60 })).toBe('4');
  });
});

describe('a capture that does not encode in software', () => {
  const copied = { fourcc: 'H264', encoder: 'copy', tapFrom: 'keyframes' } as const;

  test('copies with parameter sets at each keyframe, and decodes keyframes alone for the tap', () => {
    const text = argsOf(copied).join(' ');
    expect(text).toContain('-map 0:v -c:v copy -bsf:v dump_extra=freq=keyframe -f fifo');
    expect(text).toMatch(/-skip_frame nokey .*-input_format h264 .*-i \/dev\/video2/);
    expect(text).not.toContain('libx264');
    expect(argsOf({ ...copied, tapFrom: 'all' })).not.toContain('-skip_frame');
  });

  test('opens a synthetic camera by format and mode', () => {
    const text = argsOf({ ...copied, origin: 'synthetic', devicePath: '/run/s0.sock', rateFps: 15 }).join(
      ' ',
    );
    expect(text).toContain('-f h264 -framerate 15 -i unix:/run/s0.sock.h264.1280x720@15');
  });

  test('hands pictures to the encoder of the hardware in the form that it takes', () => {
    const vaapi = argsOf({ encoder: 'h264_vaapi', encoderDevicePath: '/dev/dri/renderD128' }).join(' ');
    expect(vaapi).toContain('-vaapi_device /dev/dri/renderD128');
    expect(vaapi).toContain('format=nv12,hwupload[stream]');
    expect(vaapi).toContain('-c:v h264_vaapi -profile:v constrained_baseline -level 30');
    const chip = argsOf({ encoder: 'h264_v4l2m2m' }).join(' ');
    expect(chip).toContain('format=yuv420p[stream]');
    expect(chip).toContain('-c:v h264_v4l2m2m -b:v 600000');
  });
});
