/** Tiny real recordings, made by ffmpeg, in the shape that MediaMTX leaves them: fragmented, with a duration once closed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface PartShape {
  readonly seconds: number;
  /** Default true: the duration stands in the header. */
  readonly closed?: boolean;
  /** Default 320x240. */
  readonly size?: string;
}

export const FRAME_RATE_FPS = 10;
const made = new Map<string, Buffer>();

/** The bytes of one part: 10 frames and one keyframe (and fragment) a second. */
export function partBytes({ seconds, closed = true, size = '320x240' }: PartShape): Buffer {
  const key = `${seconds} ${size}`;
  const source = `testsrc2=size=${size}:rate=${FRAME_RATE_FPS}:duration=${seconds}`;
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    String(FRAME_RATE_FPS),
  ];
  const shape = ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'];
  const args = ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', source, ...video, ...shape, 'pipe:1'];
  const open = made.get(key) ?? execFileSync('ffmpeg', args, { maxBuffer: 100_000_000 });
  made.set(key, open);
  const bytes = Buffer.from(open);
  // mvhd: type, version and flags, creation, modification, timescale, duration.
  const header = bytes.indexOf('mvhd');
  if (bytes.readUInt32BE(header + 16) !== 1000) throw new Error('the timescale is not a millisecond');
  bytes.writeUInt32BE(closed ? seconds * 1000 : 0, header + 20);
  return bytes;
}

/** Writes a part and the folders above it. */
export function writePart(path: string, shape: PartShape): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, partBytes(shape));
}

/** What a player would make of a file: frames that decode without an error, and its container's length. */
export function playFile(path: string): {
  readonly frames: number;
  readonly durationMs: number;
  readonly errors: string;
} {
  const args = [
    '-v',
    'error',
    '-count_frames',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=nb_read_frames:format=duration',
  ];
  const { stdout, stderr } = spawnSync('ffprobe', [...args, '-of', 'json', path], { encoding: 'utf8' });
  const found = JSON.parse(stdout || '{}');
  return {
    frames: Number(found.streams?.[0]?.nb_read_frames ?? 0),
    durationMs: Math.round(Number(found.format?.duration ?? 0) * 1000),
    errors: stderr,
  };
}
