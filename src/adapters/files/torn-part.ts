/**
 * Parts that the recorder could not close: how much of them plays. They are measured, not rewritten, unless they do not
 * play at all; then only what was torn off is cut away.
 */
import { open, stat, truncate } from 'node:fs/promises';
import { type RunOptions, run } from '../process/program-run.ts';
import { type TopLevelBox, topLevelBoxes } from './mp4-header.ts';

/** An hour at 240 frames a second lists less than this. */
const MAX_LIST_BYTES = 67_108_864;
const MEASURE_TIMEOUT_MS = 60_000;

export interface TornPartTools {
  readonly ffprobe: string;
  readonly signal: AbortSignal;
}

/**
 * Milliseconds of picture up to the last whole frame; 0 when nothing in the file plays.
 * @throws CameraError missing-program | deadline | cancelled
 */
export async function measureTornPart(path: string, tools: TornPartTools): Promise<number> {
  const measured = await measurePackets(path, tools);
  if (measured !== null) return measured;
  // A tear inside a fragment's index hides the whole file from players.
  if (!(await cutTornIndex(path))) return 0;
  return (await measurePackets(path, tools)) ?? 0;
}

/** Whether a file ends within a box: the disk took only a part of the last write, or the recorder was killed in it. */
export async function hasTornTail(path: string): Promise<boolean> {
  return (await tornBox(path)) !== null;
}

export interface Pictures {
  readonly count: number;
  /** Milliseconds from the first to the end of the last. */
  readonly durationMs: number;
}

/** The length of what `wholePictures` finds. */
export async function measurePackets(path: string, tools: TornPartTools): Promise<number | null> {
  return (await wholePictures(path, tools))?.durationMs ?? null;
}

/**
 * The whole pictures of a media file; null where ffprobe cannot read it.
 * @throws CameraError missing-program | deadline | cancelled
 */
export async function wholePictures(
  path: string,
  { ffprobe, signal }: TornPartTools,
): Promise<Pictures | null> {
  const options: RunOptions = { timeoutMs: MEASURE_TIMEOUT_MS, signal, maxOutputBytes: MAX_LIST_BYTES };
  const entries = 'packet=codec_type,pts_time,duration_time,size,pos';
  const args = ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', path];
  const { exitCode, stdout, stderr } = await run(ffprobe, args, options);
  if (exitCode !== 0) return null;
  // The frame that the tear went through is listed with the bytes that are left of it.
  const endByte = stderr.includes('partial file') ? (await stat(path)).size : Number.POSITIVE_INFINITY;
  const packets = stdout.split('\n').flatMap((line) => parsePacket(line));
  const whole = packets.filter((packet) => packet.endByte < endByte);
  const video = whole.filter((packet) => packet.type === 'video');
  const counted = video.length > 0 ? video : whole;
  return { count: counted.length, durationMs: spanMs(counted) };
}

interface Packet {
  readonly type: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly endByte: number;
}

function parsePacket(line: string): Packet[] {
  const [type = '', pts, duration, size, position] = line.split(',');
  const startSeconds = Number(pts);
  if (type === '' || !Number.isFinite(startSeconds)) return [];
  const endSeconds = startSeconds + (Number(duration) || 0);
  return [{ type, startSeconds, endSeconds, endByte: Number(position) + Number(size) }];
}

function spanMs(packets: readonly Packet[]): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { startSeconds, endSeconds } of packets) {
    first = Math.min(first, startSeconds);
    last = Math.max(last, endSeconds);
  }
  return packets.length === 0 ? 0 : Math.round((last - first) * 1000);
}

/** Cuts a file before an index (`moof`) that is not all there. @returns whether it did */
async function cutTornIndex(path: string): Promise<boolean> {
  const torn = await tornBox(path);
  if (!torn || torn.type === 'mdat' || torn.startByte === 0) return false;
  await truncate(path, torn.startByte);
  return true;
}

async function tornBox(path: string): Promise<TopLevelBox | null> {
  const file = await open(path, 'r');
  try {
    for await (const box of topLevelBoxes(file)) if (!box.whole) return box;
    return null;
  } finally {
    await file.close();
  }
}
