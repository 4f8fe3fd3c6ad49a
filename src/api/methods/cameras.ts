/** The cameras: list, status, capabilities. Read from views alone. */
import { z } from 'zod';
import type { CameraView } from '../door.ts';
import {
  type CAMERA_WORDS,
  cameraSummary,
  cameraSummaryShape,
  flatCapabilities,
  identityShape,
} from '../shapes/camera-shape.ts';
import {
  count,
  deviceParam,
  deviceParams,
  noParams,
  requireCamera,
  troubleForm,
  troubleShape,
} from '../shapes/common.ts';
import { controlsStateForm, controlsStateShape } from '../shapes/control-shape.ts';
import { explainedPlanForm, explainedPlanShape, planForm, planShape } from '../shapes/plan-shape.ts';
import { sessionForm, sessionShape } from '../shapes/recording-shape.ts';
import { streamDetail, streamDetailShape, uptimeSeconds } from '../shapes/stream-shape.ts';
import { EXAMPLE_CAMERA, EXAMPLE_PLAN, EXAMPLE_STREAM } from './examples.ts';
import { method } from './method.ts';

export const getCameraList = method({
  name: 'get_camera_list',
  aliases: ['get_cameras'],
  role: 'viewer',
  fromViews: true,
  summary: 'All known cameras, plugged or not, in the order of their ids.',
  params: noParams,
  result: z.strictObject({ cameras: z.array(cameraSummaryShape), total: count, connected: count }),
  errors: [],
  example: { params: {}, result: { cameras: [EXAMPLE_CAMERA], total: 1, connected: 1 } },
  handle: (_, { desk, session }) => {
    const cameras = desk.door.cameras();
    return {
      cameras: cameras.map((camera) => cameraSummary(camera, session.host, desk.settings)),
      total: cameras.length,
      connected: cameras.filter((camera) => camera.status === 'CONNECTED').length,
    };
  },
});

export const getCameraStatus = method({
  name: 'get_camera_status',
  role: 'viewer',
  fromViews: true,
  summary: 'One camera with its stream, its running recording and what it can do now.',
  params: z.strictObject({
    device: deviceParam,
    debug: z.boolean().default(false).describe('adds `debug.internal_device_path`, for an admin alone'),
    explain_plan: z.boolean().default(false).describe('adds `explain_plan`: every way to capture it'),
  }),
  result: z.strictObject({
    ...cameraSummaryShape.shape,
    metrics: z.strictObject({
      bytes_sent: count.describe('bytes the media server has received from the capture'),
      readers: count.describe('viewers now'),
      uptime: count.describe('seconds live'),
    }),
    capabilities: z
      .strictObject({ formats: z.array(z.string()), resolutions: z.array(z.string()) })
      .optional(),
    identity: identityShape,
    stream: streamDetailShape,
    recording: sessionShape.nullable(),
    plan: planShape.nullable().describe('how it is captured; null while that is not known'),
    explain_plan: explainedPlanShape.optional(),
    trouble: troubleShape.nullable(),
    controls: controlsStateShape.describe('what was set by `set_camera_control`, and whether it stands'),
    allowed: z.array(z.string()).describe('methods that would work now'),
    debug: z
      .strictObject({ internal_device_path: z.string().nullable(), device_paths: z.array(z.string()) })
      .optional(),
  }),
  errors: ['not-found'],
  example: {
    params: { device: 'camera0' },
    result: {
      ...EXAMPLE_CAMERA,
      metrics: { bytes_sent: 1_250_000, readers: 1, uptime: 17 },
      capabilities: { formats: ['MJPG', 'YUYV'], resolutions: ['1280x720', '640x480'] },
      identity: { matched_by: 'serial', ambiguous: false },
      stream: EXAMPLE_STREAM,
      recording: null,
      plan: EXAMPLE_PLAN,
      trouble: null,
      controls: { state: 'settled', kept: { brightness: 7 }, drifted: [], trouble: null },
      allowed: ['start_recording', 'take_snapshot', 'stop_streaming'],
    },
  },
  handle: ({ device, debug, explain_plan: explained }, { desk, session, nowMs }) => {
    const camera = requireCamera(desk.door, device);
    const { formats, resolutions } = flatCapabilities(camera.capabilities);
    const paths = [...camera.devicePaths];
    return {
      ...cameraSummary(camera, session.host, desk.settings),
      metrics: {
        bytes_sent: camera.stream.inboundBytes,
        readers: camera.stream.readers,
        uptime: uptimeSeconds(camera.stream.liveSinceAtMs, nowMs),
      },
      ...(camera.capabilities === null ? {} : { capabilities: { formats, resolutions } }),
      identity: { matched_by: camera.identity.matchedBy, ambiguous: camera.identity.ambiguous },
      stream: streamDetail(camera.stream),
      recording: camera.recording === null ? null : sessionForm(camera.recording),
      plan: planForm(camera.plan),
      ...(explained && camera.plan !== null ? { explain_plan: explainedPlanForm(camera.plan) } : {}),
      trouble: troubleForm(camera.trouble),
      controls: controlsStateForm(camera.controls),
      allowed: [...desk.door.allowed(camera.device)],
      ...(debug && session.principal?.role === 'admin'
        ? { debug: { internal_device_path: paths[0] ?? null, device_paths: paths } }
        : {}),
    };
  },
});

