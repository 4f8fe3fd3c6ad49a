/**
 * Makes the one shape of a device node out of udev's properties and the facts in /sys. Pure.
 * All three sources go through here, so that one camera looks the same whichever of them saw it.
 */
import type { DeviceNode } from '../../machines/values.ts';
import { parentSyspathOf } from './device-place.ts';

/** udev's properties of one device: `ID_SERIAL_SHORT`, `DEVNAME`, ... */
export type Properties = Readonly<Record<string, string | null | undefined>>;

/** The same facts as /sys has them; null where there is none, or where nobody looked because udev had it. */
export interface SysFacts {
  readonly name: string | null;
  readonly index: string | null;
  readonly deviceName: string | null;
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly serial: string | null;
  readonly interfaceNumber: string | null;
  readonly portPath: string | null;
}

/** What is known of a device that was gone before anybody could look. */
export const NO_FACTS: SysFacts = {
  name: null,
  index: null,
  deviceName: null,
  vendorId: null,
  productId: null,
  serial: null,
  interfaceNumber: null,
  portPath: null,
};

/** Which facts the properties lack and /sys has to give. */
export function missingFacts(properties: Properties): { readonly usb: boolean; readonly port: boolean } {
  // With ID_SERIAL udev has looked at the USB device: a missing ID_SERIAL_SHORT then means that there is none.
  return { usb: !properties.ID_SERIAL, port: !properties.ID_PATH };
}

/**
 * Whether udevd has finished with a device. Before that a list shows it without udev's word, so that every node of a
 * driver would count as a camera; the event that follows has everything.
 */
export function udevIsDone(properties: Properties): boolean {
  return filled(properties.USEC_INITIALIZED) !== null;
}

/**
 * The node, or null for one that is just going: without /sys nothing tells it from the others in its place, and it would
 * count as a camera that nobody has seen before. A USB device is known by what udev has of it.
 */
export function knowableNodeOf(syspath: string, properties: Properties, facts: SysFacts): DeviceNode | null {
  const node = deviceNodeOf(syspath, properties, facts);
  const isKnowable = node.vendorId !== null || node.parentSyspath === null || node.index !== undefined;
  return isKnowable ? node : null;
}

/** udev's word first, then that of /sys; the name the other way round, because only /sys has it in all sources. */
export function deviceNodeOf(syspath: string, properties: Properties, facts: SysFacts): DeviceNode {
  return {
    origin: 'v4l2',
    syspath,
    devicePath: devicePathOf(syspath, properties.DEVNAME ?? facts.deviceName),
    vendorId: lower(properties.ID_VENDOR_ID) ?? lower(facts.vendorId),
    productId: lower(properties.ID_MODEL_ID) ?? lower(facts.productId),
    serial: filled(properties.ID_SERIAL_SHORT) ?? facts.serial,
    portPath: filled(properties.ID_PATH) ?? facts.portPath,
    interfaceNumber: filled(properties.ID_USB_INTERFACE_NUM) ?? facts.interfaceNumber,
    productName: facts.name ?? filled(properties.ID_V4L_PRODUCT),
    parentSyspath: parentSyspathOf(syspath),
    ...(facts.index === null ? {} : { index: Number(facts.index) }),
    ...capturesOf(syspath, facts, properties.ID_V4L_CAPABILITIES),
  };
}

/**
 * `:capture:` or not, as udev's v4l_id asked the driver: a UVC metadata node says `:`. A v4l2loopback with
 * exclusive_caps says `:video_output:` until somebody writes to it and udev hears nothing of the change, so a
 * virtual output is left undecided here; loopback-source.ts asks the driver.
 */
function capturesOf(
  syspath: string,
  { name }: SysFacts,
  capabilities: string | null | undefined,
): { captures?: boolean } {
  if (name !== null && IMAGE_PROCESSOR.test(name)) return { captures: false };
  if (!capabilities) return {};
  const words = capabilities.split(':');
  if (words.includes('capture')) return { captures: true };
  if (words.includes('video_output') && parentSyspathOf(syspath) === null) return {};
  return { captures: false };
}

/**
 * The image processors of Raspberry Pis call their output `Video Capture`, but give a picture only to a program that
 * feeds their other end: three to eight cameras that do not exist on every such board.
 */
const IMAGE_PROCESSOR = /^(bcm2835-isp|pispbe)/;

/** True when nothing a reader could see differs. */
export function sameNode(a: DeviceNode, b: DeviceNode): boolean {
  const keys = Object.keys({ ...a, ...b }) as (keyof DeviceNode)[];
  return keys.every((key) => a[key] === b[key]);
}

/** The kernel says `video0`, udev `/dev/video0`. */
function devicePathOf(syspath: string, deviceName: string | null): string {
  const name = deviceName || syspath.slice(syspath.lastIndexOf('/') + 1);
  return name.startsWith('/') ? name : `/dev/${name}`;
}

function filled(text: string | null | undefined): string | null {
  return text ? text : null;
}

function lower(text: string | null | undefined): string | null {
  return text ? text.toLowerCase() : null;
}
