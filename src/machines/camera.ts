/**
 * Owns one camera from its first sight to being forgotten: is it plugged in, can it be opened, what can it do. Its
 * stream is its child and lives as long. Never opens a device itself. In: `device.*` from discovery, orders from the
 * operator. Reports everything its stream reports, and `camera.released`. Design: docs/machines/camera.md.
 */
import {
  cameraSetup,
  keepDevice,
  keepTrouble,
  lose,
  meet,
  seen,
  unusable,
  withoutBlind,
} from './camera-setup.ts';

export const cameraMachine = cameraSetup.createMachine({
  id: 'camera',
  description: 'One camera: plugged in or not, opened or not, and what it can do.',
  context: ({ input }) => ({
    ...input,
    known: withoutBlind(input.known),
    probe: null,
    common: null,
    attempts: 0,
    doubts: 0,
    trouble: null,
    ending: 'service_stopped',
  }),
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
    'camera.identified': {
      actions: [{ type: 'storeIdentity', params: ({ event }) => ({ identity: event.identity }) }, 'remember'],
      description: 'moved to another port, or one with an equal serial came or was forgotten',
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
              params: ({ context, event }) => ({ error: unusable(context, event.output) }),
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
        'camera.retry': { actions: ['forgetBlind', 'tellReady', 'tellRetry'] },
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
          on: {
            'camera.retry': {
              target: 'confirming',
              actions: ['clearDoubts', 'forgetBlind', 'tellReady', 'tellRetry'],
            },
          },
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
          on: {
            'camera.retry': {
              target: 'confirming',
              actions: ['clearDoubts', 'forgetBlind', 'tellReady', 'tellRetry'],
            },
          },
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
        'camera.identified': {},
        'stream.released': '.dropping',
      },
      initial: 'waiting',
      states: {
        waiting: {
          after: {
            streamLimit: {
              target: 'dropping',
              description: 'its stream has crashed, and says nothing any more',
            },
          },
        },
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
        'camera.identified': {},
        'camera.disable': {},
        'camera.forget': {},
        'camera.release': {},
        'stream.released': 'released',
      },
      after: {
        streamLimit: { target: 'released', description: 'its stream has crashed, and says nothing any more' },
      },
    },
    released: { description: 'Stopped with the service.', type: 'final', entry: 'reportReleased' },
    forgotten: { description: 'Forgotten.', type: 'final', entry: 'reportReleased' },
  },
});