export const getCameraCapabilities = method({
  name: 'get_camera_capabilities',
  role: 'viewer',
  summary:
    'Formats, sizes and rates of a camera: flat as old clients know them, and `modes` with what goes together.',
  params: deviceParams,
  result: z.strictObject({
    device: z.string(),
    formats: z.array(z.string()).describe('V4L2 fourcc'),
    resolutions: z.array(z.string()).describe('`WxH`, largest first; both ends of a range'),
    fps_options: z.array(count).describe('rounded, highest first'),
    validation_status: z.enum(['NONE', 'DISCONNECTED', 'CONFIRMED']),
    capability_state: z
      .enum(['none', 'provisional', 'confirmed', 'unsteady'])
      .describe('unsteady: its answers never agreed; what is told is what all of them had'),
    modes: z.array(
      z.strictObject({
        format: z.string(),
        description: z.string(),
        compressed: z.boolean(),
        sizes: z.array(z.strictObject({ resolution: z.string(), fps: z.array(z.number()) })),
        size_ranges: z.array(
          z.strictObject({
            min: z.string(),
            max: z.string(),
            step: z.string(),
            fps_min: z.number().nullable(),
            fps_max: z.number().nullable(),
          }),
        ),
      }),
    ),
  }),
  errors: ['not-found'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      formats: ['YUYV'],
      resolutions: ['640x480'],
      fps_options: [30, 15],
      validation_status: 'CONFIRMED',
      capability_state: 'confirmed',
      modes: [
        {
          format: 'YUYV',
          description: 'YUYV 4:2:2',
          compressed: false,
          sizes: [{ resolution: '640x480', fps: [30, 15] }],
          size_ranges: [],
        },
      ],
    },
  },
  handle: ({ device }, { desk }) => {
    const camera = requireCamera(desk.door, device);
    return {
      device: camera.device,
      ...flatCapabilities(camera.capabilities),
      validation_status: validationWord(camera.status, camera.capabilityState),
      capability_state: camera.capabilityState,
      modes: (camera.capabilities?.formats ?? []).map((format) => ({
        format: format.fourcc,
        description: format.description,
        compressed: format.compressed,
        sizes: format.sizes.map((size) => ({
          resolution: `${size.widthPx}x${size.heightPx}`,
          fps: [...size.frameRatesFps],
        })),
        size_ranges: format.sizeRanges.map((range) => ({
          min: `${range.minWidthPx}x${range.minHeightPx}`,
          max: `${range.maxWidthPx}x${range.maxHeightPx}`,
          step: `${range.stepWidthPx}x${range.stepHeightPx}`,
          fps_min: range.minFps,
          fps_max: range.maxFps,
        })),
      })),
    };
  },
});

function validationWord(status: (typeof CAMERA_WORDS)[number], known: CameraView['capabilityState']) {
  if (status === 'DISCONNECTED') return 'DISCONNECTED' as const;
  return known === 'confirmed' ? ('CONFIRMED' as const) : ('NONE' as const);
}
