/** Answers an upgrade that is not let in with a plain HTTP response. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { httpErrorOf } from '../http/http-error.ts';

/** Writes status and body, and ends the socket. */
export function refuseUpgrade(socket: Duplex, error: unknown, nowMs: number): void {
  const body = httpErrorOf(error, nowMs);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  if (body.status === 401) head.push('WWW-Authenticate: Bearer');
  if (body.status === 503) head.push('Retry-After: 1');
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
