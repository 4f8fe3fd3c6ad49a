/**
 * Devices as umockdev records: the USB device and interface as the kernel shows them in /sys, the video nodes with
 * what udev's rules add, and the V4L2 answers of each node. No behaviour.
 */
import type { V4l2Answers } from './v4l2-answers.ts';

export interface MockedCamera {
  /** umockdev's text, parents first, one empty line between. */
  readonly records: string;
  /** By node path. */
  readonly nodes: Readonly<Record<string, V4l2Answers>>;
  readonly videoSyspaths: readonly string[];
  /** What goes with the camera beside its video nodes, children first. */
  readonly parentSyspaths: readonly string[];
}

export interface UsbCamera {
  /** The USB port: `1-1`, `1-2.4`. */
  readonly port: string;
  readonly vendorId: string;
  readonly productId: string;
  /** As the device has it, before udev cleans it; null: none. */
  readonly serial: string | null;
  readonly name: string;
  /** Two hexadecimal digits. */
  readonly interfaceNumber?: string;
  /** Video nodes of this interface by number, with what they answer. */
  readonly videos: Readonly<Record<number, V4l2Answers>>;
  /** False: no udevd has seen it, so only /sys knows anything. Default true. */
  readonly inDatabase?: boolean;
}

/** When udevd finished with the device, in microseconds since the boot. */
const UDEVD_IS_DONE = 'E: USEC_INITIALIZED=22835368';
const HOST = '/devices/pci0000:00/0000:00:14.0';

/** A USB camera on the bus of the PCI host controller 0000:00:14.0. */
export function usbCamera(camera: UsbCamera): MockedCamera {
  const number = camera.interfaceNumber ?? '00';
  const device = `${HOST}/usb1/${camera.port}`;
  const usbInterface = `${device}/${camera.port}:1.${Number.parseInt(number, 16)}`;
  const records = [
    [`P: ${HOST}`, 'E: SUBSYSTEM=pci', 'A: vendor=0x8086'],
    [`P: ${HOST}/usb1`, 'E: SUBSYSTEM=usb', 'E: DEVTYPE=usb_device'],
    [
      `P: ${device}`,
      'E: SUBSYSTEM=usb',
      'E: DEVTYPE=usb_device',
      `A: idVendor=${camera.vendorId}`,
      `A: idProduct=${camera.productId}`,
      ...(camera.serial === null ? [] : [`A: serial=${camera.serial}`]),
    ],
    [`P: ${usbInterface}`, 'E: SUBSYSTEM=usb', 'E: DEVTYPE=usb_interface', `A: bInterfaceNumber=${number}`],
    ...Object.keys(camera.videos).map((video) =>
      videoRecord(usbInterface, Number(video), camera.name, udevOf(camera)),
    ),
  ];
  return mocked(records, [usbInterface, device], camera.videos);
}

/** A camera that is no USB device, such as one on a CSI bridge. */
export function platformCamera(
  driver: string,
  name: string,
  videos: Readonly<Record<number, V4l2Answers>>,
): MockedCamera {
  const device = `/devices/platform/${driver}`;
  const records = [
    [`P: ${device}`, 'E: SUBSYSTEM=platform'],
    ...Object.keys(videos).map((video) =>
      videoRecord(device, Number(video), name, [UDEVD_IS_DONE, `E: ID_PATH=platform-${driver}`]),
    ),
  ];
  return mocked(records, [device], videos);
}

/** A v4l2loopback with exclusive_caps that nobody writes to yet: udev says that it is an output, and goes on saying so. */
export function loopbackCamera(video: number, label: string, answers: V4l2Answers): MockedCamera {
  const syspath = `/devices/virtual/video4linux/video${video}`;
  const record = [
    `P: ${syspath}`,
    `N: video${video}`,
    'E: SUBSYSTEM=video4linux',
    `E: DEVNAME=/dev/video${video}`,
    'E: MAJOR=81',
    `E: MINOR=${video}`,
    UDEVD_IS_DONE,
    `E: ID_V4L_PRODUCT=${label}`,
    'E: ID_V4L_CAPABILITIES=:video_output:',
    `A: name=${label}`,
    `A: dev=81:${video}`,
    'A: index=0',
    'A: state=output',
  ];
  return {
    records: record.join('\n'),
    nodes: { [`/dev/video${video}`]: answers },
    videoSyspaths: [`/sys${syspath}`],
    parentSyspaths: [],
  };
}

function mocked(
  records: readonly (readonly string[])[],
  parents: readonly [string, ...string[]],
  videos: Readonly<Record<number, V4l2Answers>>,
): MockedCamera {
  const numbers = Object.keys(videos).map(Number);
  return {
    records: records.map((record) => record.join('\n')).join('\n\n'),
    nodes: Object.fromEntries(numbers.map((video) => [`/dev/video${video}`, videos[video]!])),
    videoSyspaths: numbers.map((video) => `/sys${parents[0]}/video4linux/video${video}`),
    parentSyspaths: parents.map((parent) => `/sys${parent}`),
  };
}

function videoRecord(
  parent: string,
  video: number,
  name: string,
  udev: readonly string[],
): readonly string[] {
  return [
    `P: ${parent}/video4linux/video${video}`,
    `N: video${video}`,
    'E: SUBSYSTEM=video4linux',
    `E: DEVNAME=/dev/video${video}`,
    'E: MAJOR=81',
    `E: MINOR=${video}`,
    ...udev,
    `A: name=${name}`,
    `A: dev=81:${video}`,
    'A: index=0',
  ];
}

/** What udev 252 puts into its database for a USB video node. */
function udevOf(camera: UsbCamera): readonly string[] {
  if (camera.inDatabase === false) return [];
  const number = camera.interfaceNumber ?? '00';
  const model = camera.name.replaceAll(' ', '_');
  return [
    UDEVD_IS_DONE,
    'E: ID_BUS=usb',
    `E: ID_VENDOR_ID=${camera.vendorId}`,
    `E: ID_MODEL_ID=${camera.productId}`,
    `E: ID_MODEL=${model}`,
    `E: ID_SERIAL=${camera.vendorId}_${model}${camera.serial === null ? '' : `_${camera.serial}`}`,
    ...(camera.serial === null ? [] : [`E: ID_SERIAL_SHORT=${camera.serial}`]),
    `E: ID_USB_INTERFACE_NUM=${number}`,
    `E: ID_PATH=pci-0000:00:14.0-usb-0:${camera.port.split('-')[1]}:1.${Number.parseInt(number, 16)}`,
    `E: ID_V4L_PRODUCT=${camera.name}`,
  ];
}
