import { expect, test } from 'vitest';
import {
  type DiscoveryEvent,
  deviceReports,
  discoveryMachine,
  type NodesListed,
  nodesAfter,
} from '../../src/machines/discovery.ts';
import { failure, node } from '../support/machine-fixtures.ts';
import { FakeCall, FakeSource, startMachine } from '../support/machines.ts';

const other = (fields: Parameters<typeof node>[0] = {}) =>
  node({
    syspath: '/sys/b',
    devicePath: '/dev/video2',
    serial: 'D4E5F6',
    parentSyspath: '/sys/devices/usb1/1-2',
    ...fields,
  });
const handle = '/sys/devices/usb1/1-1#00#046d:0825#A1B2C3';

test('a node is added once, changed in its place, and removed by its syspath', () => {
  const nodes = nodesAfter([], { type: 'node.added', node: node() });
  expect(nodes).toEqual([node()]);
  expect(nodesAfter(nodes, { type: 'node.added', node: node() })).toBe(nodes);
  const renamed = node({ productName: 'C270 HD' });
  expect(nodesAfter([...nodes, other()], { type: 'node.changed', node: renamed })).toEqual([
    renamed,
    other(),
  ]);
  expect(nodesAfter(nodes, { type: 'node.removed', syspath: node().syspath })).toEqual([]);
  expect(nodesAfter(nodes, { type: 'node.removed', syspath: '/sys/never-seen' })).toBe(nodes);
});

test('a node that cannot capture is not counted, also where that turns out later', () => {
  expect(nodesAfter([], { type: 'node.added', node: node({ captures: false }) })).toEqual([]);
  const listedEarly = [other(), node()];
  const seen = { type: 'node.changed', node: node({ captures: false }) } as const;
  expect(nodesAfter(listedEarly, seen)).toEqual([other()]);
  const unknown = [other()];
  expect(nodesAfter(unknown, seen)).toBe(unknown);
});

test('reports tell detached before attached, and a changed node of a known device', () => {
  expect(deviceReports([node()], [other()], 7).map(({ type }) => type)).toEqual([
    'device.detached',
    'device.attached',
  ]);
  expect(deviceReports([node()], [node()], 7)).toEqual([]);
  const moved = node({ devicePath: '/dev/video4' });
  expect(deviceReports([node()], [moved], 7)).toMatchObject([
    { type: 'device.changed', device: { nodes: [moved] }, atMs: 7 },
  ]);
});

test('a second camera with the same serial comes as a new one, and changes what the first is known by', () => {
  const twin = other({ serial: 'A1B2C3', portPath: 'usb-2' });
  expect(deviceReports([node()], [node(), twin], 7)).toMatchObject([
    {
      type: 'device.changed',
      device: { nodes: [node()], identity: { ambiguous: true }, twins: ['port:usb-2:00'] },
    },
    {
      type: 'device.attached',
      device: { nodes: [twin], identity: { key: 'port:usb-2:00', ambiguous: true } },
    },
  ]);
  expect(deviceReports([node(), twin], [node()], 7).map(({ type }) => type)).toEqual([
    'device.detached',
    'device.changed',
  ]);
});

test('another camera in the same port is another device', () => {
  const replaced = node({ serial: 'OTHER' });
  expect(deviceReports([node()], [replaced], 7).map(({ type }) => type)).toEqual([
    'device.detached',
    'device.attached',
  ]);
});

async function start() {
  const watchDevices = new FakeSource<DiscoveryEvent>();
  const listDevices = new FakeCall<NodesListed>();
  const machine = discoveryMachine.provide({
    actors: { watchDevices: watchDevices.logic, listDevices: listDevices.logic },
  });
  const rig = await startMachine(machine, { rescanIntervalMs: 60_000, retryMs: 2000 });
  const { actor } = rig;
  return { ...rig, watchDevices, listDevices, context: () => actor.getSnapshot().context };
}

