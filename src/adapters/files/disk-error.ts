/** What the system's errors on files mean to the rest of the house. */
import { CameraError } from '../../machines/errors.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, sentence: string]>> = {
  ENOSPC: ['disk_full', 'there is no space left'],
  EDQUOT: ['disk_full', 'the quota is used up'],
  EROFS: ['read_only', 'the file system is read-only'],
  EACCES: ['not_permitted', 'permission is denied'],
  EPERM: ['not_permitted', 'permission is denied'],
  ENOENT: ['folder_missing', 'the folder is not there'],
  ENOTDIR: ['folder_missing', 'the folder is not there'],
  EIO: ['disk_error', 'the disk reports an error'],
};

/** Why, without naming a path of this host. */
export function diskReason(error: unknown): readonly [reason: string, sentence: string] {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? 'unknown';
  return REASONS[code] ?? ['storage', `the system says ${code}`];
}

/** @param what e.g. `The recording could not be finished`. A CameraError stays what it is. */
export function storageError(what: string, cause: unknown): CameraError {
  if (cause instanceof CameraError) return cause;
  const [reason, sentence] = diskReason(cause);
  return new CameraError('storage', `${what}: ${sentence}`, { cause, reason });
}

/** @throws CameraError cancelled */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CameraError('cancelled', 'Work on files was called off');
}

export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
