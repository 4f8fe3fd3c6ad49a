/**
 * The finished recordings in a folder: from their sidecars, and where one is missing from the names and headers of the
 * files. Everything else in the folder is somebody else's and is not seen.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraId, FinishedRecording, RecordedPart, RecordingFormat } from '../../machines/values.ts';
import { draftPath } from './draft.ts';
import { readMp4Header } from './mp4-header.ts';
import { partsFolder } from './part-names.ts';
import { exists } from './publish.ts';
import { readSidecar } from './sidecar.ts';

/** `camera0_2026-11-23_04-28-13.mp4`, `..._2.mp4` and so on; `-2` before that where a name was taken. */
const FILE_NAME =
  /^(([A-Za-z0-9]+)_(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)(?:-\d+)*)(?:_(\d+))?\.(mp4|mkv|ts)$/;
const FORMATS: Readonly<Record<string, RecordingFormat>> = { mp4: 'fmp4', mkv: 'mkv', ts: 'mpegts' };

interface KnownSidecar {
  readonly stamp: bigint;
  readonly recording: FinishedRecording | null;
}

export class RecordingShelf {
  readonly #folder: string;
  /** Sidecars do not change, so only new ones are read. */
  #known = new Map<string, KnownSidecar>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Newest first. @throws the system's error where the folder cannot be read */
  async read(): Promise<readonly FinishedRecording[]> {
    const names = await readdir(this.#folder);
    const present = new Set(names);
    const recordings = (await this.#sidecars(names)).flatMap((sidecar) => {
      const parts = sidecar.parts.filter((part) => present.delete(part.file));
      if (parts.length === 0) return [];
      return parts.length === sidecar.parts.length ? [sidecar] : [{ ...sidecar, parts, ...totals(parts) }];
    });
    recordings.push(...(await this.#withoutSidecar([...present])));
    return recordings.sort(
      (one, other) => begin(other) - begin(one) || (one.session < other.session ? 1 : -1),
    );
  }

  async #sidecars(names: readonly string[]): Promise<FinishedRecording[]> {
    const known = new Map<string, KnownSidecar>();
    for (const name of names) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const path = join(this.#folder, name);
      const stamp = await stat(path, { bigint: true }).then(
        (found) => found.mtimeNs ^ (found.ino << 64n),
        () => null,
      );
      if (stamp === null) continue;
      const before = this.#known.get(name);
      known.set(name, before?.stamp === stamp ? before : { stamp, recording: await readSidecar(path) });
    }
    this.#known = known;
    return [...known.values()].flatMap(({ recording }) => recording ?? []);
  }

  /** A sidecar could not be written, or was lost: the pictures are there all the same. */
  async #withoutSidecar(names: readonly string[]): Promise<FinishedRecording[]> {
    const sessions = new Map<string, { match: RegExpExecArray; index: number }[]>();
    for (const name of names) {
      const match = FILE_NAME.exec(name);
      if (!match) continue;
      const session = match[1] ?? name;
      sessions.set(session, [...(sessions.get(session) ?? []), { match, index: Number(match[7] ?? 1) }]);
    }
    const recordings: FinishedRecording[] = [];
    for (const [session, files] of sessions) {
      files.sort((one, other) => one.index - other.index);
      if (await this.#isBeingFiled(files[0]!.match[2]!, session)) continue;
      // Filed since the folder was read.
      const sidecar = `${session}.json`;
      const late = this.#known.has(sidecar) ? null : await readSidecar(join(this.#folder, sidecar));
      if (late !== null) {
        recordings.push(late);
        continue;
      }
      const parts = await Promise.all(files.map(({ match }) => this.#bareFile(match[0])));
      const [, , cameraId = '', day, hour, minute, second, , extension = ''] = files[0]!.match;
      const orderedAtMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
      if (Number.isNaN(orderedAtMs) || parts.includes(null)) continue;
      const found = parts as readonly BareFile[];
      recordings.push({
        session,
        cameraId,
        format: FORMATS[extension] ?? 'fmp4',
        reason: 'requested',
        outcome: 'completed',
        orderedAtMs,
        startedAtMs: found[0]!.startedAtMs,
        endedAtMs: found.at(-1)!.endedAtMs,
        parts: found.map(({ endedAtMs: _, ...part }) => part),
        ...totals(found),
        gaps: [],
        adoptions: 0,
        overrunMs: 0,
        warning: 'The description of this recording is missing; what is shown was read off its files.',
      });
    }
    return recordings;
  }

  /** Its files get their names one by one, its description comes last: until then it is not a recording yet. */
  async #isBeingFiled(cameraId: CameraId, base: string): Promise<boolean> {
    const folder = partsFolder(this.#folder, cameraId);
    // Where the session's own name was taken, the base has a number more.
    const sessions = [base, base.replace(/-\d+$/, '')];
    const drafts = await Promise.all(sessions.map((session) => exists(draftPath(folder, session))));
    return drafts.includes(true);
  }

  /** null where it has gone meanwhile. */
  async #bareFile(file: string): Promise<BareFile | null> {
    const path = join(this.#folder, file);
    try {
      const { size: sizeBytes, mtimeMs } = await stat(path);
      const durationMs = file.endsWith('.mp4') ? ((await readMp4Header(path))?.durationMs ?? 0) : 0;
      const endedAtMs = Math.round(mtimeMs);
      return { file, startedAtMs: endedAtMs - durationMs, durationMs, sizeBytes, endedAtMs };
    } catch {
      return null;
    }
  }
}

interface BareFile extends RecordedPart {
  readonly endedAtMs: number;
}

function totals(parts: readonly RecordedPart[]) {
  return {
    durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
  };
}

function begin(recording: FinishedRecording): number {
  return recording.startedAtMs ?? recording.orderedAtMs;
}
