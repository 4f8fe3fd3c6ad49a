/** The V4L2 probe on mocked cameras, through the real v4l2-ctl. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProbeResult } from '../../src/machines/values.ts';
import { compiledEntry } from '../support/compiled.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { type MockedCamera, usbCamera } from './mocked-cameras.ts';
import { announce } from './requirement.ts';
import { Testbed } from './testbed.ts';
import type { V4l2Answers } from './v4l2-answers.ts';

const ENODEV = 19;
const missing = announce();

interface Probed {
  readonly result?: ProbeResult;
  readonly failed?: { readonly code: string; readonly reason: string; readonly message: string };
}

describe.skipIf(missing !== null)('the V4L2 probe', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await Testbed.start();
  });
  afterAll(async () => {
    await testbed?.stop();
  });

  /** Probes a camera with these nodes; `gone` unplugs it first. */
  async function probed(videos: Readonly<Record<number, V4l2Answers>>, gone = false): Promise<Probed> {
    const camera = cameraWith(videos);
    await testbed.plug(camera);
    try {
      if (gone) await testbed.unplug(camera);
      const nodes = Object.keys(camera.nodes).map((devicePath) => ({ devicePath }));
      const module = compiledEntry('adapters/v4l2/probe.ts');
      const options = JSON.stringify({ timeoutMs: 5000 });
      const args = [`${import.meta.dirname}/probe-child.mjs`, module, options, JSON.stringify({ nodes })];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: testbed.environment });
      return JSON.parse(stdout);
    } finally {
      if (!gone) await testbed.unplug(camera);
    }
  }

  test('finds the capture node and what it offers', async () => {
    const { result } = await probed({ 0: answersOf('uvc-mjpeg'), 1: answersOf('uvc-metadata') });
    expect(result?.devicePath).toBe('/dev/video0');
    expect(result?.capabilities).toMatchObject({
      card: 'UVC Camera (046d:0825)',
      driver: 'uvcvideo',
      busInfo: 'usb-0000:00:14.0-1',
    });
    expect(result?.capabilities.deviceCaps).toContain('Video Capture');
    expect(result?.capabilities.formats.map((format) => format.fourcc)).toEqual(['YUYV', 'MJPG']);
    expect(result?.capabilities.formats[1]?.sizes[0]).toEqual({
      widthPx: 640,
      heightPx: 480,
      frameRatesFps: [30, 25, 20, 15, 10, 5],
    });
  });

  test('passes over nodes that do not capture, and over capture nodes without a format', async () => {
    const { result } = await probed({
      0: answersOf('uvc-metadata'),
      1: answersOf('codec'),
      2: answersOf('no-formats'),
      3: answersOf('uvc-h264'),
    });
    expect(result?.devicePath).toBe('/dev/video3');
  });

  test('says so when no node captures', async () => {
    const { failed } = await probed({ 0: answersOf('uvc-metadata'), 1: answersOf('no-formats') });
    expect(failed).toMatchObject({ code: 'probe-failed', reason: 'no_capture_node' });
  });

  test('knows a camera that was unplugged before it could be asked', async () => {
    const { failed } = await probed({ 0: answersOf('uvc-mjpeg') }, true);
    expect(failed?.code).toBe('device-gone');
  });

  test('knows a camera that goes away while it is asked', async () => {
    const { failed } = await probed({ 0: { failWith: ENODEV } });
    expect(failed?.code).toBe('device-gone');
  });

  test('prefers a working node over one that cannot be asked', async () => {
    const { result } = await probed({ 0: { failWith: ENODEV }, 1: answersOf('uvc-mjpeg') });
    expect(result?.devicePath).toBe('/dev/video1');
  });
});

function answersOf(name: keyof typeof KNOWN_DEVICES): V4l2Answers {
  return KNOWN_DEVICES[name].answers;
}

function cameraWith(videos: Readonly<Record<number, V4l2Answers>>): MockedCamera {
  return usbCamera({ port: '1-1', vendorId: '046d', productId: '0825', serial: 'S', name: 'Camera', videos });
}
