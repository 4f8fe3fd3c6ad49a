/** The camera machine's vocabulary, actors, actions, guards and delays; the chart is in camera.ts. */
import { assign, enqueueActions, fromPromise, sendTo, setup, stopChild } from 'xstate';
import { backoffMs } from './backoff.ts';
import { commonCapabilities, sameCapabilities } from './capabilities.ts';
import { controlsMachine } from './controls.ts';
import type { ControlLimits, ControlsReport } from './controls-setup.ts';
import { type Trouble, troubleOf } from './errors.ts';
import { type PlanLadder, type PlanWish, planLadder } from './plan.ts';
import type { PictureWish } from './plan-modes.ts';
import { goneTrouble, type LossCause, type RecordingLimits } from './recording-setup.ts';
import { parentOf } from './report.ts';
import { streamMachine } from './stream.ts';
import type { StreamLimits, StreamReport } from './stream-values.ts';
import type {
  CameraId,
  Capabilities,
  CapturePlan,
  Device,
  ExaminedH264,
  H264Stream,
  Identity,
  KnownCamera,
  MediaServerInfo,
  ProbedCamera,
  RecordingEndReason,
  RecordingWish,
} from './values.ts';

/** A stream that ends at its own limit is heard before it is given up. */
const STREAM_SLACK_MS = 500;

export interface CameraLimits {
  readonly settleMs: number;
  readonly probeTimeoutMs: number;
  readonly probeBackoffMs: number;
  readonly probeBackoffMaxMs: number;
  readonly probeAttempts: number;
  readonly faultedRetryMs: number;
  readonly confirmAfterMs: number;
  readonly wish: PlanWish;
  readonly stream: StreamLimits;
  readonly recording: RecordingLimits;
  readonly controls: ControlLimits;
}

export interface CameraInput {
  readonly known: KnownCamera;
  readonly limits: CameraLimits;
  /** null: known from an earlier life and not seen yet in this one. */
  readonly device: Device | null;
  readonly recordingWishes: readonly RecordingWish[];
  /** The media server, if it is up now. */
  readonly server: MediaServerInfo | null;
}

export interface CameraContext extends CameraInput {
  readonly device: Device | null;
  readonly probe: ProbedCamera | null;
  /** What all answers since it was plugged in had; null before the first. */
  readonly common: Capabilities | null;
  readonly attempts: number;
  /** How often it was asked again in vain. */
  readonly doubts: number;
  readonly trouble: Trouble | null;
  readonly ending: RecordingEndReason;
}

export type CameraEvent =
  | { type: 'device.attached'; device: Device; atMs: number }
  | { type: 'device.changed'; device: Device; atMs: number }
  | { type: 'device.detached'; atMs: number }
  | { type: 'devices.listed'; atMs: number }
  | { type: 'camera.identified'; identity: Identity }
  | { type: 'camera.retry' }
  | { type: 'camera.disable'; atMs: number }
  | { type: 'camera.enable' }
  | { type: 'camera.rename'; name: string }
  | { type: 'camera.forget'; atMs: number }
  | { type: 'camera.release'; reason: RecordingEndReason }
  | StreamReport
  | ControlsReport
  | { type: `xstate.done.actor.${string}`; output: unknown; actorId: string }
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string };

export type CameraReport =
  | Exclude<StreamReport, { type: 'call.changed' | 'stream.examined' | 'stream.flowing' | 'stream.released' }>
  | { type: 'camera.released'; cameraId: CameraId };

/** What is left at its end: a device that was plugged in while its camera was being forgotten is seen anew. */
export interface CameraOutput {
  readonly device: Device | null;
  readonly atMs: number;
}

/** All ways to capture this camera, best first; null while it was not probed. */
export function ladderOf(
  context: Pick<CameraContext, 'known' | 'device' | 'probe' | 'limits'>,
): PlanLadder | null {
  const { known, device, probe, limits } = context;
  if (probe === null || device === null) return null;
  const { hardwareEncoders, capabilities } = probe;
  const origin = device.nodes[0]?.origin ?? 'v4l2';
  const subject = { cameraId: known.id, cameraName: known.name, origin };
  return planLadder(subject, capabilities, limits.wish, { hardwareEncoders, examined: known.examined });
}

/** Of a camera that answers and offers nothing that can be captured: what it offers, and why that is nothing. */
export function unusable(context: CameraContext, probe: ProbedCamera): Trouble {
  const rejected = ladderOf({ ...context, probe })?.rejected ?? [];
  const what = rejected.map(({ what, why }) => `${what} (${why})`).join(', ');
  return {
    code: 'invalid-format',
    reason: 'no_usable_format',
    message: `The camera offers no picture that can be captured${what === '' ? '' : `: ${what}`}.`,
  };
}

