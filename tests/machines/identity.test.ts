import { expect, test } from 'vitest';
import { devicesOf, lowestFreeId, uniqueName } from '../../src/machines/identity.ts';
import { node } from '../support/machine-fixtures.ts';

const second = (fields: Parameters<typeof node>[0] = {}) =>
  node({
    syspath: '/sys/devices/usb1/1-2/1-2:1.0/video4linux/video2',
    devicePath: '/dev/video2',
    portPath: 'pci-0000:00:14.0-usb-0:2:1.0',
    parentSyspath: '/sys/devices/usb1/1-2',
    ...fields,
  });
const keys = (nodes: Parameters<typeof devicesOf>[0]) => devicesOf(nodes).map(({ identity }) => identity.key);

test('a camera with a serial is known by vendor, product, serial and interface', () => {
  expect(devicesOf([node()])[0]?.identity).toEqual({
    key: 'usb:046d:0825:A1B2C3:00',
    matchedBy: 'serial',
    ambiguous: false,
  });
});

test('a camera keeps its identity under another node number and in another port', () => {
  const moved = second({ devicePath: '/dev/video7' });
  expect(keys([moved])).toEqual(keys([node()]));
});

test('nodes of one piece of hardware are one device, ordered by their number', () => {
  const [only, ...others] = devicesOf([
    node({ syspath: 'a', devicePath: '/dev/video10' }),
    node({ syspath: 'b', devicePath: '/dev/video2' }),
  ]);
  expect(others).toEqual([]);
  expect(only?.nodes.map(({ devicePath }) => devicePath)).toEqual(['/dev/video2', '/dev/video10']);
});

test('two cameras in one piece of hardware are told apart by their interface', () => {
  expect(keys([node(), node({ syspath: 'b', devicePath: '/dev/video2', interfaceNumber: '02' })])).toEqual([
    'usb:046d:0825:A1B2C3:00',
    'usb:046d:0825:A1B2C3:02',
  ]);
});

test('two devices with one serial both fall back to their port and say so', () => {
  const devices = devicesOf([node(), second()]);
  expect(devices.map(({ identity }) => identity)).toEqual([
    { key: 'port:pci-0000:00:14.0-usb-0:1:1.0:00', matchedBy: 'port', ambiguous: true },
    { key: 'port:pci-0000:00:14.0-usb-0:2:1.0:00', matchedBy: 'port', ambiguous: true },
  ]);
});

test.each([null, ''])('a camera without a serial (%j) is known by its port', (serial) => {
  expect(keys([node({ serial, interfaceNumber: null })])).toEqual(['port:pci-0000:00:14.0-usb-0:1:1.0']);
});

test('without serial and port the place in the device tree is all there is', () => {
  const bare = { serial: null, portPath: null, interfaceNumber: null } as const;
  expect(keys([node(bare)])).toEqual(['path:/sys/devices/usb1/1-1']);
  expect(keys([node({ ...bare, parentSyspath: null })])).toEqual([`path:${node().syspath}`]);
});

const platform = (fields: Parameters<typeof node>[0] = {}) =>
  node({
    vendorId: null,
    productId: null,
    serial: null,
    interfaceNumber: null,
    portPath: 'platform-vivid.0',
    parentSyspath: '/sys/devices/platform/vivid.0',
    ...fields,
  });

test('cameras that one driver makes in one place keep their identity whichever comes first', () => {
  const [first, second] = [0, 1].map((n) =>
    platform({
      syspath: `/sys/${n}`,
      devicePath: `/dev/video${n}`,
      productName: `vivid-00${n}-vid-cap`,
      index: 0,
    }),
  ) as [ReturnType<typeof node>, ReturnType<typeof node>];
  const known = ['port:platform-vivid.0/vivid-000-vid-cap/0', 'port:platform-vivid.0/vivid-001-vid-cap/0'];
  expect(keys([first, second])).toEqual(known);
  expect(keys([second, first])).toEqual(known.toReversed());
  expect(keys([second])).toEqual([known[1]]);
});

test('the channels of one capture card are told apart by their number', () => {
  const channels = [3, 1].map((index) =>
    platform({ syspath: `/sys/${index}`, productName: 'tw686x', index }),
  );
  expect(keys(channels)).toEqual(['port:platform-vivid.0/tw686x/3', 'port:platform-vivid.0/tw686x/1']);
});

test('nodes that are not USB stand alone, and those that nothing tells apart are numbered', () => {
  const nodes = [0, 1, 2].map((n) => platform({ syspath: `/sys/${n}`, productName: null }));
  expect(keys(nodes)).toEqual([
    'port:platform-vivid.0',
    'port:platform-vivid.0#2',
    'port:platform-vivid.0#3',
  ]);
});

test('a USB node without a known parent is its own device', () => {
  expect(devicesOf([node({ parentSyspath: null })])).toHaveLength(1);
});

test('a serial without vendor and product is still a serial', () => {
  expect(keys([node({ vendorId: null, productId: null, interfaceNumber: null })])).toEqual(['usb:::A1B2C3']);
});

test('synthetic cameras are known by their number, or their port when two claim one', () => {
  const synthetic = {
    origin: 'synthetic',
    vendorId: null,
    productId: null,
    serial: '1',
    interfaceNumber: null,
  } as const;
  expect(devicesOf([node({ ...synthetic, syspath: '/synthetic/1' })])[0]?.identity).toEqual({
    key: 'synthetic:1',
    matchedBy: 'synthetic',
    ambiguous: false,
  });
  expect(
    keys([
      node({ ...synthetic, syspath: '/synthetic/1', portPath: 'slot-1' }),
      node({ ...synthetic, syspath: '/synthetic/2', portPath: null }),
    ]),
  ).toEqual(['synthetic-port:slot-1', 'synthetic-port:/synthetic/2']);
});

test('a newcomer gets the lowest free number', () => {
  expect(lowestFreeId([])).toBe('camera0');
  expect(lowestFreeId([{ id: 'camera0' }, { id: 'camera2' }])).toBe('camera1');
});

test('no two cameras bear one name', () => {
  expect(uniqueName('Webcam', [])).toBe('Webcam');
  expect(uniqueName('Webcam', ['Webcam', 'Webcam (2)'])).toBe('Webcam (3)');
});