async function watching(kind: 'udev' | 'polling' = 'udev') {
  const discovery = await start();
  await discovery.watchDevices.send({ type: 'source.ready', kind });
  await discovery.listDevices.resolve({ nodes: [node()], atMs: 1 });
  return discovery;
}

test('devices are listed only after events are received, so nothing is lost between', async () => {
  const discovery = await start();
  expect(discovery.state()).toBe('sourcing.starting');
  expect(discovery.listDevices.calls).toBe(0);
  await discovery.watchDevices.send({ type: 'source.ready', kind: 'udev' });
  expect(discovery.state()).toBe('sourcing.listing');
  await discovery.listDevices.resolve({ nodes: [node(), other({ captures: false })], atMs: 5 });
  expect(discovery.state()).toBe('sourcing.watching');
  expect(discovery.reports.types()).toEqual(['device.attached', 'devices.listed', 'discovery.changed']);
});

test('a source that polls is named so', async () => {
  const discovery = await watching('polling');
  expect(discovery.state()).toBe('sourcing.polling');
  expect(discovery.context().source).toBe('polling');
});

test('an event before the source says that it is ready counts', async () => {
  const discovery = await start();
  await discovery.watchDevices.send({
    type: 'source.changed',
    change: { type: 'node.added', node: node() },
    atMs: 3,
  });
  expect(discovery.reports.ofType('device.attached')).toHaveLength(1);
  await discovery.watchDevices.send({ type: 'source.ready', kind: 'udev' });
  await discovery.listDevices.resolve({ nodes: [node()], atMs: 5 });
  expect(discovery.reports.ofType('device.attached')).toHaveLength(1);
});

test.each(['udev', 'polling'] as const)('a plug and an unplug are told at once (%s)', async (kind) => {
  const discovery = await watching(kind);
  discovery.reports.clear();
  await discovery.watchDevices.send({
    type: 'source.changed',
    change: { type: 'node.added', node: other() },
    atMs: 8,
  });
  await discovery.watchDevices.send({
    type: 'source.changed',
    change: { type: 'node.removed', syspath: node().syspath },
    atMs: 9,
  });
  expect(discovery.reports.events).toMatchObject([
    { type: 'device.attached', device: { nodes: [other()] }, atMs: 8 },
    { type: 'device.detached', handle, atMs: 9 },
  ]);
});

test('one physical change told twice, by two sources or by the list, is one report', async () => {
  const discovery = await watching();
  discovery.reports.clear();
  const change = { type: 'node.added', node: other() } as const;
  await discovery.watchDevices.send({ type: 'source.changed', change, atMs: 8 });
  await discovery.watchDevices.send({ type: 'source.changed', change, atMs: 9 });
  await discovery.send({ type: 'discovery.rescan' });
  await discovery.listDevices.resolve({ nodes: [node(), other()], atMs: 10 });
  expect(discovery.reports.types()).toEqual(['device.attached', 'devices.listed', 'discovery.changed']);
});

test.each(['udev', 'polling'] as const)(
  'a lost event is found by the full list after the interval (%s)',
  async (kind) => {
    const discovery = await watching(kind);
    discovery.reports.clear();
    await discovery.advance(59_999);
    expect(discovery.listDevices.open).toBe(0);
    await discovery.advance(1);
    await discovery.listDevices.resolve({ nodes: [], atMs: 60 });
    expect(discovery.reports.types()).toEqual(['device.detached', 'devices.listed', 'discovery.changed']);
  },
);

test('a plug while the list is being read is not taken back by that list', async () => {
  const discovery = await watching();
  discovery.reports.clear();
  await discovery.send({ type: 'discovery.rescan' });
  await discovery.watchDevices.send({
    type: 'source.changed',
    change: { type: 'node.added', node: other() },
    atMs: 8,
  });
  // The list that was under way did not see it: it is read anew.
  expect(discovery.listDevices.aborted).toBe(1);
  await discovery.listDevices.resolve({ nodes: [node(), other()], atMs: 10 });
  expect(discovery.reports.types()).toEqual(['device.attached', 'devices.listed', 'discovery.changed']);
});

