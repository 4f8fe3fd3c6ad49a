/** Which boot of this host it is: monotonic instants and process start times mean nothing in another one. */
import { readFile } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';

/** The kernel's random id of this boot. @throws CameraError internal where /proc is not mounted */
export async function readBootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch (cause) {
    throw new CameraError('internal', 'The id of this boot cannot be read from /proc', { cause });
  }
}
