/**
 * Devices whose `v4l2-ctl --list-formats-ext` somebody has published, node by node, as known-devices.ts has the others.
 * A selection of sizes; what a listing does not say is named in `source`.
 */
import {
  atFps,
  CAPTURE,
  COMPRESSED,
  DEVICE_CAPS,
  h264,
  KERNEL_6_1,
  type KnownDevice,
  METADATA,
  type MockedFormat,
  type MockedSize,
  mjpeg,
  sizesAtFps,
  uvc,
  type WorkingNode,
  yuyv,
} from './v4l2-answers.ts';

const LOGITECH_RATES = [30, 24, 20, 15, 10, 7.5, 5];
const SIX_RATES = [30, 25, 20, 15, 10, 5];

const creality = (formats: readonly MockedFormat[]): WorkingNode =>
  uvc('Creality CAM', 'usb-5200000.usb-1', formats);
const realsense = (formats: readonly MockedFormat[]): WorkingNode =>
  uvc('Intel RealSense 3D Camera R200', 'usb-0000:00:14.0-7', formats);
const brio = (formats: readonly MockedFormat[]): WorkingNode =>
  uvc('Logitech BRIO', 'usb-0000:00:14.0-8', formats);

/** In the order of the node's listing, which has two of the sizes twice. */
const tegraSizes: readonly MockedSize[] = [
  { discrete: [3264, 2464], intervals: atFps(21) },
  { discrete: [3264, 1848], intervals: atFps(28) },
  { discrete: [1920, 1080], intervals: atFps(30) },
  { discrete: [1280, 720], intervals: atFps(60) },
  { discrete: [1280, 720], intervals: atFps(60) },
];

const unicamSizes: readonly MockedSize[] = [{ range: [16, 16_376, 1, 16, 16_376, 1], intervals: [] }];
const ispSizes: readonly MockedSize[] = [{ range: [64, 16_384, 2, 64, 16_384, 2], intervals: [] }];

/** A CSI camera of an Orange Pi lists sizes and leaves the rates out. */
const withoutRates = (...sizes: readonly (readonly [number, number])[]): readonly MockedSize[] =>
  sizes.map((discrete) => ({ discrete, intervals: [] }));
const orangePiSizes = withoutRates([2592, 1936], [1920, 1080], [1280, 720], [640, 480], [320, 240]);

