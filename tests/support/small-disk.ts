/** A real file system of a few kilobytes for one test of full disks. Mounting it needs root. */
import { onTestFinished } from 'vitest';
import { mountSmallDisk } from './mounted-disk.ts';

/** Its root folder, unmounted when the test has finished; null where this user may not mount. */
export async function smallDisk(sizeKilobytes: number): Promise<string | null> {
  const disk = await mountSmallDisk(sizeKilobytes);
  if (disk === null) return null;
  onTestFinished(() => disk.remove());
  return disk.folder;
}
