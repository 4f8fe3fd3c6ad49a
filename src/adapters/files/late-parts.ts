/**
 * Parts that came after the end of their session: a media server that stood still while it was told to stop goes on
 * recording when it wakes up, until it is told again. By then the session is filed. Removes nothing that could still be
 * part of a recording.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partStartedAtMs } from './part-names.ts';
import { readSidecar } from './sidecar.ts';

/** @param filed sessions known to be at their end; of others the sidecar proves it @throws the system's error */
export async function removeLateParts(recordingsFolder: string, filed: ReadonlySet<string>): Promise<void> {
  const cameras = await readdir(join(recordingsFolder, '.parts')).catch(() => []);
  // Read once, and only where there is a part to ask for.
  let names: string[] | null = null;
  for (const camera of cameras) {
    const folder = join(recordingsFolder, '.parts', camera);
    for (const name of await readdir(folder).catch(() => [])) {
      const session = sessionOf(name);
      if (session === null) continue;
      if (!filed.has(session)) {
        names ??= await readdir(recordingsFolder);
        if (!(await hasSidecar(recordingsFolder, names, session))) continue;
      }
      await rm(join(folder, name), { force: true });
    }
  }
}

function sessionOf(file: string): string | null {
  const session = file.replace(/_[^_]*$/, '');
  return partStartedAtMs(file, session) === null ? null : session;
}

async function hasSidecar(
  recordingsFolder: string,
  names: readonly string[],
  session: string,
): Promise<boolean> {
  for (const name of names) {
    if (!name.startsWith(session) || !name.endsWith('.json')) continue;
    if ((await readSidecar(join(recordingsFolder, name)))?.session === session) return true;
  }
  return false;
}
