/** V4L2 controls: what a camera can be set to, and setting it for good. */
import { z } from 'zod';
import { invalidParams } from '../rpc/params.ts';
import { deviceParam, deviceParams, requireCamera } from '../shapes/common.ts';
import { controlForm, controlShape } from '../shapes/control-shape.ts';
import { method } from './method.ts';

const EXAMPLE_CONTROL = {
  control: 'brightness',
  section: 'User Controls',
  type: 'int' as const,
  value: 7,
  wanted: 7,
  default: 0,
  min: -64,
  max: 64,
  step: 1,
  menu: [],
  flags: [],
  inactive: false,
  decided_by: null,
};

export const getCameraControls = method({
  name: 'get_camera_controls',
  role: 'viewer',
  summary: 'What a camera can be set to (brightness, focus, exposure, ...), as it tells now.',
  params: deviceParams,
  result: z.strictObject({ device: z.string(), controls: z.array(controlShape) }),
  errors: ['not-found', 'invalid-state', 'dependency-failed'],
  allowedStates: ['ready'],
  example: {
    params: { device: 'camera0' },
    result: { device: 'camera0', controls: [EXAMPLE_CONTROL] },
  },
  handle: async ({ device }, { desk }) => {
    const { device: cameraId } = requireCamera(desk.door, device);
    const controls = await desk.door.controls(cameraId);
    return { device: cameraId, controls: controls.map(controlForm) };
  },
});

export const setCameraControl = method({
  name: 'set_camera_control',
  role: 'operator',
  summary:
    'Sets one control, reads it back, and keeps it: it is set again after a re-plug, a restart, and a stream start that made the camera forget. `reset`, or null as the value, sets the default and keeps nothing. A button is pressed with true and not kept.',
  params: z.strictObject({
    device: deviceParam,
    control: z
      .string()
      .regex(/^[a-z0-9_]{1,64}$/, 'a control is named as get_camera_controls names it')
      .describe('as get_camera_controls names it'),
    value: z
      .union([z.number(), z.boolean(), z.string().max(256), z.null()])
      .optional()
      .describe("a number, true or false, or a menu's item by its number or name; null: the default"),
    reset: z.boolean().default(false).describe('the default, and keep nothing'),
  }),
  result: z.strictObject({ device: z.string(), ...controlShape.partial().required({ control: true }).shape }),
  errors: ['not-found', 'invalid-state', 'dependency-failed', 'storage-failed'],
  allowedStates: ['ready'],
  example: {
    params: { device: 'camera0', control: 'brightness', value: 7 },
    result: { device: 'camera0', ...EXAMPLE_CONTROL },
  },
  handle: async ({ device, control, value, reset }, { desk }) => {
    if (!reset && value === undefined)
      throw invalidParams('value', 'required', 'The parameter "value" is required, or "reset".');
    if (reset && value !== undefined && value !== null)
      throw invalidParams('reset', 'either', 'Give a value, or "reset", not both.');
    const { device: cameraId } = requireCamera(desk.door, device);
    const view = await desk.door.setControl(cameraId, control, reset ? null : (value ?? null));
    // What this camera does not have was wished for another one in its place: nothing of it can be shown.
    if (view === null) return { device: cameraId, control };
    return { device: cameraId, ...controlForm(view) };
  },
});
