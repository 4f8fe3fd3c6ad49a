/**
 * What a device's place in /sys tells by itself: the hardware it belongs to and the port it is plugged into.
 * Pure text work; reads nothing. The port rules are those of udev's path_id, so that a camera keeps its
 * identity whether udevd runs or not.
 */

/** One directory on the way from a node up to the root of the device tree. */
export interface Ancestor {
  /** Directory name: `1-1:1.0`, `0000:00:14.0`. */
  readonly name: string;
  /** Target of its `subsystem` link (`usb`, `pci`); null for a directory that is no device. */
  readonly subsystem: string | null;
}

/** Only `videoN` nodes are cameras; radios, VBI, sub-devices and touch panels share the subsystem. */
export function isVideoNode(pathOrName: string): boolean {
  return /(?:^|\/)video\d+$/.test(pathOrName);
}

/** The USB interface directory above a node (`.../1-1/1-1:1.0`), null for a device on another bus. */
export function usbInterfaceOf(syspath: string): string | null {
  const found = /^(.*\/\d+-\d+(?:\.\d+)*:\d+\.\d+)(?:\/|$)/.exec(syspath);
  return found?.[1] ?? null;
}

/**
 * The piece of hardware a node belongs to: the USB device, else the device that the driver bound to.
 * null for a virtual one (v4l2loopback), which stands alone.
 */
export function parentSyspathOf(syspath: string): string | null {
  const usbInterface = usbInterfaceOf(syspath);
  if (usbInterface !== null) return usbInterface.slice(0, usbInterface.lastIndexOf('/'));
  const bound = /^(.*)\/video4linux\/[^/]+$/.exec(syspath)?.[1];
  if (bound === undefined || bound.endsWith('/devices/virtual')) return null;
  return bound;
}

/**
 * udev's ID_PATH, worked out from the ancestors of a node, nearest first.
 * @returns e.g. `pci-0000:00:14.0-usb-0:1:1.0`; null where no ancestor names a place that lasts
 */
export function portPathOf(ancestors: readonly Ancestor[]): string | null {
  const parts: string[] = [];
  let hasLastingParent = false;
  for (let i = 0; i < ancestors.length; i += 1) {
    const { name, subsystem } = ancestors[i]!;
    const usbPort = subsystem === 'usb' ? name.split('-')[1] : undefined;
    if (usbPort !== undefined) parts.unshift(`usb-0:${usbPort}`);
    else if (subsystem !== null && NAMED_BUSES.has(subsystem)) {
      parts.unshift(`${subsystem}-${name}`);
      hasLastingParent = true;
    } else continue;
    // Hubs and bridges above count as part of the same bus and are not named again.
    while (ancestors[i + 1]?.subsystem === subsystem) i += 1;
  }
  return hasLastingParent ? parts.join('-') : null;
}

const NAMED_BUSES: ReadonlySet<string> = new Set(['pci', 'platform', 'amba', 'acpi']);

/** A USB serial as udev's ID_SERIAL_SHORT has it; null for none, or one that udev would not take. */
export function usbSerialOf(raw: string): string | null {
  const unusable = [...raw].some((char) => char < ' ' || char > '\x7f' || char === ',');
  if (unusable) return null;
  const cleaned = raw
    .trim()
    .replace(/\s+/g, '_')
    .replace(/[^0-9A-Za-z#+\-.:=@_]/g, '_');
  return cleaned === '' ? null : cleaned;
}
