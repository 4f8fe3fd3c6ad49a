/** Plain values that machines are fed with in tests: devices, capabilities, limits, orders. No jitter anywhere. */
import type { CameraLimits } from '../../src/machines/camera-setup.ts';
import type { ControlLimits } from '../../src/machines/controls-setup.ts';
import { CameraError, type ErrorCode } from '../../src/machines/errors.ts';
import type { MediaServerLimits } from '../../src/machines/media-server-setup.ts';
import type { PlanLadder, PlanRung } from '../../src/machines/plan.ts';
import type { RecordingLimits } from '../../src/machines/recording-setup.ts';
import type { StreamLimits } from '../../src/machines/stream-values.ts';
import type {
  Capabilities,
  CapturePlan,
  Device,
  DeviceNode,
  KnownCamera,
  MediaServerInfo,
  PathObservation,
  ProbedCamera,
  ProcessEnd,
  ProcessIdentity,
  RecordedPart,
  RecordingOrder,
  TappedFrame,
} from '../../src/machines/values.ts';

/** Wall time at the simulated clock's zero: 2026-11-23T04:28:13Z. */
export const WALL_ZERO_MS = 1_795_408_093_000;

export const node = (fields: Partial<DeviceNode> = {}): DeviceNode => ({
  origin: 'v4l2',
  syspath: '/sys/devices/usb1/1-1/1-1:1.0/video4linux/video0',
  devicePath: '/dev/video0',
  vendorId: '046d',
  productId: '0825',
  serial: 'A1B2C3',
  portPath: 'pci-0000:00:14.0-usb-0:1:1.0',
  interfaceNumber: '00',
  productName: 'HD Webcam C270',
  parentSyspath: '/sys/devices/usb1/1-1',
  ...fields,
});

export const device = (nodes: readonly DeviceNode[] = [node()], key = 'usb:046d:0825:A1B2C3:00'): Device => ({
  identity: {
    key,
    matchedBy: 'serial',
    ambiguous: false,
    serialKey: key,
    placeKey: 'port:pci-0000:00:14.0-usb-0:1:1.0:00',
    model: '046d:0825',
  },
  nodes,
});

/** The same camera, found under another node number. */
export const movedDevice = (): Device =>
  device([node({ devicePath: '/dev/video4', syspath: '/sys/devices/usb1/1-1/1-1:1.0/video4linux/video4' })]);

export const known = (fields: Partial<KnownCamera> = {}): KnownCamera => ({
  id: 'camera0',
  identity: device().identity,
  name: 'HD Webcam C270',
  disabled: false,
  streamWanted: false,
  examined: [],
  lastSeenAtMs: null,
  controls: [],
  ...fields,
});

export const capabilities = (fourcc = 'YUYV', devicePath = '/dev/video0'): Capabilities => ({
  card: 'HD Webcam C270',
  driver: 'uvcvideo',
  busInfo: 'usb-0000:00:14.0-1',
  deviceCaps: ['Video Capture', 'Streaming'],
  formats: [
    {
      devicePath,
      fourcc,
      description: fourcc,
      compressed: false,
      sizes: [{ widthPx: 640, heightPx: 480, frameRatesFps: [30, 15] }],
      sizeRanges: [],
    },
  ],
});

export const probed = (fourcc = 'YUYV', devicePath = '/dev/video0'): ProbedCamera => ({
  devicePath,
  hardwareEncoders: [],
  capabilities: capabilities(fourcc, devicePath),
});

export const plan = (fields: Partial<CapturePlan> = {}): CapturePlan => ({
  cameraId: 'camera0',
  cameraName: 'HD Webcam C270',
  origin: 'v4l2',
  devicePath: '/dev/video0',
  fourcc: 'YUYV',
  widthPx: 640,
  heightPx: 480,
  rateFps: 15,
  encoder: 'libx264',
  encoderDevicePath: null,
  tapFrom: 'all',
  ...fields,
});

export const rung = (fields: Partial<CapturePlan> = {}, more: Partial<PlanRung> = {}): PlanRung => ({
  plan: plan(fields),
  reasons: [],
  costPercent: 5,
  busMbps: 70,
  toExamine: false,
  ...more,
});

/** The ladder of these ways alone. */
export const ladder = (...rungs: readonly (Partial<CapturePlan> | PlanRung)[]): PlanLadder => ({
  rungs: (rungs.length === 0 ? [{}] : rungs).map((one) => ('plan' in one ? one : rung(one))),
  rejected: [],
});

export const processOf = (pid = 4242, adopted = false): ProcessIdentity => ({
  pid,
  startTicks: 100_000 + pid,
  mark: `d0/capture/camera0/${pid}`,
  adopted,
});

