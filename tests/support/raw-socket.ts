/** WebSocket clients without manners: bare TCP sockets after a proper handshake, so a test decides what is read and sent. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare connection, ended with the test. Its errors are nobody's business. */
export function bareSocket(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  return socket;
}

/** Logged in by its key and upgraded; paused, so nothing is read until the test resumes it. */
export async function rawClient(port: number, key: string): Promise<Socket> {
  const socket = bareSocket(port);
  const head = [
    'GET /ws HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `X-API-Key: ${key}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

/** A masked text frame, as clients send them; the mask is zero. @param text below 64 KiB */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]);
}

/** One call as a frame. */
export function callFrame(id: number, method: string, params: object = {}): Buffer {
  return textFrame(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
}
