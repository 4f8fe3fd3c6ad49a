/**
 * The files of recordings: parts while the recorder writes them, salvage after a crash, and the finished files.
 * It asks no server and decides nothing; the recording's actor says when. A session has no parts only where the
 * recordings folder is there to say so: one that is missing is an error, else a disk that is away for a moment would
 * make a recording look like nothing.
 */
import { stat } from 'node:fs/promises';
import type { FinaliseRequest, RecordingFiles } from '../../machines/ports.ts';
import type { CameraId, FinishedRecording, RecordedPart } from '../../machines/values.ts';
import { storageError, throwIfAborted } from './disk-error.ts';
import { finaliseSession } from './finalise.ts';
import { removeLateParts } from './late-parts.ts';
import { partsFolder } from './part-names.ts';
import { listParts, type PartOnDisk, salvageParts } from './part-shelf.ts';

export interface RecordingFolderSettings {
  readonly recordingsFolder: string;
  /** Names or paths of the programs. */
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** One remux at most. Default 10 minutes. */
  readonly remuxTimeoutMs?: number;
  /** Less than this beyond the wished duration is not worth a copy of the file. Default 500. */
  readonly cutToleranceMs?: number;
}

export class RecordingFolder implements RecordingFiles {
  readonly #settings: Required<RecordingFolderSettings>;
  /** Empty files removed by `salvage`, told when the session is finished. */
  readonly #removed = new Map<string, number>();
  /** Sessions that have come to their end in this life; one without a picture has no sidecar to prove it. */
  readonly #filed = new Set<string>();

  constructor(settings: RecordingFolderSettings) {
    this.#settings = { remuxTimeoutMs: 600_000, cutToleranceMs: 500, ...settings };
  }

  /** Costs a few reads and no process. @throws CameraError storage | cancelled */
  async parts(cameraId: CameraId, session: string, signal: AbortSignal): Promise<readonly RecordedPart[]> {
    throwIfAborted(signal);
    return this.#guarded('The parts of the recording cannot be read', async () => {
      const parts = await listParts(partsFolder(this.#settings.recordingsFolder, cameraId), session);
      return parts.map(recordedPart);
    });
  }

  /** @throws CameraError storage | cancelled */
  async salvage(cameraId: CameraId, session: string, signal: AbortSignal): Promise<readonly RecordedPart[]> {
    const { recordingsFolder, ffprobe } = this.#settings;
    return this.#guarded('The recording could not be salvaged', async () => {
      const folder = partsFolder(recordingsFolder, cameraId);
      const { parts, removed } = await salvageParts(folder, session, { ffprobe, signal });
      this.#removed.set(session, (this.#removed.get(session) ?? 0) + removed);
      return parts.map(recordedPart);
    });
  }

  /**
   * A session without a single picture leaves no file and no sidecar. A remux that fails leaves the fragmented parts,
   * and `format` and `warning` say so. @throws CameraError storage | cancelled
   */
  async finalise(request: FinaliseRequest, signal: AbortSignal): Promise<FinishedRecording> {
    return this.#guarded('The recording could not be finished', async () => {
      const removedBefore = this.#removed.get(request.session) ?? 0;
      const recording = await finaliseSession(request, { ...this.#settings, removedBefore, signal });
      this.#removed.delete(request.session);
      this.#filed.add(request.session);
      await this.removeLateParts();
      return recording;
    });
  }

  /** What came after the end of its session. A folder that is away is another's news. */
  async removeLateParts(): Promise<void> {
    await removeLateParts(this.#settings.recordingsFolder, this.#filed).catch(() => undefined);
  }

  async #guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      await stat(this.#settings.recordingsFolder);
      return await work();
    } catch (error) {
      throw storageError(what, error);
    }
  }
}

function recordedPart({ file, startedAtMs, durationMs, sizeBytes }: PartOnDisk): RecordedPart {
  return { file, startedAtMs, durationMs, sizeBytes };
}
