/** What the sources share about watching: when it ends, and how to know that udevd runs. */
import { access } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';

/** Exists while udevd runs; containers may mount it. */
export const UDEVD_CONTROL = '/run/udev/control';

/** @param control the file udevd listens at */
export async function udevdRuns(control: string): Promise<boolean> {
  return access(control).then(
    () => true,
    () => false,
  );
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** @throws CameraError cancelled */
export function rejectAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CameraError('cancelled', 'Listing the devices was called off.');
}
