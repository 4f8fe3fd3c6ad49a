/** The parts of one running or broken-off session, as the recorder left them. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { RecordedPart } from '../../machines/values.ts';
import { isMissing, throwIfAborted } from './disk-error.ts';
import { type Mp4Header, readMp4Header, writeMp4Duration } from './mp4-header.ts';
import { partStartedAtMs } from './part-names.ts';
import { hasTornTail, measureTornPart } from './torn-part.ts';

export interface PartOnDisk extends RecordedPart {
  readonly path: string;
  /** null: empty, or torn within its first kilobyte. */
  readonly header: Mp4Header | null;
}

/** Oldest first; none where the folder is not there. A part that vanishes meanwhile is left out. */
export async function listParts(folder: string, session: string): Promise<PartOnDisk[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const parts: PartOnDisk[] = [];
  for (const file of names) {
    const startedAtMs = partStartedAtMs(file, session);
    if (startedAtMs === null) continue;
    const path = join(folder, file);
    try {
      const { size: sizeBytes } = await stat(path);
      const header = await readMp4Header(path);
      parts.push({ file, startedAtMs, durationMs: header?.durationMs ?? null, sizeBytes, path, header });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  // The stamps have one length, so names sort like times, to the microsecond.
  return parts.sort((one, other) => (one.file < other.file ? -1 : 1));
}

export interface SalvagedPart extends PartOnDisk {
  readonly durationMs: number;
  readonly header: Mp4Header;
}

export interface Salvage {
  readonly parts: readonly SalvagedPart[];
  /** Files without a single picture. */
  readonly removed: number;
  /** One sentence where a length is only an estimate. */
  readonly warning: string | null;
}

/**
 * Removes files without a picture, which would make MediaMTX's list fail, and measures those that were not closed.
 * Only for parts nobody writes any more. Repeatable.
 */
export async function salvageParts(
  folder: string,
  session: string,
  tools: { readonly ffprobe: string; readonly signal: AbortSignal },
): Promise<Salvage> {
  const parts: SalvagedPart[] = [];
  let removed = 0;
  let warning: string | null = null;
  for (const part of await listParts(folder, session)) {
    throwIfAborted(tools.signal);
    let { durationMs } = part;
    // A recorder that the disk refuses closes its file all the same, and counts what is not in it.
    const torn = part.header !== null && (durationMs === null || (await hasTornTail(part.path)));
    if (torn && part.header && part.sizeBytes > part.header.endByte) {
      const closed = durationMs !== null;
      durationMs = await measureTornPart(part.path, tools).catch(async (error: unknown) => {
        if (!(error instanceof CameraError) || error.code === 'cancelled') throw error;
        warning = `The length of a broken-off part is an estimate: ${error.message}.`;
        return Math.max(1, Math.round((await stat(part.path)).mtimeMs - part.startedAtMs));
      });
      if (closed && durationMs > 0) await writeMp4Duration(part.path, durationMs);
    }
    if (part.header && durationMs) {
      const { size: sizeBytes } = await stat(part.path);
      parts.push({ ...part, header: part.header, durationMs, sizeBytes });
    } else {
      await rm(part.path, { force: true });
      removed += 1;
    }
  }
  return { parts, removed, warning };
}
