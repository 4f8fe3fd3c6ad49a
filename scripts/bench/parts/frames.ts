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

/** Finds the ends of a server's frames in what a socket gives, without copying them. */
export class FrameReader {
  readonly #payload: (chunk: Buffer, start: number) => void;
  /** Of the frame that is not there whole: bytes still to come. */
  #missing = 0;
  /** The beginning of a head that was cut. */
  #head: Buffer | null = null;

  /** @param payload called once a frame, when it is there whole, with where its payload starts in its last chunk */
  constructor(payload: (chunk: Buffer, start: number) => void) {
    this.#payload = payload;
  }

  /** @throws Error when the server closes or sends what is no text */
  read(chunk: Buffer): void {
    let at = 0;
    let bytes = chunk;
    if (this.#head !== null) {
      bytes = Buffer.concat([this.#head, chunk]);
      this.#head = null;
    }
    while (at < bytes.length) {
      if (this.#missing > 0) {
        const taken = Math.min(this.#missing, bytes.length - at);
        this.#missing -= taken;
        at += taken;
        if (this.#missing === 0) this.#payload(bytes, -1);
        continue;
      }
      const headBytes = headLength(bytes, at);
      if (headBytes === null) {
        this.#head = bytes.subarray(at);
        return;
      }
      const length = payloadLength(bytes, at);
      const start = at + headBytes;
      if (bytes.length - start >= length) {
        this.#payload(bytes, start);
        at = start + length;
      } else {
        this.#missing = length - (bytes.length - start);
        at = bytes.length;
      }
    }
  }
}

/** null: the head is not there whole. */
function headLength(bytes: Buffer, at: number): number | null {
  if (bytes[at] !== 0x81) throw new Error(`the server sent a frame of kind ${bytes[at]?.toString(16)}`);
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
