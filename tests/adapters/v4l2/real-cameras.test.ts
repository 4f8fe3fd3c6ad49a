/** Cameras that people have listed, from what v4l2-ctl prints for each of their nodes to the list of what they can do. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { V4l2Probe } from '../../../src/adapters/v4l2/probe.ts';
import { planLadder } from '../../../src/machines/plan.ts';
import type { Capabilities, Device, PixelFormat } from '../../../src/machines/values.ts';

import { cameraLimits } from '../../support/machine-fixtures.ts';

const FIXTURES = `${import.meta.dirname}/fixtures`;

interface RealCamera {
  /** Fixtures in the order of its nodes. */
  readonly nodes: readonly string[];
  /** `fourcc@node: largest size x rates`, each format once; empty: no node captures. */
  readonly expected: readonly string[];
}

/** Which device each fixture is and where its facts stand is the first line of the fixture. */
const CAMERAS: Readonly<Record<string, RealCamera>> = {
  'Logitech C270, two nodes': {
    nodes: ['uvc-mjpeg', 'uvc-metadata'],
    expected: ['YUYV@0: 1280x960 7.5 5', 'MJPG@0: 1280x960 30 25 20 15 10 5'],
  },
  'Logitech C920 of the first years, H.264 in the same node': {
    nodes: ['uvc-h264', 'uvc-metadata'],
    expected: [
      'YUYV@0: 2304x1536 2',
      'H264@0: 1920x1080 30 24 20 15 10 7.5 5 (bitrate no, gop no)',
      'MJPG@0: 1920x1080 30 24 20 15 10 7.5 5',
    ],
  },
  'Logitech C920 with newer firmware': {
    nodes: ['c920-without-h264', 'uvc-metadata'],
    expected: ['YUYV@0: 2304x1536 2', 'MJPG@0: 1920x1080 30 24 20 15 10 7.5 5'],
  },
  'ELP H264 USB camera, four nodes': {
    nodes: ['elp-h264-first-node', 'uvc-metadata', 'uvc-h264-second-node', 'uvc-metadata'],
    expected: [
      'MJPG@0: 1920x1080 30 25 20 15 10 5',
      'H264@2: 1920x1080 30 25 20 15 10 5 (bitrate no, gop no)',
    ],
  },
  'Creality CAM, four nodes, Motion-JPEG on the third': {
    nodes: ['creality-first-node', 'creality-metadata', 'creality-third-node', 'creality-metadata'],
    expected: ['H264@0: 1920x1080 30 (bitrate no, gop no)', 'HEVC@0: 1920x1080 30', 'MJPG@2: 1920x1080 30'],
  },
  'Sony PlayStation Eye': { nodes: ['yuyv-only'], expected: ['YUYV@0: 640x480 60 50 40 30 15'] },
  'Elgato Cam Link 4K': {
    nodes: ['capture-card', 'uvc-metadata'],
    expected: ['NV12@0: 3840x2160 29.97', 'NV12@0: 3840x2160 29.97', 'YU12@0: 3840x2160 29.97'],
  },
  'HDMI dongle MS2109': {
    nodes: ['hdmi-dongle', 'uvc-metadata'],
    expected: ['MJPG@0: 1920x1080 30 25 20 10 5', 'YUYV@0: 1920x1080'],
  },
  'analog grabber': { nodes: ['analog-grabber'], expected: ['YUYV@0: 48x32-720x576/1/1'] },
  'Raspberry Pi camera through MMAL': {
    nodes: ['stepwise'],
    expected: ['YU12', 'YUYV', 'JPEG', 'H264', 'MJPG'].map(
      (fourcc) => `${fourcc}@0: 32x32-2592x1944/2/2${fourcc === 'H264' ? ' (bitrate yes, gop yes)' : ''}`,
    ),
  },
  'Raspberry Pi CSI receiver': {
    nodes: ['pi-csi-bridge'],
    expected: ['YUYV', 'UYVY', 'RGB3', 'pBAA'].map((fourcc) => `${fourcc}@0: 16x16-16376x16376/1/1`),
  },
  'Raspberry Pi CSI receiver without a sensor': { nodes: ['no-formats'], expected: [] },
  'Raspberry Pi video decoder': { nodes: ['codec'], expected: [] },
  'Jetson with an IMX219': { nodes: ['jetson-csi'], expected: ['RG10@0: 3264x2464 21'] },
  'Orange Pi PC with a CSI camera': {
    nodes: ['orange-pi-csi'],
    expected: ['YV12@0: 2592x1936', 'NV16@0: 2592x1936', 'NV12@0: 2592x1936'],
  },
  'Rockchip ISP': { nodes: ['multiplanar'], expected: ['NV12@0: 32x16-4672x3504/16/8'] },
  'Intel RealSense R200, infrared interface and its metadata': {
    nodes: ['realsense-infrared', 'uvc-metadata'],
    expected: ['YUYV@0: 320x962 60', 'Y12I@0: 640x481 90 60 30', 'Y16 @0: 640x481 90 60 30'],
  },
  'Intel RealSense R200, colour interface': {
    nodes: ['realsense-colour'],
    expected: ['YUYV@0: 640x480 30 25 20 15 10 5'],
  },
  'Logitech BRIO, infrared interface': {
    nodes: ['brio-infrared', 'uvc-metadata'],
    expected: ['GREY@0: 340x340 30'],
  },
  'built-in camera of a laptop': {
    nodes: ['laptop-camera', 'uvc-metadata'],
    expected: ['MJPG@0: 1280x720 30', 'YUYV@0: 1280x720 10'],
  },
  'Creative camera without rates': { nodes: ['toy-camera'], expected: ['JPEG@0: 640x480'] },
  'Kinect for Xbox 360': {
    nodes: ['kinect'],
    expected: ['GRBG@0: 1280x1024', 'UYVY@0: 640x480', 'Y10B@0: 1280x1024'],
  },
  'camera with rates in steps of 2.5': {
    nodes: ['half-rates'],
    expected: ['YUYV@0: 320x240 30 27.5 25 22.5 20 17.5 15 12.5 10 7.5 5'],
  },
  'camera that lists sizes twice': {
    nodes: ['repeated-sizes'],
    expected: ['MJPG@0: 1920x1080 30', 'YUYV@0: 640x480 30'],
  },
  'The Imaging Source DFK 24UJ003': {
    nodes: ['bayer-microscope'],
    expected: ['GRBG@0: 3872x2764 6 5 4 3 2 1'],
  },
  'v4l2loopback, nobody writing': { nodes: ['continuous'], expected: ['YUYV@0: 48x32-8192x8192/1/1'] },
};

