/**
 * What a camera is known by, and which nodes belong together. Pure.
 * Vendor and product with a unique serial, else the port it is plugged into, with the interface number; never a
 * /dev/videoN. Two devices that show one serial both fall back to their port. Where one driver makes several cameras
 * in one place, the port is not enough: the driver's name and number of the node tell them apart, whichever of them
 * is seen first. Design: docs/architecture.md.
 */
import type { CameraId, Device, DeviceNode, Identity, KnownCamera } from './values.ts';

/** Groups nodes into devices, each with its identity; the order of devices follows the order of nodes. */
export function devicesOf(nodes: readonly DeviceNode[]): readonly Device[] {
  const groups = new Map<string, DeviceNode[]>();
  for (const node of nodes) {
    const group = `${physicalPlace(node)}#${node.interfaceNumber ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), node]);
  }
  const bySerial = new Map<string, Set<string>>();
  for (const node of nodes) {
    const key = serialKey(node);
    if (key === null) continue;
    bySerial.set(key, (bySerial.get(key) ?? new Set()).add(physicalPlace(node)));
  }
  const devices = [...groups.values()].map((group) => {
    const first = group[0]!;
    const key = serialKey(first);
    const ambiguous = key !== null && (bySerial.get(key)?.size ?? 0) > 1;
    return { identity: identityOf(first, ambiguous), nodes: group.toSorted(byDevicePath) };
  });
  return withUniqueKeys(devices);
}

function identityOf(node: DeviceNode, ambiguous: boolean): Identity {
  const suffix = node.interfaceNumber === null ? '' : `:${node.interfaceNumber}`;
  const serial = serialKey(node);
  if (node.origin === 'synthetic') {
    if (serial !== null && !ambiguous)
      return { key: `synthetic:${node.serial}`, matchedBy: 'synthetic', ambiguous };
    return { key: `synthetic-port:${node.portPath ?? node.syspath}`, matchedBy: 'port', ambiguous };
  }
  if (serial !== null && !ambiguous)
    return { key: `usb:${serial}${suffix}`, matchedBy: 'serial', ambiguous: false };
  const place = `${suffix}${nodeInPlace(node)}`;
  if (node.portPath !== null) return { key: `port:${node.portPath}${place}`, matchedBy: 'port', ambiguous };
  return { key: `path:${node.parentSyspath ?? node.syspath}${place}`, matchedBy: 'path', ambiguous };
}

/** Which of the nodes in one place; empty for USB, where all nodes of a place are one camera. */
function nodeInPlace(node: DeviceNode): string {
  if (node.vendorId !== null || node.parentSyspath === null) return '';
  return [node.productName, node.index].map((word) => (word == null ? '' : `/${word}`)).join('');
}

/**
 * The USB parent holds all nodes of one piece of hardware. Elsewhere (platform drivers, capture cards) one parent
 * may hold several cameras, so each node stands alone.
 */
function physicalPlace(node: DeviceNode): string {
  return node.vendorId === null ? node.syspath : (node.parentSyspath ?? node.syspath);
}

function serialKey(node: DeviceNode): string | null {
  if (node.serial === null || node.serial === '') return null;
  return `${node.vendorId ?? ''}:${node.productId ?? ''}:${node.serial}`;
}

function byDevicePath(a: DeviceNode, b: DeviceNode): number {
  return a.devicePath.localeCompare(b.devicePath, 'en', { numeric: true });
}

/** Devices that nothing tells apart would share a key: the later ones get a number. */
function withUniqueKeys(devices: readonly Device[]): readonly Device[] {
  const seen = new Map<string, number>();
  return devices.map((device) => {
    const count = (seen.get(device.identity.key) ?? 0) + 1;
    seen.set(device.identity.key, count);
    if (count === 1) return device;
    return { ...device, identity: { ...device.identity, key: `${device.identity.key}#${count}` } };
  });
}

/** The lowest `cameraN` that no known camera has. */
export function lowestFreeId(known: readonly Pick<KnownCamera, 'id'>[]): CameraId {
  const taken = new Set(known.map((camera) => camera.id));
  let n = 0;
  while (taken.has(`camera${n}`)) n += 1;
  return `camera${n}`;
}

/** A name that no other camera bears: "HD Webcam", "HD Webcam (2)". */
export function uniqueName(wished: string, taken: readonly string[]): string {
  if (!taken.includes(wished)) return wished;
  let n = 2;
  while (taken.includes(`${wished} (${n})`)) n += 1;
  return `${wished} (${n})`;
}
