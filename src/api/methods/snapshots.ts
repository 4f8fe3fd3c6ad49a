/** Pictures from the frame tap. */
import { z } from 'zod';
import { count, deviceParam, requireCamera, stamp, stampOf } from '../shapes/common.ts';
import { downloadUrl } from '../shapes/file-shape.ts';
import { method } from './method.ts';

const filename = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9._-]*$/, 'letters, digits, . _ - only, no leading dot, no ..');

export const takeSnapshot = method({
  name: 'take_snapshot',
  role: 'operator',
  summary: 'Saves a picture. A live stream answers from its tap at once; an idle one is started for it.',
  params: z.strictObject({
    device: deviceParam,
    filename: filename
      .optional()
      .describe(
        'with or without extension; never over an existing file; made from camera and time where absent',
      ),
    format: z.enum(['jpg', 'png']).default('jpg'),
    quality: z.int().min(1).max(100).optional().describe('jpg as tapped where absent'),
    max_age_ms: z
      .int()
      .min(0)
      .max(3_600_000)
      .optional()
      .describe('how old the picture may be; 0: the next one'),
    wait_settled: z
      .boolean()
      .default(true)
      .describe('a camera that was just opened is waited for until its brightness has settled'),
  }),
  result: z.strictObject({
    device: z.string(),
    filename: z.string(),
    status: z.enum(['SUCCESS', 'FAILED']),
    timestamp: stamp.describe('when the picture was taken'),
    file_size: count.describe('bytes'),
    file_path: z.string().describe('where it is downloaded: the same as `download_url`'),
    download_url: z.string(),
    format: z.enum(['jpg', 'png']),
    frame_age_ms: z.number().min(0),
    tier: z
      .enum(['tap', 'activated'])
      .describe('tap: the stream was live; activated: it was started for this'),
    settled: z.boolean().describe('false: the camera was just opened, and its brightness had not settled'),
  }),
  errors: ['not-found', 'invalid-state', 'dependency-failed', 'storage-failed'],
  allowedStates: ['ready'],
  example: {
    params: { device: 'camera0', filename: 'door.jpg' },
    result: {
      device: 'camera0',
      filename: 'door.jpg',
      status: 'SUCCESS',
      timestamp: '2026-11-23T04:28:13.102Z',
      file_size: 41_220,
      file_path: '/files/snapshots/door.jpg',
      download_url: '/files/snapshots/door.jpg',
      format: 'jpg',
      frame_age_ms: 410,
      tier: 'tap',
      settled: true,
    },
  },
  handle: async (params, { desk, correlationId }) => {
    const cameraId = requireCamera(desk.door, params.device).device;
    const saved = await desk.door.takeSnapshot({
      cameraId,
      maxAgeMs: params.max_age_ms ?? null,
      waitSettled: params.wait_settled,
      format: params.format,
      quality: params.quality ?? null,
      filename: params.filename ?? null,
      correlationId,
    });
    const address = downloadUrl('snapshots', saved.filename);
    return {
      device: cameraId,
      filename: saved.filename,
      status: 'SUCCESS' as const,
      timestamp: stampOf(saved.takenAtMs),
      file_size: saved.sizeBytes,
      file_path: address,
      download_url: address,
      format: params.format,
      frame_age_ms: saved.frameAgeMs,
      tier: saved.tier,
      settled: saved.settled,
    };
  },
});