test.each(['udev', 'polling'] as const)(
  'a camera that seems to be there twice is looked for in a list first: its removal may have been lost (%s)',
  async (kind) => {
    const discovery = await watching(kind);
    discovery.reports.clear();
    const moved = other({ serial: 'A1B2C3', portPath: 'usb-2' });
    const change = { type: 'node.added', node: moved } as const;
    await discovery.watchDevices.send({ type: 'source.changed', change, atMs: 8 });
    expect(discovery.state()).toBe('sourcing.listing');
    expect(discovery.reports.events).toEqual([]);
    // Also while the list is being read.
    await discovery.watchDevices.send({ type: 'source.changed', change, atMs: 9 });
    expect(discovery.reports.events).toEqual([]);
    await discovery.listDevices.resolve({ nodes: [moved], atMs: 10 });
    expect(discovery.reports.events.slice(0, 2)).toMatchObject([
      { type: 'device.detached', handle },
      { type: 'device.attached', device: { nodes: [moved], identity: { ambiguous: false } } },
    ]);
  },
);

test('a true twin is told as soon as the list has it', async () => {
  const discovery = await watching();
  discovery.reports.clear();
  const twin = other({ serial: 'A1B2C3', portPath: 'usb-2' });
  await discovery.watchDevices.send({
    type: 'source.changed',
    change: { type: 'node.added', node: twin },
    atMs: 8,
  });
  await discovery.listDevices.resolve({ nodes: [node(), twin], atMs: 10 });
  expect(discovery.reports.types().slice(0, 2)).toEqual(['device.changed', 'device.attached']);
});

test('a list that fails is told and made again at the next interval; what was known stays', async () => {
  const discovery = await watching();
  await discovery.send({ type: 'discovery.rescan' });
  await discovery.listDevices.reject(failure('internal', 'Cannot read /sys.'));
  expect(discovery.state()).toBe('sourcing.watching');
  expect(discovery.context().trouble?.message).toBe('Cannot read /sys.');
  expect(discovery.reports.events.at(-1)).toMatchObject({
    type: 'discovery.changed',
    trouble: { code: 'internal' },
  });
  expect(discovery.context().nodes).toEqual([node()]);
  await discovery.advance(60_000);
  await discovery.listDevices.resolve({ nodes: [node()], atMs: 60 });
  expect(discovery.context().trouble).toBeNull();
});

test.each(['starting', 'listing', 'watching', 'polling'])(
  'a source that fails while %s is tried again soon; devices stay',
  async (state) => {
    const discovery =
      state === 'starting' ? await start() : await watching(state === 'polling' ? 'polling' : 'udev');
    if (state === 'listing') await discovery.send({ type: 'discovery.rescan' });
    expect(discovery.state()).toBe(`sourcing.${state}`);
    await discovery.watchDevices.send({
      type: 'source.failed',
      trouble: { code: 'internal', reason: 'udevd_gone', message: 'udevd is gone.' },
    });
    expect(discovery.state()).toBe('retrying');
    expect(discovery.watchDevices.running).toBe(0);
    expect(discovery.context()).toMatchObject({
      trouble: { reason: 'udevd_gone' },
      nodes: state === 'starting' ? [] : [node()],
    });
    await discovery.advance(1999);
    expect(discovery.state()).toBe('retrying');
    await discovery.advance(1);
    expect(discovery.state()).toBe('sourcing.starting');
    expect(discovery.watchDevices.running).toBe(1);
  },
);

test('an order to look again ends the wait for a source', async () => {
  const discovery = await start();
  await discovery.watchDevices.send({
    type: 'source.failed',
    trouble: { code: 'internal', reason: 'x', message: 'x' },
  });
  await discovery.send({ type: 'discovery.rescan' });
  expect(discovery.state()).toBe('sourcing.starting');
});
