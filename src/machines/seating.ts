/**
 * Which known camera a device is, and what is kept about its identity. Pure. A camera keeps its number for as long as
 * anything tells that it is the same one: a unique serial wherever it is plugged in, else its place. Cameras that share a
 * serial are told apart by their places alone, also when only one of them is plugged in: nothing flips when the other
 * comes or goes. Design: docs/machines/discovery.md.
 */
import { identityFrom, type Keys, oldPlaceKeyOf, rawSerialKeyOf } from './identity.ts';
import type { CameraId, Device, Identity, KnownCamera } from './values.ts';

/** Which camera a plugged-in device is. */
export interface Seat {
  /** The device's. */
  readonly handle: string;
  readonly id: CameraId;
}

/** A list: it is copied with each plug, which takes a record of thousands of names a hundred times as long. */
export type Seats = readonly Seat[];

/**
 * The known camera that a device is.
 * @param seats cameras whose device is plugged in cannot be another one
 * @returns null for a device that nobody knows yet
 */
export function cameraFor(device: Device, cameras: readonly KnownCamera[], seats: Seats): KnownCamera | null {
  const taken = new Set(seats.map(({ id }) => id));
  const free = cameras.filter(({ id }) => !taken.has(id));
  const keys = keysOf(device);
  const here = free.find(({ identity }) => isAtPlace(identity, device, keys));
  if (keys.serialKey === null)
    return here ?? free.find(({ identity }) => hadSharedSerial(identity, device)) ?? null;
  const sameSerial = cameras.filter(({ identity }) => serialOf(identity) === keys.serialKey);
  if (here !== undefined) return here;
  const [only, ...others] = sameSerial;
  if (only === undefined || others.length > 0 || taken.has(only.id)) return null;
  // Its twin is plugged in where this camera was last, and will be seated there.
  const isTwins = device.twins?.includes(placeOf(only.identity) ?? '') ?? false;
  return isTwins ? null : only;
}

/** The cameras with this one's identity as its device shows it, and with the identity of those that it touches. */
export function withDevice(
  cameras: readonly KnownCamera[],
  id: CameraId,
  device: Device,
): readonly KnownCamera[] {
  const keys = keysOf(device);
  return agreed(
    cameras.map((camera) => (camera.id === id ? { ...camera, identity: identityFrom(keys, false) } : camera)),
  );
}

/** Cameras that share a serial are ambiguous, whether plugged in or only remembered; the others are not. */
export function agreed(cameras: readonly KnownCamera[]): readonly KnownCamera[] {
  const bearers = new Map<string, number>();
  for (const { identity } of cameras) {
    const serial = serialOf(identity);
    if (serial !== null) bearers.set(serial, (bearers.get(serial) ?? 0) + 1);
  }
  return cameras.map((camera) => {
    const { serialKey, placeKey, model = null, ambiguous } = camera.identity;
    // A record of version 0.1.0 is left alone until its device is seen: it knows one of its keys only.
    if (serialKey === undefined || placeKey == null) return camera;
    const isAmbiguous = serialKey !== null && (bearers.get(serialKey) ?? 0) > 1;
    if (isAmbiguous === ambiguous) return camera;
    return { ...camera, identity: identityFrom({ serialKey, placeKey, model }, isAmbiguous) };
  });
}

/** Those of `after` whose identity is another one than in `before`. */
export function changedIdentities(
  before: readonly KnownCamera[],
  after: readonly KnownCamera[],
): readonly KnownCamera[] {
  // Most cameras are the very same before and after, and in the same place: of ten thousand only a few are looked at.
  const others = after.filter((camera, index) => before[index] !== camera);
  if (others.length === 0) return [];
  const old = new Map(before.map(({ id, identity }) => [id, identity]));
  return others.filter(({ id, identity }) => {
    const known = old.get(id);
    return known !== undefined && known !== identity && JSON.stringify(known) !== JSON.stringify(identity);
  });
}

/** The camera that the device with this handle is; undefined: nobody sits there. */
export function seatedAt(seats: Seats, handle: string): CameraId | undefined {
  return seats.find((seat) => seat.handle === handle)?.id;
}

/** The seats with this one; a device has one alone. */
export function withSeat(seats: Seats, seat: Seat): Seats {
  return [...withoutSeatAt(seats, seat.handle), seat];
}

/** The seats without that of the device with this handle. */
export function withoutSeatAt(seats: Seats, handle: string): Seats {
  return seats.filter((seat) => seat.handle !== handle);
}

/** The seats without those of one camera. */
export function withoutSeatOf(seats: Seats, id: CameraId): Seats {
  return seats.filter((seat) => seat.id !== id);
}

/** Its device's keys; a device that was made without them (in a test) has the one it is known by. */
function keysOf({ identity }: Device): Keys {
  return {
    serialKey: serialOf(identity),
    placeKey: placeOf(identity) ?? identity.key,
    model: identity.model ?? null,
  };
}

function serialOf({ serialKey, matchedBy, key }: Identity): string | null {
  if (serialKey !== undefined) return serialKey;
  return matchedBy === 'serial' || matchedBy === 'synthetic' ? key : null;
}

function placeOf({ placeKey, matchedBy, key }: Identity): string | null {
  if (placeKey !== undefined) return placeKey;
  return matchedBy === 'port' || matchedBy === 'path' ? key : null;
}

/** Same place, and nothing tells that something else is plugged in there now. */
function isAtPlace(known: Identity, device: Device, keys: Keys): boolean {
  const [node] = device.nodes;
  const places =
    known.placeKey === undefined && node ? [keys.placeKey, oldPlaceKeyOf(node)] : [keys.placeKey];
  if (!places.includes(placeOf(known) ?? '')) return false;
  if (known.model != null && known.model !== keys.model) return false;
  // Version 0.1.0 forgot the serial of those that it called ambiguous.
  if (known.serialKey === undefined && known.ambiguous) return true;
  return serialOf(known) === keys.serialKey;
}

/** Version 0.1.0 knew it by a serial that many units bear. */
function hadSharedSerial(known: Identity, { nodes: [node] }: Device): boolean {
  return known.serialKey === undefined && node !== undefined && known.key === rawSerialKeyOf(node);
}
