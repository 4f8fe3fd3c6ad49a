/** Views as actors would give them, with everything overridable. */

import type { ControlView } from '../../src/api/control-view.ts';
import type {
  CameraView,
  PlanView,
  RecordingView,
  ServiceView,
  StreamView,
  WayView,
} from '../../src/api/door.ts';
import type { Trouble } from '../../src/machines/errors.ts';
import type { Capabilities, FinishedRecording } from '../../src/machines/values.ts';

/** 2026-11-23T04:28:00.000Z */
export const START_AT_MS = Date.UTC(2026, 10, 23, 4, 28, 0);

export const CAPABILITIES: Capabilities = {
  card: 'USB Camera',
  driver: 'uvcvideo',
  busInfo: 'usb-0000:00:14.0-1',
  deviceCaps: ['Video Capture', 'Streaming'],
  formats: [
    {
      devicePath: '/dev/video0',
      fourcc: 'MJPG',
      description: 'Motion-JPEG',
      compressed: true,
      sizes: [{ widthPx: 1280, heightPx: 720, frameRatesFps: [30, 29.97, 15] }],
      sizeRanges: [],
    },
    {
      devicePath: '/dev/video0',
      fourcc: 'YUYV',
      description: 'YUYV 4:2:2',
      compressed: false,
      sizes: [
        { widthPx: 640, heightPx: 480, frameRatesFps: [30] },
        { widthPx: 1280, heightPx: 720, frameRatesFps: [10] },
      ],
      sizeRanges: [],
    },
  ],
};

const WAY: WayView = {
  plan: {
    ...{ cameraId: 'camera0', cameraName: 'Camera', origin: 'v4l2', fourcc: 'MJPG' },
    ...{ widthPx: 640, heightPx: 480, rateFps: 30, encoder: 'libx264', tapFrom: 'all' },
  },
  ...{ reasons: ['its JPEG pictures are decoded'], costPercent: 13.6, busMbps: 18.4, toExamine: false },
  ...{ standing: 'chosen', trouble: null },
};
const FAILED: Trouble = { code: 'no-bandwidth', reason: 'no_bandwidth', message: 'The bus is full.' };
const PLAN_VIEW: PlanView = {
  ways: [
    { ...WAY, plan: { ...WAY.plan, fourcc: 'YUYV' }, standing: 'failed', trouble: FAILED },
    WAY,
    { ...WAY, plan: { ...WAY.plan, widthPx: 320, heightPx: 240 }, standing: 'possible' },
  ],
  rejected: [{ what: 'BA81', why: 'ffmpeg cannot capture this format' }],
};

export function streamView(changes: Partial<StreamView> = {}): StreamView {
  return {
    state: 'idle',
    sinceAtMs: START_AT_MS,
    status: 'INACTIVE',
    reasons: [],
    attempts: 0,
    maxAttempts: 6,
    retryAtMs: null,
    capture: null,
    available: false,
    readers: 0,
    inboundBytes: 0,
    tap: 'unknown',
    demand: 'available',
    liveSinceAtMs: null,
    trouble: null,
    ...changes,
  };
}

export function liveStream(changes: Partial<StreamView> = {}): StreamView {
  return streamView({
    state: 'live.flowing',
    status: 'ACTIVE',
    reasons: ['viewers'],
    capture: { pid: 4711, startedAtMs: START_AT_MS, adopted: false },
    available: true,
    readers: 1,
    inboundBytes: 1_250_000,
    tap: 'available',
    liveSinceAtMs: START_AT_MS,
    ...changes,
  });
}

export function cameraView(device: string, changes: Partial<CameraView> = {}): CameraView {
  return {
    device,
    state: 'ready.confirmed',
    sinceAtMs: START_AT_MS,
    status: 'CONNECTED',
    name: `Camera ${device}`,
    widthPx: 640,
    heightPx: 480,
    rateFps: 29.97,
    capabilities: CAPABILITIES,
    plan: PLAN_VIEW,
    capabilityState: 'confirmed',
    devicePaths: [`/dev/video${2 * Number(device.replace('camera', ''))}`],
    identity: { matchedBy: 'serial', ambiguous: false },
    lastSeenAtMs: null,
    trouble: null,
    controls: { state: 'idle', kept: [], drifted: [], trouble: null },
    stream: streamView(),
    recording: null,
    ...changes,
  };
}

