/**
 * What a camera is known by, and which nodes belong together. Pure.
 * Vendor and product with a unique serial, else the port it is plugged into, with the interface number; never a
 * /dev/videoN. Where one driver makes several cameras in one place, the port is not enough: the driver's name and
 * number of the node tell them apart, whichever of them is seen first. Which known camera a device is: seating.ts.
 * Design: docs/machines/discovery.md.
 */
import { isSharedSerial } from './shared-serials.ts';
import type { CameraId, Device, DeviceNode, Identity, KnownCamera } from './values.ts';

/** Groups nodes into devices, each with its identity; the order of devices follows the order of nodes. */
export function devicesOf(nodes: readonly DeviceNode[]): readonly Device[] {
  const groups = new Map<string, DeviceNode[]>();
  for (const node of nodes) {
    const group = `${physicalPlace(node)}#${node.interfaceNumber ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), node]);
  }
  const found = [...groups.values()].map((group) => {
    const first = group[0]!;
    return {
      nodes: group.toSorted(byDevicePath),
      keys: { serialKey: serialKeyOf(first), placeKey: placeKeyOf(first), model: modelOf(first) },
    };
  });
  const unique = withUniquePlaces(found);
  return unique.map(({ nodes: own, keys }) => {
    const twins =
      keys.serialKey === null ? [] : unique.filter(({ keys: k }) => k.serialKey === keys.serialKey);
    const places = twins.flatMap(({ keys: k }) => (k.placeKey === keys.placeKey ? [] : [k.placeKey]));
    return {
      identity: identityFrom(keys, places.length > 0),
      nodes: own,
      ...(places.length > 0 ? { twins: places } : {}),
    };
  });
}

/** The keys that a device shows. */
export interface Keys {
  readonly serialKey: string | null;
  readonly placeKey: string;
  readonly model: string | null;
}

/** @param ambiguous whether another camera shows the same serial */
export function identityFrom(keys: Keys, ambiguous: boolean): Identity {
  const { serialKey, placeKey } = keys;
  if (serialKey !== null && !ambiguous) {
    const matchedBy = serialKey.startsWith('synthetic:') ? 'synthetic' : 'serial';
    return { key: serialKey, matchedBy, ambiguous, ...keys };
  }
  return { key: placeKey, matchedBy: placeKey.startsWith('path:') ? 'path' : 'port', ambiguous, ...keys };
}

/**
 * Names a device while it is plugged in: another one in the same place has another name. Means nothing later.
 */
export function handleOf({ nodes, identity }: Device): string {
  const [node] = nodes;
  if (node === undefined) return identity.key;
  return [physicalPlace(node), node.interfaceNumber, modelOf(node), node.serial].join('#');
}

/** The key by serial as version 0.1.0 gave it to every serial, also to those that many units bear. */
export function rawSerialKeyOf(node: DeviceNode): string | null {
  if (node.serial === null || node.serial === '') return null;
  if (node.origin === 'synthetic') return `synthetic:${node.serial}`;
  return `usb:${node.vendorId ?? ''}:${node.productId ?? ''}:${node.serial}${suffixOf(node)}`;
}

/** The key by place as version 0.1.0 gave it: virtual nodes had their number in it. */
export function oldPlaceKeyOf(node: DeviceNode): string {
  return isVirtual(node) ? `path:${node.syspath}` : placeKeyOf(node);
}

function serialKeyOf(node: DeviceNode): string | null {
  const isShared = node.origin !== 'synthetic' && node.serial !== null && isSharedSerial(node.serial);
  return isShared ? null : rawSerialKeyOf(node);
}

function placeKeyOf(node: DeviceNode): string {
  if (node.origin === 'synthetic') return `synthetic-port:${node.portPath ?? node.syspath}`;
  const place = `${suffixOf(node)}${nodeInPlace(node)}`;
  if (node.portPath !== null) return `port:${node.portPath}${place}`;
  if (isVirtual(node) && node.productName !== null) return `path:virtual/${node.productName}`;
  return `path:${node.parentSyspath ?? node.syspath}${place}`;
}

/** A node that belongs to no hardware, such as a loopback: its label is all that lasts. */
function isVirtual({ origin, parentSyspath, portPath, vendorId }: DeviceNode): boolean {
  return origin === 'v4l2' && parentSyspath === null && portPath === null && vendorId === null;
}

function suffixOf({ interfaceNumber }: DeviceNode): string {
  return interfaceNumber === null ? '' : `:${interfaceNumber}`;
}

function modelOf({ vendorId, productId }: DeviceNode): string | null {
  return vendorId === null ? null : `${vendorId}:${productId ?? ''}`;
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

function byDevicePath(a: DeviceNode, b: DeviceNode): number {
  return a.devicePath.localeCompare(b.devicePath, 'en', { numeric: true });
}

/**
 * Devices that nothing tells apart get a number. The same place alone is not enough for that: ports of the USB 2 and the
 * USB 3 side of one controller may bear one name.
 */
function withUniquePlaces<T extends { readonly keys: Keys }>(devices: readonly T[]): readonly T[] {
  const seen = new Map<string, number>();
  return devices.map((device) => {
    const all = JSON.stringify(device.keys);
    const count = (seen.get(all) ?? 0) + 1;
    seen.set(all, count);
    if (count === 1) return device;
    return { ...device, keys: { ...device.keys, placeKey: `${device.keys.placeKey}#${count}` } };
  });
}

/** A camera that nobody has seen before. */
export function newcomer(device: Device, cameras: readonly KnownCamera[], atMs: number): KnownCamera {
  const id = lowestFreeId(cameras);
  const wished = device.nodes[0]?.productName ?? `Camera ${id.replace('camera', '')}`;
  const name = uniqueName(
    wished,
    cameras.map((camera) => camera.name),
  );
  return {
    ...{ id, identity: device.identity, name, disabled: false, streamWanted: false },
    ...{ examined: [], lastSeenAtMs: atMs, controls: [] },
  };
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
  const names = new Set(taken);
  let n = 2;
  while (names.has(`${wished} (${n})`)) n += 1;
  return `${wished} (${n})`;
}
