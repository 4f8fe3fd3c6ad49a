/**
 * Small files that nobody else may read: keys, secrets. Written whole or not at all, always mode 0600.
 * Paths of the host stay out of every message.
 */
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';

const PRIVATE_MODE = 0o600;

/**
 * The file's text, or undefined when there is none. A mode that others could read is tightened first.
 * @param what names the file in an error, e.g. `the API key file`
 * @throws CameraError storage
 */
export async function readPrivateFile(path: string, what: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) await chmod(path, PRIVATE_MODE);
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageTrouble(error, `Cannot read ${what}`);
  }
}

/**
 * Replaces the file atomically; after it resolves a crash keeps the new text. May be repeated.
 * @throws CameraError storage
 */
export async function writePrivateFile(path: string, text: string, what: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(draft, 'wx', PRIVATE_MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw storageTrouble(error, `Cannot write ${what}`);
  }
}

function storageTrouble(error: unknown, sentence: string): CameraError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new CameraError('storage', `${sentence} (${code}).`, {
    cause: error,
    reason: 'private_file_failed',
    suggestion: 'Check that the data directory exists and belongs to the user of the service.',
  });
}