/** The first ways to capture each, for a wish of 640x480 at 15 frames a second, before its own H.264 was looked at. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'Logitech C270, two nodes': [
    'MJPG@0 640x480@15 libx264',
    'YUYV@0 640x480@15 libx264',
    'MJPG@0 640x480@10 libx264',
  ],
  'Logitech C920 of the first years, H.264 in the same node': [
    'H264@0 640x480@15 copy',
    'MJPG@0 640x480@15 libx264',
    'YUYV@0 640x480@15 libx264',
  ],
  'Logitech C920 with newer firmware': [
    'MJPG@0 640x480@15 libx264',
    'YUYV@0 640x480@15 libx264',
    'MJPG@0 640x480@10 libx264',
  ],
  'ELP H264 USB camera, four nodes': [
    'H264@2 640x480@15 copy',
    'MJPG@0 640x480@15 libx264',
    'H264@2 640x480@10 copy',
  ],
  'Creality CAM, four nodes, Motion-JPEG on the third': [
    'H264@0 640x480@30 copy',
    'MJPG@2 640x480@30 libx264',
    'H264@0 1280x720@30 copy',
  ],
  'Sony PlayStation Eye': ['YUYV@0 640x480@15 libx264', 'YUYV@0 320x240@30 libx264'],
  'Elgato Cam Link 4K': ['NV12@0 3840x2160@29.97 libx264', 'YU12@0 3840x2160@29.97 libx264'],
  'HDMI dongle MS2109': [
    'YUYV@0 640x480@15 libx264',
    'YUYV@0 720x576@15 libx264',
    'YUYV@0 1280x720@15 libx264',
  ],
  'analog grabber': ['YUYV@0 640x480@15 libx264', 'YUYV@0 640x480@7.5 libx264', 'YUYV@0 320x240@15 libx264'],
  'Raspberry Pi camera through MMAL': [
    'H264@0 640x480@15 copy',
    'JPEG@0 640x480@15 libx264',
    'MJPG@0 640x480@15 libx264',
  ],
  'Raspberry Pi CSI receiver': [
    'YUYV@0 640x480@15 libx264',
    'UYVY@0 640x480@15 libx264',
    'RGB3@0 640x480@15 libx264',
  ],
  'Jetson with an IMX219': [],
  'Orange Pi PC with a CSI camera': [
    'NV12@0 640x480@15 libx264',
    'YV12@0 640x480@15 libx264',
    'NV12@0 320x240@15 libx264',
  ],
  'Rockchip ISP': ['NV12@0 640x480@15 libx264', 'NV12@0 640x480@7.5 libx264', 'NV12@0 320x240@15 libx264'],
  'Intel RealSense R200, infrared interface and its metadata': ['YUYV@0 320x962@60 libx264'],
  'Intel RealSense R200, colour interface': [
    'YUYV@0 640x480@15 libx264',
    'YUYV@0 640x480@10 libx264',
    'YUYV@0 640x480@5 libx264',
  ],
  'Logitech BRIO, infrared interface': ['GREY@0 340x340@30 libx264'],
  'built-in camera of a laptop': [
    'MJPG@0 640x480@30 libx264',
    'YUYV@0 640x480@30 libx264',
    'MJPG@0 640x360@30 libx264',
  ],
  'Creative camera without rates': ['JPEG@0 640x480@15 libx264', 'JPEG@0 320x240@15 libx264'],
  'Kinect for Xbox 360': ['UYVY@0 640x480@15 libx264'],
  'camera with rates in steps of 2.5': [
    'YUYV@0 320x240@15 libx264',
    'YUYV@0 320x240@12.5 libx264',
    'YUYV@0 320x240@10 libx264',
  ],
  'camera that lists sizes twice': [
    'MJPG@0 640x480@30 libx264',
    'YUYV@0 640x480@30 libx264',
    'MJPG@0 320x240@30 libx264',
  ],
  'The Imaging Source DFK 24UJ003': [],
  'v4l2loopback, nobody writing': [
    'YUYV@0 640x480@15 libx264',
    'YUYV@0 640x480@7.5 libx264',
    'YUYV@0 320x240@15 libx264',
  ],
};

describe('what real cameras can do', () => {
  let folder: string;
  let probe: V4l2Probe;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cameras-'));
    const v4l2Ctl = join(folder, 'v4l2-ctl');
    // The node's file holds the name of its fixture.
    const words = `cat ${FIXTURES}/$(cat $2).$(test $3 = --list-ctrls && echo ctrls || echo txt)`;
    writeFileSync(v4l2Ctl, `#!/bin/sh\n${words}\n`);
    chmodSync(v4l2Ctl, 0o755);
    probe = new V4l2Probe({ timeoutMs: 10_000, v4l2Ctl });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.entries(CAMERAS))('%s', async (name, { nodes, expected }) => {
    const paths = nodes.map((fixture, number) => {
      const path = join(folder, `${Object.keys(CAMERAS).indexOf(name)}-video${number}`);
      writeFileSync(path, fixture);
      return path;
    });
    const device = { nodes: paths.map((devicePath) => ({ devicePath })) } as unknown as Device;
    const probing = probe.probe(device, new AbortController().signal);
    if (expected.length === 0) {
      await expect(probing).rejects.toMatchObject({ reason: 'no_capture_node' });
      return;
    }
    const { devicePath, capabilities } = await probing;
    expect(capabilities.formats.map((format) => inShort(format, paths))).toEqual(expected);
    expect(waysOf(capabilities, paths).slice(0, 3)).toEqual(WAYS[name]);
    expect(devicePath, 'its name is that of the first node that captures').toBe(
      capabilities.formats[0]?.devicePath,
    );
  });

  test('no fixture of a real device is left out', () => {
    const used = new Set(Object.values(CAMERAS).flatMap(({ nodes }) => nodes));
    const fixtures = readdirSync(FIXTURES).filter((file) => file.endsWith('.txt'));
    const left = fixtures.map((file) => file.replace('.txt', '')).filter((name) => !used.has(name));
    // A node that says that it captures and is none of a camera is left out by its name, before anybody asks it.
    expect(left.toSorted()).toEqual(['pi-isp-output', 'ranged-intervals']);
  });

  test('each fixture says which device it is and where its facts stand', () => {
    const mute = readdirSync(FIXTURES).filter(
      (file) => !/^# .+\. .*Facts: .+\.$/m.test(readFileSync(join(FIXTURES, file), 'utf8')),
    );
    expect(mute).toEqual([]);
  });
});

/** The largest size stands for all. */
function inShort(format: PixelFormat, paths: readonly string[]): string {
  const { fourcc, sizes, sizeRanges, devicePath, encoder } = format;
  const largest = sizes.toSorted((a, b) => b.widthPx * b.heightPx - a.widthPx * a.heightPx)[0];
  const [range] = sizeRanges;
  const size =
    largest === undefined
      ? `${range?.minWidthPx}x${range?.minHeightPx}-${range?.maxWidthPx}x${range?.maxHeightPx}/${range?.stepWidthPx}/${range?.stepHeightPx}`
      : [`${largest.widthPx}x${largest.heightPx}`, ...largest.frameRatesFps].join(' ');
  const yes = (isSo: boolean) => (isSo ? 'yes' : 'no');
  const knobs = encoder === undefined ? '' : ` (bitrate ${yes(encoder.bitrate)}, gop ${yes(encoder.gop)})`;
  return `${fourcc}@${paths.indexOf(devicePath)}: ${size}${knobs}`;
}

/** `fourcc@node size@rate encoder`, best first. */
function waysOf(capabilities: Capabilities, paths: readonly string[]): string[] {
  const subject = { cameraId: 'camera0', cameraName: 'A', origin: 'v4l2' } as const;
  const { rungs } = planLadder(subject, capabilities, cameraLimits.wish, {
    hardwareEncoders: [],
    examined: [],
  });
  return rungs.map(
    ({ plan: { fourcc, devicePath, widthPx, heightPx, rateFps, encoder } }) =>
      `${fourcc}@${paths.indexOf(devicePath)} ${widthPx}x${heightPx}@${rateFps} ${encoder}`,
  );
}
