import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PollingSource } from '../../../src/adapters/udev/polling-source.ts';
import type { DeviceChange } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';
import { FakeSys } from './fake-sys.ts';

const FIRST = { port: '1-1', video: 0, serial: 'A' };
const SECOND = { port: '1-2', video: 2 };

let sys: FakeSys;
let source: PollingSource;
let stop: AbortController;
let told: DeviceChange[];
let watching: Promise<void>;

beforeEach(() => {
  sys = new FakeSys();
  source = new PollingSource({ pollIntervalMs: 5, sysRoot: sys.root });
  stop = new AbortController();
  told = [];
  watching = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await watching.catch(() => {});
  sys.remove();
});

async function watch(): Promise<void> {
  let kind: string | undefined;
  const handlers = {
    ready: (ready: string) => {
      kind = ready;
    },
    change: (change: DeviceChange) => {
      told.push(change);
    },
  };
  watching = source.watch(handlers, stop.signal);
  await until(() => kind, { what: 'the source is ready' });
  expect(kind).toBe('polling');
}
const toldOf = (count: number) =>
  until(() => told.length >= count && told.map(({ type }) => type), { what: `${count} changes` });

test('lists what is there with everything an identity needs', async () => {
  const syspath = sys.plug(FIRST);
  expect(await source.list(stop.signal)).toEqual([
    {
      origin: 'v4l2',
      syspath,
      devicePath: '/dev/video0',
      vendorId: '046d',
      productId: '0825',
      serial: 'A',
      portPath: 'pci-0000:00:14.0-usb-0:1:1.0',
      interfaceNumber: '00',
      productName: 'UVC Camera (046d:0825)',
      index: 0,
      parentSyspath: `${sys.root}/devices/pci0000:00/0000:00:14.0/usb1/1-1`,
    },
  ]);
});

test('lists nothing where the kernel knows no video devices', async () => {
  expect(await source.list(stop.signal)).toEqual([]);
});

test('lists cameras by number and leaves other video4linux nodes out', async () => {
  sys.plug({ port: '1-3', video: 10 });
  sys.plug(SECOND);
  sys.addOther('v4l-subdev0');
  sys.addOther('vbi0');
  const paths = (await source.list(stop.signal)).map((node) => node.devicePath);
  expect(paths).toEqual(['/dev/video2', '/dev/video10']);
});

test('a node whose device goes while it is looked at is left out', async () => {
  const syspath = sys.plug(FIRST);
  sys.plug(SECOND);
  rmSync(syspath, { recursive: true });
  expect((await source.list(stop.signal)).map((node) => node.devicePath)).toEqual(['/dev/video2']);
});

test('tells plugs and unplugs, and says nothing of what was there before', async () => {
  sys.plug(FIRST);
  await watch();
  sys.plug(SECOND);
  await toldOf(1);
  sys.unplug(FIRST);
  expect(await toldOf(2)).toEqual(['node.added', 'node.removed']);
  expect(told[0]).toMatchObject({ node: { devicePath: '/dev/video2', serial: null } });
});

test('sees a camera that was re-plugged between two looks', async () => {
  source = new PollingSource({ pollIntervalMs: 3_600_000, sysRoot: sys.root });
  sys.plug(FIRST);
  await watch();
  sys.unplug(FIRST);
  // The numbers of all the inodes that were freed, and not only the first of them, are taken before the next plug.
  for (let taken = 0; taken < 64; taken += 1) writeFileSync(`${sys.root}/takes-an-inode-${taken}`, '');
  sys.plug({ ...FIRST, serial: 'B' });
  // A list is a look: it tells what it finds before it answers.
  const listed = await source.list(stop.signal);
  expect(told.map((change) => change.type)).toEqual(['node.removed', 'node.added']);
  expect(listed).toMatchObject([{ serial: 'B' }]);
});

test('a change that a list has found is not told again by the next look', async () => {
  await watch();
  sys.plug(FIRST);
  await source.list(stop.signal);
  sys.plug(SECOND);
  await until(
    () => told.some((change) => change.type === 'node.added' && change.node.devicePath === '/dev/video2'),
    {
      what: 'the second camera is told',
    },
  );
  expect(told).toHaveLength(2);
});

test('ends when it is called off and tells nothing more', async () => {
  await watch();
  stop.abort();
  await watching;
  sys.plug(FIRST);
  await source.list(new AbortController().signal);
  expect(told).toEqual([]);
});

test('a list that is called off is cancelled', async () => {
  stop.abort();
  await expect(source.list(stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
});

test('says so when /sys cannot be read', async () => {
  mkdirSync(`${sys.root}/class`, { recursive: true });
  writeFileSync(`${sys.root}/class/video4linux`, 'a file and no folder');
  chmodSync(`${sys.root}/class/video4linux`, 0o600);
  const handlers = { ready: () => {}, change: () => {} };
  await expect(source.watch(handlers, stop.signal)).rejects.toMatchObject({
    code: 'internal',
    reason: 'sysfs_unreadable',
  });
});
