/** The four folders as absolute paths. Their names reach MediaMTX's own small languages, so they stay plain. */
import { join, resolve } from 'node:path';
import type { Config } from './schema.ts';

export interface ServiceFolders {
  readonly dataDirectory: string;
  readonly runtimeDirectory: string;
  readonly recordingsFolder: string;
  readonly snapshotsFolder: string;
}

/** Relative ones count from the working folder; empty ones lie in the data directory. */
export function serviceFolders(paths: Config['paths']): ServiceFolders {
  const dataDirectory = resolve(paths.data_directory);
  const inData = (folder: string, name: string) =>
    folder === '' ? join(dataDirectory, name) : resolve(folder);
  return {
    dataDirectory,
    runtimeDirectory: resolve(paths.runtime_directory),
    recordingsFolder: inData(paths.recordings_directory, 'recordings'),
    snapshotsFolder: inData(paths.snapshots_directory, 'snapshots'),
  };
}

/** Whether an absolute path may be handed to MediaMTX. */
export function isPlainPath(path: string): boolean {
  return /^[A-Za-z0-9._/-]+$/.test(path);
}
