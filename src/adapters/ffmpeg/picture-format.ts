/**
 * V4L2's words in ffmpeg's words: pixel formats and frame rates. Pure.
 */
import { CameraError } from '../../machines/errors.ts';

/** V4L2 fourcc → ffmpeg's `-input_format` of its v4l2 device. */
const INPUT_FORMATS: Readonly<Record<string, string>> = {
  YUYV: 'yuyv422',
  UYVY: 'uyvy422',
  MJPG: 'mjpeg',
  JPEG: 'mjpeg',
  H264: 'h264',
  MPG4: 'mpeg4',
  NV12: 'nv12',
  YU12: 'yuv420p',
  YV12: 'yuv420p',
  '422P': 'yuv422p',
  '411P': 'yuv411p',
  YUV9: 'yuv410p',
  RGB3: 'rgb24',
  BGR3: 'bgr24',
  BGR4: 'bgr0',
  XR24: 'bgr0',
  AR24: 'bgra',
  RGBP: 'rgb565le',
  RGBO: 'rgb555le',
  GREY: 'gray',
  Y16: 'gray16le',
};

/** @throws CameraError invalid-format */
export function inputFormat(fourcc: string): string {
  const name = INPUT_FORMATS[fourcc.trim()];
  if (name === undefined) {
    throw new CameraError('invalid-format', `ffmpeg cannot capture the pixel format ${fourcc}.`, {
      suggestion: 'Choose another pixel format of this camera.',
    });
  }
  return name;
}

/** A rate as ffmpeg reads it exactly: 15 → `15`, 29.97 → `30000/1001`, 7.5 → `7.5`. */
export function rateText(rateFps: number): string {
  if (Number.isInteger(rateFps)) return String(rateFps);
  const ntsc = Math.round(rateFps * 1.001);
  // Three decimals are all that V4L2's listing gives.
  return Math.abs((ntsc * 1000) / 1001 - rateFps) < 0.001 ? `${ntsc * 1000}/1001` : String(rateFps);
}
