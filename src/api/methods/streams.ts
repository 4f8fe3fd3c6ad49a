/** Reading streams: address, status, list. Nothing here starts one. */
import { z } from 'zod';
import type { CameraView } from '../door.ts';
import { RpcFault } from '../rpc/fault.ts';
import { STREAM_WORDS } from '../shapes/camera-shape.ts';
import { count, deviceParams, noParams, requireCamera, stamp, stampOrNull } from '../shapes/common.ts';
import { mediaServerWord, topState } from '../shapes/service-shape.ts';
import { streamDetail, streamDetailShape, uptimeSeconds } from '../shapes/stream-shape.ts';
import { streamUrls, streamUrlsShape } from '../shapes/stream-urls.ts';
import { EXAMPLE_CAMERA, EXAMPLE_STREAM } from './examples.ts';
import { method } from './method.ts';

export const getStreamUrl = method({
  name: 'get_stream_url',
  role: 'viewer',
  summary: 'Where the stream is, or would be: reading that address starts it.',
  params: deviceParams,
  result: z.strictObject({
    device: z.string(),
    stream_name: z.string(),
    stream_url: z.string().describe('rtsp'),
    available: z.boolean(),
    active_consumers: count,
    stream_status: z.enum(['READY', 'NOT_READY', 'ERROR']),
    streams: streamUrlsShape,
  }),
  errors: ['not-found'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      stream_name: 'camera0',
      stream_url: 'rtsp://cameras.example:8554/camera0',
      available: true,
      active_consumers: 1,
      stream_status: 'READY',
      streams: EXAMPLE_CAMERA.streams,
    },
  },
  handle: ({ device }, { desk, session }) => {
    const { device: id, stream } = requireCamera(desk.door, device);
    const urls = streamUrls(id, session.host, desk.settings);
    const idleWord = stream.status === 'ERROR' ? ('ERROR' as const) : ('NOT_READY' as const);
    return {
      device: id,
      stream_name: id,
      stream_url: urls.rtsp,
      available: stream.available,
      active_consumers: stream.readers,
      stream_status: stream.available ? ('READY' as const) : idleWord,
      streams: urls,
    };
  },
});

export const getStreamStatus = method({
  name: 'get_stream_status',
  role: 'viewer',
  summary: 'The stream of one camera: its capture, its path on the media server, its figures.',
  params: deviceParams,
  result: z.strictObject({
    device: z.string(),
    stream_name: z.string(),
    status: z.enum(STREAM_WORDS),
    ready: z.boolean(),
    ffmpeg_process: z
      .strictObject({
        running: z.boolean(),
        pid: z.int().nullable(),
        uptime: count.describe('seconds'),
        adopted: z.boolean().describe('started by an earlier life of the service'),
      })
      .describe('the capture'),
    mediamtx_path: z.strictObject({ exists: z.boolean(), ready: z.boolean(), readers: count }),
    metrics: z.strictObject({
      bytes_sent: count.describe('bytes the media server has received from the capture'),
      frames_sent: z.int().nullable().describe('not counted: null'),
      bitrate: count.describe('bits per second, mean since it is live'),
      fps: count.describe('as captured; 0 while not live'),
    }),
    start_time: stamp.nullable().describe('since when it is live'),
    stream: streamDetailShape,
  }),
  errors: ['not-found'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      stream_name: 'camera0',
      status: 'ACTIVE',
      ready: true,
      ffmpeg_process: { running: true, pid: 4711, uptime: 17, adopted: false },
      mediamtx_path: { exists: true, ready: true, readers: 1 },
      metrics: { bytes_sent: 1_250_000, frames_sent: null, bitrate: 588_235, fps: 30 },
      start_time: '2026-11-23T04:28:03.120Z',
      stream: EXAMPLE_STREAM,
    },
  },
  handle: ({ device }, { desk, nowMs }) => {
    const camera = requireCamera(desk.door, device);
    const { stream } = camera;
    const liveMs = stream.liveSinceAtMs === null ? 0 : nowMs - stream.liveSinceAtMs;
    return {
      device: camera.device,
      stream_name: camera.device,
      status: stream.status,
      ready: stream.available,
      ffmpeg_process: {
        running: stream.capture !== null,
        pid: stream.capture?.pid ?? null,
        uptime: uptimeSeconds(stream.capture?.startedAtMs ?? null, nowMs),
        adopted: stream.capture?.adopted ?? false,
      },
      mediamtx_path: { exists: hasPath(camera), ready: stream.available, readers: stream.readers },
      metrics: {
        bytes_sent: stream.inboundBytes,
        frames_sent: null,
        bitrate: liveMs > 0 ? Math.round((stream.inboundBytes * 8000) / liveMs) : 0,
        fps: stream.status === 'ACTIVE' ? Math.round(camera.rateFps ?? 0) : 0,
      },
      start_time: stampOrNull(stream.liveSinceAtMs),
      stream: streamDetail(stream),
    };
  },
});

export const getStreams = method({
  name: 'get_streams',
  role: 'viewer',
  summary: 'All streams that have a path on the media server, live or waiting for a viewer.',
  params: noParams,
  result: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string().describe('`ffmpeg` while a capture publishes, else empty'),
      ready: z.boolean(),
      readers: count,
      bytes_sent: count.describe('bytes the media server has received from the capture'),
      status: z.enum(STREAM_WORDS),
      state: z.string(),
    }),
  ),
  errors: ['dependency-failed'],
  example: {
    params: {},
    result: [
      {
        name: 'camera0',
        source: 'ffmpeg',
        ready: true,
        readers: 1,
        bytes_sent: 1_250_000,
        status: 'ACTIVE',
        state: 'live.flowing',
      },
    ],
  },
  handle: (_, { desk }) => {
    const { mediaServer } = desk.door.service();
    const word = mediaServerWord(mediaServer);
    if (word !== 'RUNNING') {
      const detail = mediaServer.trouble?.message ?? `its state is ${mediaServer.health.state}`;
      throw new RpcFault('dependency-failed', {
        reason: mediaServer.trouble?.reason ?? 'media_server_unreachable',
        details: `The media server does not answer: ${detail}`,
        suggestion: 'Wait until get_system_status is ready again, then call again.',
        fields: { dependency: 'MediaMTX', detail },
      });
    }
    return desk.door
      .cameras()
      .filter(hasPath)
      .map(({ device, stream }) => ({
        name: device,
        source: stream.capture !== null ? 'ffmpeg' : '',
        ready: stream.available,
        readers: stream.readers,
        bytes_sent: stream.inboundBytes,
        status: stream.status,
        state: stream.state,
      }));
  },
});

const WITHOUT_PATH = ['beginning', 'unavailable', 'provisioning', 'unplugging', 'releasing', 'released'];

/** In these states the media server has no path of this name, or it is going. */
function hasPath({ stream }: CameraView): boolean {
  return !WITHOUT_PATH.includes(topState(stream));
}
