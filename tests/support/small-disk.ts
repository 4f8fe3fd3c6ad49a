/** A real file system of a few kilobytes, for tests of full disks. Mounting it needs root. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temp-folder.ts';

/** Its root folder, unmounted when the test has finished; null where this user may not mount. */
export async function smallDisk(sizeKilobytes: number): Promise<string | null> {
  const folder = join(await temporaryFolder(), 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKilobytes}k`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}
