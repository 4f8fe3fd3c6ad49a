/**
 * Saves the picture that a capture tapped last as a file of its own. As tapped it is a copy and costs no process; another
 * format or quality is encoded by a short ffmpeg. An existing file is never touched, a torn picture never saved.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { SnapshotFiles } from '../../machines/ports.ts';
import type { CameraId, SavedSnapshot, SnapshotRequest } from '../../machines/values.ts';
import { syncFolder } from '../process/durable-file.ts';
import { run } from '../process/program-run.ts';
import { isMissing, storageError, throwIfAborted } from './disk-error.ts';
import { ffmpegQuality, isWholeJpeg } from './jpeg.ts';
import { moveNew } from './publish.ts';
import { writeAbout } from './snapshot-about.ts';
import { defaultSnapshotName, wishedSnapshotName } from './snapshot-name.ts';

export interface SnapshotFolderSettings {
  readonly snapshotsFolder: string;
  /** Where the capture of a camera leaves its newest picture. */
  tapFile(cameraId: CameraId): string;
  readonly ffmpeg: string;
  /** Encoding one picture. Default 5000. */
  readonly encodeTimeoutMs?: number;
}

export class SnapshotFolder implements SnapshotFiles {
  readonly #settings: SnapshotFolderSettings;

  constructor(settings: SnapshotFolderSettings) {
    this.#settings = settings;
  }

  /**
   * @returns name and size; `takenAtMs` is when the capture wrote the picture
   * @throws CameraError bad-params (bad_filename, file_exists) | not-found (no_frame, frame_incomplete) | storage |
   * capture-failed (encode_failed) | missing-program | deadline | cancelled
   */
  async save(request: SnapshotRequest, signal: AbortSignal): Promise<SavedSnapshot> {
    const { snapshotsFolder } = this.#settings;
    const wished = request.filename === null ? null : wishedSnapshotName(request.filename, request.format);
    const tapped = await this.#readTap(request.cameraId);
    throwIfAborted(signal);
    // Hidden and in the same folder: nobody lists it, and moving it is atomic.
    const beside = join(snapshotsFolder, `.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await mkdir(snapshotsFolder, { recursive: true });
      const sizeBytes = await this.#write(request, tapped, beside, signal);
      const filename = await this.#publish(beside, request, wished, tapped.takenAtMs);
      return { filename, sizeBytes, takenAtMs: tapped.takenAtMs };
    } catch (error) {
      await rm(beside, { force: true }).catch(() => {});
      throw storageError('The snapshot could not be saved', error);
    }
  }

  /** The picture on disk under a name that nobody knows. @returns its size in bytes */
  async #write(
    request: SnapshotRequest,
    tapped: { readonly bytes: Buffer; readonly takenAtMs: number },
    output: string,
    signal: AbortSignal,
  ): Promise<number> {
    const asTapped = request.format === 'jpg' && request.quality === null;
    if (!asTapped) await this.#encode(request, tapped.bytes, output, signal);
    const file = await open(output, asTapped ? 'wx' : 'r+');
    try {
      if (asTapped) await file.writeFile(tapped.bytes);
      // The time of the picture, not of the copy, so that lists show when it was taken.
      await file.utimes(tapped.takenAtMs / 1000, tapped.takenAtMs / 1000);
      await file.sync();
      return asTapped ? tapped.bytes.length : (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async #readTap(cameraId: CameraId): Promise<{ bytes: Buffer; takenAtMs: number }> {
    const tapped = await readOpened(this.#settings.tapFile(cameraId)).catch((error: unknown) => {
      if (!isMissing(error)) throw storageError('The newest picture cannot be read', error);
      throw new CameraError('not-found', `There is no picture of ${cameraId} yet`, {
        reason: 'no_frame',
        cause: error,
      });
    });
    if (isWholeJpeg(tapped.bytes)) return tapped;
    throw new CameraError('not-found', `The newest picture of ${cameraId} is not complete`, {
      reason: 'frame_incomplete',
    });
  }

  async #encode(request: SnapshotRequest, bytes: Buffer, output: string, signal: AbortSignal): Promise<void> {
    const { ffmpeg, encodeTimeoutMs: timeoutMs = 5000 } = this.#settings;
    const quality = request.quality === null ? [] : ['-q:v', String(ffmpegQuality(request.quality))];
    const codec = request.format === 'png' ? ['-c:v', 'png'] : ['-c:v', 'mjpeg', ...quality];
    const input = ['-hide_banner', '-loglevel', 'error', '-f', 'mjpeg', '-i', 'pipe:0'];
    const args = [...input, '-frames:v', '1', ...codec, '-f', 'image2', '-update', '1', output];
    const result = await run(ffmpeg, args, { timeoutMs, signal, input: bytes });
    if (result.exitCode === 0) return;
    const isFull = result.stderr.includes('No space left');
    if (isFull) throw Object.assign(new Error('ffmpeg found no space'), { code: 'ENOSPC' });
    throw new CameraError('capture-failed', 'The picture could not be encoded', { reason: 'encode_failed' });
  }

  async #publish(
    beside: string,
    request: SnapshotRequest,
    wished: string | null,
    takenAtMs: number,
  ): Promise<string> {
    const { snapshotsFolder } = this.#settings;
    for (let count = 1; ; count += 1) {
      const name = wished ?? defaultSnapshotName(request.cameraId, takenAtMs, request.format, count);
      try {
        await moveNew(beside, join(snapshotsFolder, name));
        await syncFolder(snapshotsFolder);
        // A picture that cannot be described is one that only those who may see every camera are shown.
        if (wished !== null)
          await writeAbout(snapshotsFolder, name, request.cameraId, takenAtMs).catch(() => {});
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (wished === null) continue;
        throw new CameraError('bad-params', `There is a file "${name}" already`, {
          reason: 'file_exists',
          facts: { param: 'filename', rule: 'must be a new name' },
          cause: error,
        });
      }
    }
  }
}

/** Content and time of the same file: the capture puts another one in its place at any moment. */
async function readOpened(path: string): Promise<{ bytes: Buffer; takenAtMs: number }> {
  const file = await open(path, 'r');
  try {
    const { mtimeMs } = await file.stat();
    return { bytes: await file.readFile(), takenAtMs: Math.round(mtimeMs) };
  } finally {
    await file.close();
  }
}
