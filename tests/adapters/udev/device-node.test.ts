import { expect, test } from 'vitest';
import { deviceNodeOf, missingFacts, NO_FACTS, sameNode } from '../../../src/adapters/udev/device-node.ts';

const SYSPATH = '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/video4linux/video0';
const FROM_UDEV = {
  DEVNAME: '/dev/video0',
  ID_VENDOR_ID: '046D',
  ID_MODEL_ID: '082d',
  ID_SERIAL: '046d_HD_Pro_Webcam_C920_1F2E3D4C',
  ID_SERIAL_SHORT: '1F2E3D4C',
  ID_PATH: 'pci-0000:00:14.0-usb-0:1:1.0',
  ID_USB_INTERFACE_NUM: '00',
  ID_V4L_PRODUCT: 'HD Pro Webcam C920',
};
const FROM_SYS = {
  name: 'HD Pro Webcam C920',
  index: '0',
  deviceName: 'video0',
  vendorId: '046d',
  productId: '082d',
  serial: '1F2E3D4C',
  interfaceNumber: '00',
  portPath: 'pci-0000:00:14.0-usb-0:1:1.0',
};

test('udev alone and /sys alone make the same node', () => {
  const node = deviceNodeOf(SYSPATH, FROM_UDEV, { ...NO_FACTS, index: '0' });
  expect(deviceNodeOf(SYSPATH, {}, FROM_SYS)).toEqual(node);
  expect(node).toEqual({
    origin: 'v4l2',
    syspath: SYSPATH,
    devicePath: '/dev/video0',
    vendorId: '046d',
    productId: '082d',
    serial: '1F2E3D4C',
    portPath: 'pci-0000:00:14.0-usb-0:1:1.0',
    interfaceNumber: '00',
    productName: 'HD Pro Webcam C920',
    index: 0,
    parentSyspath: '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1',
  });
});

test('what udev has is not looked for in /sys', () => {
  expect(missingFacts(FROM_UDEV)).toEqual({ usb: false, port: false });
  expect(missingFacts({})).toEqual({ usb: true, port: true });
});

test('a camera that udev found no serial on has none, and /sys is not asked again', () => {
  const { ID_SERIAL_SHORT: _, ...without } = FROM_UDEV;
  expect(missingFacts(without).usb).toBe(false);
  expect(deviceNodeOf(SYSPATH, without, NO_FACTS).serial).toBeNull();
});

test('a node that nobody knows anything about still has a path', () => {
  const node = deviceNodeOf('/sys/devices/virtual/video4linux/video7', {}, NO_FACTS);
  expect(node).toMatchObject({
    devicePath: '/dev/video7',
    parentSyspath: null,
    serial: null,
    portPath: null,
  });
});

test.each([
  [':capture:', true],
  [':capture:video_output:', true],
  [':', false],
  [':video_output:', false],
  [undefined, undefined],
])('capabilities %j say captures: %j', (capabilities, captures) => {
  const node = deviceNodeOf(SYSPATH, { ...FROM_UDEV, ID_V4L_CAPABILITIES: capabilities }, NO_FACTS);
  expect(node.captures).toBe(captures);
  expect('captures' in node).toBe(captures !== undefined);
});

test.each(['bcm2835-isp0-capture0', 'pispbe-output0'])(
  'the image processor of a Raspberry Pi is no camera, though udev says that it captures (%s)',
  (name) => {
    const syspath = '/sys/devices/platform/bcm2835-isp/video4linux/video14';
    const facts = { ...NO_FACTS, name, index: '0' };
    expect(deviceNodeOf(syspath, { ID_V4L_CAPABILITIES: ':capture:' }, facts).captures).toBe(false);
    expect(deviceNodeOf(syspath, {}, facts).captures, 'without udev too').toBe(false);
  },
);

test('a virtual output is left undecided, since it captures once somebody writes to it', () => {
  const loopback = '/sys/devices/virtual/video4linux/video10';
  expect(
    deviceNodeOf(loopback, { ID_V4L_CAPABILITIES: ':video_output:' }, NO_FACTS).captures,
  ).toBeUndefined();
});

test('two nodes are the same only when nothing differs', () => {
  const node = deviceNodeOf(SYSPATH, FROM_UDEV, NO_FACTS);
  expect(sameNode(node, { ...node })).toBe(true);
  expect(sameNode(node, { ...node, captures: true })).toBe(false);
  expect(sameNode({ ...node, captures: true }, node)).toBe(false);
  expect(sameNode(node, { ...node, serial: 'other' })).toBe(false);
});
