/**
 * Device source on the npm addon `udev`: libudev inside this process, no child. First choice where it loads and
 * udevd runs. Looks before it leaps, since the addon says nothing when it cannot work: without udevd it stays
 * silent for ever, without netlink sockets it aborts the process (docs/decisions).
 */
import { networkInterfaces } from 'node:os';
import type { UdevAddon, UdevDevice } from 'udev';
import { CameraError } from '../../machines/errors.ts';
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode } from '../../machines/values.ts';
import { hearUdevEvents } from './addon-monitor.ts';
import { knowableNodeOf, missingFacts, type Properties, udevIsDone } from './device-node.ts';
import { isVideoNode } from './device-place.ts';
import { Sightings } from './sightings.ts';
import { readSysFacts } from './sysfs.ts';
import { aborted, rejectAborted, UDEVD_CONTROL, udevdRuns } from './watching.ts';

export interface AddonSourceOptions {
  readonly sysRoot?: string;
  /** A file that exists while udevd runs. */
  readonly udevdControl?: string;
  /** Loads the addon; it is an optional dependency. */
  readonly load?: () => Promise<UdevAddon>;
}

export class AddonSource implements DeviceSource {
  private readonly sysRoot: string;
  private readonly udevdControl: string;
  private readonly load: () => Promise<UdevAddon>;
  private readonly sightings = new Sightings();

  constructor(options: AddonSourceOptions = {}) {
    this.sysRoot = options.sysRoot ?? '/sys';
    this.udevdControl = options.udevdControl ?? UDEVD_CONTROL;
    this.load = options.load ?? (async () => (await import('udev')).default);
  }

  /** @throws CameraError internal: udevd does not run, no netlink, or the addon does not load */
  async watch(
    handlers: { ready(kind: 'udev'): void; change(change: DeviceChange): void },
    signal: AbortSignal,
  ): Promise<void> {
    await this.requireUdevd();
    requireNetlink();
    const addon = await this.loaded();
    if (signal.aborted) return;
    const tell = (change: DeviceChange) => {
      if (!signal.aborted) handlers.change(change);
    };
    const stop = hearUdevEvents(addon, (action, device) => this.hear(action, device, tell));
    try {
      handlers.ready('udev');
      await aborted(signal);
    } finally {
      stop();
    }
  }

  /** @throws CameraError internal | cancelled */
  async list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const addon = await this.loaded();
    // The addon lists a device that goes at this moment without any property.
    const devices = addon
      .list('video4linux')
      .filter((each) => isVideoNode(each.syspath) && each.DEVNAME && udevIsDone(each));
    const reading = Promise.all(devices.map((device) => this.nodeOf(device.syspath, device))).then((nodes) =>
      nodes.filter((node) => node !== null),
    );
    const listed = await this.sightings.listed(reading);
    rejectAborted(signal);
    return listed;
  }

  private hear(action: string, device: UdevDevice, tell: (change: DeviceChange) => void): void {
    const { syspath } = device;
    if (!isVideoNode(syspath)) return;
    if (action === 'remove') {
      this.sightings.removed(syspath, tell);
      return;
    }
    const kind = action === 'add' ? 'add' : 'change';
    void this.sightings.seen(kind, syspath, this.nodeOf(syspath, device), tell);
  }

  private async nodeOf(syspath: string, properties: Properties): Promise<DeviceNode | null> {
    const facts = await readSysFacts(syspath, this.sysRoot, missingFacts(properties));
    return knowableNodeOf(syspath, properties, facts);
  }

  private async loaded(): Promise<UdevAddon> {
    try {
      return await this.load();
    } catch (error) {
      throw new CameraError('internal', 'The udev addon does not load: it is not installed or not built.', {
        reason: 'udev_addon_missing',
        suggestion: 'Install it with a compiler and libudev headers present, or use device source udevadm.',
        cause: error,
      });
    }
  }

  private async requireUdevd(): Promise<void> {
    if (await udevdRuns(this.udevdControl)) return;
    throw new CameraError('internal', 'udevd does not run here: its events cannot be received.', {
      reason: 'udevd_missing',
    });
  }
}

/** Listing network interfaces needs a netlink socket just as the monitor does, but fails politely. */
function requireNetlink(): void {
  try {
    networkInterfaces();
  } catch (error) {
    throw new CameraError('internal', 'Netlink sockets are forbidden here: udev events cannot be received.', {
      reason: 'netlink_forbidden',
      suggestion: 'Allow the address family AF_NETLINK.',
      cause: error,
    });
  }
}
