/**
 * What real devices answer to V4L2's questions, from public listings and driver sources; tests/adapters/v4l2/fixtures
 * holds what v4l2-ctl prints for each. A selection of sizes, so that a fixture can be read at a glance.
 */
import { LISTED_DEVICES } from './listed-devices.ts';
import {
  atFps,
  CAPTURE,
  COMPRESSED,
  DEVICE_CAPS,
  h264,
  KERNEL_6_1,
  type KnownDevice,
  METADATA,
  type MockedSize,
  mjpeg,
  sizesAtFps,
  uvc,
  yuyv,
} from './v4l2-answers.ts';

const MPLANE_CAPTURE = 0x04201000;
const CODEC = 0x04204000;

const C920_RATES = [30, 24, 20, 15, 10, 7.5, 5];
const ELP_RATES = [30, 25, 20, 15, 10, 5];

const webcam = uvc('UVC Camera (046d:0825)', 'usb-0000:00:14.0-1', [
  yuyv([
    ...sizesAtFps(['640x480', '320x240'], 30, 25, 20, 15, 10, 5),
    ...sizesAtFps(['1280x720', '1280x960'], 7.5, 5),
  ]),
  mjpeg(sizesAtFps(['640x480', '320x240', '1280x720', '1280x960'], 30, 25, 20, 15, 10, 5)),
]);

const stepwiseUpToFiveMegapixels: readonly MockedSize[] = [
  { range: [32, 2592, 2, 32, 1944, 2], intervals: [] },
];

