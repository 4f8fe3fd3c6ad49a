/** What the service tells its clients unasked. The two classic ones carry exactly the classic fields and words. */
import { z } from 'zod';
import { classicCameraShape } from './shapes/camera-shape.ts';
import { count } from './shapes/common.ts';
import { EXAMPLE_RECORD, traceRecordShape } from './shapes/trace-shape.ts';

export type NotificationName =
  | 'camera_status_update'
  | 'recording_status_update'
  | 'inspection_update'
  | 'lagged';

export interface NotificationDeclaration {
  readonly name: NotificationName;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly example: unknown;
}

/** In the order of the documentation. */
export const NOTIFICATIONS: readonly NotificationDeclaration[] = [
  {
    name: 'camera_status_update',
    summary:
      'A camera was plugged, unplugged, or its status, name or picture changed. Several changes of one camera that a slow client has not read yet arrive as the last one.',
    params: classicCameraShape,
    example: {
      device: 'camera0',
      status: 'CONNECTED',
      name: 'USB Camera',
      resolution: '640x480',
      fps: 30,
      streams: {
        rtsp: 'rtsp://cameras.example:8554/camera0',
        hls: 'http://cameras.example:8888/camera0/index.m3u8',
      },
    },
  },
  {
    name: 'recording_status_update',
    summary:
      'A recording has bytes on disk (STARTED), or has ended. ERROR: its files cannot be collected now; STOPPED or FAILED follows when the disk is back. `duration` is in seconds, 0 at the start.',
    params: z.strictObject({
      device: z.string(),
      status: z.enum(['STARTED', 'STOPPED', 'ERROR', 'FAILED']),
      filename: z.string(),
      duration: count,
    }),
    example: {
      device: 'camera0',
      status: 'STOPPED',
      filename: 'camera0_2026-11-23_04-28-13.mp4',
      duration: 60,
    },
  },
  {
    name: 'inspection_update',
    summary:
      'What the flight recorder kept since the last one, oldest first; only for those who called `subscribe_inspection`. Numbers follow each other; a hole means that something was dropped (`lagged`): ask `get_actor_trace` with `since_seq`.',
    params: z.strictObject({ records: z.array(traceRecordShape) }),
    example: { records: [EXAMPLE_RECORD] },
  },
  {
    name: 'lagged',
    summary:
      'This client read too slowly and its oldest notifications were dropped. Ask for the full state again (`get_camera_list`, `get_recording_status`).',
    params: z.strictObject({ dropped: count.describe('notifications lost since the last `lagged`') }),
    example: { dropped: 17 },
  },
];
