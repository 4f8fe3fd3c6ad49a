/** The data directory's own random name: what tells this service's processes from another one's. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import { syncFolder } from './durable-file.ts';

/**
 * The id in the file `id`, made when there is none yet. Two callers at once get the same one.
 * @returns 16 hexadecimal digits
 * @throws CameraError storage when the folder cannot be written or the file holds something else
 */
export async function readDataId(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'id');
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const found = await readFile(path, 'utf8').catch(ifMissing);
    const id = (found ?? (await makeDataId(dataDirectory, path))).trim();
    if (/^[0-9a-f]{16}$/.test(id)) return id;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CameraError('storage', `The data directory cannot be used (${why})`, {
      cause,
      reason: 'data_directory_unusable',
    });
  }
  throw new CameraError('storage', 'The file "id" in the data directory does not hold an id', {
    reason: 'data_id_broken',
    suggestion: 'Remove the file after making sure that no process of this data directory is left running.',
  });
}

/** Linked into place: it is there whole or not at all, and the first one stays. */
async function makeDataId(dataDirectory: string, path: string): Promise<string> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(8).toString('hex')}\n`);
    await file.sync();
    await link(beside, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await rm(beside, { force: true });
  }
  await syncFolder(dataDirectory);
  return readFile(path, 'utf8');
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
