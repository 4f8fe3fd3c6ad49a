/** May a camera's own H.264 go out as it comes? Pure rules over what was seen of it. */
import type { EncodingProfile, H264Stream } from './values.ts';

/** STANAG 4406's limits: Baseline, level 3.0, and the picture that level is made for. */
const STANAG = { level: 3, widthPx: 720, heightPx: 576 };
const BASELINE = ['Baseline', 'Constrained Baseline'];
/** Eight bits and a quarter of the chroma: all that browsers decode everywhere. */
const PLAYABLE = ['yuv420p', 'yuvj420p'];

/** @returns why not, as the end of a sentence that begins with "its H.264 "; null: it may */
export function whyNotCopied(stream: H264Stream, profile: EncodingProfile): string | null {
  if (profile === 'copy') return null;
  if (!PLAYABLE.includes(stream.pixelFormat))
    return `has the pixel format ${stream.pixelFormat}, not yuv420p`;
  if (stream.reordered) return 'has B-frames, which browsers do not play';
  if (profile === 'compatible') return null;
  if (!BASELINE.includes(stream.profile)) return `is ${stream.profile} profile, not Baseline`;
  if (stream.level > STANAG.level) return `is level ${stream.level.toFixed(1)}, above 3.0`;
  if (stream.widthPx > STANAG.widthPx || stream.heightPx > STANAG.heightPx)
    return `is ${stream.widthPx}x${stream.heightPx}, larger than ${STANAG.widthPx}x${STANAG.heightPx}`;
  return null;
}
