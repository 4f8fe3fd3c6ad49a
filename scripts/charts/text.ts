/**
 * How wide text will be and where it breaks, without a browser. Widths are those of wide common fonts (DejaVu, Verdana),
 * so that narrower ones fit too. All sizes in CSS pixels.
 */

export interface Font {
  readonly sizePx: number;
  /** Mean advance of one character as a part of the size. */
  readonly advance: number;
}

export const FONTS = {
  title: { sizePx: 22, advance: 0.66 },
  name: { sizePx: 15, advance: 0.68 },
  text: { sizePx: 12, advance: 0.57 },
  code: { sizePx: 12, advance: 0.605 },
} as const satisfies Record<string, Font>;

/** Distance between the base lines of two lines of text. */
export function lineHeightPx(font: Font): number {
  return Math.round(font.sizePx * 1.35);
}

/** Width that is enough for the text. */
export function widthPx(text: string, font: Font): number {
  return Math.ceil(text.length * font.sizePx * font.advance);
}

/** Breaks at spaces into as few lines of at most `limit` characters as can be, all about equally long. */
export function wrap(text: string, limit: number): readonly string[] {
  const lines = filled(text, limit);
  let balanced = lines;
  for (let narrower = limit - 1; narrower > 8; narrower--) {
    const next = filled(text, narrower);
    if (next.length > lines.length) break;
    balanced = next;
  }
  return balanced;
}

function filled(text: string, limit: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
