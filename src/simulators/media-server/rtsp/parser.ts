/** Takes requests and interleaved frames out of a stream of bytes, however it is cut. */
import type { InterleavedFrame, RtspRequest } from './message.ts';

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 128 * 1024;
const FRAME_MARK = 0x24;

export type Incoming =
  | { readonly kind: 'request'; readonly request: RtspRequest }
  | { readonly kind: 'frame'; readonly frame: InterleavedFrame };

export class RtspParser {
  #rest: Buffer = Buffer.alloc(0);

  /** Everything that these bytes complete. @throws Error when they are no RTSP: the connection is then useless */
  push(chunk: Buffer): Incoming[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const found: Incoming[] = [];
    for (let next = this.#take(); next !== null; next = this.#take()) found.push(next);
    return found;
  }

  #take(): Incoming | null {
    if (this.#rest.length === 0) return null;
    return this.#rest[0] === FRAME_MARK ? this.#takeFrame() : this.#takeRequest();
  }

  #takeFrame(): Incoming | null {
    if (this.#rest.length < 4) return null;
    const end = 4 + this.#rest.readUInt16BE(2);
    if (this.#rest.length < end) return null;
    const frame = { channel: this.#rest.readUInt8(1), payload: this.#rest.subarray(4, end) };
    this.#rest = this.#rest.subarray(end);
    return { kind: 'frame', frame };
  }

  #takeRequest(): Incoming | null {
    const headEnd = this.#rest.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (this.#rest.length > MAX_HEAD_BYTES) throw new Error('headers are too long');
      return null;
    }
    const [first = '', ...lines] = this.#rest.subarray(0, headEnd).toString('latin1').split('\r\n');
    const match = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(first);
    if (match === null) throw new Error(`invalid request line: ${JSON.stringify(first.slice(0, 80))}`);
    const headers = parseHeaders(lines);
    const length = Number(headers.get('content-length') ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES)
      throw new Error('invalid Content-Length');
    const end = headEnd + 4 + length;
    if (this.#rest.length < end) return null;
    const body = this.#rest.subarray(headEnd + 4, end).toString();
    this.#rest = this.#rest.subarray(end);
    return { kind: 'request', request: { method: match[1] ?? '', url: match[2] ?? '', headers, body } };
  }
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) throw new Error('invalid header line');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
