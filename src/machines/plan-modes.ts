/** The pictures that a format offers, as far as they are worth trying for a wish. Pure. */
import type { FrameSizeRange, PixelFormat } from './values.ts';

export interface PictureWish {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
}

export type Mode = PictureWish & { readonly format: PixelFormat };

/** The lowest rate worth going down to. */
const LEAST_RATE_FPS = 5;

/** Each size with the rate that fits best, and with each lower one, to go down to. */
export function modesOf(format: PixelFormat, wish: PictureWish): Mode[] {
  const discrete = format.sizes.flatMap(({ widthPx, heightPx, frameRatesFps }) =>
    ratesFrom(frameRatesFps, wish.rateFps).map((rateFps) => ({ format, widthPx, heightPx, rateFps })),
  );
  const stepped = format.sizeRanges.flatMap((range) => {
    const best = Math.min(Math.max(wish.rateFps, range.minFps ?? 0), range.maxFps ?? wish.rateFps);
    const half = Math.max(LEAST_RATE_FPS, range.minFps ?? 0, best / 2);
    const sizes = [wish, { widthPx: wish.widthPx / 2, heightPx: wish.heightPx / 2 }].map((size) =>
      nearestSize(range, size),
    );
    return sizes.flatMap((size) =>
      [...new Set([best, Math.min(best, half)])].map((rateFps) => ({ format, ...size, rateFps })),
    );
  });
  return [...discrete, ...stepped];
}

/** The lowest rate that reaches the wish, else the highest there is; then those below it. The wish itself where the driver lists none. */
function ratesFrom(ratesFps: readonly number[], wishFps: number): number[] {
  if (ratesFps.length === 0) return [wishFps];
  const enough = ratesFps.filter((rate) => rate >= wishFps - 0.05);
  const best = enough.length > 0 ? Math.min(...enough) : Math.max(...ratesFps);
  const lower = ratesFps.filter((rate) => rate < best && rate >= LEAST_RATE_FPS);
  return [best, ...lower.toSorted((a, b) => b - a)];
}

function nearestSize(
  range: FrameSizeRange,
  wish: Pick<PictureWish, 'widthPx' | 'heightPx'>,
): { widthPx: number; heightPx: number } {
  const nearestStep = (wished: number, min: number, max: number, step: number) => {
    const clamped = Math.min(Math.max(Math.round(wished), min), max);
    return step <= 1 ? clamped : min + Math.floor((clamped - min) / step) * step;
  };
  return {
    widthPx: nearestStep(wish.widthPx, range.minWidthPx, range.maxWidthPx, range.stepWidthPx),
    heightPx: nearestStep(wish.heightPx, range.minHeightPx, range.maxHeightPx, range.stepHeightPx),
  };
}
