/**
 * The head of an MP4 file, read from its first bytes without any process. MediaMTX writes the duration into it when
 * it closes a part; until then, and for ever after a crash, it is 0.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** A header is about a kilobyte; beyond this a file is not one of ours. */
const MAX_HEADER_BYTES = 4_194_304;

export interface Mp4Header {
  /** null: not closed. */
  readonly durationMs: number | null;
  /** Sample descriptions: two files whose are equal can be joined without encoding. */
  readonly format: string;
  /** Where the media follows. */
  readonly endByte: number;
}

/** null where the file has no whole header. @throws the system's error */
export async function readMp4Header(path: string): Promise<Mp4Header | null> {
  const file = await open(path, 'r');
  try {
    const found = await findMovie(file);
    if (!found) return null;
    const duration = locateDuration(found.movie);
    if (!duration) return null;
    const { units, timescale } = duration;
    return {
      durationMs: units === 0 || timescale === 0 ? null : Math.round((units * 1000) / timescale),
      format: sampleFormats(found.movie),
      endByte: found.startByte + found.movie.length,
    };
  } finally {
    await file.close();
  }
}

/** Marks a finished file as closed, the way MediaMTX does. @throws Error where it has no header */
export async function writeMp4Duration(path: string, durationMs: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const found = await findMovie(file);
    const duration = found && locateDuration(found.movie);
    if (!found || !duration) throw new Error('there is no header to write the duration into');
    const bytes = Buffer.alloc(duration.wide ? 8 : 4);
    const units = Math.round((durationMs * duration.timescale) / 1000);
    if (duration.wide) bytes.writeBigUInt64BE(BigInt(units));
    else bytes.writeUInt32BE(units);
    await file.write(bytes, 0, bytes.length, found.startByte + duration.offset);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The whole `moov` box. */
async function findMovie(file: FileHandle): Promise<{ movie: Buffer; startByte: number } | null> {
  for await (const box of topLevelBoxes(file)) {
    if (box.type === 'mdat' || box.type === 'moof') return null;
    if (box.type !== 'moov') continue;
    if (box.sizeBytes > MAX_HEADER_BYTES || !box.whole) return null;
    const movie = Buffer.alloc(box.sizeBytes);
    await file.read(movie, 0, box.sizeBytes, box.startByte);
    return { movie, startByte: box.startByte };
  }
  return null;
}

export interface TopLevelBox {
  readonly type: string;
  readonly startByte: number;
  readonly sizeBytes: number;
  /** False where the file ends before the box does. */
  readonly whole: boolean;
}

/** The boxes of a file in order, up to the first that is torn. */
export async function* topLevelBoxes(file: FileHandle): AsyncGenerator<TopLevelBox> {
  const { size } = await file.stat();
  const head = Buffer.alloc(16);
  for (let startByte = 0; startByte < size; ) {
    const { bytesRead } = await file.read(head, 0, 16, startByte);
    const short = bytesRead < 8;
    const type = short ? '' : head.toString('latin1', 4, 8);
    const narrow = short ? 0 : head.readUInt32BE(0);
    const wide = narrow === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : narrow;
    const sizeBytes = narrow === 0 ? size - startByte : wide;
    const whole = !short && sizeBytes >= 8 && startByte + sizeBytes <= size;
    yield { type, startByte, sizeBytes, whole };
    if (!whole) return;
    startByte += sizeBytes;
  }
}

function locateDuration(
  movie: Buffer,
): { units: number; timescale: number; offset: number; wide: boolean } | null {
  const [start, end] = innerBox(movie, 'mvhd', 8, movie.length) ?? [0, 0];
  const wide = movie[start] === 1;
  const offset = start + (wide ? 24 : 16);
  if (end - start < 100) return null;
  const units = wide ? Number(movie.readBigUInt64BE(offset)) : movie.readUInt32BE(offset);
  return { units, timescale: movie.readUInt32BE(offset - 4), offset, wide };
}

/** One line per track. */
function sampleFormats(movie: Buffer): string {
  const formats: string[] = [];
  for (const [type, start, end] of innerBoxes(movie, 8, movie.length)) {
    if (type !== 'trak') continue;
    let found: [number, number] | null = [start, end];
    for (const name of ['mdia', 'minf', 'stbl', 'stsd']) found = found && innerBox(movie, name, ...found);
    formats.push(found ? movie.toString('hex', ...found) : '');
  }
  return formats.join('\n');
}

/** Content start and end of the first box of this type. */
function innerBox(bytes: Buffer, type: string, start: number, end: number): [number, number] | null {
  for (const [found, from, to] of innerBoxes(bytes, start, end)) if (found === type) return [from, to];
  return null;
}

function* innerBoxes(
  bytes: Buffer,
  start: number,
  end: number,
): Generator<[type: string, from: number, to: number]> {
  for (let at = start; at + 8 <= end; ) {
    const sizeBytes = bytes.readUInt32BE(at);
    if (sizeBytes < 8 || at + sizeBytes > end) return;
    yield [bytes.toString('latin1', at + 4, at + 8), at + 8, at + sizeBytes];
    at += sizeBytes;
  }
}
