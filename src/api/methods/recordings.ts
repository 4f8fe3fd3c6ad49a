/** Starting, stopping and watching recordings. The recording actor decides; this asks and shows. */
import { z } from 'zod';
import type { Call } from '../desk.ts';
import { invalidParams } from '../rpc/params.ts';
import { count, deviceParam, deviceParams, requireCamera, stamp, stampOf } from '../shapes/common.ts';
import { lastPictureAt, RECORDING_FORMATS, sessionForm, sessionShape } from '../shapes/recording-shape.ts';
import { EXAMPLE_SESSION } from './examples.ts';
import { method } from './method.ts';

const DURATION_FORMS = {
  duration: 1,
  duration_seconds: 1,
  duration_minutes: 60,
  duration_hours: 3600,
} as const;
type DurationForms = Partial<Record<keyof typeof DURATION_FORMS, number | undefined>>;

export const startRecording = method({
  name: 'start_recording',
  role: 'operator',
  summary:
    'Starts a recording. An idle stream is started first, within its readiness deadline. RECORDING: bytes are on disk; STARTING: armed, and `recording_status_update` STARTED follows.',
  params: z.strictObject({
    device: deviceParam,
    duration: z.int().min(1).max(86_400).optional().describe('seconds; none of the four: until stopped'),
    format: z.enum(RECORDING_FORMATS).default('fmp4'),
    duration_seconds: z.int().min(1).max(86_400).optional().describe('older name of `duration`'),
    duration_minutes: z.int().min(1).max(1440).optional().describe('older form'),
    duration_hours: z.int().min(1).max(24).optional().describe('older form'),
    filename: z
      .string()
      .max(255)
      .optional()
      .describe('taken from older clients and not used: a recording is named after its camera and time'),
  }),
  result: sessionShape,
  errors: ['not-found', 'invalid-state', 'dependency-failed', 'storage-failed'],
  causes: ['recording_status_update'],
  allowedStates: ['ready'],
  example: { params: { device: 'camera0', duration: 60 }, result: EXAMPLE_SESSION },
  handle: async ({ device, format, ...forms }, { desk, correlationId }) => {
    const durationMs = durationOf(forms);
    const cameraId = requireCamera(desk.door, device).device;
    return sessionForm(await desk.door.startRecording({ cameraId, durationMs, format, correlationId }));
  },
});

export const stopRecording = method({
  name: 'stop_recording',
  role: 'operator',
  summary:
    'Ends the running recording and answers when its file is closed, with exact duration and size. A conversion to another format goes on after it.',
  params: deviceParams,
  result: z.strictObject({
    ...sessionShape.shape,
    end_time: stamp.describe('of the last picture'),
    stop_time: stamp.describe('end_time, for older clients'),
  }),
  errors: ['not-found', 'invalid-state', 'dependency-failed', 'storage-failed'],
  causes: ['recording_status_update'],
  allowedStates: ['recording'],
  example: {
    params: { device: 'camera0' },
    result: {
      ...EXAMPLE_SESSION,
      status: 'STOPPED',
      state: 'finalising',
      reason: 'requested',
      end_time: '2026-11-23T04:28:17.512Z',
      stop_time: '2026-11-23T04:28:17.512Z',
    },
  },
  handle: async ({ device }, { desk, correlationId }) => {
    const cameraId = requireCamera(desk.door, device).device;
    const recording = await desk.door.stopRecording(cameraId, correlationId);
    const endTime = lastPictureAt(recording.parts) ?? stampOf(desk.clock.wallMs());
    return { ...sessionForm(recording), end_time: endTime, stop_time: endTime };
  },
});

export const getRecordingStatus = method({
  name: 'get_recording_status',
  role: 'viewer',
  summary:
    'The running recording of a camera. Without one the status is STOPPED and the other fields are null or 0.',
  params: deviceParams,
  result: z.strictObject({
    ...sessionShape.partial().shape,
    device: z.string(),
    recording: z.boolean(),
    status: sessionShape.shape.status,
    session_id: z.string().nullable(),
    filename: z.string().nullable(),
    start_time: stamp.nullable(),
    duration: count,
    file_size: count,
  }),
  errors: ['not-found'],
  example: { params: { device: 'camera0' }, result: { recording: true, ...EXAMPLE_SESSION } },
  handle: ({ device }, call) => recordingStatus(device, call),
});

function recordingStatus(device: string, { desk }: Call) {
  const camera = requireCamera(desk.door, device);
  if (camera.recording !== null) return { recording: true, ...sessionForm(camera.recording) };
  return {
    recording: false,
    device: camera.device,
    status: 'STOPPED' as const,
    session_id: null,
    filename: null,
    start_time: null,
    duration: 0,
    file_size: 0,
  };
}

/** @returns milliseconds; null: until stopped. @throws RpcFault invalid-params when more than one form is given */
function durationOf(forms: DurationForms): number | null {
  const given = Object.entries(DURATION_FORMS).flatMap(([name, seconds]) => {
    const value = forms[name as keyof DurationForms];
    return value === undefined ? [] : [{ name, totalS: value * seconds }];
  });
  if (given.length > 1) {
    throw invalidParams(
      given[1]?.name ?? null,
      'exclusive',
      'Only one of duration, duration_seconds, duration_minutes and duration_hours may be given.',
    );
  }
  return given[0] === undefined ? null : given[0].totalS * 1000;
}
