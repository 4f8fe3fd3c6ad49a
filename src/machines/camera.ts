/**
 * Owns one camera from its first sight to being forgotten: is it plugged in, can it be opened, what can it do. Its
 * stream is its child and lives as long. Never opens a device itself. In: `device.*` from discovery, orders from the
 * operator. Reports everything its stream reports, and `camera.released`. Design: docs/machines/camera.md.
 */
import { assign, enqueueActions, fromPromise, sendTo, setup, stopChild } from 'xstate';
import { backoffMs } from './backoff.ts';
import { commonCapabilities, sameCapabilities } from './capabilities.ts';
import { type Trouble, troubleOf } from './errors.ts';
import { choosePicture, type PictureWish } from './plan.ts';
import type { LossCause, RecordingLimits } from './recording-setup.ts';
import { parentOf } from './report.ts';
import { streamMachine } from './stream.ts';
import type { StreamLimits, StreamReport } from './stream-values.ts';
import type {
  CameraId,
  Capabilities,
  CapturePlan,
  Device,
  Identity,
  KnownCamera,
  MediaServerInfo,
  ProbeResult,
  RecordingEndReason,
  RecordingWish,
} from './values.ts';

export interface CameraLimits {
  readonly settleMs: number;
  readonly probeTimeoutMs: number;
  readonly probeBackoffMs: number;
  readonly probeBackoffMaxMs: number;
  readonly probeAttempts: number;
  readonly faultedRetryMs: number;
  readonly confirmAfterMs: number;
  readonly wish: PictureWish;
  readonly stream: StreamLimits;
  readonly recording: RecordingLimits;
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
  readonly probe: ProbeResult | null;
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
  | { type: 'camera.forget'; atMs: number }
  | { type: 'camera.release'; reason: RecordingEndReason }
  | StreamReport
  | { type: `xstate.done.actor.${string}`; output: unknown; actorId: string }
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string };

export type CameraReport =
  | Exclude<StreamReport, { type: 'call.changed' } | { type: 'stream.released' }>
  | { type: 'camera.released'; cameraId: CameraId };

/** What this camera would be captured as; null when nothing of it is usable. */
export function planOf(
  context: Pick<CameraContext, 'known' | 'device' | 'probe' | 'limits'>,
): CapturePlan | null {
  const { known, device, probe, limits } = context;
  if (probe === null || device === null) return null;
  const picture = choosePicture(probe.capabilities, limits.wish);
  if (picture === null) return null;
  const origin = device.nodes[0]?.origin ?? 'v4l2';
  return { cameraId: known.id, cameraName: known.name, origin, devicePath: probe.devicePath, ...picture };
}

const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
const keepDevice = {
  type: 'storeDevice' as const,
  params: ({ event }: { event: { device: Device } }) => ({ device: event.device }),
};
const lose = (cause: LossCause) => ({
  type: 'tellLost' as const,
  params: ({ event }: { event: { atMs: number } }) => ({ atMs: event.atMs, cause }),
});

