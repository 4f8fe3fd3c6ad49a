/** Which of two ways to capture a camera is tried first. Pure. */
import type { PictureWish } from './plan-modes.ts';
import type { CapturePlan } from './values.ts';

/** Decoded from JPEG before they are encoded. */
export const DECODED = ['MJPG', 'JPEG'];
/** V4L2 formats of plain pictures that ffmpeg's v4l2 input takes, cheapest first. */
export const RAW = ['YUYV', 'UYVY', 'NV12', 'YU12', 'YV12', 'RGB3', 'BGR3', 'GREY'];

/** Below this nothing can be recognised; a smaller picture is taken only where there is no other. */
const LEAST_WIDTH_PX = 160;

/** A node without colours sees infrared more often than not: only where there is nothing else. */
const greyCost = ({ fourcc }: CapturePlan) => (fourcc === 'GREY' ? 1 : 0);

/** Nearest size first, then enough rate, then the better way, then the format that is cheaper to convert. */
export function compare(a: CapturePlan, b: CapturePlan, wish: PictureWish): number {
  return (
    greyCost(a) - greyCost(b) ||
    sizeCost(a, wish) - sizeCost(b, wish) ||
    rateCost(a, wish) - rateCost(b, wish) ||
    wayCost(a) - wayCost(b) ||
    RAW.indexOf(a.fourcc) - RAW.indexOf(b.fourcc)
  );
}

/** A larger picture than wished costs more than a smaller one of the same distance; one without detail costs most. */
function sizeCost(picture: PictureWish, wish: PictureWish): number {
  const difference = picture.widthPx * picture.heightPx - wish.widthPx * wish.heightPx;
  const useless = picture.widthPx < Math.min(LEAST_WIDTH_PX, wish.widthPx) ? 1e9 : 0;
  return useless + (difference > 0 ? difference * 2 : -difference);
}

function rateCost(picture: PictureWish, wish: PictureWish): number {
  return picture.rateFps >= wish.rateFps - 0.05 ? 0 : wish.rateFps - picture.rateFps;
}

/** Copied, then encoded by hardware, then JPEG (it leaves the bus to others), then plain pictures, then H.264 anew. */
function wayCost({ encoder, fourcc }: CapturePlan): number {
  if (encoder === 'copy') return 0;
  const hardware = encoder === 'libx264' ? 4 : 1;
  return hardware + (DECODED.includes(fourcc) ? 0 : fourcc === 'H264' ? 2 : 1);
}
