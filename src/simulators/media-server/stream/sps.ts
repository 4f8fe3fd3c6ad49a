/** Reads picture size, profile and level out of an H.264 sequence parameter set. */

export interface SpsFacts {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly profile: string;
  /** E.g. "3.1". */
  readonly level: string;
}

const PROFILES: Readonly<Record<number, string>> = {
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4 Predictive',
};
const HIGH_PROFILES = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** The facts, or null when the bytes are no usable parameter set. */
export function parseSps(nal: Buffer): SpsFacts | null {
  try {
    return readSps(new BitReader(withoutEmulation(nal.subarray(1))));
  } catch {
    return null;
  }
}

function readSps(bits: BitReader): SpsFacts {
  const profileId = bits.take(8);
  bits.take(8);
  const levelId = bits.take(8);
  bits.unsigned();
  const chromaFormat = HIGH_PROFILES.includes(profileId) ? readHighFields(bits) : 1;
  bits.unsigned();
  skipPictureOrder(bits);
  bits.unsigned();
  bits.take(1);
  const widthMacroblocks = bits.unsigned() + 1;
  const heightUnits = bits.unsigned() + 1;
  const framesOnly = bits.take(1);
  if (framesOnly === 0) bits.take(1);
  bits.take(1);
  const crop = bits.take(1) === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const unitY = (chromaFormat === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    widthPx: widthMacroblocks * 16 - (left + right) * unitX,
    heightPx: heightUnits * 16 * (2 - framesOnly) - (top + bottom) * unitY,
    profile: PROFILES[profileId] ?? `Unknown (${profileId})`,
    level: (levelId / 10).toFixed(1).replace(/\.0$/, ''),
  };
}

/** Fields that only the high profiles have. Returns chroma_format_idc. */
function readHighFields(bits: BitReader): number {
  const chromaFormat = bits.unsigned();
  if (chromaFormat === 3) bits.take(1);
  bits.unsigned();
  bits.unsigned();
  bits.take(1);
  if (bits.take(1) === 1) {
    for (let list = 0; list < (chromaFormat === 3 ? 12 : 8); list++) {
      if (bits.take(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
    }
  }
  return chromaFormat;
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index++) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.unsigned();
  if (type === 0) bits.unsigned();
  if (type !== 1) return;
  bits.take(1);
  bits.signed();
  bits.signed();
  for (let left = bits.unsigned(); left > 0; left--) bits.signed();
}

/** Without the bytes that keep start codes out of a NAL unit. */
function withoutEmulation(bytes: Buffer): Buffer {
  const plain: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    plain.push(byte);
  }
  return Buffer.from(plain);
}

class BitReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++, this.#at++) {
      value = value * 2 + ((this.#bytes.readUInt8(this.#at >> 3) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  /** Unsigned Exp-Golomb. */
  unsigned(): number {
    let zeros = 0;
    while (this.take(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.take(zeros);
  }

  /** Signed Exp-Golomb. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
