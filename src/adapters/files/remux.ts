/** Copies recorded pictures into another container, or up to an exact length, without encoding. Atomic: all or nothing. */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { RecordingFormat } from '../../machines/values.ts';
import { run } from '../process/program-run.ts';
import { storageError } from './disk-error.ts';
import { writeMp4Duration } from './mp4-header.ts';
import { syncFile } from './publish.ts';
import { wholePictures } from './torn-part.ts';

export interface RemuxTools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** One remux; a long session takes minutes on a slow disk. */
  readonly remuxTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** ffmpeg's words for our formats, and the extension of their files. */
export const CONTAINERS: Readonly<Record<RecordingFormat, { muxer: readonly string[]; extension: string }>> =
  {
    fmp4: {
      muxer: ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
      extension: 'mp4',
    },
    mp4: { muxer: ['-f', 'mp4', '-movflags', '+faststart'], extension: 'mp4' },
    mkv: { muxer: ['-f', 'matroska'], extension: 'mkv' },
    mpegts: { muxer: ['-f', 'mpegts'], extension: 'ts' },
  };

/** A result shorter than this share of what went in may have lost pictures. */
const LEAST_SHARE = 0.95;

export interface RemuxRequest {
  readonly inputs: readonly { readonly path: string; readonly durationMs: number }[];
  readonly format: RecordingFormat;
  /** null: everything. */
  readonly limitMs: number | null;
  /** Replaced when it exists. */
  readonly output: string;
}

/**
 * Joins the inputs one behind the other. The output appears whole, checked and fsynced.
 * @returns its size and length
 * @throws CameraError capture-failed (remux_failed) | storage | missing-program | deadline | cancelled; the inputs
 * are untouched
 */
export async function remux(
  request: RemuxRequest,
  tools: RemuxTools,
): Promise<{ readonly durationMs: number; readonly sizeBytes: number }> {
  const { inputs, format, limitMs, output } = request;
  // Names of its own: an ffmpeg that a killed life left behind may still write to its file.
  const own = `${output}.${randomBytes(4).toString('hex')}`;
  const [listFile, beside] = [`${own}.list`, `${own}.tmp`];
  try {
    // Lengths are given, so that a part that was never closed does not shift those behind it.
    const list = inputs.map(
      ({ path, durationMs }) => `file ${quoted(path)}\nduration ${durationMs / 1000}\n`,
    );
    await writeFile(listFile, `ffconcat version 1.0\n${list.join('')}`);
    const limit = limitMs === null ? [] : ['-t', String(limitMs / 1000)];
    const input = [
      '-nostdin',
      '-hide_banner',
      '-loglevel',
      'error',
      '-y',
      '-f',
      'concat',
      '-safe',
      '0',
      '-i',
      listFile,
    ];
    const args = [...input, '-map', '0', '-c', 'copy', ...limit, ...CONTAINERS[format].muxer, beside];
    const result = await run(tools.ffmpeg, args, { timeoutMs: tools.remuxTimeoutMs, signal: tools.signal });
    if (result.exitCode !== 0)
      throw failed(result.stderr.includes('No space left') ? 'there is no space left' : 'ffmpeg gave up');
    const { count, durationMs } = (await wholePictures(beside, tools)) ?? { count: 0, durationMs: 0 };
    const total = inputs.reduce((sum, part) => sum + part.durationMs, 0);
    const isShort = durationMs < Math.min(total, limitMs ?? total) * LEAST_SHARE;
    // Not every container knows how long the last picture lasts: of a short recording that is a large share.
    if (isShort && (limitMs !== null || count < (await countIn(inputs, tools))))
      throw failed('pictures would be lost');
    if (format === 'fmp4') await writeMp4Duration(beside, durationMs);
    await syncFile(beside);
    await rename(beside, output);
    return { durationMs, sizeBytes: (await stat(output)).size };
  } catch (error) {
    throw storageError('The recording could not be copied', error);
  } finally {
    await rm(listFile, { force: true });
    await rm(beside, { force: true });
  }
}

async function countIn(inputs: RemuxRequest['inputs'], tools: RemuxTools): Promise<number> {
  let count = 0;
  for (const { path } of inputs)
    count += (await wholePictures(path, tools))?.count ?? Number.POSITIVE_INFINITY;
  return count;
}

/** Removes what remuxes of earlier lives left beside the parts of a session. */
export async function removeRemuxLeftovers(folder: string, session: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${session}.`) || name.endsWith('.draft.json')) continue;
    await rm(join(folder, name), { force: true });
  }
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function failed(why: string): CameraError {
  return new CameraError('capture-failed', `The recording could not be copied: ${why}`, {
    reason: 'remux_failed',
  });
}
