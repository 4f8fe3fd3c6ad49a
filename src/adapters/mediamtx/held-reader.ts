/**
 * A viewer that waits: it asks for a path by RTSP and stays connected, so that MediaMTX raises demand for the path and
 * holds it. Reads no picture and sends no login.
 */
import { connect } from 'node:net';
import { CameraError } from '../../machines/errors.ts';
import { listener } from './addresses.ts';

/** Longer than any status line. */
const MAX_STATUS_LINE = 1024;

export interface HeldReader {
  /**
   * The status that MediaMTX lets the viewer go with. Rejects when the connection ends without one.
   * @throws CameraError media-server-unreachable (rtsp_unreachable)
   */
  readonly answer: Promise<number>;
  /** Ends the connection. Idempotent. */
  leave(): void;
}

/** Asks for `path` at once. */
export function holdReader(
  server: { readonly host: string; readonly port: number },
  path: string,
): HeldReader {
  const socket = connect({ host: server.host, port: server.port });
  const url = `rtsp://${listener(server.host, server.port)}/${path}`;
  const answer = new Promise<number>((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      socket.write(`DESCRIBE ${url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      text += chunk;
      const status = /^RTSP\/1\.0 (\d{3}) /.exec(text)?.[1];
      if (status !== undefined) resolve(Number(status));
      else if (text.length > MAX_STATUS_LINE) reject(unreachable('does not speak RTSP'));
    });
    socket.once('error', (error) => reject(unreachable('cannot be reached by RTSP', error)));
    socket.once('close', () => reject(unreachable('ended an RTSP connection without an answer')));
  });
  // Whoever left does not wait for the answer any more.
  answer.catch(() => undefined);
  return { answer, leave: () => socket.destroy() };
}

function unreachable(fact: string, cause?: unknown): CameraError {
  return new CameraError('media-server-unreachable', `The media server ${fact}`, {
    reason: 'rtsp_unreachable',
    suggestion: 'Look at mediamtx.host and mediamtx.rtsp_port.',
    cause,
  });
}
