/**
 * The rules under which the addon may be used, on a stand-in with its interface. That the real one works is shown by
 * tests/hotplug, in processes of their own.
 */
import { EventEmitter } from 'node:events';
import type { UdevAddon, UdevDevice } from 'udev';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AddonSource } from '../../../src/adapters/udev/addon-source.ts';
import type { DeviceChange } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';

const SYSPATH = '/sys/devices/not-there/video4linux/video0';
const DEVICE: UdevDevice = {
  syspath: SYSPATH,
  DEVNAME: '/dev/video0',
  ID_SERIAL: 'x_y_S',
  ID_SERIAL_SHORT: 'S',
  ID_VENDOR_ID: '046d',
  ID_MODEL_ID: '0825',
  ID_PATH: 'pci-0',
  USEC_INITIALIZED: '22835368',
};
const UDEVD_RUNS = import.meta.filename;

// The one monitor of this process, so the one of all tests in this file.
const monitor = new EventEmitter();
let monitorsOpened = 0;
let present: UdevDevice[] = [];
const addon: UdevAddon = {
  list: () => present,
  monitor: () => {
    monitorsOpened += 1;
    return monitor;
  },
};
const load = () => Promise.resolve(addon);

let stop: AbortController;
let told: DeviceChange[];

beforeEach(() => {
  stop = new AbortController();
  told = [];
  present = [];
});
afterEach(() => stop.abort());

async function watch(source: AddonSource): Promise<Promise<void>> {
  let ready = false;
  const handlers = {
    ready: () => {
      ready = true;
    },
    change: (change: DeviceChange) => {
      told.push(change);
    },
  };
  const watching = source.watch(handlers, stop.signal);
  watching.catch(() => {});
  await Promise.race([watching, until(() => ready, { what: 'the source is ready' })]);
  return watching;
}
const toldOf = (count: number) =>
  until(() => told.length >= count && told.map(({ type }) => type), { what: `${count} changes` });

test('hands events over to the next turn: nothing runs inside the handler of the addon', async () => {
  void watch(new AddonSource({ load, udevdControl: UDEVD_RUNS }));
  await until(() => monitor.listenerCount('remove') > 0, { what: 'the monitor is heard' });
  monitor.emit('add', DEVICE);
  await toldOf(1);
  monitor.emit('remove', DEVICE);
  expect(told, 'told inside the handler').toHaveLength(1);
  expect(await toldOf(2)).toEqual(['node.added', 'node.removed']);
});

test('opens one monitor however often it is watched', async () => {
  for (const _ of [1, 2, 3]) {
    stop = new AbortController();
    const watching = watch(new AddonSource({ load, udevdControl: UDEVD_RUNS }));
    await until(() => monitorsOpened > 0, { what: 'a monitor is open' });
    stop.abort();
    await watching;
  }
  expect(monitorsOpened).toBe(1);
});

test('tells nothing once it is called off', async () => {
  const source = new AddonSource({ load, udevdControl: UDEVD_RUNS });
  const watching = watch(source);
  await until(() => monitorsOpened > 0, { what: 'a monitor is open' });
  monitor.emit('add', DEVICE);
  stop.abort();
  await watching;
  present = [DEVICE];
  expect(await source.list(new AbortController().signal)).toHaveLength(1);
  expect(told).toEqual([]);
});

test('leaves out nodes that are no cameras, and those that go at this moment', async () => {
  present = [
    DEVICE,
    { syspath: '/sys/devices/x/video4linux/video9' },
    { ...DEVICE, syspath: '/sys/devices/x/video4linux/v4l-subdev0' },
  ];
  const listed = await new AddonSource({ load }).list(stop.signal);
  expect(listed.map((node) => node.syspath)).toEqual([SYSPATH]);
});

test('a node that udevd has not finished is left to its event, since nobody knows yet whether it is a camera', async () => {
  const { USEC_INITIALIZED: _, ...unfinished } = DEVICE;
  const source = new AddonSource({ load, udevdControl: UDEVD_RUNS });
  let ready = false;
  const handlers = {
    ready: () => {
      ready = true;
    },
    change: (change: DeviceChange) => void told.push(change),
  };
  void source.watch(handlers, stop.signal);
  await until(() => ready, { what: 'the source is ready' });
  present = [unfinished];
  expect(await source.list(stop.signal)).toEqual([]);
  monitor.emit('add', DEVICE);
  await toldOf(1);
  expect(told).toMatchObject([{ type: 'node.added', node: { syspath: SYSPATH } }]);
});

test('a device that goes while it is listed is left out where nothing tells it from others in its place', async () => {
  const udevHas = { DEVNAME: '/dev/video0', USEC_INITIALIZED: '22835368', ID_PATH: 'platform-vivid.0' };
  present = [{ syspath: SYSPATH, ...udevHas, ID_V4L_PRODUCT: 'vivid' }];
  expect(await new AddonSource({ load }).list(stop.signal), 'its place in /sys is gone').toEqual([]);
});

test('refuses where udevd does not run', async () => {
  const source = new AddonSource({ load, udevdControl: `${UDEVD_RUNS}.missing` });
  await expect(source.watch({ ready: () => {}, change: () => {} }, stop.signal)).rejects.toMatchObject({
    code: 'internal',
    reason: 'udevd_missing',
  });
});

test('refuses where the addon does not load, and says what to do', async () => {
  const source = new AddonSource({
    load: () => Promise.reject(new Error('Could not locate the bindings file.')),
    udevdControl: UDEVD_RUNS,
  });
  await expect(source.watch({ ready: () => {}, change: () => {} }, stop.signal)).rejects.toMatchObject({
    code: 'internal',
    reason: 'udev_addon_missing',
    suggestion: expect.stringContaining('udevadm'),
  });
  await expect(source.list(stop.signal)).rejects.toMatchObject({ reason: 'udev_addon_missing' });
});
