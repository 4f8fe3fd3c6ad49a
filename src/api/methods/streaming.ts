/** Starting and stopping a stream by call. Viewers need neither: a stream starts when somebody reads it. */
import { z } from 'zod';
import { count, deviceParams, requireCamera, stamp, stampOf, wholeSeconds } from '../shapes/common.ts';
import { streamUrls } from '../shapes/stream-urls.ts';
import { method } from './method.ts';

export const startStreaming = method({
  name: 'start_streaming',
  role: 'operator',
  summary:
    'Makes the stream live and keeps it so until `stop_streaming`, or until nobody has watched for `auto_close_after`. Where it fails nothing stays ordered. Repeating it is harmless.',
  params: deviceParams,
  result: z.strictObject({
    device: z.string(),
    stream_name: z.string(),
    stream_url: z.string(),
    status: z.enum(['STARTED', 'FAILED']),
    start_time: stamp,
    auto_close_after: z.string().describe('seconds, e.g. `300s`'),
    ffmpeg_command: z.string().describe('redacted: commands do not leave the service'),
  }),
  errors: ['not-found', 'invalid-state', 'dependency-failed'],
  allowedStates: ['ready'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      stream_name: 'camera0',
      stream_url: 'rtsp://cameras.example:8554/camera0',
      status: 'STARTED',
      start_time: '2026-11-23T04:28:03.120Z',
      auto_close_after: '300s',
      ffmpeg_command: 'ffmpeg (redacted)',
    },
  },
  handle: async ({ device }, { desk, session, correlationId }) => {
    const { device: cameraId } = requireCamera(desk.door, device);
    const stream = await desk.door.startStreaming(cameraId, correlationId);
    return {
      device: cameraId,
      stream_name: cameraId,
      stream_url: streamUrls(cameraId, session.host, desk.settings).rtsp,
      status: 'STARTED' as const,
      start_time: stampOf(stream.liveSinceAtMs ?? desk.clock.wallMs()),
      auto_close_after: `${wholeSeconds(desk.settings.callCloseAfterMs)}s`,
      ffmpeg_command: 'ffmpeg (redacted)',
    };
  },
});

export const stopStreaming = method({
  name: 'stop_streaming',
  role: 'operator',
  summary:
    'Takes back `start_streaming`. The stream goes on while it has viewers, a recording or another reason.',
  params: deviceParams,
  result: z.strictObject({
    device: z.string(),
    stream_name: z.string(),
    status: z.enum(['STOPPED', 'FAILED']),
    start_time: stamp.nullable().describe('since when it was live; null: it was not'),
    end_time: stamp,
    duration: count.describe('seconds live'),
    stream_continues: z.boolean(),
    message: z.string(),
  }),
  errors: ['not-found', 'invalid-state', 'dependency-failed'],
  allowedStates: ['streaming'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      stream_name: 'camera0',
      status: 'STOPPED',
      start_time: '2026-11-23T04:28:03.120Z',
      end_time: '2026-11-23T04:29:03.320Z',
      duration: 60,
      stream_continues: true,
      message: 'The stream goes on for: viewers.',
    },
  },
  handle: async ({ device }, { desk, correlationId }) => {
    const { device: cameraId, stream: before } = requireCamera(desk.door, device);
    const { stream, continues } = await desk.door.stopStreaming(cameraId, correlationId);
    const nowMs = desk.clock.wallMs();
    const sinceAtMs = before.liveSinceAtMs;
    return {
      device: cameraId,
      stream_name: cameraId,
      status: 'STOPPED' as const,
      start_time: sinceAtMs === null ? null : stampOf(sinceAtMs),
      end_time: stampOf(nowMs),
      duration: sinceAtMs === null ? 0 : wholeSeconds(nowMs - sinceAtMs),
      stream_continues: continues,
      message: continues
        ? `The stream goes on for: ${stream.reasons.join(', ')}.`
        : 'The stream was stopped.',
    };
  },
});
