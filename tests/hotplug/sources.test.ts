/** All three device sources against real libudev, udevadm and a mocked /sys: what they tell of plugs and unplugs. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceNode } from '../../src/machines/values.ts';
import { until } from '../support/until.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { type MockedCamera, usbCamera } from './mocked-cameras.ts';
import { addonLoads, announce, whyNoAddon } from './requirement.ts';
import { SourceChild, type SourceSpec } from './source-child.ts';
import { Testbed } from './testbed.ts';

/** Any file that exists stands for "udevd runs": the testbed sends its events. */
const UDEVD_RUNS = import.meta.filename;
const UDEVD_IS_MISSING = `${import.meta.filename}.missing`;

const SOURCES: readonly (SourceSpec & { readonly kind: string })[] = [
  { kind: 'udev', file: 'addon-source.ts', className: 'AddonSource', options: { udevdControl: UDEVD_RUNS } },
  {
    kind: 'udevadm',
    file: 'monitor-source.ts',
    className: 'MonitorSource',
    options: { udevdControl: UDEVD_RUNS },
  },
  { kind: 'polling', file: 'polling-source.ts', className: 'PollingSource', options: { pollIntervalMs: 20 } },
];

const missing = announce();
const noAddon = whyNoAddon();

const { answers } = KNOWN_DEVICES['uvc-mjpeg'];
const inOnePort = { port: '1-1', vendorId: '046d', productId: '0825', name: 'UVC Camera (046d:0825)' };
const webcam = usbCamera({ ...inOnePort, serial: '2B1A7F20', videos: { 0: answers } });

const webcamNode: DeviceNode = {
  origin: 'v4l2',
  syspath: '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/video4linux/video0',
  devicePath: '/dev/video0',
  vendorId: '046d',
  productId: '0825',
  serial: '2B1A7F20',
  portPath: 'pci-0000:00:14.0-usb-0:1:1.0',
  index: 0,
  interfaceNumber: '00',
  productName: 'UVC Camera (046d:0825)',
  parentSyspath: '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1',
};

