/**
 * Which of a camera's formats, sizes and rates to capture. Pure. The cheapest way that gives the wished picture:
 * raw frames need no decoder; MJPEG where raw cannot reach the rate over USB; anything else last.
 */
import type { Capabilities, FrameSizeRange, PixelFormat } from './values.ts';

export interface PictureWish {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
}

export interface PictureChoice extends PictureWish {
  readonly fourcc: string;
}

/** V4L2 formats that ffmpeg's v4l2 input takes, cheapest first. */
const PREFERENCE = [
  'YUYV',
  'UYVY',
  'NV12',
  'YU12',
  'NV21',
  'YV12',
  'RGB3',
  'BGR3',
  'GREY',
  'MJPG',
  'JPEG',
  'H264',
];

/**
 * @returns the choice, or null when no format is usable
 */
export function choosePicture(capabilities: Capabilities, wish: PictureWish): PictureChoice | null {
  const choices = capabilities.formats
    .filter((format) => PREFERENCE.includes(format.fourcc))
    .flatMap((format) => choicesOf(format, wish));
  return choices.toSorted((a, b) => compare(a, b, wish))[0] ?? null;
}

function choicesOf(format: PixelFormat, wish: PictureWish): PictureChoice[] {
  const discrete = format.sizes.map((size) => ({
    fourcc: format.fourcc,
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    rateFps: nearestRate(size.frameRatesFps, wish.rateFps),
  }));
  const stepped = format.sizeRanges.map((range) => ({
    fourcc: format.fourcc,
    ...nearestSize(range, wish),
    rateFps: Math.min(Math.max(wish.rateFps, range.minFps ?? 0), range.maxFps ?? wish.rateFps),
  }));
  return [...discrete, ...stepped];
}

/** The lowest rate that reaches the wish, else the highest there is; the wish itself where the driver lists none. */
function nearestRate(ratesFps: readonly number[], wishFps: number): number {
  if (ratesFps.length === 0) return wishFps;
  const enough = ratesFps.filter((rate) => rate >= wishFps - 0.05);
  return enough.length > 0 ? Math.min(...enough) : Math.max(...ratesFps);
}

function nearestSize(range: FrameSizeRange, wish: PictureWish): { widthPx: number; heightPx: number } {
  const nearestStep = (wished: number, min: number, max: number, step: number) => {
    const clamped = Math.min(Math.max(wished, min), max);
    return step <= 1 ? clamped : min + Math.floor((clamped - min) / step) * step;
  };
  return {
    widthPx: nearestStep(wish.widthPx, range.minWidthPx, range.maxWidthPx, range.stepWidthPx),
    heightPx: nearestStep(wish.heightPx, range.minHeightPx, range.maxHeightPx, range.stepHeightPx),
  };
}

/** Nearest size first, then enough rate, then the cheaper format. */
function compare(a: PictureChoice, b: PictureChoice, wish: PictureWish): number {
  return (
    sizeCost(a, wish) - sizeCost(b, wish) ||
    rateCost(a, wish) - rateCost(b, wish) ||
    PREFERENCE.indexOf(a.fourcc) - PREFERENCE.indexOf(b.fourcc)
  );
}

/** A larger picture than wished costs more than a smaller one of the same distance. */
function sizeCost(choice: PictureChoice, wish: PictureWish): number {
  const difference = choice.widthPx * choice.heightPx - wish.widthPx * wish.heightPx;
  return difference > 0 ? difference * 2 : -difference;
}

function rateCost(choice: PictureChoice, wish: PictureWish): number {
  return choice.rateFps >= wish.rateFps - 0.05 ? 0 : wish.rateFps - choice.rateFps;
}
