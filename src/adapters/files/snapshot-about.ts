/**
 * Which camera a snapshot with a name of its own shows: a small file in `.about` for each. Without it somebody who may
 * see one camera only could not be shown, or kept from, such a picture.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CameraId } from '../../machines/values.ts';
import { writeDurably } from '../process/durable-file.ts';

const aboutSchema = z.object({ cameraId: z.string(), takenAtMs: z.number() });

export type SnapshotAbout = z.infer<typeof aboutSchema>;

/** @throws the system's error */
export async function writeAbout(
  snapshotsFolder: string,
  name: string,
  cameraId: CameraId,
  takenAtMs: number,
): Promise<void> {
  await writeDurably(aboutPath(snapshotsFolder, name), JSON.stringify({ cameraId, takenAtMs }), 0o644);
}

/** null where nothing is known. */
export async function readAbout(snapshotsFolder: string, name: string): Promise<SnapshotAbout | null> {
  try {
    return aboutSchema.parse(JSON.parse(await readFile(aboutPath(snapshotsFolder, name), 'utf8')));
  } catch {
    return null;
  }
}

function aboutPath(snapshotsFolder: string, name: string): string {
  return join(snapshotsFolder, '.about', name);
}
