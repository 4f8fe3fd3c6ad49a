/**
 * The strip of black and white cells on top of each synthetic picture, and its reader. 40 cells across and 3 down,
 * relative to the width, so it survives scaling, JPEG and low-bitrate H.264. Says camera, frame counter and
 * wall-clock time. Never touches chroma.
 *
 * Bits in reading order: sync 8, camera 8, counter 24, epoch milliseconds 48, CRC-16 of the 80 before it, sync 16.
 */

/** What a picture says about itself. */
export interface Barcode {
  /** 0 to 255. */
  readonly camera: number;
  /** 0 to 2^24 - 1, then from 0 again. */
  readonly counter: number;
  /** Unix epoch, UTC. */
  readonly epochMs: number;
}

/** A cell in pixels; the right and lower edges are exclusive. */
export interface Cell {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly white: boolean;
}

const COLUMNS = 40;
const ROWS = 3;
const HEAD = [1, 0, 1, 0, 0, 1, 1, 0];
const TAIL = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0];
/** Less than this between black and white is no barcode. */
const LEAST_CONTRAST = 60;

/** The cells of one picture, edges on even pixels as YUYV needs them. */
export function barcodeCells(barcode: Barcode, widthPx: number): Cell[] {
  const bits = encode(barcode);
  return bits.map((bit, position) => {
    const column = position % COLUMNS;
    const row = Math.floor(position / COLUMNS);
    return {
      left: 2 * Math.round((column * widthPx) / COLUMNS / 2),
      right: 2 * Math.round(((column + 1) * widthPx) / COLUMNS / 2),
      top: Math.round((row * widthPx) / COLUMNS),
      bottom: Math.round(((row + 1) * widthPx) / COLUMNS),
      white: bit === 1,
    };
  });
}

/** Height of the strip in pixels. */
export function barcodeHeightPx(widthPx: number): number {
  return Math.round((ROWS * widthPx) / COLUMNS);
}

/**
 * Reads the strip of a gray picture (one byte a pixel, rows from the top).
 * @returns null where there is none, or where it was damaged (the checksum fails)
 */
export function decodeBarcode(luma: Uint8Array, widthPx: number, heightPx: number): Barcode | null {
  if (widthPx < COLUMNS || heightPx < barcodeHeightPx(widthPx) || luma.length < widthPx * heightPx)
    return null;
  const levels = Array.from({ length: COLUMNS * ROWS }, (_, position) => cellLevel(luma, widthPx, position));
  const sync = [...HEAD.map((bit, i) => [bit, levels[i]!]), ...TAIL.map((bit, i) => [bit, levels[104 + i]!])];
  const white = mean(sync.filter(([bit]) => bit === 1).map(([, level]) => level!));
  const black = mean(sync.filter(([bit]) => bit === 0).map(([, level]) => level!));
  if (white - black < LEAST_CONTRAST) return null;
  const bits = levels.map((level) => (level > (white + black) / 2 ? 1 : 0));
  if (HEAD.some((bit, i) => bits[i] !== bit) || TAIL.some((bit, i) => bits[104 + i] !== bit)) return null;
  if (numberOf(bits.slice(88, 104)) !== crc16(bits.slice(8, 88))) return null;
  return {
    camera: numberOf(bits.slice(8, 16)),
    counter: numberOf(bits.slice(16, 40)),
    epochMs: numberOf(bits.slice(40, 88)),
  };
}

function encode({ camera, counter, epochMs }: Barcode): number[] {
  const content = [...bitsOf(camera, 8), ...bitsOf(counter, 24), ...bitsOf(epochMs, 48)];
  return [...HEAD, ...content, ...bitsOf(crc16(content), 16), ...TAIL];
}

/** Mean of the cell's inner half: its edges are blurred by the encoder. */
function cellLevel(luma: Uint8Array, widthPx: number, position: number): number {
  const size = widthPx / COLUMNS;
  const left = Math.floor(((position % COLUMNS) + 0.25) * size);
  const top = Math.floor((Math.floor(position / COLUMNS) + 0.25) * size);
  const side = Math.max(1, Math.round(size / 2));
  let sum = 0;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) sum += luma[y * widthPx + x]!;
  }
  return sum / (side * side);
}

/** Plain arithmetic: bit operators end at 32 bits. */
function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (count - 1 - i)) % 2);
}

function numberOf(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

/** CRC-16 with polynomial 0x1021 and start 0xFFFF, bit by bit. */
function crc16(bits: readonly number[]): number {
  return bits.reduce((crc, bit) => {
    const feedback = ((crc >> 15) & 1) ^ bit;
    return ((crc << 1) & 0xffff) ^ (feedback ? 0x1021 : 0);
  }, 0xffff);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