/** What this camera would be captured as; null when nothing of it is usable. */
export function planOf(context: Parameters<typeof ladderOf>[0]): CapturePlan | null {
  return ladderOf(context)?.rungs[0]?.plan ?? null;
}

/** Without what was seen of H.264 that could not be decoded. */
export const withoutBlind = (known: KnownCamera): KnownCamera => ({
  ...known,
  examined: known.examined.filter(({ stream }) => stream !== null),
});

/** Of the same camera in the same mode. */
function sameExamined(a: ExaminedH264, b: ExaminedH264): boolean {
  const mode = ({ card, widthPx, heightPx, rateFps }: ExaminedH264) =>
    `${card} ${widthPx}x${heightPx}@${rateFps}`;
  return mode(a) === mode(b);
}

export const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
export const keepDevice = {
  type: 'storeDevice' as const,
  params: ({ event }: { event: { device: Device } }) => ({ device: event.device }),
};
export const seen = {
  type: 'storeSeen' as const,
  params: ({ event }: { event: { atMs: number } }) => ({ atMs: event.atMs }),
};
/** Plugged in: its device, and when that was, which is kept. */
export const meet = [keepDevice, seen, 'remember'] as const;
export const lose = (cause: LossCause) => ({
  type: 'tellLost' as const,
  params: ({ event }: { event: { atMs: number } }) => ({ atMs: event.atMs, cause }),
});