export const KNOWN_DEVICES = {
  'uvc-mjpeg': {
    device: 'Logitech C270 (046d:0825), first node',
    source: 'public listings of this model',
    answers: webcam,
  },
  'uvc-metadata': {
    device: 'Logitech C270 (046d:0825), second node',
    source: 'uvcvideo since kernel 4.16: each camera has a metadata node beside its capture node',
    answers: { ...webcam, deviceCaps: METADATA, formats: [] },
  },
  'uvc-h264': {
    device: 'Logitech C920 (046d:082d)',
    source: 'listing in Motion-Project/motion issue 86',
    answers: uvc('HD Pro Webcam C920', 'usb-0000:00:14.0-2', [
      yuyv([...sizesAtFps(['640x480', '1280x720'], ...C920_RATES), ...sizesAtFps(['2304x1536'], 2)]),
      h264(sizesAtFps(['640x480', '1280x720', '1920x1080'], ...C920_RATES)),
      mjpeg(sizesAtFps(['640x480', '1280x720', '1920x1080'], ...C920_RATES)),
    ]),
  },
  'uvc-h264-second-node': {
    device: 'ELP H264 USB Camera, node that has H.264 only',
    source: 'listing in PhotonVision/photonvision issue 481',
    answers: uvc('H264 USB Camera: USB Camera', 'usb-3530000.xhci-2', [
      h264(sizesAtFps(['1920x1080', '1280x720', '640x480'], ...ELP_RATES)),
    ]),
  },
  'yuyv-only': {
    device: 'Sony PlayStation Eye (1415:2000)',
    source: 'rates in the driver ov534 of the kernel',
    answers: {
      ...uvc('USB Camera-B4.09.24.1', 'usb-0000:00:14.0-3', [
        yuyv([
          { discrete: [320, 240], intervals: atFps(187, 150, 137, 125, 100, 75, 60, 50, 37, 30) },
          { discrete: [640, 480], intervals: atFps(60, 50, 40, 30, 15) },
        ]),
      ]),
      driver: 'ov534',
      caps: DEVICE_CAPS + 0x05200001,
      deviceCaps: 0x05200001,
    },
  },
  'capture-card': {
    device: 'Elgato Cam Link 4K (0fd9:0066), a source at 29.97 frames per second',
    source: 'listing in the kernel patch "uvcvideo: Fix pixel format change for Elgato Cam Link 4K"',
    answers: uvc('Cam Link 4K: Cam Link 4K', 'usb-0000:00:14.0-4', [
      ...[0, 1].map(() => ({ fourcc: 'NV12', description: 'Y/CbCr 4:2:0', sizes: ntsc(3840, 2160) })),
      { fourcc: 'YU12', description: 'Planar YUV 4:2:0', sizes: ntsc(3840, 2160) },
    ]),
  },
  'analog-grabber': {
    device: 'analog USB grabber on an em28xx chip',
    source: 'driver em28xx of the kernel: sizes by steps of 1, no intervals',
    answers: {
      driver: 'em28xx',
      card: 'EM2860/SAA711X Reference Design',
      bus: 'usb-0000:00:14.0-5',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + 0x05220011,
      deviceCaps: 0x05200001,
      formats: [yuyv([{ range: [48, 720, 1, 32, 576, 1], intervals: [] }])],
    },
  },
  stepwise: {
    device: 'Raspberry Pi camera v1 through bcm2835-v4l2',
    source: 'listing in Motion-Project/motion issue 940',
    answers: {
      driver: 'bm2835 mmal',
      card: 'mmal service 16.1',
      bus: 'platform:bcm2835-v4l2-0',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + 0x05200005,
      deviceCaps: 0x05200005,
      formats: [
        { fourcc: 'YU12', description: 'Planar YUV 4:2:0', sizes: stepwiseUpToFiveMegapixels },
        yuyv(stepwiseUpToFiveMegapixels),
        { fourcc: 'JPEG', description: 'JFIF JPEG', flags: COMPRESSED, sizes: stepwiseUpToFiveMegapixels },
        h264(stepwiseUpToFiveMegapixels),
        mjpeg(stepwiseUpToFiveMegapixels),
      ],
    },
  },
  continuous: {
    device: 'v4l2loopback 0.12, nobody writing',
    source: 'limits in the source of v4l2loopback',
    answers: {
      driver: 'v4l2 loopback',
      card: 'Dummy video device (0x0000)',
      bus: 'platform:v4l2loopback-000',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + 0x05200003,
      deviceCaps: 0x05200003,
      formats: [yuyv([{ range: [48, 8192, 1, 32, 8192, 1], continuous: true, intervals: [] }])],
    },
  },
  'ranged-intervals': {
    device: 'no product: every other form that v4l2-ctl prints',
    source: 'the V4L2 API; the description with a comma and the flags are made up',
    answers: {
      ...uvc('Forms', 'usb-0000:00:14.0-6', [
        mjpeg([
          {
            discrete: [1280, 720],
            intervals: [
              {
                range: [
                  [1, 30],
                  [1, 5],
                  [1, 30],
                ],
              },
            ],
          },
          {
            discrete: [640, 480],
            intervals: [
              {
                range: [
                  [1, 60],
                  [1, 1],
                  [1, 1],
                ],
                continuous: true,
              },
            ],
          },
          {
            discrete: [320, 240],
            intervals: [
              {
                range: [
                  [1, 30],
                  [1, 30],
                  [0, 1],
                ],
              },
            ],
          },
          { discrete: [160, 120], intervals: [] },
        ]),
        { fourcc: 'Y16 ', description: '16-bit Greyscale', sizes: [] },
        { fourcc: 'GREY', description: 'Grey, (8 bit)', flags: 2, sizes: sizesAtFps(['640x480'], 30) },
        { fourcc: 'HEVC', description: 'HEVC', flags: COMPRESSED | 8, sizes: ntsc(640, 480) },
      ]),
    },
  },
  multiplanar: {
    device: 'Rockchip ISP main path',
    source: 'public listing of rkisp_v6 on kernel 6.1',
    answers: {
      driver: 'rkisp_v6',
      card: 'rkisp_mainpath',
      bus: 'platform:rkisp0-vir0',
      version: 0x020400,
      caps: DEVICE_CAPS + MPLANE_CAPTURE,
      deviceCaps: MPLANE_CAPTURE,
      formats: [
        {
          fourcc: 'NV12',
          description: 'Y/CbCr 4:2:0',
          sizes: [{ range: [32, 4672, 16, 16, 3504, 8], intervals: [] }],
        },
      ],
    },
  },
  codec: {
    device: 'Raspberry Pi video decoder, no camera',
    source: 'bcm2835-codec: a memory-to-memory node lists formats and captures nothing',
    answers: {
      driver: 'bcm2835-codec',
      card: 'bcm2835-codec-decode',
      bus: 'platform:bcm2835-codec',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + CODEC,
      deviceCaps: CODEC,
      formats: [h264([{ range: [32, 1920, 2, 32, 1920, 2], intervals: [] }])],
    },
  },
  'no-formats': {
    device: 'CSI receiver without a sensor',
    source: 'bcm2835-unicam: a capture node that lists no format',
    answers: {
      driver: 'unicam',
      card: 'unicam',
      bus: 'platform:fe801000.csi',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + CAPTURE,
      deviceCaps: CAPTURE,
      formats: [],
    },
  },
  ...LISTED_DEVICES,
} as const satisfies Record<string, KnownDevice>;

export type KnownDeviceName = keyof typeof KNOWN_DEVICES;

/** A UVC device counts in units of 100 ns: 333667 of them are 29.970 frames per second. */
function ntsc(width: number, height: number): readonly MockedSize[] {
  return [{ discrete: [width, height], intervals: [{ discrete: [333_667, 10_000_000] }] }];
}
