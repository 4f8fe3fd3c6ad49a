/**
 * Where the recorder writes and how its files are called: `<recordings>/.parts/<camera>/<session>_<s>-<us>.mp4`,
 * seconds and microseconds of the Unix epoch at the part's first picture. Hidden, so that no list shows an open file.
 */
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { CameraId } from '../../machines/values.ts';

const PLAIN_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** MediaMTX's `recordPath` for one session, without the extension that it adds. */
export function recordPathPattern(recordingsFolder: string, session: string): string {
  return join(recordingsFolder, '.parts', '%path', `${plainName(session)}_%s-%f`);
}

/** The folder of one camera's unfinished parts. */
export function partsFolder(recordingsFolder: string, cameraId: CameraId): string {
  return join(recordingsFolder, '.parts', plainName(cameraId));
}

/** When a file with this name was begun, Unix epoch in milliseconds; null: it is no part of this session. */
export function partStartedAtMs(file: string, session: string): number | null {
  if (!file.startsWith(`${session}_`)) return null;
  const stamp = /^(\d+)-(\d{6})\.mp4$/.exec(file.slice(session.length + 1));
  return stamp ? Number(stamp[1]) * 1000 + Math.floor(Number(stamp[2]) / 1000) : null;
}

/** Names become file names and reach MediaMTX's own language, where `%` and `$` mean something. */
function plainName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  throw new CameraError('internal', `"${name}" cannot be a file name of a recording`);
}
