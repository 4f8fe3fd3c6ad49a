/**
 * The one udev monitor of this process. It is never closed: closing it, or collecting it as garbage, crashes Node
 * (docs/decisions). Its handler hands the event over to the next turn of the event loop and does nothing else,
 * because an exception inside it aborts the process without a word. A process that opened it ends by exit().
 */
import type { UdevAddon, UdevDevice, UdevMonitor } from 'udev';

/** One event, as it came. */
export type AddonListener = (action: string, device: UdevDevice) => void;

const ACTIONS = ['add', 'remove', 'change', 'move', 'online', 'offline', 'bind', 'unbind'];

let monitor: UdevMonitor | undefined;
const listeners = new Set<AddonListener>();

/**
 * Hears every video4linux event from now on. Opens the monitor at the first call.
 * @returns stops hearing; the monitor stays open
 */
export function hearUdevEvents(addon: UdevAddon, listener: AddonListener): () => void {
  listeners.add(listener);
  if (monitor === undefined) monitor = openMonitor(addon);
  return () => {
    listeners.delete(listener);
  };
}

function openMonitor(addon: UdevAddon): UdevMonitor {
  const opened = addon.monitor('video4linux');
  for (const action of ACTIONS) opened.on(action, (device) => setImmediate(deliver, action, device));
  return opened;
}

function deliver(action: string, device: UdevDevice): void {
  for (const listener of listeners) listener(action, device);
}
