/**
 * Owns one camera's stream: its path in the media server, its capture process, who needs it, and the sessions that
 * record it. Never opens a device or a file itself. Orders come from the camera; facts from the path watch, the tap and
 * the process. Reports `entry.wanted`, `watch.*`, `recording.*`, `stream.released`.
 * Design: docs/architecture.md; every state and number: docs/machines/stream.md.
 */

import { streamSetup } from './stream-setup.ts';
import { lossCause, type StreamContext } from './stream-values.ts';
import type { MediaServerInfo } from './values.ts';

const observe = {
  type: 'storeObservation' as const,
  params: ({ event }: { event: { path: StreamContext['observation'] } }) => ({ path: event.path }),
};
const path = ({ event }: { event: { path: StreamContext['observation'] } }) => ({ path: event.path });
const readers = {
  type: 'showReaders' as const,
  params: ({ event }: { event: { path: StreamContext['observation'] } }) => ({
    readers: event.path?.readers ?? 0,
  }),
};
const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
const keepEnd = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { end: { trouble: unknown } } }) => ({ error: event.end.trouble }),
};
const lostNow = {
  type: 'tellLost' as const,
  params: ({ event, context }: { event: { atMs: number }; context: StreamContext }) => ({
    atMs: event.atMs,
    cause: lossCause(context),
  }),
};
const blip = {
  type: 'tellRecording' as const,
  params: ({ event }: { event: { atMs: number } }) => ({
    event: { type: 'stream.blip' as const, cause: 'publisher_replaced', atMs: event.atMs },
  }),
};
const storeServerUp = [
  {
    type: 'storeServer' as const,
    params: ({ event }: { event: { info: MediaServerInfo } }) => ({ info: event.info }),
  },
  { type: 'toPath' as const, params: { up: true } },
];
const wantEntry = { type: 'wantEntry' as const, params: { forRecorder: false } };
const wantForRecorder = { type: 'wantEntry' as const, params: { forRecorder: true } };
const trouble = (code: string, reason: string, message: string) => ({
  type: 'storeTrouble' as const,
  params: { error: { code, reason, message } },
});

const starting = streamSetup.createStateConfig({
  description: 'The capture runs; live once the path is available, bytes grow and a picture is tapped.',
  entry: ['forgetObservation', 'spawnCapture', 'watchFast'],
  exit: 'watchSlow',
  initial: 'waiting',
  on: {
    'capture.exited': { target: 'clearing', actions: [keepEnd] },
  },
  states: {
    waiting: {
      initial: 'publishing',
      always: [
        { guard: 'serverDown', target: 'paused' },
        { guard: 'noReason', target: '#stream.stopping', description: 'nobody needs it any more' },
      ],
      after: {
        startTimeout: {
          target: '#stream.clearing',
          actions: trouble(
            'deadline',
            'not_published_in_time',
            'The capture runs but nothing arrived at the media server in time.',
          ),
        },
      },
      states: {
        publishing: {
          description: 'Until its bytes arrive at the media server.',
          always: { guard: 'publishedNow', target: 'tapping' },
        },
        tapping: {
          description: 'Until the first picture is tapped.',
          always: [
            { guard: 'notPublishedNow', target: 'publishing', description: 'gone again meanwhile' },
            { guard: 'tapped', target: '#stream.live' },
          ],
          after: { framesLimit: 'checkingTap' },
        },
        checkingTap: {
          description: 'No picture: is it the disk? Then it says nothing about the stream.',
          invoke: {
            id: 'checkFirstTap',
            src: 'checkTap',
            input: ({ context }) => context.cameraId,
            onDone: {
              target: '#stream.clearing',
              actions: trouble(
                'capture-failed',
                'no_first_frame',
                'The capture publishes but no picture was tapped.',
              ),
            },
            onError: {
              target: 'tapping',
              actions: [
                { type: 'storeTapTrouble', params: ({ event }) => ({ error: event.error }) },
                { type: 'tellSnapshots', params: { event: { type: 'tap.unavailable' } } },
              ],
            },
          },
        },
      },
    },
    paused: {
      description: 'The media server went away meanwhile: the limit stands still and nothing is counted.',
      always: { guard: 'noReason', target: '#stream.stopping' },
      on: { 'server.up': { target: 'waiting', actions: storeServerUp } },
    },
  },
});

