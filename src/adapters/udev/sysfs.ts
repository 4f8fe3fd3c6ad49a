/**
 * Reads what /sys knows about video nodes. Never writes, never waits for udev, and takes a file that is not there
 * (the device is just going away) for a fact it does not know. Asynchronous where USB devices are asked: reading a
 * serial takes the device's lock, which the kernel may hold for seconds while a camera resets. What the kernel has in
 * memory is read at once, since each turn through the thread pool costs a plug some milliseconds on a busy machine.
 */
import { readFileSync } from 'node:fs';
import { open, opendir, readFile, readlink, realpath } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';
import type { SysFacts } from './device-node.ts';
import {
  type Ancestor,
  isVideoNode,
  parentSyspathOf,
  portPathOf,
  usbInterfaceOf,
  usbSerialOf,
} from './device-place.ts';

/** One node as the class directory shows it. */
export interface VideoClassEntry {
  readonly syspath: string;
  /** Changes when the kernel makes the node anew, so a quick re-plug under one name shows. */
  readonly incarnation: string;
}

/**
 * All `videoN` nodes, by number. Empty where the kernel has no video devices.
 * @param sysRoot `/sys` but in tests
 * @throws CameraError internal, reason `sysfs_unreadable`
 */
export async function listVideoNodes(sysRoot: string): Promise<readonly VideoClassEntry[]> {
  const names: string[] = [];
  try {
    // opendir and not readdir: under umockdev only this one is redirected.
    for await (const entry of await opendir(`${sysRoot}/class/video4linux`)) {
      if (isVideoNode(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error);
  }
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const entries = await Promise.all(names.map((name) => entryOf(`${sysRoot}/class/video4linux/${name}`)));
  return entries.filter((entry) => entry !== null);
}

async function entryOf(link: string): Promise<VideoClassEntry | null> {
  try {
    const syspath = await realpath(link);
    const file = await open(`${syspath}/uevent`);
    try {
      const { ino } = await file.stat({ bigint: true });
      return { syspath, incarnation: String(ino) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(error);
  }
}

/**
 * The facts of one node; null where there is none or the device is gone. Never rejects.
 * @param need which facts udev did not give; what it gave is not read again
 */
export async function readSysFacts(
  syspath: string,
  sysRoot: string,
  need: { readonly usb: boolean; readonly port: boolean },
): Promise<SysFacts> {
  const usbInterface = need.usb ? usbInterfaceOf(syspath) : null;
  const usbDevice = need.usb && usbInterface !== null ? parentSyspathOf(syspath) : null;
  const [name, index, uevent] = ['name', 'index', 'uevent'].map((own) => ownAttribute(`${syspath}/${own}`));
  const [vendorId, productId, serial, interfaceNumber, portPath] = await Promise.all([
    usbDevice === null ? null : attribute(`${usbDevice}/idVendor`),
    usbDevice === null ? null : attribute(`${usbDevice}/idProduct`),
    usbDevice === null ? null : attribute(`${usbDevice}/serial`),
    usbInterface === null ? null : attribute(`${usbInterface}/bInterfaceNumber`),
    need.port ? ancestorsOf(syspath, sysRoot).then(portPathOf) : null,
  ]);
  const deviceName = /^DEVNAME=(.+)$/m.exec(uevent ?? '')?.[1] ?? null;
  return {
    name: name ?? null,
    index: index ?? null,
    deviceName,
    vendorId,
    productId,
    serial: serial === null ? null : usbSerialOf(serial),
    interfaceNumber,
    portPath,
  };
}

async function ancestorsOf(syspath: string, sysRoot: string): Promise<readonly Ancestor[]> {
  const places: string[] = [];
  for (let at = syspath; at.startsWith(`${sysRoot}/devices/`); at = at.slice(0, at.lastIndexOf('/')))
    places.push(at);
  return Promise.all(
    places.map(async (place) => ({ name: lastOf(place), subsystem: await linkTarget(`${place}/subsystem`) })),
  );
}

async function linkTarget(link: string): Promise<string | null> {
  try {
    return lastOf(await readlink(link));
  } catch {
    return null;
  }
}

/** Of the video node itself: the kernel has it in memory. */
function ownAttribute(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

async function attribute(file: string): Promise<string | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unreadable(cause: unknown): CameraError {
  return new CameraError('internal', 'The list of video devices cannot be read.', {
    reason: 'sysfs_unreadable',
    cause,
  });
}

/** ENODEV is what /sys answers for a device that went between two of our looks. */
function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENODEV';
}
