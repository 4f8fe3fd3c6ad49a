/** Orders to a camera itself: on, off, once more, another name, forgotten. */
import { z } from 'zod';
import type { CameraView } from '../door.ts';
import { CAMERA_WORDS } from '../shapes/camera-shape.ts';
import { deviceParam, deviceParams, requireCamera } from '../shapes/common.ts';
import { method } from './method.ts';

const orderShape = z.strictObject({
  device: z.string(),
  status: z.enum(CAMERA_WORDS),
  name: z.string(),
  state: z.string().describe("state path of the camera's actor"),
  stream_state: z.string().describe("state path of the stream's actor"),
});

function orderForm({ device, status, name, state, stream }: CameraView): z.infer<typeof orderShape> {
  return { device, status, name, state, stream_state: stream.state };
}

const EXAMPLE = {
  device: 'camera0',
  status: 'CONNECTED' as const,
  name: 'USB Camera',
  state: 'ready.confirmed',
  stream_state: 'idle',
};

export const enableCamera = method({
  name: 'enable_camera',
  role: 'operator',
  summary:
    'Switches a camera on again. A stream that was switched on by `start_streaming` comes back by itself, and viewers start it again. Repeating it is harmless.',
  params: deviceParams,
  result: orderShape,
  errors: ['not-found', 'storage-failed'],
  causes: ['camera_status_update'],
  example: {
    params: { device: 'camera0' },
    result: { ...EXAMPLE, state: 'settling', stream_state: 'unavailable' },
  },
  handle: async ({ device }, { desk }) =>
    orderForm(await desk.door.enableCamera(requireCamera(desk.door, device).device)),
});

export const disableCamera = method({
  name: 'disable_camera',
  role: 'operator',
  summary:
    'Switches a camera off and answers when its device is released: the stream ends, a running recording is finished with the reason `camera_disabled`, and nothing opens the device until `enable_camera`, also after a restart. Repeating it is harmless.',
  params: deviceParams,
  result: orderShape,
  errors: ['not-found', 'dependency-failed', 'storage-failed'],
  causes: ['camera_status_update'],
  example: {
    params: { device: 'camera0' },
    result: { ...EXAMPLE, status: 'DISCONNECTED', state: 'disabled.present', stream_state: 'unavailable' },
  },
  handle: async ({ device }, { desk }) =>
    orderForm(await desk.door.disableCamera(requireCamera(desk.door, device).device)),
});

export const retryCamera = method({
  name: 'retry_camera',
  role: 'operator',
  summary:
    'Tries now what would be tried later: a camera that did not answer is asked again, a stream that failed is started again.',
  params: deviceParams,
  result: orderShape,
  errors: ['not-found', 'invalid-state', 'dependency-failed'],
  allowedStates: ['faulted', 'probeBackoff'],
  example: {
    params: { device: 'camera0' },
    result: { ...EXAMPLE, state: 'probing', stream_state: 'unavailable' },
  },
  handle: async ({ device }, { desk }) =>
    orderForm(await desk.door.retryCamera(requireCamera(desk.door, device).device)),
});

/** Control characters, line ends, and marks that turn the direction of the text around it. */
const UNUSABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const NAME_LENGTH = 64;

export const renameCamera = method({
  name: 'rename_camera',
  role: 'operator',
  summary:
    'Gives a camera another name. Names are unique: one that another camera bears gets a number, `HD Webcam (2)`, and the result says it.',
  params: z.strictObject({
    device: deviceParam,
    name: z
      .string()
      .max(NAME_LENGTH, `a name has at most ${NAME_LENGTH} characters`)
      .refine((name) => name.trim() !== '', { error: 'a name must not be empty', params: { rule: 'empty' } })
      .refine((name) => !UNUSABLE.test(name), {
        error: 'a name is one line without control characters',
        params: { rule: 'characters' },
      })
      .describe(`1 to ${NAME_LENGTH} characters, one line; blanks around it are dropped`),
  }),
  result: orderShape,
  errors: ['not-found', 'storage-failed'],
  causes: ['camera_status_update'],
  example: {
    params: { device: 'camera0', name: 'Front door' },
    result: { ...EXAMPLE, name: 'Front door' },
  },
  handle: async ({ device, name }, { desk }) =>
    orderForm(
      await desk.door.renameCamera(
        requireCamera(desk.door, device).device,
        // Two ways of writing one letter are one name.
        name.trim().normalize('NFC'),
      ),
    ),
});

export const forgetCamera = method({
  name: 'forget_camera',
  role: 'operator',
  summary:
    'Forgets a camera that is away: its name, its settings and its number, which the next new camera gets. Recordings and snapshots stay. One that is plugged in is not forgotten: it would be back at once, switched on.',
  params: deviceParams,
  result: z.strictObject({ device: z.string(), status: z.literal('FORGOTTEN') }),
  errors: ['not-found', 'invalid-state', 'storage-failed'],
  allowedStates: ['disconnected', 'disabled.absent'],
  example: { params: { device: 'camera3' }, result: { device: 'camera3', status: 'FORGOTTEN' } },
  handle: async ({ device }, { desk }) => {
    const { device: cameraId } = requireCamera(desk.door, device);
    await desk.door.forgetCamera(cameraId);
    return { device: cameraId, status: 'FORGOTTEN' as const };
  },
});