const live = streamSetup.createStateConfig({
  description: 'The picture is there.',
  entry: ['clearTrouble', { type: 'toViewers', params: { live: true } }],
  exit: { type: 'toViewers', params: { live: false } },
  invoke: [
    {
      id: 'bytes',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'bytes', limitMs: context.limits.bytesLimitMs }),
    },
    {
      id: 'frames',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'frames', limitMs: context.limits.framesLimitMs }),
    },
    {
      id: 'picture',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'picture', limitMs: context.limits.pictureLimitMs }),
    },
  ],
  initial: 'flowing',
  on: {
    'capture.exited': { target: 'clearing', actions: [keepEnd, lostNow] },
    'frame.tapped': [
      {
        guard: { type: 'pictureChanged', params: ({ event }) => ({ frame: event.frame }) },
        actions: [
          { type: 'storeFrame', params: ({ event }) => ({ frame: event.frame }) },
          'beatFrames',
          'beatPicture',
          {
            type: 'tellSnapshots',
            params: ({ event }) => ({ event: { type: 'frame.seen', seenMonoMs: event.frame.seenMonoMs } }),
          },
        ],
      },
      {
        actions: [
          { type: 'storeFrame', params: ({ event }) => ({ frame: event.frame }) },
          'beatFrames',
          {
            type: 'tellSnapshots',
            params: ({ event }) => ({ event: { type: 'frame.seen', seenMonoMs: event.frame.seenMonoMs } }),
          },
        ],
      },
    ],
    'watchdog.fresh': {
      actions: { type: 'removeLate', params: ({ event }) => ({ subject: event.subject }) },
    },
    'demand.touched': {
      actions: ['raiseDemand', { type: 'toViewers', params: { live: true } }],
      description: 'live already: it costs one closing time, not a start',
    },
  },
  states: {
    flowing: {
      description: 'Bytes grow, pictures arrive.',
      // Wherever it comes from: a recording that was told of a loss waits for this.
      entry: { type: 'tellRecording', params: { event: { type: 'stream.live' } } },
      always: [
        { guard: 'serverDown', target: 'republishing' },
        { guard: 'noReason', target: 'lastLook' },
        { guard: 'someLate', target: 'suspect' },
      ],
      on: {
        'path.observed': [
          {
            guard: { type: 'pathGone', params: path },
            target: 'republishing',
            actions: [observe, lostNow],
          },
          {
            guard: { type: 'publisherChanged', params: path },
            actions: [observe, 'beatBytes', readers, blip],
            description: 'an interruption that happened between two looks',
          },
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers] },
        ],
        'stream.ask': { actions: { type: 'tellRecording', params: { event: { type: 'stream.live' } } } },
        'watchdog.late': {
          target: 'suspect',
          actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
        },
      },
      after: {
        forget: { actions: 'clearAttempts', description: 'well for long: earlier failures are forgotten' },
      },
    },
    suspect: {
      description: 'Bytes stand still, pictures stopped coming, or the picture is frozen.',
      initial: 'deciding',
      always: [
        { guard: 'serverDown', target: 'republishing' },
        { guard: 'noneLateAndPublished', target: 'flowing' },
        { guard: 'noneLate', target: 'republishing' },
        { guard: 'noReason', target: 'lastLook' },
      ],
      on: {
        'stream.ask': {
          guard: 'publishedNow',
          actions: { type: 'tellRecording', params: { event: { type: 'stream.live' } } },
        },
        'path.observed': [
          {
            guard: { type: 'pathGoneFramesFine', params: path },
            target: 'republishing',
            actions: [observe, lostNow],
          },
          {
            guard: { type: 'pathWentNow', params: path },
            actions: [observe, readers, lostNow],
            description: 'and pictures are late: whether it republishes is not known yet',
          },
          {
            guard: { type: 'publisherChanged', params: path },
            actions: [observe, 'beatBytes', readers, blip],
          },
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers] },
        ],
        'watchdog.late': [
          {
            guard: 'worthRestart',
            target: '.deciding',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
            description: 'the limit runs already',
          },
          {
            target: 'suspect',
            reenter: true,
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
          },
        ],
      },
      after: {
        suspectLimit: {
          guard: 'worthRestart',
          target: '#stream.clearing',
          actions: [
            trouble(
              'capture-failed',
              'stream_stalled',
              'The capture process lives but its picture stopped coming.',
            ),
            { type: 'tellLost', params: { atMs: null } },
          ],
        },
      },
      states: {
        deciding: { always: [{ guard: 'framesLate', target: 'checkingTap' }, { target: 'waiting' }] },
        checkingTap: {
          description: 'Is it the disk under the tap? Then it says nothing about the stream.',
          invoke: {
            id: 'checkTap',
            src: 'checkTap',
            input: ({ context }) => context.cameraId,
            onDone: 'waiting',
            onError: {
              target: 'waiting',
              actions: [
                { type: 'storeTapTrouble', params: ({ event }) => ({ error: event.error }) },
                'excuseTap',
                'holdTap',
                { type: 'tellSnapshots', params: { event: { type: 'tap.unavailable' } } },
              ],
            },
          },
        },
        waiting: { description: 'It may recover by itself within the limit.' },
      },
    },
    republishing: {
      description: 'Server or path gone; the capture keeps the camera and comes back by itself.',
      entry: ['watchFast', 'holdBytes', 'excuseBytes', 'restartBaseline'],
      exit: ['watchSlow', 'resumeBytes'],
      initial: 'deciding',
      always: { guard: 'noReason', target: 'lastLook' },
      on: {
        'path.observed': [
          {
            guard: { type: 'publishedWith', params: path },
            target: 'flowing',
            actions: [observe, readers],
          },
          { actions: [observe, readers] },
        ],
        'watchdog.late': [
          {
            guard: 'serverDown',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
            description: 'nothing is given up before the server is back',
          },
          {
            target: 'suspect',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
          },
        ],
      },
      states: {
        deciding: { always: [{ guard: 'serverDown', target: 'serverDown' }, { target: 'serverUp' }] },
        serverDown: {
          description: 'Nothing to publish to.',
          on: { 'server.up': { target: 'serverUp', actions: storeServerUp } },
        },
        serverUp: {
          description: 'The server is well; the capture should be back any moment.',
          always: { guard: 'serverDown', target: 'serverDown' },
          after: {
            republishLimit: {
              target: '#stream.clearing',
              actions: trouble(
                'capture-failed',
                'not_republished',
                'The media server is well but the capture did not come back to it.',
              ),
            },
          },
        },
      },
    },
    lastLook: {
      description: 'No reason is left; readers are listed once more before the capture ends.',
      initial: 'asking',
      always: [
        { guard: 'hasReasonAndPublished', target: 'flowing' },
        { guard: 'hasReason', target: 'republishing' },
      ],
      on: {
        'path.observed': [
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers] },
        ],
        'watchdog.late': {
          actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
        },
      },
      states: {
        asking: {
          description: 'However slowly the server answers, it is asked once.',
          invoke: {
            id: 'countReaders',
            src: 'countReaders',
            input: ({ context }) => context.cameraId,
            onDone: [
              {
                guard: { type: 'somebody', params: ({ event }) => ({ readers: event.output }) },
                target: 'waiting',
                actions: { type: 'showReaders', params: ({ event }) => ({ readers: event.output }) },
              },
              { target: '#stream.stopping' },
            ],
            onError: '#stream.stopping',
          },
        },
        waiting: {
          description: 'A viewer joined meanwhile: its actor gives the reason.',
          after: { lookAgain: 'asking' },
        },
      },
    },
  },
});

