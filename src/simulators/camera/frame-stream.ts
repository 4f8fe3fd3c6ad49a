/**
 * Gives one opener pictures at the rate, in live time: at most four wait for a slow reader, as in a driver's
 * buffers, and what comes then is dropped and counted. Never decides what a picture shows.
 */
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** A V4L2 reader usually has four buffers too. */
const BUFFERS = 4;

export interface FrameSource {
  readonly sizeBytes: number;
  readonly rateFps: number;
  /** The next tick of the camera; false: it gives nothing now (muted). */
  advance(): boolean;
  /** Paints the present moment. */
  paint(picture: Buffer): void;
  dropped(): void;
}

/** Starts at once and ends with the socket. @param sink where pictures go; the socket itself, or what compresses for it */
export function streamFrames(socket: Socket, source: FrameSource, sink: Writable = socket): void {
  const free = Array.from({ length: BUFFERS }, () => Buffer.alloc(source.sizeBytes));
  const periodMs = 1000 / source.rateFps;
  let dueMs = performance.now();
  let timer: NodeJS.Timeout;

  const tick = () => {
    if (source.advance()) {
      const picture = free.pop();
      if (picture === undefined) source.dropped();
      else {
        source.paint(picture);
        // The callback says that the kernel has all of it.
        sink.write(picture, () => free.push(picture));
      }
    }
    // A camera that was held up for longer than a picture takes goes on from now: no burst of late ones.
    const nowMs = performance.now();
    dueMs = dueMs + 2 * periodMs < nowMs ? nowMs : dueMs + periodMs;
    timer = setTimeout(tick, dueMs - nowMs);
  };

  // An opener only reads; reading here is how its leaving shows while the camera is muted.
  socket.resume();
  socket.on('error', () => {});
  socket.once('close', () => clearTimeout(timer));
  tick();
}