export const LISTED_DEVICES = {
  'c920-without-h264': {
    device: 'Logitech C920 (046d:08e5), newer firmware, which has lost H.264',
    source: 'formats in the log of mainsail-crew/crowsnest issue 284; sizes and rates as of the older C920',
    answers: uvc('HD Pro Webcam C920', 'usb-0000:01:00.0-1.2', [
      yuyv([...sizesAtFps(['640x480', '1280x720'], ...LOGITECH_RATES), ...sizesAtFps(['2304x1536'], 2)]),
      mjpeg(sizesAtFps(['640x480', '1280x720', '1920x1080'], ...LOGITECH_RATES)),
    ]),
  },
  'elp-h264-first-node': {
    device: 'ELP H264 USB Camera (05a3:9422), first of two capture nodes',
    source:
      'listing in PhotonVision/photonvision issue 481; four nodes and serial SN0001 in HAP-python issue 53',
    answers: uvc('H264 USB Camera: USB Camera', 'usb-3530000.xhci-2', [
      mjpeg(sizesAtFps(['1920x1080', '1280x720', '640x480'], ...SIX_RATES)),
    ]),
  },
  'creality-first-node': {
    device: 'Creality CAM (1d6c:0103), first node: encoded video only',
    source: 'mainsail-crew/crowsnest issue 363, log in pull request 364: each rate is listed three times',
    answers: creality([
      h264(sizesAtFps(['1920x1080'], 30, 30, 30).concat(sizesAtFps(['1280x720', '640x480'], 30))),
      {
        fourcc: 'HEVC',
        description: 'HEVC',
        flags: COMPRESSED,
        sizes: sizesAtFps(['1920x1080'], 30, 30, 30).concat(sizesAtFps(['1280x720', '640x480'], 30)),
      },
    ]),
  },
  'creality-third-node': {
    device: 'Creality CAM (1d6c:0103), third node: Motion-JPEG',
    source: 'mainsail-crew/crowsnest issue 363; the sizes are those of its first node, the issue names none',
    answers: creality([mjpeg(sizesAtFps(['1920x1080', '1280x720', '640x480'], 30))]),
  },
  'creality-metadata': {
    device: 'Creality CAM (1d6c:0103), second and fourth node',
    source: 'mainsail-crew/crowsnest issue 363: "the remaining nodes have no capture formats"',
    answers: { ...creality([]), deviceCaps: METADATA },
  },
  'hdmi-dongle': {
    device: 'HDMI to USB dongle on a MacroSilicon MS2109 (534d:2109), no serial',
    source:
      'listing in hyperion-project/hyperion.ng issue 1180; sizes of YUYV in blackjack/webcam issue 39, its rates left out',
    answers: uvc('USB Video: USB Video', 'usb-0000:01:00.0-1.3', [
      mjpeg(sizesAtFps(['1920x1080', '1600x1200', '1360x768', '1280x1024'], 30, 25, 20, 10, 5)),
      yuyv(withoutRates([1920, 1080], [1280, 720], [720, 576], [640, 480])),
    ]),
  },
  'jetson-csi': {
    device: 'Sony IMX219 on a Jetson (tegra-video): raw Bayer only',
    source: 'listing in jacksonliam/mjpg-streamer issue 287, names in goodrobots/maverick issue 915',
    answers: {
      driver: 'tegra-video',
      card: 'vi-output, imx219 6-0010',
      bus: 'platform:54080000.vi:0',
      version: 0x04098c,
      caps: DEVICE_CAPS + 0x05200001,
      deviceCaps: 0x05200001,
      formats: [{ fourcc: 'RG10', description: '10-bit Bayer RGRG/GBGB', sizes: tegraSizes }],
    },
  },
  'pi-csi-bridge': {
    device: 'CSI receiver of a Raspberry Pi (unicam)',
    source: 'formats in ayufan/camera-streamer issue 3, sizes in its issue 27',
    answers: {
      driver: 'unicam',
      card: 'unicam',
      bus: 'platform:fe801000.csi',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + CAPTURE,
      deviceCaps: CAPTURE,
      formats: [
        yuyv(unicamSizes),
        { fourcc: 'UYVY', description: 'UYVY 4:2:2', sizes: unicamSizes },
        { fourcc: 'RGB3', description: '24-bit RGB 8-8-8', sizes: unicamSizes },
        { fourcc: 'pBAA', description: '10-bit Bayer BGBG/GRGR Packed', sizes: unicamSizes },
      ],
    },
  },
  'pi-isp-output': {
    device:
      'output of the image processor of a Raspberry Pi (bcm2835-isp): says that it captures, and is no camera',
    source: 'listing in mainsail-crew/crowsnest issue 85, formats in ayufan/camera-streamer issue 27',
    answers: {
      driver: 'bcm2835-isp',
      card: 'bcm2835-isp',
      bus: 'platform:bcm2835-isp',
      version: KERNEL_6_1,
      caps: DEVICE_CAPS + CAPTURE,
      deviceCaps: CAPTURE,
      formats: [yuyv(ispSizes), { fourcc: 'YU12', description: 'Planar YUV 4:2:0', sizes: ispSizes }],
    },
  },
  'orange-pi-csi': {
    device: 'CSI camera of an Orange Pi PC (sunxi-vfe)',
    source: 'listing in jacksonliam/mjpg-streamer issue 234',
    answers: {
      driver: 'sunxi-vfe',
      card: 'sunxi-vfe',
      bus: 'sunxi_vfe sunxi_vfe.0',
      version: 0x000100,
      caps: DEVICE_CAPS + 0x05000001,
      deviceCaps: 0x05000001,
      formats: [
        { fourcc: 'YV12', description: 'planar YVU 420', sizes: orangePiSizes },
        { fourcc: 'NV16', description: 'planar YUV 422 UV combined', sizes: orangePiSizes },
        { fourcc: 'NV12', description: 'planar YUV 420 UV combined', sizes: orangePiSizes },
      ],
    },
  },
  'realsense-infrared': {
    device: 'Intel RealSense R200, node of both infrared cameras',
    source: 'listing in realsenseai/librealsense issue 293, nodes in teknotus/depthview issue 11',
    answers: realsense([
      yuyv(sizesAtFps(['320x962'], 60)),
      {
        fourcc: 'Y12I',
        description: 'Greyscale 12 L/R (Y12I)',
        sizes: sizesAtFps(['640x481', '640x373'], 90, 60, 30),
      },
      {
        fourcc: 'Y16 ',
        description: '16-bit Greyscale',
        sizes: sizesAtFps(['640x481', '640x373'], 90, 60, 30),
      },
    ]),
  },
  'realsense-colour': {
    device: 'Intel RealSense R200, colour node',
    source: 'listing in realsenseai/librealsense issue 293',
    answers: realsense([yuyv(sizesAtFps(['640x480', '640x400', '320x240'], ...SIX_RATES))]),
  },
  'brio-infrared': {
    device: 'Logitech BRIO 4K (046d:085e), infrared camera on an interface of its own',
    source:
      'archledger/irlume issue 311 and GunduLabs/gaze pull request 255; the rate is that of Windows Hello',
    answers: brio([{ fourcc: 'GREY', description: '8-bit Greyscale', sizes: sizesAtFps(['340x340'], 30) }]),
  },
  'laptop-camera': {
    device: 'built-in camera of a laptop with an infrared one beside it',
    source: 'listing in EmixamPP/linux-enable-ir-emitter issue 11',
    answers: uvc('Integrated Camera: Integrated C', 'usb-0000:00:14.0-9', [
      mjpeg(sizesAtFps(['1280x720', '640x480', '640x360', '320x240'], 30)),
      yuyv([...sizesAtFps(['1280x720'], 10), ...sizesAtFps(['320x180', '640x480'], 30)]),
    ]),
  },
  'toy-camera': {
    device: 'Creative camera (041e:401f) on the driver gspca_zc3xx: JPEG without rates',
    source: 'listing in kerberos-io/web issue 55',
    answers: {
      ...uvc('USB Camera (041e:401f)', 'usb-0000:00:13.1-1', [
        {
          fourcc: 'JPEG',
          description: 'JFIF JPEG',
          flags: COMPRESSED,
          sizes: withoutRates([320, 240], [640, 480]),
        },
      ]),
      driver: 'zc3xx',
      caps: DEVICE_CAPS + 0x05200001,
      deviceCaps: 0x05200001,
    },
  },
  kinect: {
    device: 'Microsoft Kinect for Xbox 360 (045e:02ae), colour camera on the driver gspca_kinect',
    source: 'modes in the driver gspca_kinect of the kernel',
    answers: {
      ...uvc('Xbox NUI Camera', 'usb-0000:00:1d.7-2.1', [
        {
          fourcc: 'GRBG',
          description: '8-bit Bayer GRGR/BGBG',
          sizes: withoutRates([640, 480], [1280, 1024]),
        },
        { fourcc: 'UYVY', description: 'UYVY 4:2:2', sizes: withoutRates([640, 480]) },
        {
          fourcc: 'Y10B',
          description: '10-bit Greyscale (Packed)',
          sizes: withoutRates([640, 488], [1280, 1024]),
        },
      ]),
      driver: 'kinect',
      caps: DEVICE_CAPS + 0x05200001,
      deviceCaps: 0x05200001,
    },
  },
  'half-rates': {
    device: 'USB camera whose rates go by steps of 2.5',
    source: 'listing in vkohaupt/vokoscreenNG issue 187',
    answers: uvc('UVC Camera (046d:0990)', 'usb-0000:00:14.0-10', [
      yuyv(sizesAtFps(['160x120', '320x240'], 30, 27.5, 25, 22.5, 20, 17.5, 15, 12.5, 10, 7.5, 5)),
    ]),
  },
  'repeated-sizes': {
    device: 'USB camera module that lists its best size first and once more at the end',
    source: 'listing in ros-drivers/usb_cam pull request 179',
    answers: uvc('USB Camera', 'usb-0000:00:14.0-11', [
      mjpeg(sizesAtFps(['1920x1080', '1280x720', '640x480', '320x240', '1920x1080'], 30)),
      yuyv(sizesAtFps(['640x480', '320x240', '640x480'], 30)),
    ]),
  },
  'bayer-microscope': {
    device: 'The Imaging Source DFK 24UJ003: raw Bayer at a few frames per second',
    source: 'listing in TheImagingSource/tiscamera pull request 55',
    answers: uvc('DFK 24UJ003', 'usb-0000:00:14.0-12', [
      {
        fourcc: 'GRBG',
        description: '8-bit Bayer GRGR/BGBG',
        sizes: [
          ...sizesAtFps(['3872x2764'], 6, 5, 4, 3, 2, 1),
          ...sizesAtFps(['3664x2748'], 7, 6, 5, 4, 3, 2, 1),
        ],
      },
    ]),
  },
} as const satisfies Record<string, KnownDevice>;