export function recordingView(device: string, changes: Partial<RecordingView> = {}): RecordingView {
  return {
    state: 'rolling',
    sinceAtMs: START_AT_MS,
    session: `${device}_2026-11-23_04-28-00`,
    device,
    status: 'RECORDING',
    format: 'fmp4',
    orderedAtMs: START_AT_MS,
    startedAtMs: START_AT_MS + 100,
    durationMs: 4004,
    wantedDurationMs: null,
    sizeBytes: 301_244,
    parts: [],
    gaps: [],
    adoptions: 0,
    reason: null,
    trouble: null,
    ...changes,
  };
}

export function finishedRecording(
  device: string,
  changes: Partial<FinishedRecording> = {},
): FinishedRecording {
  const session = changes.session ?? `${device}_2026-11-23_04-28-00`;
  return {
    session,
    cameraId: device,
    format: 'fmp4',
    reason: 'requested',
    outcome: 'completed',
    orderedAtMs: START_AT_MS,
    startedAtMs: START_AT_MS + 100,
    endedAtMs: START_AT_MS + 4104,
    durationMs: 4004,
    sizeBytes: 301_244,
    parts: [{ file: `${session}.mp4`, startedAtMs: START_AT_MS + 100, durationMs: 4004, sizeBytes: 301_244 }],
    gaps: [],
    adoptions: 0,
    overrunMs: 0,
    warning: null,
    ...changes,
  };
}

/** Brightness that somebody wants at 7, autofocus, the focus that it decides, a menu and a button. */
export function controlViews(): ControlView[] {
  const bare = { section: 'Camera Controls', min: null, max: null, step: null, menu: [], flags: [] };
  const free = { wanted: null, decidedBy: null };
  const number = { type: 'int' as const, min: 0, max: 250, step: 5, default: 0 };
  const wanted = { min: -64, max: 64, step: 1, value: 7, wanted: 7 };
  return [
    { ...bare, ...free, ...number, ...wanted, name: 'brightness', section: 'User Controls' },
    {
      ...bare,
      ...free,
      name: 'power_line_frequency',
      type: 'menu',
      min: 0,
      max: 1,
      default: 1,
      value: 1,
      menu: [
        { index: 0, name: 'Disabled' },
        { index: 1, name: '50 Hz' },
      ],
    },
    { ...bare, ...free, name: 'focus_automatic_continuous', type: 'bool', default: 1, value: 1 },
    {
      ...bare,
      ...free,
      ...number,
      name: 'focus_absolute',
      value: 35,
      flags: ['inactive'],
      decidedBy: 'focus_automatic_continuous',
    },
    { ...bare, ...free, name: 'restart', type: 'button', default: null, value: null, flags: ['write-only'] },
  ];
}

export function serviceView(changes: Partial<ServiceView> = {}): ServiceView {
  return {
    state: 'ready',
    sinceAtMs: START_AT_MS,
    startedAtMs: START_AT_MS,
    version: '0.1.0',
    missingParts: [],
    mediaServer: {
      kind: 'mediamtx',
      version: '1.20.1',
      pid: 4700,
      process: { state: 'running', sinceAtMs: START_AT_MS },
      health: { state: 'healthy', sinceAtMs: START_AT_MS },
      failures: 0,
      opened: 0,
      retryAtMs: null,
      started: '2026-11-23T04:27:59Z',
      trouble: null,
      folders: { state: 'ours', demand: 'available', recording: 'available', trouble: null },
    },
    discovery: { state: 'sourcing.watching', sinceAtMs: START_AT_MS, source: 'udev', trouble: null },
    storage: {
      state: 'ok',
      sinceAtMs: START_AT_MS,
      totalBytes: 1000,
      availableBytes: 750,
      usedPercent: 25,
      trouble: null,
    },
    ...changes,
  };
}
