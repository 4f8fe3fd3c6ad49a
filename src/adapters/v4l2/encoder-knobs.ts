/**
 * What of a camera's own H.264 encoder can be set, out of `v4l2-ctl --list-ctrls`. Pure. Says only whether there is
 * a control for it; sets nothing.
 */
import type { EncoderKnobs } from '../../machines/values.ts';

const BITRATE = ['video_bitrate'];
/** Two names for one thing: the distance of keyframes in frames. Drivers have the one or the other. */
const GOP = ['h264_i_frame_period', 'video_gop_size'];

/** @param listed empty where nothing could be found out: then nothing can be set */
export function encoderKnobs(listed: string): EncoderKnobs {
  const settable = new Set(listed.split('\n').flatMap((line) => nameOf(line) ?? []));
  return { bitrate: BITRATE.some((name) => settable.has(name)), gop: GOP.some((name) => settable.has(name)) };
}

/**
 * The UVC driver has no such controls whatever the camera could do, since it never maps a camera's extension units by
 * itself. Asking it would only read every other control over USB, which is what makes some cameras hang.
 */
export function mayHaveEncoderControls(driver: string): boolean {
  return driver !== 'uvcvideo';
}

/** Name of a control that can be set: `video_bitrate 0x009909cf (int) : min=...`. */
function nameOf(line: string): string | null {
  const found = /^\s*([a-z0-9_]+) (?:0x[0-9a-f]{8} )?\([a-z0-9]+\)\s*:(.*)$/.exec(line);
  if (found === null || /\bflags=.*\b(read-only|disabled)\b/.test(found[2]!)) return null;
  return found[1]!;
}
