/** What a mocked node answers to V4L2's questions, as v4l2_device.py reads it. Numbers as in videodev2.h. */

/** Numerator and denominator of a frame interval in seconds. */
export type Fraction = readonly [number, number];

export type MockedInterval =
  | { readonly discrete: Fraction }
  /** Shortest, longest, step. */
  | { readonly range: readonly [Fraction, Fraction, Fraction]; readonly continuous?: boolean };

export type MockedSize =
  | { readonly discrete: readonly [number, number]; readonly intervals: readonly MockedInterval[] }
  | {
      /** Width from, to, step; height from, to, step. */
      readonly range: readonly [number, number, number, number, number, number];
      readonly continuous?: boolean;
      readonly intervals: readonly MockedInterval[];
    };

export interface MockedFormat {
  readonly fourcc: string;
  readonly description: string;
  /** V4L2_FMT_FLAG_*: `COMPRESSED`, 2 emulated. */
  readonly flags?: number;
  readonly sizes: readonly MockedSize[];
}

export interface WorkingNode {
  readonly driver: string;
  readonly card: string;
  readonly bus: string;
  /** As the kernel packs it: 0x0601c0 is 6.1.192. */
  readonly version: number;
  readonly caps: number;
  readonly deviceCaps: number;
  readonly formats: readonly MockedFormat[];
}

/** Every question fails with this errno: the device is just going away. */
export type V4l2Answers = WorkingNode | { readonly failWith: number };

/** Discrete intervals of these rates. */
export function atFps(...rates: readonly number[]): readonly MockedInterval[] {
  return rates.map((rate) => ({ discrete: [10, Math.round(rate * 10)] as Fraction }));
}

/** Discrete sizes (`640x480`), all with the same rates. */
export function sizesAtFps(sizes: readonly string[], ...rates: readonly number[]): readonly MockedSize[] {
  return sizes.map((size) => {
    const [width, height] = size.split('x').map(Number) as [number, number];
    return { discrete: [width, height], intervals: atFps(...rates) };
  });
}

/** V4L2_FMT_FLAG_COMPRESSED. */
export const COMPRESSED = 1;

/** Motion-JPEG in these sizes. */
export function mjpeg(sizes: readonly MockedSize[]): MockedFormat {
  return { fourcc: 'MJPG', description: 'Motion-JPEG', flags: COMPRESSED, sizes };
}

/** H.264 in these sizes. */
export function h264(sizes: readonly MockedSize[]): MockedFormat {
  return { fourcc: 'H264', description: 'H.264', flags: COMPRESSED, sizes };
}

/** Uncompressed pictures in these sizes. */
export function yuyv(sizes: readonly MockedSize[]): MockedFormat {
  return { fourcc: 'YUYV', description: 'YUYV 4:2:2', sizes };
}

/** A device of known-devices.ts or listed-devices.ts, one node of it. */
export interface KnownDevice {
  readonly device: string;
  /** Where the facts come from. */
  readonly source: string;
  readonly answers: WorkingNode;
}

/** V4L2_CAP_*: one-planar capture; metadata; all that a UVC device can; "device_caps is filled in". */
export const CAPTURE = 0x04200001;
export const METADATA = 0x04a00000;
export const UVC_CAPS = 0x84a00001;
export const DEVICE_CAPS = 0x80000000;
export const KERNEL_6_1 = 0x0601c0;

/** A capture node of the kernel's UVC driver. */
export function uvc(card: string, bus: string, formats: readonly MockedFormat[]): WorkingNode {
  return { driver: 'uvcvideo', card, bus, version: KERNEL_6_1, caps: UVC_CAPS, deviceCaps: CAPTURE, formats };
}
