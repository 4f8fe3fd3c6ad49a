/** WebSocket frames by hand, because a client that is measured with must cost less than the server. Pure. */

/**
 * A masked text frame. The mask is zero, so the bytes are as they are; the server unmasks as ever.
 * @param text less than 64 KiB
 */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const short = payload.length < 126;
  const head = short
    ? Buffer.from([0x81, 0x80 | payload.length])
    : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const TEXT = 0x81;
/** Needs no answer: a client that calls shows life enough. */
const PING = 0x89;

/** Cuts what a server's socket gives into frames. Copies only what came in pieces. */
export class FrameReader {
  readonly #payload: (bytes: Buffer, start: number) => void;
  /** The beginning of a frame that is not there whole. */
  #rest: Buffer | null = null;

  /** @param payload called once a text: where its payload starts in these bytes */
  constructor(payload: (bytes: Buffer, start: number) => void) {
    this.#payload = payload;
  }

  /** @throws Error when the server closes or sends what is no text */
  read(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let at = 0;
    while (at < bytes.length) {
      const headBytes = headLength(bytes, at);
      const end = headBytes === null ? Number.POSITIVE_INFINITY : at + headBytes + payloadLength(bytes, at);
      if (headBytes === null || end > bytes.length) {
        this.#rest = bytes.subarray(at);
        return;
      }
      if (bytes[at] === TEXT) this.#payload(bytes, at + headBytes);
      at = end;
    }
  }
}

/** null: the head is not there whole. */
function headLength(bytes: Buffer, at: number): number | null {
  if (bytes[at] !== TEXT && bytes[at] !== PING)
    throw new Error(`the server sent a frame of kind ${bytes[at]?.toString(16)}`);
  if (at + 2 > bytes.length) return null;
  const short = bytes[at + 1] ?? 0;
  const length = short < 126 ? 2 : short === 126 ? 4 : 10;
  return at + length > bytes.length ? null : length;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0;
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}