export const cameraMachine = setup({
  types: {} as { context: CameraContext; events: CameraEvent; input: CameraInput },
  actors: {
    stream: streamMachine,
    probe: fromPromise<ProbeResult, Device>(() => Promise.reject(new Error('probe: no adapter provided'))),
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
    storeDevice: assign({ device: (_, params: { device: Device }) => params.device }),
    dropDevice: assign({ device: null, probe: null, common: null, trouble: null, attempts: 0 }),
    dropProbe: assign({ probe: null, trouble: null, attempts: 0 }),
    storeProbe: assign({
      probe: (_, params: { probe: ProbeResult }) => params.probe,
      common: (_, params: { probe: ProbeResult }) => params.probe.capabilities,
      trouble: null,
      attempts: 0,
      doubts: 0,
    }),
    storeAnswer: assign({
      probe: (_, params: { probe: ProbeResult }) => params.probe,
      common: ({ context: { common } }, { probe: { capabilities } }: { probe: ProbeResult }) =>
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
      const plan = planOf(context);
      if (plan !== null) enqueue.sendTo('stream', { type: 'camera.ready', plan });
    }),
    tellLost: sendTo('stream', (_, params: { atMs: number; cause: LossCause }) => ({
      type: 'camera.lost',
      ...params,
    })),
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
    attemptsExhausted: ({ context }) => context.attempts >= context.limits.probeAttempts,
    hopeless: ({ context }) =>
      context.trouble?.code === 'missing-program' || context.trouble?.code === 'no-permission',
    usable: ({ context }, params: { probe: ProbeResult }) =>
      planOf({ ...context, probe: params.probe }) !== null,
    doubtsExhausted: ({ context }) => context.doubts >= context.limits.probeAttempts,
    consistent: ({ context }, params: { probe: ProbeResult }) =>
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
  },
}).createMachine({
  id: 'camera',
  description: 'One camera: plugged in or not, opened or not, and what it can do.',
  context: ({ input }) => ({
    ...input,
    probe: null,
    common: null,
    attempts: 0,
    doubts: 0,
    trouble: null,
    ending: 'service_stopped',
  }),
  entry: 'spawnStream',
  initial: 'beginning',
  on: {
    'device.detached': {
      target: '.disconnected',
      actions: ['dropDevice', lose('camera_disconnected')],
      description: 'a removal preempts everything',
    },
    'camera.disable': {
      target: '.disabled',
      actions: [
        { type: 'storeDisabled', params: { disabled: true } },
        'remember',
        'dropProbe',
        lose('camera_disabled'),
      ],
    },
    'camera.forget': {
      target: '.forgetting',
      actions: [{ type: 'storeEnding', params: { reason: 'camera_forgotten' } }],
    },
    'camera.release': {
      target: '.releasing',
      actions: { type: 'storeEnding', params: ({ event }) => ({ reason: event.reason }) },
    },
    'camera.identified': {
      actions: [{ type: 'storeIdentity', params: ({ event }) => ({ identity: event.identity }) }, 'remember'],
      description: 'moved to another port, or one with an equal serial came or was forgotten',
    },
    'call.changed': {
      actions: [{ type: 'storeStreamWanted', params: ({ event }) => ({ wanted: event.wanted }) }, 'remember'],
    },
    'entry.wanted': { actions: 'relay' },
    'watch.fast': { actions: 'relay' },
    'watch.slow': { actions: 'relay' },
    'recording.started': { actions: 'relay' },
    'recording.unfiled': { actions: 'relay' },
    'recording.ended': { actions: 'relay' },
    'xstate.done.actor.*': {
      actions: { type: 'dropDone', params: ({ event }) => ({ actorId: event.actorId }) },
    },
    'xstate.error.actor.*': { actions: keepTrouble },
  },
  states: {
    beginning: {
      description: 'Where does it start?',
      always: [
        { guard: 'isDisabled', target: 'disabled' },
        { guard: 'isPresent', target: 'settling', actions: 'remember' },
        { target: 'expected' },
      ],
    },
    expected: {
      description: 'Known from an earlier life; the first list of devices tells whether it is there.',
      on: {
        'device.attached': { target: 'settling', actions: keepDevice },
        'devices.listed': { target: 'disconnected', actions: lose('camera_disconnected') },
      },
    },
    settling: {
      description: 'Its nodes gather.',
      entry: 'tellPresent',
      on: {
        'device.changed': { target: 'settling', reenter: true, actions: keepDevice },
      },
      after: { settle: 'probing' },
    },
    probing: {
      description: 'It is asked what it can do.',
      on: {
        'device.changed': {
          guard: { type: 'nodesChanged', params: ({ event }) => ({ device: event.device }) },
          target: 'settling',
          actions: keepDevice,
        },
      },
      invoke: {
        id: 'probe',
        src: 'probe',
        input: ({ context }) => context.device!,
        onDone: [
          {
            guard: { type: 'usable', params: ({ event }) => ({ probe: event.output }) },
            target: 'ready',
            actions: [{ type: 'storeProbe', params: ({ event }) => ({ probe: event.output }) }, 'tellReady'],
          },
          {
            target: 'faulted',
            actions: {
              type: 'storeTrouble',
              params: {
                error: {
                  code: 'invalid-format',
                  reason: 'no_usable_format',
                  message: 'The camera offers no picture format that can be captured.',
                },
              },
            },
          },
        ],
        onError: { target: 'probeBackoff', actions: keepTrouble },
      },
      after: {
        probeTimeout: {
          target: 'probeBackoff',
          actions: {
            type: 'storeTrouble',
            params: {
              error: {
                code: 'deadline',
                reason: 'probe_timeout',
                message: 'The camera did not answer the question what it can do.',
              },
            },
          },
        },
      },
    },
    probeBackoff: {
      description: 'Waiting before it is asked again.',
      entry: 'countAttempt',
      always: [
        { guard: 'hopeless', target: 'faulted' },
        { guard: 'attemptsExhausted', target: 'faulted' },
      ],
      on: {
        'device.changed': { target: 'settling', actions: keepDevice },
        'camera.retry': 'probing',
      },
      after: { probeBackoff: 'probing' },
    },
    ready: {
      description: 'It works; its stream may be started.',
      initial: 'provisional',
      on: {
        'device.changed': {
          guard: { type: 'nodesChanged', params: ({ event }) => ({ device: event.device }) },
          target: 'settling',
          actions: keepDevice,
        },
      },
      states: {
        provisional: {
          description: 'Probed once.',
          after: { confirmAfter: 'confirming' },
        },
        confirming: {
          description: 'Probed again, for cameras whose first answer is not their last.',
          invoke: {
            id: 'confirm',
            src: 'probe',
            input: ({ context }) => context.device!,
            onDone: [
              {
                guard: { type: 'consistent', params: ({ event }) => ({ probe: event.output }) },
                target: 'confirmed',
              },
              {
                guard: { type: 'usable', params: ({ event }) => ({ probe: event.output }) },
                target: 'doubting',
                actions: [
                  { type: 'storeAnswer', params: ({ event }) => ({ probe: event.output }) },
                  'tellReady',
                ],
              },
              { target: 'doubting' },
            ],
            onError: 'doubting',
          },
          after: { probeTimeout: 'doubting' },
        },
        doubting: {
          description: 'Two probes in a row did not tell the same.',
          entry: 'countDoubt',
          always: [{ guard: 'doubtsExhausted', target: 'unsteady' }, { target: 'provisional' }],
        },
        confirmed: {
          description: 'Two probes in a row told the same.',
          on: { 'camera.retry': { target: 'confirming', actions: 'clearDoubts' } },
        },
        unsteady: {
          description:
            'Its answers never agreed. What all of them had is used; asked again on a device change or an order.',
          entry: [
            'useCommon',
            {
              type: 'storeTrouble',
              params: {
                error: {
                  code: 'probe-failed',
                  reason: 'capabilities_unsteady',
                  message:
                    'The camera never told the same twice in a row when it was asked what it can do; what all its answers had is used.',
                },
              },
            },
            'tellReady',
          ],
          on: { 'camera.retry': { target: 'confirming', actions: 'clearDoubts' } },
        },
      },
    },
    faulted: {
      description:
        'It does not work; the trouble says why. Asked again on a device change, an order, and slowly.',
      on: {
        'device.changed': { target: 'settling', actions: ['clearAttempts', keepDevice] },
        'camera.retry': { target: 'probing', actions: 'clearAttempts' },
      },
      after: { faultedRetry: { target: 'probing', actions: 'clearAttempts' } },
    },
    disconnected: {
      description: 'Unplugged. Its number and its wishes stay.',
      on: { 'device.attached': { target: 'settling', actions: keepDevice } },
    },
    disabled: {
      description: 'Switched off by an operator: the device is released and not opened.',
      initial: 'deciding',
      on: {
        'device.attached': { target: '.present', actions: keepDevice },
        'device.changed': { target: '.present', actions: keepDevice },
        'device.detached': { target: '.absent', actions: 'dropDevice' },
        'camera.disable': {},
      },
      states: {
        deciding: { always: [{ guard: 'isPresent', target: 'present' }, { target: 'absent' }] },
        present: {
          on: {
            'camera.enable': {
              target: '#camera.settling',
              actions: [{ type: 'storeDisabled', params: { disabled: false } }, 'remember'],
            },
          },
        },
        absent: {
          on: {
            'camera.enable': {
              target: '#camera.disconnected',
              actions: [{ type: 'storeDisabled', params: { disabled: false } }, 'remember'],
            },
          },
        },
      },
    },
    forgetting: {
      description: 'Its stream ends, its number becomes free.',
      entry: 'releaseStream',
      on: {
        'device.detached': {},
        'camera.disable': {},
        'camera.forget': {},
        'camera.release': {},
        'camera.identified': {},
        'stream.released': '.dropping',
      },
      initial: 'waiting',
      states: {
        waiting: {},
        dropping: {
          invoke: {
            id: 'forgetCamera',
            src: 'forgetCamera',
            input: ({ context }) => context.known.id,
            onDone: '#camera.forgotten',
            onError: '#camera.forgotten',
          },
        },
      },
    },
    releasing: {
      description: 'The service stops: its stream ends, its wishes stay.',
      entry: 'releaseStream',
      on: {
        'device.detached': {},
        'camera.disable': {},
        'camera.forget': {},
        'camera.release': {},
        'stream.released': 'released',
      },
    },
    released: { description: 'Stopped with the service.', type: 'final', entry: 'reportReleased' },
    forgotten: { description: 'Forgotten.', type: 'final', entry: 'reportReleased' },
  },
});