export const streamMachine = streamSetup.createMachine({
  id: 'stream',
  description: "One camera's stream: path, capture, who needs it.",
  context: ({ input }) => ({
    ...input,
    plan: null,
    reasons: [],
    attempts: 0,
    trouble: null,
    found: null,
    present: null,
    process: null,
    observation: null,
    baselineBytes: null,
    frame: null,
    tapTrouble: null,
    late: [],
    record: null,
    entry: null,
    revision: 0,
    agreedRevision: 0,
    armRevision: null,
    session: null,
    closing: [],
    snapshots: [],
    comeBack: 'idle',
    ending: null,
  }),
  invoke: [
    {
      id: 'path',
      src: 'path',
      input: ({ context }) => ({
        name: context.cameraId,
        verifyIntervalMs: context.limits.verifyIntervalMs,
        verifyLimitMs: context.limits.verifyLimitMs,
        retryMs: context.limits.entryRetryMs,
      }),
    },
    {
      id: 'viewers',
      src: 'viewers',
      input: ({ context }) => ({
        cameraId: context.cameraId,
        startTimeoutMs: context.limits.demandStartTimeoutMs,
        closeAfterMs: context.limits.demandCloseAfterMs,
      }),
    },
  ],
  entry: 'restore',
  initial: 'beginning',
  on: {
    'camera.ready': {
      actions: [{ type: 'storePlan', params: ({ event }) => ({ plan: event.plan }) }, wantEntry],
    },
    'camera.lost': {
      target: '.unplugging',
      actions: [
        'dropPlan',
        'wantNoEntry',
        { type: 'tellLost', params: ({ event }) => ({ atMs: event.atMs, cause: event.cause }) },
        { type: 'failSnapshots', params: ({ event }) => ({ cause: event.cause }) },
      ],
    },
    'server.up': { actions: storeServerUp },
    'server.down': {
      actions: [
        'dropServer',
        { type: 'toPath', params: { up: false } },
        { type: 'tellLost', params: { atMs: null, cause: 'media_server_lost' } },
      ],
    },
    'path.observed': { actions: [observe, readers] },
    'entry.drifted': { actions: 'driftToPath' },
    'entry.agreed': {
      actions: [
        { type: 'noteAgreed', params: ({ event }) => ({ revision: event.revision }) },
        'answerRecorder',
      ],
    },
    'entry.refused': { actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) } },
    'demand.touched': { actions: 'raiseDemand' },
    'viewers.came': { actions: { type: 'addReason', params: { reason: 'viewers' } } },
    'viewers.left': { actions: { type: 'removeReason', params: { reason: 'viewers' } } },
    'stream.start': {
      actions: [
        { type: 'addReason', params: { reason: 'call' } },
        'cancelCallTimer',
        'startCallTimer',
        { type: 'reportCall', params: { wanted: true } },
      ],
    },
    'stream.stop': {
      actions: [
        { type: 'removeReason', params: { reason: 'call' } },
        'cancelCallTimer',
        { type: 'reportCall', params: { wanted: false } },
      ],
    },
    'call.lapsed': [
      { guard: 'stillWatched', actions: 'startCallTimer' },
      {
        actions: [
          { type: 'removeReason', params: { reason: 'call' } },
          { type: 'reportCall', params: { wanted: false } },
        ],
      },
    ],
    'reason.add': { actions: { type: 'addReason', params: ({ event }) => ({ reason: event.reason }) } },
    'reason.remove': { actions: { type: 'removeReason', params: ({ event }) => ({ reason: event.reason }) } },
    'recording.order': {
      guard: 'noSession',
      actions: { type: 'spawnRecording', params: ({ event }) => ({ order: event.order }) },
    },
    'recording.stop': {
      guard: 'hasSession',
      actions: { type: 'stopRecording', params: ({ event }) => ({ reason: event.reason }) },
    },
    'storage.changed': {
      guard: { type: 'storageEndsIt', params: ({ event }) => ({ level: event.level }) },
      actions: {
        type: 'stopRecording',
        params: ({ event }) => ({
          reason: event.level === 'missing' ? 'storage_missing' : 'storage_critical',
        }),
      },
    },
    'record.arm': {
      actions: [
        { type: 'arm', params: ({ event }) => ({ order: event.order }) },
        wantForRecorder,
        'answerRecorder',
      ],
    },
    'record.disarm': [
      {
        guard: { type: 'isRunning', params: ({ event }) => ({ session: event.session }) },
        actions: ['disarm', wantForRecorder, 'answerRecorder'],
      },
      { actions: { type: 'answerOther', params: ({ event }) => ({ session: event.session }) } },
    ],
    'recording.started': {
      actions: { type: 'relayStarted', params: ({ event }) => ({ session: event.session }) },
    },
    'recording.closed': {
      actions: { type: 'closeSession', params: ({ event }) => ({ session: event.session }) },
    },
    'recording.ended': {
      actions: ['relayEnded', { type: 'forgetSession', params: ({ event }) => ({ session: event.session }) }],
    },
    'snapshot.order': {
      actions: { type: 'spawnSnapshot', params: ({ event }) => ({ snapshot: event.snapshot, live: false }) },
    },
    'snapshot.ended': { actions: { type: 'forgetSnapshot', params: ({ event }) => ({ id: event.id }) } },
    'capture.spawned': {
      actions: { type: 'storeProcess', params: ({ event }) => ({ process: event.process }) },
    },
    'frame.tapped': {
      actions: [
        { type: 'storeFrame', params: ({ event }) => ({ frame: event.frame }) },
        {
          type: 'tellSnapshots',
          params: ({ event }) => ({ event: { type: 'frame.seen', seenMonoMs: event.frame.seenMonoMs } }),
        },
      ],
    },
    'xstate.done.actor.*': {
      actions: { type: 'dropDone', params: ({ event }) => ({ actorId: event.actorId }) },
    },
    'xstate.error.actor.*': {
      actions: [
        { type: 'forgetCrashed', params: ({ event }) => ({ actorId: event.actorId }) },
        wantForRecorder,
      ],
    },
    'stream.release': {
      target: '.releasing',
      actions: { type: 'storeEnding', params: ({ event }) => ({ reason: event.reason }) },
    },
  },
  states: {
    beginning: {
      description: 'A new camera starts from nothing; a known one may have a capture that outlived us.',
      entry: 'tellPathServer',
      always: [{ guard: 'isExpected', target: 'adopting', actions: wantEntry }, { target: 'unavailable' }],
    },
    adopting: {
      description: 'Looking for a capture of an earlier life, and whether its device is still there.',
      initial: 'looking',
      states: {
        looking: {
          invoke: {
            id: 'findCapture',
            src: 'findCapture',
            input: ({ context }) => context.cameraId,
            onDone: [
              {
                guard: { type: 'foundOne', params: ({ event }) => ({ found: event.output }) },
                target: 'waitingForCamera',
                actions: { type: 'storeFound', params: ({ event }) => ({ found: event.output }) },
              },
              { target: '#stream.unavailable' },
            ],
            onError: { target: '#stream.unavailable', actions: keepTrouble },
          },
          on: {
            'camera.present': {
              actions: { type: 'notePresent', params: ({ event }) => ({ devicePaths: event.devicePaths }) },
            },
          },
        },
        waitingForCamera: {
          description: 'The process lives; it is adopted when the camera is on the same device.',
          always: [
            {
              guard: 'presentOnSameDevice',
              target: '#stream.live.republishing',
              actions: ['adoptFound', 'spawnCapture'],
            },
            { guard: 'presentElsewhere', target: '#stream.stopping' },
          ],
          on: {
            'camera.present': {
              actions: { type: 'notePresent', params: ({ event }) => ({ devicePaths: event.devicePaths }) },
            },
          },
        },
      },
    },
    unavailable: {
      description: 'The camera is not ready, or the media server is down.',
      always: { guard: 'canProvision', target: 'provisioning' },
    },
    provisioning: {
      description: 'The path is being made in the media server, and seen there.',
      on: {
        'entry.refused': {
          target: 'faulted',
          actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) },
        },
      },
      always: [
        { guard: 'serverDown', target: 'unavailable' },
        { guard: 'cameraGone', target: 'unavailable' },
        {
          guard: 'agreedAndWasFaulted',
          target: 'faulted',
          actions: { type: 'comeBackTo', params: { state: 'idle' } },
        },
        {
          guard: 'agreedAndWasWaiting',
          target: 'backoff',
          actions: { type: 'comeBackTo', params: { state: 'idle' } },
        },
        { guard: 'entryAgreed', target: 'idle' },
      ],
    },
    idle: {
      description: 'Provisioned; nobody needs it, so nothing runs.',
      always: [
        { guard: 'serverDown', target: 'unavailable' },
        { guard: 'hasReason', target: 'starting' },
      ],
    },
    starting,
    live: {
      ...live,
      on: {
        ...live.on,
        'snapshot.order': {
          actions: {
            type: 'spawnSnapshot',
            params: ({ event }) => ({ snapshot: event.snapshot, live: true }),
          },
        },
      },
    },
    stopping: {
      description: 'SIGINT, then SIGKILL on the process group.',
      entry: ['watchFast', 'leaveTap'],
      exit: ['watchSlow', 'leaveCapture', 'forgetCapture'],
      invoke: {
        id: 'stopCapture',
        src: 'stopCapture',
        input: ({ context }) => context.cameraId,
        onDone: 'provisioning',
        onError: { target: 'provisioning', actions: keepTrouble },
      },
    },
    clearing: {
      description: 'The capture failed: whatever is left of it is ended before anything else starts.',
      entry: ['countAttempt', 'leaveTap'],
      exit: ['leaveCapture', 'forgetCapture'],
      invoke: {
        id: 'clearCapture',
        src: 'stopCapture',
        input: ({ context }) => context.cameraId,
        onDone: 'judging',
        onError: 'judging',
      },
    },
    judging: {
      description: 'Is it worth a quick retry?',
      always: [
        { guard: 'cameraGone', target: 'unavailable' },
        { guard: 'needsSlowRetry', target: 'faulted' },
        { guard: 'attemptsExhausted', target: 'faulted' },
        { target: 'backoff' },
      ],
    },
    backoff: {
      description: 'Waiting before the next attempt; each wait is longer.',
      always: {
        guard: 'serverDown',
        target: 'unavailable',
        actions: { type: 'comeBackTo', params: { state: 'backoff' } },
      },
      on: { 'stream.retry': { target: 'provisioning', actions: 'clearAttempts' } },
      after: { backoff: 'provisioning' },
    },
    faulted: {
      description:
        "Not worth retrying fast; the trouble says why. Tried again slowly, on an operator's retry, and on a re-plug.",
      entry: 'tellFaulted',
      always: {
        guard: 'serverDown',
        target: 'unavailable',
        actions: { type: 'comeBackTo', params: { state: 'faulted' } },
      },
      on: {
        'stream.retry': { target: 'provisioning', actions: 'clearAttempts' },
        'stream.ask': { actions: 'tellFaulted' },
        'snapshot.order': {
          actions: [
            { type: 'spawnSnapshot', params: ({ event }) => ({ snapshot: event.snapshot, live: false }) },
            'tellFaulted',
          ],
        },
      },
      after: { faultedRetry: 'provisioning' },
    },
    unplugging: {
      description: 'The device is gone or switched off: its capture ends, its path goes.',
      entry: ['watchFast', 'leaveTap'],
      exit: [
        'watchSlow',
        'leaveCapture',
        'forgetCapture',
        'clearAttempts',
        { type: 'comeBackTo', params: { state: 'idle' } },
      ],
      invoke: {
        id: 'endCapture',
        src: 'stopCapture',
        input: ({ context }) => context.cameraId,
        onDone: 'unavailable',
        onError: { target: 'unavailable', actions: keepTrouble },
      },
    },
    releasing: {
      description: 'The end of this actor: session, capture and path go, in this order.',
      initial: 'recording',
      on: {
        // Too late for orders, and nothing may lead back out of the end.
        'camera.lost': {},
        'camera.ready': {},
        'stream.start': {},
        'stream.release': {},
        'recording.order': {},
        'snapshot.order': {},
      },
      after: {
        releaseLimit: {
          target: 'released',
          description: 'whatever is left is found again at the next start',
        },
      },
      states: {
        recording: {
          description: 'A running session is finalised first.',
          entry: {
            type: 'stopRecording',
            params: ({ context }) => ({ reason: context.ending ?? 'service_stopped' }),
          },
          always: { guard: 'nothingToFinish', target: 'capture' },
        },
        capture: {
          entry: 'leaveTap',
          exit: ['leaveCapture', 'forgetCapture'],
          invoke: {
            id: 'releaseCapture',
            src: 'stopCapture',
            input: ({ context }) => context.cameraId,
            onDone: 'path',
            onError: 'path',
          },
        },
        path: {
          entry: 'wantNoEntry',
          always: { guard: 'entryGone', target: '#stream.released' },
        },
      },
    },
    released: {
      description: 'Nothing is left of it.',
      type: 'final',
      entry: 'reportReleased',
    },
  },
});
