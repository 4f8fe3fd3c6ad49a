/**
 * The arguments of one capture: a camera in, an RTSP stream and a tapped JPEG out, each behind ffmpeg's `fifo`
 * muxer so that neither can stop the other. The camera's own H.264 is copied, anything else is encoded. Pure.
 * Executed with ffmpeg 5.1.9, 7.0.2 and 9.0.2 on synthetic cameras, and with 5.1.9 on real V4L2 nodes (vivid).
 */
import { CameraError } from '../../machines/errors.ts';
import type { CapturePlan } from '../../machines/values.ts';
import { fitPicture } from './level.ts';
import { inputFormat, rateText } from './picture-format.ts';

export interface EncodingSettings {
  /** baseline is written as constrained baseline. */
  readonly profile: 'baseline' | 'main' | 'high';
  /** STANAG 4406: level at most 3.0, picture at most 720x576. */
  readonly strict: boolean;
  readonly preset: string;
  readonly pixelFormat: 'yuv420p' | 'yuv422p' | 'yuv444p';
  readonly bitrateBps: number;
  /** At least one keyframe in this time, whatever the camera's rate is. */
  readonly keyframeIntervalMs: number;
  /** Between two tapped pictures. */
  readonly tapIntervalMs: number;
  /** ffmpeg's -q:v, 2 (best) to 31. */
  readonly tapQuality: number;
  /** For this time after its start the camera is looked at more often: so it is soon known when its brightness has settled. */
  readonly warmUpMs: number;
}

export interface CaptureOutputs {
  /** Where it publishes; may hold credentials. */
  readonly publishUrl: string;
  readonly tapFile: string;
  /** One byte beside it: the mean brightness of the picture. */
  readonly lumaFile: string;
}

/** Between two tapped pictures of a camera that was just opened. */
const WARM_UP_GAP_S = 0.2;

/** ffmpeg's arguments. @throws CameraError invalid-format */
export function captureArguments(
  plan: CapturePlan,
  settings: EncodingSettings,
  outputs: CaptureOutputs,
): string[] {
  const stream = plan.encoder === 'copy' ? COPIED : encodedStream(plan, settings);
  return [
    // -y because the tap's file exists after a restart.
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-loglevel', 'warning'],
    ...hardwareDevice(plan),
    // Concerns decoding alone: what is copied is copied whole.
    ...(plan.tapFrom === 'keyframes' ? ['-skip_frame', 'nokey'] : []),
    ...QUEUE,
    ...inputArguments(plan),
    ...['-filter_complex', filterGraph(plan, settings)],
    ...stream,
    ...PUBLISHED,
    outputs.publishUrl,
    ...tapOutput(settings, outputs.tapFile),
    ...lumaOutput(outputs.lumaFile),
  ];
}

/** Where the camera is opened: the device node, or the synthetic camera's socket for this very mode. */
export function openedPath({ origin, devicePath, fourcc, widthPx, heightPx, rateFps }: CapturePlan): string {
  if (origin === 'v4l2') return devicePath;
  const format = fourcc === 'YUYV' ? '' : `${fourcc.toLowerCase()}.`;
  return `${devicePath}.${format}${widthPx}x${heightPx}@${rateFps}`;
}

/** How ffmpeg and ffprobe open the camera. @throws CameraError invalid-format */
export function inputArguments(plan: CapturePlan): string[] {
  const size = ['-video_size', `${plan.widthPx}x${plan.heightPx}`];
  const rate = ['-framerate', rateText(plan.rateFps)];
  const format = inputFormat(plan.fourcc);
  if (plan.origin === 'v4l2') {
    const v4l2 = ['-f', 'v4l2', '-input_format', format, ...size, ...rate];
    return [...v4l2, '-i', openedPath(plan)];
  }
  const socket = ['-i', `unix:${openedPath(plan)}`];
  if (format === 'yuyv422') return ['-f', 'rawvideo', '-pixel_format', format, ...size, ...rate, ...socket];
  if (format !== 'mjpeg' && format !== 'h264')
    throw new CameraError('invalid-format', 'A synthetic camera gives YUYV, MJPG or H264 only.');
  return ['-use_wallclock_as_timestamps', '1', '-f', format, ...rate, ...socket];
}

