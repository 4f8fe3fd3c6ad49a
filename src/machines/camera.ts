/**
 * Owns one camera from its first sight to being forgotten: is it plugged in, can it be opened, what can it do. Its
 * stream is its child and lives as long. Never opens a device itself. In: `device.*` from discovery, orders from the
 * operator. Reports everything its stream reports, and `camera.released`. Design: docs/machines/camera.md.
 */
import { assign, enqueueActions, fromPromise, sendTo, setup, stopChild } from 'xstate';
import { backoffMs } from './backoff.ts';
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
  KnownCamera,
  MediaServerInfo,
  ProbedCamera,
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
  readonly attempts: number;
  readonly trouble: Trouble | null;
  readonly ending: RecordingEndReason;
}

export type CameraEvent =
  | { type: 'device.attached'; device: Device; atMs: number }
  | { type: 'device.changed'; device: Device; atMs: number }
  | { type: 'device.detached'; atMs: number }
  | { type: 'devices.listed'; atMs: number }
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

/** What this camera would be captured as; null when nothing of it is usable. */
export function planOf(context: Parameters<typeof ladderOf>[0]): CapturePlan | null {
  return ladderOf(context)?.rungs[0]?.plan ?? null;
}

/** Do two probes tell the same formats, sizes and rates? */
export function sameCapabilities(a: Capabilities, b: Capabilities): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Of the same camera in the same mode. */
function sameExamined(a: ExaminedH264, b: ExaminedH264): boolean {
  const mode = ({ card, widthPx, heightPx, rateFps }: ExaminedH264) =>
    `${card} ${widthPx}x${heightPx}@${rateFps}`;
  return mode(a) === mode(b);
}

const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
const keepDevice = {
  type: 'storeDevice' as const,
  params: ({ event }: { event: { device: Device } }) => ({ device: event.device }),
};
const seen = {
  type: 'storeSeen' as const,
  params: ({ event }: { event: { atMs: number } }) => ({ atMs: event.atMs }),
};
/** Plugged in: its device, and when that was, which is kept. */
const meet = [keepDevice, seen, 'remember'] as const;
const lose = (cause: LossCause) => ({
  type: 'tellLost' as const,
  params: ({ event }: { event: { atMs: number } }) => ({ atMs: event.atMs, cause }),
});

export const cameraMachine = setup({
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
    dropDevice: assign({ device: null, probe: null, trouble: null, attempts: 0 }),
    dropProbe: assign({ probe: null, trouble: null, attempts: 0 }),
    storeProbe: assign({
      probe: (_, params: { probe: ProbedCamera }) => params.probe,
      trouble: null,
      attempts: 0,
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
  },
}).createMachine({
  id: 'camera',
  description: 'One camera: plugged in or not, opened or not, and what it can do.',
  context: ({ input }) => ({ ...input, probe: null, attempts: 0, trouble: null, ending: 'service_stopped' }),
  output: ({ context }) => ({
    device: context.ending === 'camera_forgotten' ? context.device : null,
    atMs: context.known.lastSeenAtMs ?? 0,
  }),
  entry: ['spawnStream', 'spawnControls'],
  initial: 'beginning',
  on: {
    'device.detached': {
      target: '.disconnected',
      actions: ['dropDevice', seen, 'remember', lose('camera_disconnected')],
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
    'camera.rename': {
      actions: [{ type: 'storeName', params: ({ event }) => ({ name: event.name }) }, 'remember'],
    },
    'camera.forget': {
      guard: 'isAway',
      target: '.forgetting',
      description: 'one that is plugged in would be back at once, switched on',
      actions: [{ type: 'storeEnding', params: { reason: 'camera_forgotten' } }],
    },
    'camera.release': {
      target: '.releasing',
      actions: { type: 'storeEnding', params: ({ event }) => ({ reason: event.reason }) },
    },
    'call.changed': {
      actions: [{ type: 'storeStreamWanted', params: ({ event }) => ({ wanted: event.wanted }) }, 'remember'],
    },
    'stream.examined': {
      actions: [
        { type: 'storeExamined', params: ({ event }) => ({ mode: event.mode, stream: event.stream }) },
        'remember',
        'tellReady',
      ],
    },
    'stream.flowing': { actions: 'tellFlowing' },
    'controls.wished': { actions: [{ type: 'storeWishes', params: ({ event }) => event }, 'remember'] },
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
        {
          guard: 'isDisabled',
          target: 'disabled',
          actions: { type: 'tellLost', params: { atMs: null, cause: 'camera_disabled' } },
          description: 'what an earlier life was doing on it ends',
        },
        { guard: 'isPresent', target: 'settling', actions: 'remember' },
        { target: 'expected' },
      ],
    },
    expected: {
      description: 'Known from an earlier life; the first list of devices tells whether it is there.',
      on: {
        'device.attached': { target: 'settling', actions: meet },
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
        'camera.retry': { actions: 'tellRetry' },
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
                target: 'provisional',
                actions: [
                  { type: 'storeProbe', params: ({ event }) => ({ probe: event.output }) },
                  'tellReady',
                ],
              },
              { target: 'provisional' },
            ],
            onError: 'provisional',
          },
          after: { probeTimeout: 'provisional' },
        },
        confirmed: { description: 'Two probes in a row told the same.' },
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
      on: { 'device.attached': { target: 'settling', actions: meet } },
    },
    disabled: {
      description: 'Switched off by an operator: the device is released and not opened.',
      initial: 'deciding',
      on: {
        'device.attached': { target: '.present', actions: meet },
        'device.changed': { target: '.present', actions: keepDevice },
        'device.detached': { target: '.absent', actions: ['dropDevice', seen, 'remember'] },
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
        'device.attached': { actions: [keepDevice, seen] },
        'device.detached': { actions: 'dropDevice' },
        'camera.disable': {},
        'camera.rename': {},
        'camera.forget': {},
        'camera.release': {},
        'call.changed': {},
        'controls.wished': {},
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
