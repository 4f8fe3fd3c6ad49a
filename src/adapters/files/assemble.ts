/**
 * Turns the parts of an ended session into the files that it shall consist of, without leaving the folder of parts and
 * without touching a part: what is cut or joined is a new file beside them. Repeatable from the beginning.
 */
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { RecordingFormat } from '../../machines/values.ts';
import type { SalvagedPart } from './part-shelf.ts';
import { CONTAINERS, type RemuxTools, remux } from './remux.ts';

export interface AssembledFile {
  /** Base name in the folder of parts. */
  readonly from: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
}

export interface Assembly {
  /** What became of the wished format. */
  readonly format: RecordingFormat;
  /** In order; these get final names. */
  readonly files: readonly AssembledFile[];
  /** Base names of parts that the files replace: to be removed at the very end. */
  readonly obsolete: readonly string[];
  /** Cut off. */
  readonly overrunMs: number;
  /** Sentences about what could not be done. */
  readonly warnings: readonly string[];
}

export interface AssembleOrder {
  readonly session: string;
  readonly format: RecordingFormat;
  /** null: keep all. */
  readonly limitMs: number | null;
  /** Less than this beyond the limit is not worth a copy of the file. */
  readonly cutToleranceMs: number;
}

/** @throws CameraError cancelled. Anything else that fails leaves the parts as they are, with a warning. */
export async function assemble(
  folder: string,
  parts: readonly SalvagedPart[],
  order: AssembleOrder,
  tools: RemuxTools,
): Promise<Assembly> {
  const totalMs = parts.reduce((sum, part) => sum + part.durationMs, 0);
  const { limitMs } = order;
  const cut =
    limitMs !== null && totalMs - limitMs > order.cutToleranceMs ? { atMs: limitMs, totalMs } : null;
  const kept = keptUpTo(parts, cut?.atMs ?? Number.POSITIVE_INFINITY);
  const warnings: string[] = [];
  try {
    if (parts.length === 0) return asTheyAre([], warnings);
    if (order.format !== 'fmp4') return await joined(folder, parts, kept, cut, order, tools);
    if (cut) return await shortened(folder, parts, kept, cut, order, tools);
  } catch (error) {
    if (!(error instanceof CameraError) || error.code === 'cancelled') throw error;
    warnings.push(`${error.message}; the parts are kept as fragmented MP4.`);
  }
  return asTheyAre(parts, warnings);
}

interface Cut {
  readonly atMs: number;
  readonly totalMs: number;
}

function asTheyAre(parts: readonly SalvagedPart[], warnings: readonly string[]): Assembly {
  return { format: 'fmp4', files: parts.map(fileOf), obsolete: [], overrunMs: 0, warnings };
}

/** All kept parts in one file of the wished format. */
async function joined(
  folder: string,
  parts: readonly SalvagedPart[],
  kept: readonly SalvagedPart[],
  cut: Cut | null,
  { session, format }: AssembleOrder,
  tools: RemuxTools,
): Promise<Assembly> {
  const [first] = kept;
  if (!first || kept.some((part) => part.header.format !== first.header.format)) {
    throw new CameraError('invalid-format', 'The picture format changed while it was recorded', {
      reason: 'remux_failed',
    });
  }
  const from = `${session}.joined.${CONTAINERS[format].extension}`;
  const inputs = kept.map(({ path, durationMs }) => ({ path, durationMs }));
  const made = await remux({ inputs, format, limitMs: cut?.atMs ?? null, output: join(folder, from) }, tools);
  return {
    format,
    files: [{ from, startedAtMs: first.startedAtMs, ...made }],
    obsolete: parts.map((part) => part.file),
    overrunMs: cut ? cut.totalMs - made.durationMs : 0,
    warnings: [],
  };
}

/** Fragmented parts, the last kept one replaced by a copy that ends at the limit. */
async function shortened(
  folder: string,
  parts: readonly SalvagedPart[],
  kept: readonly SalvagedPart[],
  cut: Cut,
  { session }: AssembleOrder,
  tools: RemuxTools,
): Promise<Assembly> {
  const whole = kept.slice(0, -1);
  const last = kept.at(-1)!;
  const limitMs = cut.atMs - whole.reduce((sum, part) => sum + part.durationMs, 0);
  const beyond = parts.slice(kept.length).map((part) => part.file);
  const files = whole.map(fileOf);
  if (limitMs >= last.durationMs) {
    return {
      format: 'fmp4',
      files: [...files, fileOf(last)],
      obsolete: beyond,
      overrunMs: cut.totalMs - cut.atMs,
      warnings: [],
    };
  }
  const from = `${session}.cut.mp4`;
  const made = await remux({ inputs: [last], format: 'fmp4', limitMs, output: join(folder, from) }, tools);
  const lengthMs = [...files, made].reduce((sum, file) => sum + file.durationMs, 0);
  return {
    format: 'fmp4',
    files: [...files, { from, startedAtMs: last.startedAtMs, ...made }],
    obsolete: [last.file, ...beyond],
    overrunMs: cut.totalMs - lengthMs,
    warnings: [],
  };
}

/** The parts that begin before the limit; at least one. */
function keptUpTo(parts: readonly SalvagedPart[], limitMs: number): SalvagedPart[] {
  let beforeMs = 0;
  return parts.filter((part, index) => {
    const isKept = index === 0 || beforeMs < limitMs;
    beforeMs += part.durationMs;
    return isKept;
  });
}

function fileOf({ file, startedAtMs, durationMs, sizeBytes }: SalvagedPart): AssembledFile {
  return { from: file, startedAtMs, durationMs, sizeBytes };
}