/** Pictures that wait between reading and decoding. */
const QUEUE = ['-thread_queue_size', '8'];

/**
 * One graph, so that a compressed camera is decoded once. Ranges are said outright: from ffmpeg 7 on a full-range
 * camera would make a full-range stream.
 */
function filterGraph(plan: CapturePlan, settings: EncodingSettings): string {
  const stamps = plan.origin === 'synthetic' ? `${arrivalStamps(plan.rateFps)},` : '';
  // Half a frame early, or jitter would make it wait for the next frame.
  const gapS = Math.max(0, settings.tapIntervalMs / 1000 - 0.5 / plan.rateFps).toFixed(4);
  const gap = `if(lt(t,${settings.warmUpMs / 1000}),min(${gapS},${WARM_UP_GAP_S}),${gapS})`;
  const due = `isnan(prev_selected_t)+gte(t,prev_selected_t+${gap})+lt(t,prev_selected_t)`;
  const tapped = [
    `select='${due}',scale=out_range=pc,split=2[shown][weighed]`,
    '[shown]format=yuvj420p[tap]',
    '[weighed]scale=1:1:flags=area,format=gray[luma]',
  ].join(';');
  if (plan.encoder === 'copy') return `[0:v]${stamps}${tapped}`;
  const { widthPx, heightPx } = fitPicture({ ...plan, bitrateBps: settings.bitrateBps }, settings.strict);
  return [
    `[0:v]${stamps}split=2[picture][every]`,
    `[picture]scale=${widthPx}:${heightPx}:flags=area:out_range=tv,${encoderInput(plan, settings)}[stream]`,
    `[every]${tapped}`,
  ].join(';');
}

function hardwareDevice({ encoder, encoderDevicePath }: CapturePlan): string[] {
  return encoder === 'h264_vaapi' ? ['-vaapi_device', encoderDevicePath ?? ''] : [];
}

/** Hardware takes the chroma format that it has. */
function encoderInput({ encoder }: CapturePlan, { pixelFormat }: EncodingSettings): string {
  if (encoder === 'h264_vaapi') return 'format=nv12,hwupload';
  return `format=${encoder === 'libx264' ? pixelFormat : 'yuv420p'}`;
}

/**
 * Raw video brings no time stamps, and `-use_wallclock_as_timestamps` would round them to whole frame periods (two
 * frames in one period: one is lost) and follow a step of the wall clock. So the time from one arrival to the next
 * is added up in microseconds; a step, or anything over 5 s, counts as one frame period.
 */
function arrivalStamps(rateFps: number): string {
  const periodUs = Math.round(1_000_000 / rateFps);
  const gap = `if(between(ld(1),1,5000000),ld(1),${periodUs})`;
  return `settb=1/1000000,setpts='st(1,RTCTIME-ld(0));st(0,RTCTIME);if(N,PREV_OUTPTS+${gap},0)'`;
}

/** Parameter sets in front of each keyframe: a camera may give them once, and a reader may come later. */
const COPIED = ['-map', '0:v', '-c:v', 'copy', '-bsf:v', 'dump_extra=freq=keyframe'];

/** What a trial of an encoder asks of it: all that a capture would. @param plan with an encoder that is no copy */
export function trialArguments(plan: CapturePlan, settings: EncodingSettings): string[] {
  const picture = `testsrc2=size=${plan.widthPx}x${plan.heightPx}:rate=${rateText(plan.rateFps)}`;
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', ...hardwareDevice(plan)],
    ...['-f', 'lavfi', '-i', picture],
    ...['-filter_complex', `[0:v]${encoderInput(plan, settings)}[stream]`, ...encodedStream(plan, settings)],
    ...['-frames:v', '5', '-f', 'null', '-'],
  ];
}

