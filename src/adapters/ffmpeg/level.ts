/**
 * The level table of H.264 (ITU-T H.264, table A-1) and how a picture is made to fit a level. Pure.
 */

interface LevelLimits {
  readonly level: string;
  /** Macroblocks a second. */
  readonly blocksPerSecond: number;
  /** Macroblocks of one picture. */
  readonly pictureBlocks: number;
  /** Of Baseline and Main; High has a quarter more. */
  readonly bitrateBps: number;
}

const row = (level: string, blocksPerSecond: number, pictureBlocks: number, kbps: number): LevelLimits => ({
  level,
  blocksPerSecond,
  pictureBlocks,
  bitrateBps: kbps * 1000,
});

/** Without 1b, which many decoders do not know. */
const LEVELS: readonly LevelLimits[] = [
  row('1.0', 1_485, 99, 64),
  row('1.1', 3_000, 396, 192),
  row('1.2', 6_000, 396, 384),
  row('1.3', 11_880, 396, 768),
  row('2.0', 11_880, 396, 2_000),
  row('2.1', 19_800, 792, 4_000),
  row('2.2', 20_250, 1_620, 4_000),
  row('3.0', 40_500, 1_620, 10_000),
  row('3.1', 108_000, 3_600, 14_000),
  row('3.2', 216_000, 5_120, 20_000),
  row('4.0', 245_760, 8_192, 20_000),
  row('4.1', 245_760, 8_192, 50_000),
  row('4.2', 522_240, 8_704, 50_000),
  row('5.0', 589_824, 22_080, 135_000),
  row('5.1', 983_040, 36_864, 240_000),
  row('5.2', 2_073_600, 36_864, 240_000),
  row('6.0', 4_177_920, 139_264, 240_000),
  row('6.1', 8_355_840, 139_264, 480_000),
  row('6.2', 16_711_680, 139_264, 800_000),
];

/** What STANAG 4406 allows at most. */
export const STRICT_LEVEL = '3.0';
export const STRICT_WIDTH_PX = 720;
export const STRICT_HEIGHT_PX = 576;

export interface EncodedPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
  readonly bitrateBps: number;
}

/** The lowest level that holds size, rate and bitrate; null where none does. */
export function lowestLevel({ widthPx, heightPx, rateFps, bitrateBps }: EncodedPicture): string | null {
  const across = Math.ceil(widthPx / 16);
  const down = Math.ceil(heightPx / 16);
  const found = LEVELS.find(
    (limits) =>
      across * down <= limits.pictureBlocks &&
      // The standard bounds the longer side as well.
      Math.max(across, down) ** 2 <= 8 * limits.pictureBlocks &&
      across * down * rateFps <= limits.blocksPerSecond &&
      bitrateBps <= limits.bitrateBps,
  );
  return found?.level ?? null;
}

/**
 * The encoded picture: even sides, and with `strict` at most 720x576 and level 3.0. A picture that has too many
 * pixels a second is made smaller, keeping its aspect, rather than losing frames.
 */
export function fitPicture(
  wish: EncodedPicture,
  strict: boolean,
): EncodedPicture & { readonly level: string } {
  const bitrateBps = strict ? Math.min(wish.bitrateBps, 10_000_000) : wish.bitrateBps;
  let factor = strict ? Math.min(1, STRICT_WIDTH_PX / wish.widthPx, STRICT_HEIGHT_PX / wish.heightPx) : 1;
  for (;;) {
    const picture = {
      widthPx: even(wish.widthPx * factor),
      heightPx: even(wish.heightPx * factor),
      rateFps: wish.rateFps,
      bitrateBps,
    };
    const level = lowestLevel(picture);
    if (!strict) return { ...picture, level: level ?? LEVELS.at(-1)!.level };
    if (level !== null && Number(level) <= Number(STRICT_LEVEL)) return { ...picture, level };
    factor *= 0.98;
  }
}

/** Rounded down, but not for a hair's breadth of floating point. */
function even(side: number): number {
  return Math.max(16, 2 * Math.floor(side / 2 + 1e-6));
}
