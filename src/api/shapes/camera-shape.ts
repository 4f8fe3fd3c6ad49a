/** A camera as results and notifications show it. */
import { z } from 'zod';
import type { Capabilities } from '../../machines/values.ts';
import type { CameraView } from '../door.ts';
import type { ApiSettings } from '../settings.ts';
import { count, stamp, stampOf, stampOrNull } from './common.ts';
import { classicUrls, classicUrlsShape, streamUrls, streamUrlsShape } from './stream-urls.ts';

export const CAMERA_WORDS = ['CONNECTED', 'DISCONNECTED', 'ERROR'] as const;
export const STREAM_WORDS = ['ACTIVE', 'INACTIVE', 'STARTING', 'STOPPING', 'ERROR'] as const;
export const RECORDING_WORDS = [
  'STARTING',
  'RECORDING',
  'INTERRUPTED',
  'STOPPING',
  'STOPPED',
  'ERROR',
  'FAILED',
] as const;

const classicFields = {
  device: z.string().describe('camera id'),
  status: z.enum(CAMERA_WORDS),
  name: z.string(),
  resolution: z.string().describe('`WxH`; empty while unknown'),
  fps: count.describe('rounded; 0 while unknown'),
};

/** Exactly the classic fields: what camera_status_update carries. */
export const classicCameraShape = z.strictObject({
  ...classicFields,
  streams: z.union([classicUrlsShape, z.strictObject({})]).describe('rtsp and hls; empty when disconnected'),
});

export const cameraSummaryShape = z.strictObject({
  ...classicFields,
  streams: streamUrlsShape,
  state: z.string().describe("state path of the camera's actor"),
  since: stamp.describe('when it entered that state'),
  last_seen: stamp
    .nullable()
    .describe('while it is away: when it was last known to be plugged in; else null'),
  stream_status: z.enum(STREAM_WORDS),
  stream_state: z.string().describe("state path of the stream's actor"),
  recording_status: z.enum(RECORDING_WORDS).nullable().describe('null: not recording'),
});

export const identityShape = z
  .strictObject({
    matched_by: z
      .enum(['serial', 'port', 'path', 'synthetic'])
      .describe('what it is known again by when it is plugged in'),
    ambiguous: z.boolean().describe('another camera bears the same serial: only its port tells it apart'),
  })
  .describe('how sure it is that this is the same camera as before');

/** A camera in a list. @param host by which the client reached us */
export function cameraSummary(camera: CameraView, host: string, settings: ApiSettings) {
  return {
    ...classicPart(camera),
    streams: streamUrls(camera.device, host, settings),
    state: camera.state,
    since: stampOf(camera.sinceAtMs),
    last_seen: stampOrNull(camera.lastSeenAtMs),
    stream_status: camera.stream.status,
    stream_state: camera.stream.state,
    recording_status: camera.recording?.status ?? null,
  } satisfies z.infer<typeof cameraSummaryShape>;
}

/** A camera in a notification: its streams are gone while it is unplugged. */
export function classicCamera(
  camera: CameraView,
  host: string,
  settings: ApiSettings,
): z.infer<typeof classicCameraShape> {
  const gone = camera.status === 'DISCONNECTED';
  const part = classicPart(camera);
  if (gone) return { ...part, resolution: '', fps: 0, streams: {} };
  return { ...part, streams: classicUrls(camera.device, host, settings) };
}

/** Pixel formats, sizes and rates in the classic flat form, each once, largest first. */
export function flatCapabilities(capabilities: Capabilities | null): {
  formats: string[];
  resolutions: string[];
  fps_options: number[];
} {
  const formats = capabilities?.formats ?? [];
  const sizes = formats.flatMap((format) => format.sizes);
  const ranges = formats.flatMap((format) => format.sizeRanges);
  const areas = new Map<string, number>();
  for (const { widthPx, heightPx } of sizes) areas.set(`${widthPx}x${heightPx}`, widthPx * heightPx);
  for (const range of ranges) {
    areas.set(`${range.minWidthPx}x${range.minHeightPx}`, range.minWidthPx * range.minHeightPx);
    areas.set(`${range.maxWidthPx}x${range.maxHeightPx}`, range.maxWidthPx * range.maxHeightPx);
  }
  const rates = [
    ...sizes.flatMap((size) => size.frameRatesFps),
    ...ranges.flatMap(({ minFps, maxFps }) => [minFps ?? 0, maxFps ?? 0]),
  ];
  const wholeRates = new Set(rates.map((rate) => Math.round(rate)).filter((rate) => rate > 0));
  return {
    formats: [...new Set(formats.map((format) => format.fourcc))],
    resolutions: [...areas].sort((a, b) => b[1] - a[1]).map(([resolution]) => resolution),
    fps_options: [...wholeRates].sort((a, b) => b - a),
  };
}

function classicPart({ device, status, name, widthPx, heightPx, rateFps }: CameraView) {
  const resolution = widthPx === null || heightPx === null ? '' : `${widthPx}x${heightPx}`;
  return { device, status, name, resolution, fps: Math.round(rateFps ?? 0) };
}