export const cameraSetup = setup({
  types: {} as { context: CameraContext; events: CameraEvent; input: CameraInput; output: CameraOutput },
  actors: {
    stream: streamMachine,
    probe: fromPromise<ProbedCamera, Device>(() => Promise.reject(new Error('probe: no adapter provided'))),
    controls: controlsMachine,
    rememberCamera: fromPromise<void, KnownCamera>(() =>
      Promise.reject(new Error('rememberCamera: no adapter provided')),
    ),
    forgetCamera: fromPromise<void, CameraId>(() =>
      Promise.reject(new Error('forgetCamera: no adapter provided')),
    ),
  },
  actions: {
    spawnStream: enqueueActions(({ context, enqueue }) => {
      enqueue.spawnChild('stream', {
        id: 'stream',
        systemId: `stream:${context.known.id}`,
        input: {
          cameraId: context.known.id,
          limits: context.limits.stream,
          recordingLimits: context.limits.recording,
          expected: context.device === null && !context.known.disabled,
          callWanted: context.known.streamWanted,
          recordingWishes: context.recordingWishes,
          server: context.server,
        },
      });
    }),
    spawnControls: enqueueActions(({ context: { known, limits }, enqueue }) => {
      enqueue.spawnChild('controls', {
        id: 'controls',
        systemId: `controls:${known.id}`,
        input: { cameraId: known.id, limits: limits.controls, wishes: known.controls },
      });
    }),
    storeDevice: assign({ device: (_, params: { device: Device }) => params.device }),
    dropDevice: assign(({ context }) => ({
      known: withoutBlind(context.known),
      ...{ device: null, probe: null, common: null, trouble: null, attempts: 0 },
    })),
    dropProbe: assign({ probe: null, trouble: null, attempts: 0 }),
    storeProbe: assign({
      probe: (_, params: { probe: ProbedCamera }) => params.probe,
      common: (_, params: { probe: ProbedCamera }) => params.probe.capabilities,
      trouble: null,
      attempts: 0,
      doubts: 0,
    }),
    storeAnswer: assign({
      probe: (_, params: { probe: ProbedCamera }) => params.probe,
      common: ({ context: { common } }, { probe: { capabilities } }: { probe: ProbedCamera }) =>
        common === null ? capabilities : commonCapabilities(common, capabilities),
    }),
    countDoubt: assign({ doubts: ({ context }) => context.doubts + 1 }),
    clearDoubts: assign({ doubts: 0, trouble: null }),
    /** What was not in every answer is left out, unless nothing would be left to capture. */
    useCommon: assign({
      probe: ({ context }) => {
        const { probe, common } = context;
        if (probe === null || common === null) return probe;
        const shared = { ...probe, capabilities: common };
        return planOf({ ...context, probe: shared }) === null ? probe : shared;
      },
    }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    clearAttempts: assign({ attempts: 0 }),
    storeDisabled: assign({
      known: ({ context }, params: { disabled: boolean }) => ({
        ...context.known,
        disabled: params.disabled,
      }),
    }),
    storeIdentity: assign({
      known: ({ context }, params: { identity: Identity }) => ({
        ...context.known,
        identity: params.identity,
      }),
    }),
    storeStreamWanted: assign({
      known: ({ context }, params: { wanted: boolean }) => ({
        ...context.known,
        streamWanted: params.wanted,
      }),
    }),
    storeExamined: assign({
      known: ({ context }, { mode, stream }: { mode: PictureWish; stream: H264Stream | null }) => {
        const examined = { card: context.probe?.capabilities.card ?? '', ...mode, stream };
        const others = context.known.examined.filter((one) => !sameExamined(one, examined));
        return { ...context.known, examined: [...others, examined] };
      },
    }),
    /** What could not be decoded when it was looked at is looked at again: it may have been the moment. */
    forgetBlind: assign({ known: ({ context }) => withoutBlind(context.known) }),
    storeName: assign({
      known: ({ context }, params: { name: string }) => ({ ...context.known, name: params.name }),
    }),
    storeSeen: assign({
      known: ({ context }, params: { atMs: number }) => ({ ...context.known, lastSeenAtMs: params.atMs }),
    }),
    storeEnding: assign({ ending: (_, params: { reason: RecordingEndReason }) => params.reason }),
    remember: enqueueActions(({ context, enqueue }) => {
      enqueue.spawnChild('rememberCamera', { input: context.known });
    }),
    dropDone: stopChild((_, params: { actorId: string }) => params.actorId),
    tellPresent: sendTo('stream', ({ context }) => ({
      type: 'camera.present',
      devicePaths: context.device?.nodes.map((node) => node.devicePath) ?? [],
    })),
    tellReady: enqueueActions(({ context, enqueue }) => {
      const ladder = ladderOf(context);
      if (ladder !== null && ladder.rungs.length > 0)
        enqueue.sendTo('stream', { type: 'camera.ready', ladder });
      const { probe, device } = context;
      if (probe === null) return;
      const target = { origin: device?.nodes[0]?.origin ?? ('v4l2' as const), devicePath: probe.devicePath };
      enqueue.sendTo('controls', { type: 'camera.ready', target });
    }),
    tellLost: enqueueActions(({ enqueue }, params: { atMs: number | null; cause: LossCause }) => {
      enqueue.sendTo('stream', { type: 'camera.lost', ...params });
      const trouble = goneTrouble(params.cause) ?? goneTrouble('camera_disconnected')!;
      enqueue.sendTo('controls', { type: 'camera.lost', trouble });
    }),
    tellFlowing: sendTo('controls', { type: 'stream.flowing' }),
    storeWishes: assign({
      known: ({ context }, params: Pick<ControlsReport, 'wishes'>) => ({
        ...context.known,
        controls: params.wishes,
      }),
    }),
    tellRetry: sendTo('stream', { type: 'stream.retry' }),
    releaseStream: sendTo('stream', ({ context }) => ({ type: 'stream.release', reason: context.ending })),
    relay: sendTo(parentOf, ({ event }) => event),
    reportReleased: sendTo(parentOf, ({ context }) => ({
      type: 'camera.released',
      cameraId: context.known.id,
    })),
  },
  guards: {
    isDisabled: ({ context }) => context.known.disabled,
    isPresent: ({ context }) => context.device !== null,
    isAway: ({ context }) => context.device === null,
    attemptsExhausted: ({ context }) => context.attempts >= context.limits.probeAttempts,
    hopeless: ({ context }) =>
      context.trouble?.code === 'missing-program' || context.trouble?.code === 'no-permission',
    usable: ({ context }, params: { probe: ProbedCamera }) =>
      planOf({ ...context, probe: params.probe }) !== null,
    doubtsExhausted: ({ context }) => context.doubts >= context.limits.probeAttempts,
    consistent: ({ context }, params: { probe: ProbedCamera }) =>
      context.probe !== null && sameCapabilities(context.probe.capabilities, params.probe.capabilities),
    nodesChanged: ({ context }, params: { device: Device }) =>
      JSON.stringify(context.device?.nodes) !== JSON.stringify(params.device.nodes),
  },
  delays: {
    settle: ({ context }) => context.limits.settleMs,
    probeTimeout: ({ context }) => context.limits.probeTimeoutMs,
    probeBackoff: ({ context: { attempts, limits } }) =>
      backoffMs(attempts, {
        firstMs: limits.probeBackoffMs,
        longestMs: limits.probeBackoffMaxMs,
        jitter: [1, 1],
      }),
    faultedRetry: ({ context }) => context.limits.faultedRetryMs,
    confirmAfter: ({ context }) => context.limits.confirmAfterMs,
    /** The stream's own limit comes first; one that has crashed never says that it ended. */
    streamLimit: ({ context }) => context.limits.stream.releaseLimitMs + STREAM_SLACK_MS,
  },
});
