/** A real file system of a few kilobytes, to be filled. Mounting it needs root. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  /** Its root folder. */
  readonly folder: string;
  /** Unmounts it, also while files of it are open, and removes the mount point. */
  remove(): Promise<void>;
}

/** null where this user may not mount. The caller removes it. */
export async function mountSmallDisk(sizeKilobytes: number): Promise<SmallDisk | null> {
  const point = await mkdtemp(join(tmpdir(), 'camera-service-disk-'));
  const folder = join(point, 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKilobytes}k`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    await rm(point, { recursive: true });
    return null;
  }
  return {
    folder,
    remove: async () => {
      execFileSync('umount', ['--lazy', folder]);
      await rm(point, { recursive: true, force: true });
    },
  };
}
