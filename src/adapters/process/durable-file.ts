/**
 * Files that a crash or a power cut leaves either old or new, never torn: written beside, fsynced, renamed,
 * the folder fsynced. Lives here because every adapter may import this room; it decides nothing about content.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file's whole content. After it resolves, power may fail. One writer at a time per path.
 * @throws the system's error (ENOSPC, EACCES, ...); the old content is then still there
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  // One fixed name: a crash leaves at most one such file, and the next write takes it over.
  const beside = `${path}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(beside, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes names in a folder survive a power cut. File systems that cannot do it are left at that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  } finally {
    await handle.close();
  }
}

/** One file whose newest content wins: saves are serialised, and those waiting are merged into the last. */
export class DurableFile {
  readonly path: string;
  #latest = '';
  #running: Promise<void> | null = null;
  #waiting: Promise<void> | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Resolves once this content, or a newer one, is on disk. @throws the system's error of that write */
  save(content: string): Promise<void> {
    this.#latest = content;
    if (this.#waiting) return this.#waiting;
    if (!this.#running) return this.#start();
    this.#waiting = this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#waiting;
  }

  #start(): Promise<void> {
    this.#waiting = null;
    const write = writeDurably(this.path, this.#latest).finally(() => {
      if (this.#running === write) this.#running = null;
    });
    this.#running = write;
    return write;
  }
}