export const endOf = (code: ErrorCode = 'capture-failed', message = 'The capture ended.'): ProcessEnd => ({
  exitCode: 1,
  signal: null,
  trouble: { code, reason: code.replaceAll('-', '_'), message },
});

export const failure = (code: ErrorCode, message = `Fake: ${code}.`): CameraError =>
  new CameraError(code, message);

export const serverInfo = (started = '2026-11-23T04:00:00Z'): MediaServerInfo => ({
  kind: 'mediamtx',
  version: '1.20.1',
  started,
});

export const observed = (fields: Partial<PathObservation> = {}): PathObservation => ({
  name: 'camera0',
  available: true,
  availableTime: '2026-11-23T04:28:20Z',
  sourceId: 'source-1',
  inboundBytes: 1000,
  readers: 0,
  ...fields,
});

export const frame = (seenMonoMs = 1000, digest = `picture-${seenMonoMs}`): TappedFrame => ({
  sizeBytes: 12_000,
  digest,
  seenMonoMs,
  luma: 120,
});

export const order = (fields: Partial<RecordingOrder> = {}): RecordingOrder => ({
  session: 'camera0_2026-11-23_04-28-13',
  cameraId: 'camera0',
  format: 'fmp4',
  durationMs: null,
  segmentDurationMs: 3_600_000,
  orderedAtMs: WALL_ZERO_MS,
  correlationId: null,
  ...fields,
});

export const part = (fields: Partial<RecordedPart> = {}): RecordedPart => ({
  file: 'part-1.mp4',
  startedAtMs: WALL_ZERO_MS,
  durationMs: null,
  sizeBytes: 1000,
  ...fields,
});

/** The defaults of src/config/schema.ts, with the jitter taken out. */
export const recordingLimits: RecordingLimits = {
  readyTimeoutMs: 15_000,
  heartbeatMs: 1000,
  heartbeatLimitMs: 5000,
  resumeMs: 30_000,
  closeTimeoutMs: 2000,
  closeCheckMs: 40,
  fileRetryMs: 30_000,
};

export const streamLimits: StreamLimits = {
  startTimeoutMs: 10_000,
  demandStartTimeoutMs: 10_000,
  demandCloseAfterMs: 10_000,
  bytesLimitMs: 3000,
  framesLimitMs: 4000,
  pictureLimitMs: 30_000,
  picturePolicy: 'report',
  suspectLimitMs: 5000,
  republishLimitMs: 10_000,
  backoffMs: 1000,
  backoffMaxMs: 30_000,
  backoffJitter: [1, 1],
  attempts: 6,
  forgetMs: 30_000,
  faultedRetryMs: 60_000,
  callCloseAfterMs: 300_000,
  warmUpMs: 3000,
  verifyIntervalMs: 20,
  verifyLimitMs: 2000,
  entryRetryMs: 1000,
  releaseLimitMs: 15_000,
  lookAgainMs: 1000,
  rivals: {
    changes: 2,
    windowMs: 5000,
    lookMs: 200,
    searchMs: 5000,
    backoffMs: 1000,
    backoffMaxMs: 30_000,
    backoffJitter: [1, 1],
  },
};

export const controlLimits: ControlLimits = {
  timeoutMs: 3000,
  checkMs: 30_000,
  attempts: 3,
  backoffMs: 500,
  retryMs: 300_000,
};

export const cameraLimits: CameraLimits = {
  settleMs: 100,
  probeTimeoutMs: 5000,
  probeBackoffMs: 1000,
  probeBackoffMaxMs: 30_000,
  probeAttempts: 5,
  faultedRetryMs: 300_000,
  confirmAfterMs: 1000,
  wish: {
    ...{ widthPx: 640, heightPx: 480, rateFps: 15 },
    ...{ profile: 'stanag4406', strict: true, tapLimitMs: 4000 },
  },
  stream: streamLimits,
  recording: recordingLimits,
  controls: controlLimits,
};

export const mediaServerLimits: MediaServerLimits = {
  launchTimeoutMs: 10_000,
  launchCheckIntervalMs: 50,
  restartBackoffMs: 1000,
  restartBackoffMaxMs: 30_000,
  restartForgetMs: 30_000,
  restartAfterOpenMs: 20_000,
  checkIntervalMs: 2000,
  failingIntervalMs: 500,
  failureThreshold: 3,
  openMs: 5000,
  openMaxMs: 120_000,
  jitter: [1, 1],
  confirmations: 3,
  confirmIntervalMs: 500,
  refusedIntervalMs: 10_000,
  watchIntervalMs: 1000,
  watchFastIntervalMs: 100,
  compareIntervalMs: 10_000,
  folderRetestMs: 60_000,
};
