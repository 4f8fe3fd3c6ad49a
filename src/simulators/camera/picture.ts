/**
 * Paints one synthetic picture as raw YUYV: barcode strip, colour bars, the camera's name, a running clock and a
 * moving block. The same moment always gives the same bytes, so a frozen camera is frozen to the last bit.
 */
import { type Barcode, barcodeCells, barcodeHeightPx } from './barcode.ts';
import { drawText, GLYPH_HEIGHT, GLYPH_WIDTH } from './font.ts';

type Colour = readonly [y: number, u: number, v: number];

const WHITE: Colour = [235, 128, 128];
const BLACK: Colour = [16, 128, 128];
/** The usual eight bars at 75 %, video range. */
const BARS: readonly Colour[] = [
  [180, 128, 128],
  [162, 44, 142],
  [131, 156, 44],
  [112, 72, 58],
  [84, 184, 198],
  [65, 100, 212],
  [35, 212, 114],
  [16, 128, 128],
];
const CLOCK_SIGNS = '2026-11-23 04:28:13.000'.length;

/** Paints pictures of one size for one camera. */
export class Painter {
  readonly sizeBytes: number;
  readonly #widthPx: number;
  readonly #heightPx: number;
  readonly #background: Buffer;
  /** The same, lighter or darker; made anew when that changes. */
  #lit: { readonly brightness: number; readonly background: Buffer };
  /** Edge of one font dot. */
  readonly #dotPx: number;

  /** @param widthPx even, at least 160 @param heightPx at least 120 */
  constructor(widthPx: number, heightPx: number, name: string) {
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
    this.sizeBytes = widthPx * heightPx * 2;
    this.#dotPx = Math.max(1, Math.floor((widthPx * 0.9) / (CLOCK_SIGNS * (GLYPH_WIDTH + 1))));
    this.#background = Buffer.alloc(this.sizeBytes);
    for (const [i, colour] of BARS.entries()) {
      const left = Math.round((i * widthPx) / BARS.length);
      this.#fill(this.#background, left, 0, Math.round(((i + 1) * widthPx) / BARS.length), heightPx, colour);
    }
    this.#write(this.#background, name, heightPx * 0.4);
    this.#lit = { brightness: 0, background: this.#background };
  }

  /**
   * Paints into `picture`, which holds `sizeBytes`.
   * @param brightness added to the luma of the bars; barcode, clock and block stay as they are, to be read
   */
  paint(picture: Buffer, moment: Barcode, brightness = 0): void {
    this.#backgroundAt(brightness).copy(picture);
    for (const { left, top, right, bottom, white } of barcodeCells(moment, this.#widthPx)) {
      this.#fill(picture, left, top, right, bottom, white ? WHITE : BLACK);
    }
    this.#write(
      picture,
      new Date(moment.epochMs).toISOString().replace('T', ' ').replace('Z', ''),
      this.#heightPx * 0.6,
    );
    this.#moveBlock(picture, moment.counter);
  }

  #backgroundAt(brightness: number): Buffer {
    if (this.#lit.brightness === brightness) return this.#lit.background;
    const background = Buffer.from(this.#background);
    for (let at = 0; at < background.length; at += 2)
      background[at] = Math.min(Math.max(background[at]! + brightness, BLACK[0]), WHITE[0]);
    this.#lit = { brightness, background };
    return background;
  }

  #moveBlock(picture: Buffer, counter: number): void {
    const side = 2 * Math.round(this.#widthPx / 32);
    const left = (counter * 4) % (this.#widthPx - side);
    const top = Math.max(barcodeHeightPx(this.#widthPx), Math.round(this.#heightPx * 0.8));
    this.#fill(picture, left, top, left + side, Math.min(top + side, this.#heightPx), WHITE);
  }

  /** White on a black box, centred. */
  #write(picture: Buffer, text: string, top: number): void {
    const dotPx = this.#dotPx;
    const textWidth = text.length * (GLYPH_WIDTH + 1) * dotPx;
    const left = 2 * Math.round((this.#widthPx - textWidth) / 4);
    const y = Math.round(top);
    this.#fill(
      picture,
      left - 2 * dotPx,
      y - dotPx,
      left + textWidth + 2 * dotPx,
      y + (GLYPH_HEIGHT + 1) * dotPx,
      BLACK,
    );
    drawText(text, (column, row) => {
      for (let dy = 0; dy < dotPx; dy++) {
        const at = ((y + row * dotPx + dy) * this.#widthPx + left + column * dotPx) * 2;
        // Luma only, every second byte: the box below is gray already.
        for (let dx = 0; dx < dotPx; dx++) picture[at + 2 * dx] = WHITE[0];
      }
    });
  }

  /** Fills [left, right) x [top, bottom), widened to even columns because two pixels share their chroma. */
  #fill(picture: Buffer, left: number, top: number, right: number, bottom: number, [y, u, v]: Colour): void {
    const from = Math.max(0, left - (left % 2));
    const to = Math.min(this.#widthPx, right + (right % 2));
    if (to <= from) return;
    const pair = Buffer.from([y, u, y, v]);
    for (let row = Math.max(0, top); row < Math.min(bottom, this.#heightPx); row++) {
      picture.fill(pair, (row * this.#widthPx + from) * 2, (row * this.#widthPx + to) * 2);
    }
  }
}
