/** The only way from a name that a client sent to a file on disk. */
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CameraError } from '../../machines/errors.ts';

/**
 * The real path of a visible file directly in a folder, or behind links that stay in it.
 * @throws CameraError bad-params for a name that is no plain file name, not-found for everything else that is not
 * such a file, so that nobody learns what lies outside
 */
export async function safeJoin(folder: string, name: string): Promise<string> {
  if (name === '' || name.startsWith('.') || /[/\\\p{Cc}]/u.test(name)) {
    throw new CameraError('bad-params', 'A file name holds no / and no \\ and begins with no dot', {
      reason: 'bad_filename',
      facts: { param: 'filename', rule: 'plain file name' },
    });
  }
  try {
    const root = await realpath(folder);
    const found = await realpath(join(root, name));
    if (found.startsWith(root + sep) && (await stat(found)).isFile()) return found;
  } catch {
    // Missing, unreadable, a loop of links: all the same to the one who asks.
  }
  throw new CameraError('not-found', `There is no file "${name}"`, { facts: { resource: 'file', id: name } });
}