function encodedStream(plan: CapturePlan, settings: EncodingSettings): string[] {
  const intervalS = settings.keyframeIntervalMs / 1000;
  const dueS = Math.max(0, intervalS - 0.5 / plan.rateFps).toFixed(4);
  const keyframes = `expr:isnan(prev_forced_t)+gte(t,prev_forced_t+${dueS})+lt(t,prev_forced_t)`;
  const { bitrateBps } = fitPicture({ ...plan, bitrateBps: settings.bitrateBps }, settings.strict);
  return [
    ...['-map', '[stream]', ...asItComes, '-c:v', plan.encoder, ...encoderOptions(plan, settings)],
    // A buffer of one second: over 20 s that is at most 5 % above the rate.
    ...['-b:v', `${bitrateBps}`, '-maxrate', `${bitrateBps}`, '-bufsize', `${bitrateBps}`, '-bf', '0'],
    ...['-g', `${Math.max(1, Math.floor(plan.rateFps * intervalS))}`],
    ...['-force_key_frames', keyframes, '-flags', '+global_header'],
  ];
}

function encoderOptions(plan: CapturePlan, settings: EncodingSettings): string[] {
  const { level, ...picture } = fitPicture({ ...plan, bitrateBps: settings.bitrateBps }, settings.strict);
  // Its driver knows neither profile nor level by one name everywhere.
  if (plan.encoder === 'h264_v4l2m2m') return [];
  if (plan.encoder === 'h264_vaapi') {
    const profile = settings.profile === 'baseline' ? 'constrained_baseline' : settings.profile;
    return ['-profile:v', profile, '-level', `${Math.round(Number(level) * 10)}`];
  }
  return [
    ...['-preset', settings.preset, '-tune', 'zerolatency', '-profile:v', profileOf(settings)],
    ...['-level', level, '-threads:v', String(encoderThreads(picture)), '-forced-idr', '1'],
    // `setpts` of ffmpeg 7.0 forgets the frame rate; without it x264 would share out the bits for 90000 a second.
    ...['-x264-params', `fps=${rateText(plan.rateFps)}:scenecut=0`],
  ];
}

function tapOutput(settings: EncodingSettings, file: string): string[] {
  // One thread: with frame threads the picture in the file is seconds old.
  const jpeg = ['-c:v', 'mjpeg', '-threads:v', '1', '-q:v', `${settings.tapQuality}`];
  return ['-map', '[tap]', ...asItComes, ...jpeg, ...overwriting(file)];
}

function lumaOutput(file: string): string[] {
  return ['-map', '[luma]', ...asItComes, '-c:v', 'rawvideo', ...overwriting(file)];
}

/** The file holds the newest picture, replaced atomically. */
function overwriting(file: string): string[] {
  return [
    ...['-f', 'fifo', '-fifo_format', 'image2', '-format_opts', 'update=1:atomic_writing=1'],
    ...[...recovery('1'), '-max_recovery_attempts', '0', '-queue_size', '8', file],
  ];
}

/** No frame made up, none left out, and time stamps not rounded to the frame rate. */
const asItComes = ['-fps_mode:v', 'vfr', '-enc_time_base:v', '1:90000'];

function recovery(waitS: string): string[] {
  const always = ['-attempt_recovery', '1', '-recover_any_error', '1', '-drop_pkts_on_overflow', '1'];
  return [...always, '-recovery_wait_time', waitS];
}

const PUBLISHED = [
  ...['-f', 'fifo', '-fifo_format', 'rtsp', '-format_opts', 'rtsp_transport=tcp', ...recovery('0.2')],
  ...['-max_recovery_attempts', '0', '-restart_with_keyframe', '1', '-queue_size', '60'],
];

/** x264 has profiles of their own for the other chroma formats. */
function profileOf({ profile, pixelFormat }: EncodingSettings): string {
  if (pixelFormat === 'yuv422p') return 'high422';
  return pixelFormat === 'yuv444p' ? 'high444' : profile;
}

/** One thread is enough up to 720p30, and costs least; each further one is a slice more in every picture. */
function encoderThreads({
  widthPx,
  heightPx,
  rateFps,
}: {
  widthPx: number;
  heightPx: number;
  rateFps: number;
}): number {
  return Math.min(4, Math.ceil((widthPx * heightPx * rateFps) / (1280 * 720 * 30)));
}
