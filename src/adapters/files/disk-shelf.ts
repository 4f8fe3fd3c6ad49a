/** The finished files as the front desk lists them: newest first, page by page, read from the two folders themselves. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileShelf, SnapshotEntry } from '../../machines/ports.ts';
import type { FinishedRecording } from '../../machines/values.ts';
import { storageError } from './disk-error.ts';
import { FolderCache } from './folder-cache.ts';
import { RecordingShelf } from './recording-shelf.ts';
import { readAbout } from './snapshot-about.ts';
import { readSnapshotName } from './snapshot-name.ts';

interface Page {
  readonly limit: number;
  readonly offset: number;
}

export class DiskShelf implements FileShelf {
  readonly recordingsFolder: string;
  readonly snapshotsFolder: string;
  readonly #recordings: FolderCache<readonly FinishedRecording[]>;
  readonly #snapshots: FolderCache<readonly SnapshotEntry[]>;

  constructor(folders: { readonly recordingsFolder: string; readonly snapshotsFolder: string }) {
    this.recordingsFolder = folders.recordingsFolder;
    this.snapshotsFolder = folders.snapshotsFolder;
    const shelf = new RecordingShelf(folders.recordingsFolder);
    this.#recordings = new FolderCache(folders.recordingsFolder, () => shelf.read(), []);
    this.#snapshots = new FolderCache(
      folders.snapshotsFolder,
      () => readSnapshots(folders.snapshotsFolder),
      [],
    );
  }

  /** An empty list where the folder is missing. @throws CameraError storage where it cannot be read */
  async listRecordings(page: Page): Promise<{ files: readonly FinishedRecording[]; total: number }> {
    return cut(await guarded('The recordings cannot be listed', this.#recordings.get()), page);
  }

  /** As `listRecordings`. */
  async listSnapshots(page: Page): Promise<{ files: readonly SnapshotEntry[]; total: number }> {
    return cut(await guarded('The snapshots cannot be listed', this.#snapshots.get()), page);
  }

  /** By session, or by the name of its first file without extension (they differ where a name was taken). */
  async findRecording(session: string): Promise<FinishedRecording | undefined> {
    const all = await guarded('The recordings cannot be listed', this.#recordings.get());
    return (
      all.find((recording) => recording.parts[0]?.file.replace(/\.\w+$/, '') === session) ??
      all.find((recording) => recording.session === session)
    );
  }
}

/** Pictures only; hidden files and other people's files are not seen. */
async function readSnapshots(folder: string): Promise<readonly SnapshotEntry[]> {
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.(jpe?g|png)$/i.test(name));
  const entries: SnapshotEntry[] = [];
  for (const filename of names) {
    const found = await stat(join(folder, filename)).catch(() => null);
    if (!found?.isFile()) continue;
    const told = (await readAbout(folder, filename)) ?? readSnapshotName(filename);
    const takenAtMs = told?.takenAtMs ?? Math.round(found.mtimeMs);
    entries.push({ filename, cameraId: told?.cameraId ?? null, sizeBytes: found.size, takenAtMs });
  }
  return entries.sort(
    (one, other) => other.takenAtMs - one.takenAtMs || (one.filename < other.filename ? 1 : -1),
  );
}

function cut<T>(all: readonly T[], { limit, offset }: Page): { files: readonly T[]; total: number } {
  return { files: all.slice(offset, offset + limit), total: all.length };
}

async function guarded<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storageError(what, error);
  }
}
