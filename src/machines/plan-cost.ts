/**
 * What a capture costs: of a processor, and of the bus. Estimates, for comparing plans and telling people; nothing is
 * bounded by them. Measured with ffmpeg 5.1 at 1280x720 and 30 frames a second, x264 preset ultrafast
 * (docs/benchmarks.md); proportional to pixels a second. Pure.
 */
import type { CapturePlan } from './values.ts';

type Picture = Pick<CapturePlan, 'fourcc' | 'widthPx' | 'heightPx' | 'rateFps' | 'encoder' | 'tapFrom'>;

/** Percent of a core per million pixels a second. */
const DECODE: Readonly<Record<string, number>> = { H264: 0.5, MJPG: 0.7, JPEG: 0.7 };
const CONVERT = 0.1;
const ENCODE: Readonly<Record<CapturePlan['encoder'], number>> = {
  copy: 0,
  libx264: 0.5,
  h264_vaapi: 0.12,
  h264_v4l2m2m: 0.12,
};
/** Percent of a core, whatever the picture is: reading, publishing, one tapped picture a second. */
const COPYING = 1.3;
const TAPPING = 1.2;

/** Bits of one pixel on the bus. */
const RAW_BITS: Readonly<Record<string, number>> = {
  ...{ YUYV: 16, UYVY: 16, NV12: 12, YU12: 12, YV12: 12, RGB3: 24, BGR3: 24, GREY: 8 },
};
/** What is compressed has no such figure: a guess, for comparing. */
const COMPRESSED_BITS: Readonly<Record<string, number>> = { H264: 0.1, MJPG: 2, JPEG: 2 };
const UNKNOWN_BITS = 16;

/** Level 3.0, which `strict` encodes at most: macroblocks of 256 pixels a second. */
const STRICT_PIXELS_PER_SECOND = 40_500 * 256;

/** Percent of one core, with one decimal. */
export function costPercent(picture: Picture, strict: boolean): number {
  const millions = megapixels(picture);
  const encoded = strict ? Math.min(millions, STRICT_PIXELS_PER_SECOND / 1e6) : millions;
  const decodesAll = picture.encoder !== 'copy' || picture.tapFrom === 'all';
  const perPicture = decodesAll ? millions * (DECODE[picture.fourcc] ?? CONVERT) : 0;
  return round(COPYING + TAPPING + perPicture + encoded * ENCODE[picture.encoder]);
}

/** Of the bus that the camera is on, in megabits a second. */
export function busMbps(picture: Size): number {
  const { fourcc } = picture;
  return round(megapixels(picture) * (RAW_BITS[fourcc] ?? COMPRESSED_BITS[fourcc] ?? UNKNOWN_BITS));
}

/** The same where it can be said exactly; null for compressed pictures. */
export function rawMbps(picture: Size): number | null {
  const bits = RAW_BITS[picture.fourcc];
  return bits === undefined ? null : megapixels(picture) * bits;
}

type Size = Pick<CapturePlan, 'fourcc' | 'widthPx' | 'heightPx' | 'rateFps'>;

/** Millions of pixels a second. */
const megapixels = ({ widthPx, heightPx, rateFps }: Size) => (widthPx * heightPx * rateFps) / 1e6;
const round = (value: number) => Math.round(value * 10) / 10;
