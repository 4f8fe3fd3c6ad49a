/**
 * What a camera with a compressing chip does: pictures go in as they are painted, MJPEG or H.264 comes out. The chip is
 * an ffmpeg that lives as long as its opener. Never decides what a picture shows or when it is due.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { CameraMode } from '../../adapters/synthetic/protocol.ts';

/** `H264` gives its parameter sets with each keyframe and has one a second. */
export const COMPRESSED = ['MJPG', 'H264'] as const;
export type Compressed = (typeof COMPRESSED)[number];

const ENCODINGS: Readonly<Record<Compressed, (mode: CameraMode) => string[]>> = {
  MJPG: () => ['-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj422p', '-f', 'mjpeg'],
  H264: ({ rateFps }) => [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...['-profile:v', 'baseline', '-level', '3.0', '-g', `${rateFps}`, '-bf', '0', '-b:v', '800k'],
    ...['-x264-params', 'repeat-headers=1:scenecut=0', '-f', 'h264'],
  ],
};

/** Where painted pictures are written; what they become goes to the opener. Ends with the opener. */
export function compress(format: Compressed, mode: CameraMode, opener: Socket): Writable {
  const { widthPx, heightPx, rateFps } = mode;
  const input = ['-f', 'rawvideo', '-pixel_format', 'yuyv422', '-video_size', `${widthPx}x${heightPx}`];
  const chip = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-threads', '1'],
      ...[...input, '-framerate', `${rateFps}`, '-i', 'pipe:0'],
      ...['-fps_mode:v', 'passthrough', ...ENCODINGS[format](mode), '-flush_packets', '1', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  chip.on('error', () => opener.destroy());
  chip.stdin.on('error', () => {});
  chip.stdout.pipe(opener);
  opener.once('close', () => chip.kill('SIGKILL'));
  return chip.stdin;
}
