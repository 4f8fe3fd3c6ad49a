/** Puts a finished file under its final name, never over another one, so that it survives a power cut. */
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../process/durable-file.ts';

/** File systems without hard links (FAT, some network ones). */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Moves within one file system. @throws EEXIST when the new name is taken; both files are then as they were */
export async function moveNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (await exists(to)) throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' });
    await rename(from, to);
    return;
  }
  await unlink(from);
}

/** The content on disk, and its name. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** Also true for a link that leads nowhere. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
