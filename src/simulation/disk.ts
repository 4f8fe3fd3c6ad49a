/** The simulated disk of the recordings, and the recorder that writes on it: which session has which parts. */
import { CameraError } from '../machines/errors.ts';
import type { FinaliseRequest, RecordingFiles, StorageProbe } from '../machines/ports.ts';
import type { CameraId, FinishedRecording, RecordedPart } from '../machines/values.ts';
import type { SimulatedTime } from './clock.ts';

const TOTAL_BYTES = 1_000_000_000_000;
const BYTES_PER_MS = 75;

interface Part {
  readonly file: string;
  readonly fromMs: number;
  readonly startedAtMs: number;
  toMs: number | null;
}

export class SimulatedDisk implements StorageProbe {
  readonly #time: SimulatedTime;
  readonly #parts = new Map<string, Part[]>();
  /** What is being written for each camera. */
  readonly #open = new Map<CameraId, { readonly session: string; readonly part: Part }>();
  readonly #recordedMs = new Map<CameraId, number>();
  isFull = false;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  measure() {
    const problem = this.isFull ? 'No space is left on the disk.' : null;
    return Promise.resolve({
      totalBytes: TOTAL_BYTES,
      availableBytes: this.isFull ? 0 : TOTAL_BYTES / 2,
      writable: !this.isFull,
      full: this.isFull,
      problem,
    });
  }

  /** The recorder writes this session now; null: none. Repeatable; whoever comes back begins another part. */
  record(camera: CameraId, session: string | null): void {
    const wanted = this.isFull ? null : session;
    const open = this.#open.get(camera);
    if (open?.session === wanted || (open === undefined && wanted === null)) return;
    this.cut(camera);
    if (wanted === null) return;
    const parts = this.#parts.get(wanted) ?? [];
    this.#parts.set(wanted, parts);
    const part: Part = {
      file: `${wanted}_${parts.length + 1}.mp4`,
      fromMs: this.#time.monoMs(),
      startedAtMs: this.#time.wallMs(),
      toMs: null,
    };
    parts.push(part);
    this.#open.set(camera, { session: wanted, part });
  }

  /** What is being written for this camera ends. */
  cut(camera: CameraId): void {
    const open = this.#open.get(camera);
    if (open === undefined) return;
    this.#open.delete(camera);
    const nowMs = this.#time.monoMs();
    open.part.toMs = nowMs;
    this.#recordedMs.set(camera, (this.#recordedMs.get(camera) ?? 0) + nowMs - open.part.fromMs);
  }

  /** Time of this camera that is on disk, what is being written included. */
  recordedMs(camera: CameraId): number {
    const open = this.#open.get(camera);
    const openMs = open === undefined ? 0 : this.#time.monoMs() - open.part.fromMs;
    return (this.#recordedMs.get(camera) ?? 0) + openMs;
  }

  readonly files: RecordingFiles = {
    parts: (_, session) => Promise.resolve(this.#seen(session)),
    salvage: (_, session) => Promise.resolve(this.#seen(session)),
    finalise: (request) => {
      if (this.isFull) return Promise.reject(new CameraError('storage', 'No space is left on the disk.'));
      const finished = this.#finished(request);
      this.#parts.delete(request.session);
      return Promise.resolve(finished);
    },
    removeLateParts: () => Promise.resolve(),
  };

  #seen(session: string): readonly RecordedPart[] {
    const nowMs = this.#time.monoMs();
    return (this.#parts.get(session) ?? []).map(({ file, fromMs, startedAtMs, toMs }) => ({
      file,
      startedAtMs,
      durationMs: toMs === null ? null : toMs - fromMs,
      sizeBytes: Math.round(((toMs ?? nowMs) - fromMs) * BYTES_PER_MS),
    }));
  }

  #finished({ durationMs: _cut, partOrder: _order, ...request }: FinaliseRequest): FinishedRecording {
    const parts = this.#seen(request.session);
    return {
      ...request,
      parts,
      startedAtMs: parts[0]?.startedAtMs ?? null,
      durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      overrunMs: 0,
      warning: null,
    };
  }
}
