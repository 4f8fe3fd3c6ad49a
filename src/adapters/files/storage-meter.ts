/**
 * How full the recordings' file system is, and whether a file can be written there now. It makes no folder: one that is
 * missing may be a disk that is not mounted, and a folder in its place would fill the system's own disk.
 */
import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { StorageProbe } from '../../machines/ports.ts';
import type { StorageMeasure } from '../../machines/values.ts';
import { diskReason } from './disk-error.ts';

/** One block: enough to notice a full disk. */
const TEST_BYTES = Buffer.alloc(4096, 'camera service test write\n');

export class StorageMeter implements StorageProbe {
  readonly #folder: string;

  constructor(recordingsFolder: string) {
    this.#folder = recordingsFolder;
  }

  /** Rejects only on abort (`cancelled`), also while a dead network disk lets the call hang. */
  async measure(signal: AbortSignal): Promise<StorageMeasure> {
    const cancelled = () => new CameraError('cancelled', 'Measuring the storage was called off');
    if (signal.aborted) throw cancelled();
    return new Promise((resolve, reject) => {
      const abort = () => reject(cancelled());
      signal.addEventListener('abort', abort, { once: true });
      void measureFolder(this.#folder).then((measure) => {
        signal.removeEventListener('abort', abort);
        resolve(measure);
      });
    });
  }
}

async function measureFolder(folder: string): Promise<StorageMeasure> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    const size = { totalBytes: blocks * bsize, availableBytes: bavail * bsize };
    const refusal = await tryWrite(folder).then(() => null, diskReason);
    if (refusal === null) return { ...size, writable: true, full: false, problem: null };
    const problem = `The recordings folder cannot be written: ${refusal[1]}`;
    return { ...size, writable: false, full: refusal[0] === 'disk_full', problem };
  } catch (error) {
    const problem = `The recordings folder cannot be used: ${diskReason(error)[1]}`;
    return { totalBytes: 0, availableBytes: 0, writable: false, full: false, problem };
  }
}

/** Synced, because a disk often fails only then. */
async function tryWrite(folder: string): Promise<void> {
  const path = join(folder, `.write-test-${randomBytes(4).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.write(TEST_BYTES);
    await file.datasync();
  } finally {
    await file.close();
    await rm(path, { force: true }).catch(() => {});
  }
}
