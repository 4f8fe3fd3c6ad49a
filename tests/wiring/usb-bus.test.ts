import { describe, expect, test } from 'vitest';
import type { Trouble } from '../../src/machines/errors.ts';
import { type BusUser, usbController, withNeighbours } from '../../src/wiring/usb-bus.ts';

const FULL: Trouble = {
  code: 'no-bandwidth',
  reason: 'no_bandwidth',
  message: 'The USB bus has no bandwidth left for this camera.',
  suggestion: 'Use another port.',
};
const YUYV = { fourcc: 'YUYV', widthPx: 640, heightPx: 480, rateFps: 30 };
const MJPG = { fourcc: 'MJPG', widthPx: 1920, heightPx: 1080, rateFps: 15 };

const user = (device: string, fields: Partial<BusUser> = {}): BusUser => ({
  device,
  busInfo: 'usb-0000:00:14.0-1.2',
  portPath: null,
  picture: null,
  ...fields,
});

describe('the controller of a camera', () => {
  test.each([
    ['usb-0000:00:14.0-1.2', null, 'usb-0000:00:14.0'],
    ['usb-0000:00:14.0-3', null, 'usb-0000:00:14.0'],
    ['usb-3f980000.usb-1.3', null, 'usb-3f980000.usb'],
    ['usb-xhci-hcd.0.auto-1.1.4', null, 'usb-xhci-hcd.0.auto'],
    [null, 'pci-0000:00:14.0-usb-0:1.2:1.0', 'usb-0000:00:14.0'],
    ['', 'pci-0000:00:14.0-usbv2-0:1.2:1.0', 'usb-0000:00:14.0'],
    [null, 'platform-3f980000.usb-usb-0:1.3:1.0', 'usb-3f980000.usb'],
    [null, 'platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.1:1.0', 'usb-0000:01:00.0'],
    ['platform:vivid-000', 'platform-vivid.0', null],
    ['PCI:0000:03:00.0', 'pci-0000:03:00.0', null],
    [null, null, null],
  ])('%s, %s: %s', (busInfo, portPath, controller) => {
    expect(usbController({ busInfo, portPath })).toBe(controller);
  });
});

describe('a full USB bus', () => {
  test('names the cameras on it and what each uses, and no others', () => {
    const trouble = withNeighbours(FULL, user('camera0', { picture: MJPG }), [
      user('camera1', { busInfo: 'usb-0000:00:14.0-4', picture: YUYV }),
      user('camera2', { busInfo: null, portPath: 'pci-0000:00:14.0-usb-0:7:1.0' }),
      user('camera3', { busInfo: 'usb-0000:05:00.0-1', picture: YUYV }),
      user('camera4', { busInfo: 'platform:vivid-000', picture: YUYV }),
    ]);
    expect(trouble).toMatchObject({
      ...{ code: 'no-bandwidth', reason: 'no_bandwidth' },
      message:
        'The USB bus has no bandwidth left for this camera (MJPG 1920x1080 at 15 fps). On its controller usb-0000:00:14.0: camera1 takes YUYV 640x480 at 30 fps, about 147 Mbit/s; camera2 takes nothing now.',
      suggestion: expect.stringMatching(/^Plug one of them into a port of another USB controller/),
      facts: {
        bus: 'usb-0000:00:14.0',
        wanted: { fourcc: 'MJPG', width: 1920, height: 1080, rate: 15, mbit_per_s: null },
        neighbours: [
          {
            device: 'camera1',
            uses: { fourcc: 'YUYV', width: 640, height: 480, rate: 30, mbit_per_s: 147 },
          },
          { device: 'camera2', uses: null },
        ],
      },
    });
  });

  test('without another camera on it: says so, since something else fills it', () => {
    expect(withNeighbours(FULL, user('camera0'), [])).toMatchObject({
      message:
        'The USB bus has no bandwidth left for this camera. No other camera of this service is on its controller usb-0000:00:14.0.',
      suggestion: expect.stringMatching(/^Use a port of another USB controller/),
      facts: { wanted: null, neighbours: [] },
    });
  });

  test('of a camera whose bus is not known, and any other trouble, is left as it was', () => {
    expect(withNeighbours(FULL, user('camera0', { busInfo: null }), [user('camera1')])).toBe(FULL);
    const busy: Trouble = { code: 'device-busy', reason: 'device_busy', message: 'Held.' };
    expect(withNeighbours(busy, user('camera0'), [user('camera1')])).toBe(busy);
  });
});
