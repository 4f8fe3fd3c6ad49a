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
    serialKey: 'usb:046d:0825:A1B2C3:00',
    placeKey: 'port:pci-0000:00:14.0-usb-0:1:1.0:00',
    model: '046d:0825',
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
  expect(devices.map(({ identity }) => identity)).toMatchObject([
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
    serialKey: 'synthetic:1',
    placeKey: 'synthetic-port:pci-0000:00:14.0-usb-0:1:1.0',
    model: null,
  });
  expect(
    keys([
      node({ ...synthetic, syspath: '/synthetic/1', portPath: 'slot-1' }),
      node({ ...synthetic, syspath: '/synthetic/2', portPath: null }),
    ]),
  ).toEqual(['synthetic-port:slot-1', 'synthetic-port:/synthetic/2']);
});

test.each(['200901010001', '01.00.00', 'SN0001', '0001', '0', '00000000', '1234567890', '0123456789ABCDEF'])(
  'serial "%s" is on every unit, so the port is what a camera is known by',
  (serial) => {
    expect(devicesOf([node({ serial })])[0]?.identity).toMatchObject({
      key: 'port:pci-0000:00:14.0-usb-0:1:1.0:00',
      matchedBy: 'port',
      ambiguous: false,
    });
  },
);

test.each(['A1B2C3', '1', '12', '00000002', '3FC7976F', '20240811', 'SN0002', '10.00.00'])(
  'serial "%s" tells one camera from another',
  (serial) => {
    expect(devicesOf([node({ serial })])[0]?.identity.matchedBy).toBe('serial');
  },
);

test('a capture card without a serial is known by its port', () => {
  const dongle = node({ vendorId: '534d', productId: '2109', serial: null });
  expect(devicesOf([dongle])[0]?.identity).toMatchObject({
    key: 'port:pci-0000:00:14.0-usb-0:1:1.0:00',
    model: '534d:2109',
  });
});

test('four nodes of one camera, two of them metadata, are one device', () => {
  const nodes = [0, 1, 2, 3].map((index) =>
    node({ syspath: `/sys/${index}`, devicePath: `/dev/video${index}`, index }),
  );
  expect(devicesOf(nodes)).toMatchObject([{ nodes, identity: { key: 'usb:046d:0825:A1B2C3:00' } }]);
});

const loopback = (number: number, productName: string | null = 'LoopCam') =>
  platform({
    syspath: `/sys/devices/virtual/video4linux/video${number}`,
    devicePath: `/dev/video${number}`,
    productName,
    portPath: null,
    parentSyspath: null,
  });

test('a loopback is known by its label, whatever number it got; those of one label are counted', () => {
  expect(keys([loopback(10)])).toEqual(keys([loopback(4)]));
  expect(keys([loopback(4), loopback(10)])).toEqual(['path:virtual/LoopCam', 'path:virtual/LoopCam#2']);
  expect(keys([loopback(4, null)])).toEqual(['path:/sys/devices/virtual/video4linux/video4']);
});

test('a newcomer gets the lowest free number', () => {
  expect(lowestFreeId([])).toBe('camera0');
  expect(lowestFreeId([{ id: 'camera0' }, { id: 'camera2' }])).toBe('camera1');
});

test('no two cameras bear one name', () => {
  expect(uniqueName('Webcam', [])).toBe('Webcam');
  expect(uniqueName('Webcam', ['Webcam', 'Webcam (2)'])).toBe('Webcam (3)');
});
