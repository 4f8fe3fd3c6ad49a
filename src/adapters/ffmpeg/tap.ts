/**
 * The tapped pictures: one JPEG per camera in the runtime directory, replaced atomically by ffmpeg. Sees changes,
 * says whether a picture could be written, and deletes. Never judges how old a picture may be.
 */
import { createHash } from 'node:crypto';
import { type FSWatcher, statSync, watch } from 'node:fs';
import { mkdir, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock, FrameTap } from '../../machines/ports.ts';
import type { CameraId, TappedFrame } from '../../machines/values.ts';

/** Looks even without an event: one may have been lost, or the folder cannot be watched. */
const LOOK_INTERVAL_MS = 1000;
/** Less free space than this will not hold a picture. */
const LEAST_FREE_BYTES = 262_144;

export interface TapSettings {
  readonly folder: string;
  readonly clock: Pick<Clock, 'monoMs'>;
}

/** Where the picture of a camera is. */
export function tapFile(folder: string, cameraId: CameraId): string {
  return join(folder, `${cameraId}.jpg`);
}

/** One byte beside the picture: its mean brightness. */
export function lumaFile(folder: string, cameraId: CameraId): string {
  return join(folder, `${cameraId}.luma`);
}

export class TapFolder implements FrameTap {
  readonly #folder: string;
  readonly #clock: Pick<Clock, 'monoMs'>;

  constructor({ folder, clock }: TapSettings) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** A picture that is there at the start is an old one and is not told. An equal picture that is new is told. */
  async watch(cameraId: CameraId, frame: (frame: TappedFrame) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const file = tapFile(this.#folder, cameraId);
    let known = (await readTap(file))?.stamp;
    let looking = false;
    let again = false;

    const look = async () => {
      // One look at a time; an event meanwhile leads to one more.
      again = true;
      if (looking) return;
      looking = true;
      while (again && !signal.aborted) {
        again = false;
        const seenMonoMs = this.#clock.monoMs();
        const tap = await readTap(file);
        if (tap === null || tap.stamp === known || signal.aborted) continue;
        known = tap.stamp;
        const luma = await readLuma(lumaFile(this.#folder, cameraId));
        if (signal.aborted) return;
        frame({ sizeBytes: tap.sizeBytes, digest: tap.digest, seenMonoMs, luma });
      }
      looking = false;
    };

    const folderWatch = new FolderWatch(this.#folder, (name) => {
      if (name === basename(file)) void look();
    });
    await folderWatch.keep();
    void look();
    const timer = setInterval(() => {
      void folderWatch.keep();
      void look();
    }, LOOK_INTERVAL_MS);
    await aborted(signal);
    clearInterval(timer);
    folderWatch.close();
  }

  async writable(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly problem: string | null }> {
    const probe = join(this.#folder, `.probe-${process.pid}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(this.#folder);
      if (bavail * bsize < LEAST_FREE_BYTES) return { ok: false, problem: 'The runtime directory is full.' };
      await writeFile(probe, Buffer.alloc(4096), { mode: 0o600, signal });
      return { ok: true, problem: null };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOSPC') return { ok: false, problem: 'The runtime directory is full.' };
      return { ok: false, problem: `The runtime directory cannot be written (${code}).` };
    } finally {
      await rm(probe, { force: true }).catch(() => {});
    }
  }

  async clear(cameraId: CameraId): Promise<void> {
    const file = tapFile(this.#folder, cameraId);
    // The second one is what a full disk leaves behind.
    const luma = lumaFile(this.#folder, cameraId);
    for (const path of [file, `${file}.tmp`, luma, `${luma}.tmp`])
      await rm(path, { force: true }).catch(() => {});
  }
}

/** Watches a folder, and makes it again and watches that one when it was removed. */
class FolderWatch {
  readonly #folder: string;
  readonly #changed: (name: string | null) => void;
  #watcher: FSWatcher | null = null;
  #inode: number | null = null;

  constructor(folder: string, changed: (name: string | null) => void) {
    this.#folder = folder;
    this.#changed = changed;
  }

  /** Never rejects: without events the slow look remains. */
  async keep(): Promise<void> {
    if (this.#watcher !== null && this.#inode === inodeOf(this.#folder)) return;
    this.close();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 }).catch(() => {});
    this.#inode = inodeOf(this.#folder);
    try {
      this.#watcher = watch(this.#folder, (type, name) => {
        // The folder's own name: it was removed or renamed. A new one may bear the old one's inode number.
        if (type === 'rename' && name === basename(this.#folder)) {
          this.close();
          void this.keep();
        } else this.#changed(name);
      });
      this.#watcher.on('error', () => this.close());
    } catch {
      this.close();
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }
}

/** Stamp and content of one and the same file, even when it is replaced meanwhile. */
async function readTap(path: string): Promise<{ stamp: string; sizeBytes: number; digest: string } | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { ino, mtimeNs, size } = await file.stat({ bigint: true });
    if (size === 0n) return null;
    const content = await file.readFile();
    const digest = createHash('sha1').update(content).digest('hex');
    return { stamp: `${ino}:${mtimeNs}`, sizeBytes: content.length, digest };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** null: an older capture makes none, or the disk is full. */
async function readLuma(path: string): Promise<number | null> {
  return await readFile(path).then(
    ([luma]) => luma ?? null,
    () => null,
  );
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
