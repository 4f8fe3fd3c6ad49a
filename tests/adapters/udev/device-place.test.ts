import { describe, expect, test } from 'vitest';
import {
  isVideoNode,
  parentSyspathOf,
  portPathOf,
  usbInterfaceOf,
  usbSerialOf,
} from '../../../src/adapters/udev/device-place.ts';

const USB_NODE = '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4:1.2/video4linux/video3';

describe('the place of a node', () => {
  test('only videoN is a video node', () => {
    const names = [
      'video0',
      '/sys/x/video4linux/video12',
      'v4l-subdev0',
      'vbi0',
      'radio0',
      'video',
      'xvideo1',
    ];
    expect(names.filter(isVideoNode)).toEqual(['video0', '/sys/x/video4linux/video12']);
  });

  test('a USB node belongs to its USB device, behind whatever hubs', () => {
    expect(usbInterfaceOf(USB_NODE)).toBe('/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4:1.2');
    expect(parentSyspathOf(USB_NODE)).toBe('/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4');
  });

  test('a node on another bus belongs to the device that the driver bound to', () => {
    expect(parentSyspathOf('/sys/devices/platform/vivid.0/video4linux/video0')).toBe(
      '/sys/devices/platform/vivid.0',
    );
    expect(parentSyspathOf('/sys/devices/pci0000:00/0000:03:00.0/video4linux/video1')).toBe(
      '/sys/devices/pci0000:00/0000:03:00.0',
    );
  });

  test('a virtual node belongs to nothing', () => {
    expect(parentSyspathOf('/sys/devices/virtual/video4linux/video10')).toBeNull();
  });
});

describe('the port path', () => {
  const pathOf = (...steps: readonly string[]) =>
    portPathOf(
      steps.map((step) => {
        const [name, subsystem] = step.split(' ') as [string, string?];
        return { name, subsystem: subsystem ?? null };
      }),
    );

  test('names the USB port once and the host controller, as udev does', () => {
    const path = pathOf(
      'video3 video4linux',
      'video4linux',
      '1-2.4:1.2 usb',
      '1-2.4 usb',
      '1-2 usb',
      'usb1 usb',
      '0000:00:14.0 pci',
      'pci0000:00',
    );
    expect(path).toBe('pci-0000:00:14.0-usb-0:2.4:1.2');
  });

  test('names each kind of bus on the way, as on a Raspberry Pi 4', () => {
    const path = pathOf(
      'video0 video4linux',
      'video4linux',
      '1-1.3:1.0 usb',
      '1-1.3 usb',
      '1-1 usb',
      'usb1 usb',
      '0000:01:00.0 pci',
      '0000:00:00.0 pci',
      'pci0000:00',
      'fd500000.pcie platform',
      'scb platform',
      'platform',
    );
    expect(path).toBe('platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0');
  });

  test('is the device itself on a platform bus', () => {
    expect(
      pathOf('video0 video4linux', 'video4linux', 'fe801000.csi platform', 'soc platform', 'platform'),
    ).toBe('platform-fe801000.csi');
  });

  test('is unknown where no ancestor names a place that lasts', () => {
    expect(pathOf('video10 video4linux', 'video4linux', 'virtual')).toBeNull();
    expect(pathOf('video10 video4linux', '1-1:1.0 usb')).toBeNull();
  });
});

test.each([
  ['2B1A7F20', '2B1A7F20'],
  ['  two  words ', 'two_words'],
  ['a/b(c)', 'a_b_c_'],
  ['SN:1.2-3+4=5@6#7_8', 'SN:1.2-3+4=5@6#7_8'],
  ['with,comma', null],
  ['caf\u00e9', null],
  ['tab\there', null],
  ['   ', null],
  ['', null],
])('the USB serial %j is %j, as udev has it', (raw, cleaned) => {
  expect(usbSerialOf(raw)).toBe(cleaned);
});