describe.skipIf(missing !== null)('device sources', () => {
  let testbed: Testbed;
  let child: SourceChild | undefined;

  beforeEach(async () => {
    testbed = await Testbed.start();
  });
  afterEach(async () => {
    const end = await child?.stop();
    child = undefined;
    await testbed.stop();
    if (end) expect(end, 'the source must not crash').toEqual({ exitCode: 0, signal: null });
  });

  function started(spec: SourceSpec): SourceChild {
    child = new SourceChild(testbed, spec);
    return child;
  }
  async function watching(spec: SourceSpec) {
    const watcher = started(spec);
    await watcher.hears('ready');
    return {
      list: () => watcher.list(),
      changesOf: (step: () => Promise<void>, count: number) => watcher.changesOf(step, count),
      plugged: (camera: MockedCamera, count: number) => watcher.changesOf(() => testbed.plug(camera), count),
      unplugged: (camera: MockedCamera, count: number) =>
        watcher.changesOf(() => testbed.unplug(camera), count),
    };
  }

  describe.each(SOURCES)('$kind', (spec) => {
    const testHere = (title: string, body: () => Promise<void>) =>
      test(title, async (ctx) => {
        if (spec.kind === 'udev' && noAddon !== null) ctx.skip(noAddon);
        await body();
      });

    testHere('tells a plug and an unplug once each, with everything an identity needs', async () => {
      const source = await watching(spec);
      expect(await source.plugged(webcam, 1)).toEqual([{ type: 'node.added', node: webcamNode }]);
      expect(await source.list()).toEqual([webcamNode]);
      expect(await source.unplugged(webcam, 1)).toEqual([
        { type: 'node.removed', syspath: webcamNode.syspath },
      ]);
      expect(await source.list()).toEqual([]);
    });

    testHere('knows the same of a camera that udev has not looked at, from /sys alone', async () => {
      const unseen = usbCamera({
        ...inOnePort,
        serial: '2B1A7F20',
        videos: { 0: answers },
        inDatabase: false,
      });
      const source = await watching(spec);
      expect(await source.plugged(unseen, 1)).toEqual([{ type: 'node.added', node: webcamNode }]);
    });

    testHere('lists a camera that udevd has not finished only where nobody waits for udevd', async () => {
      await testbed.plug(
        usbCamera({ ...inOnePort, serial: '2B1A7F20', videos: { 0: answers }, inDatabase: false }),
      );
      const source = await watching(spec);
      expect(await source.list()).toEqual(spec.kind === 'polling' ? [webcamNode] : []);
    });

    testHere('lists a camera that was there before, and tells of it no second time', async () => {
      await testbed.plug(webcam);
      const source = await watching(spec);
      expect(await source.list()).toEqual([webcamNode]);
      const second = usbCamera({ ...inOnePort, port: '1-2', serial: 'B', videos: { 2: answers } });
      const changes = await source.changesOf(async () => {
        await testbed.uevent(webcamNode.syspath, 'add');
        await testbed.plug(second);
      }, 1);
      expect(changes).toMatchObject([
        { type: 'node.added', node: { devicePath: '/dev/video2', serial: 'B' } },
      ]);
    });

    testHere('tells another camera in the same port, under the same node, as gone and come', async () => {
      const other = usbCamera({ ...inOnePort, serial: 'OTHER', videos: { 0: answers } });
      const source = await watching(spec);
      await source.plugged(webcam, 1);
      const changes = await source.changesOf(async () => {
        await testbed.unplug(webcam);
        await testbed.plug(other);
      }, 2);
      expect(changes).toMatchObject([
        { type: 'node.removed', syspath: webcamNode.syspath },
        { type: 'node.added', node: { syspath: webcamNode.syspath, serial: 'OTHER' } },
      ]);
    });

    testHere('tells both nodes of a camera and both cameras of a device with two interfaces', async () => {
      const colour = usbCamera({ ...inOnePort, serial: 'S', videos: { 0: answers, 1: answers } });
      const infrared = usbCamera({
        ...inOnePort,
        serial: 'S',
        interfaceNumber: '02',
        videos: { 2: answers },
      });
      const source = await watching(spec);
      await source.plugged(colour, 2);
      await source.plugged(infrared, 1);
      const places = (await source.list()).map((node) => [
        node.devicePath,
        node.interfaceNumber,
        node.parentSyspath,
      ]);
      expect(places.toSorted()).toEqual([
        ['/dev/video0', '00', webcamNode.parentSyspath],
        ['/dev/video1', '00', webcamNode.parentSyspath],
        ['/dev/video2', '02', webcamNode.parentSyspath],
      ]);
    });
  });

  test('a killed service leaves no udevadm behind', async () => {
    await watching(SOURCES[1]!);
    const [monitor] = child!.children();
    expect(commandOf(monitor!)).toContain('monitor');
    child!.kill();
    child = undefined;
    await until(() => commandOf(monitor!) === '', { what: 'udevadm has ended' });
  });

  test('udevadm listens to the kernel where udevd does not run, and takes the rest from /sys', async () => {
    const unseen = usbCamera({ ...inOnePort, serial: '2B1A7F20', videos: { 0: answers }, inDatabase: false });
    const source = await watching({ ...SOURCES[1]!, options: { udevdControl: UDEVD_IS_MISSING } });
    expect(await source.plugged(unseen, 1)).toEqual([{ type: 'node.added', node: webcamNode }]);
    expect(await source.unplugged(unseen, 1)).toEqual([
      { type: 'node.removed', syspath: webcamNode.syspath },
    ]);
  });

  test('the addon refuses where udevd does not run, because it would stay silent', async (ctx) => {
    if (noAddon !== null) ctx.skip(noAddon);
    const source = started({ ...SOURCES[0]!, options: { udevdControl: UDEVD_IS_MISSING } });
    expect(await source.hears('failed')).toMatchObject({ code: 'internal', reason: 'udevd_missing' });
  });

  test('without udevd nothing is waited for: udevadm lists what /sys has', async () => {
    await testbed.plug(
      usbCamera({ ...inOnePort, serial: '2B1A7F20', videos: { 0: answers }, inDatabase: false }),
    );
    const source = await watching({ ...SOURCES[1]!, options: { udevdControl: UDEVD_IS_MISSING } });
    expect(await source.list()).toEqual([webcamNode]);
  });
});

test('the udev addon loads where it can be built', (ctx) => {
  if (noAddon !== null) ctx.skip(noAddon);
  expect(addonLoads(), 'run `npm ci`, and look at what it says of the package udev').toBe(true);
});

/** Empty for a process that has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
