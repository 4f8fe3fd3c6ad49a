/**
 * Owns one camera's stream: its path in the media server, its capture process, who needs it, and the sessions that
 * record it. Never opens a device or a file itself. Orders come from the camera; facts from the path watch, the tap and
 * the process. Reports `entry.wanted`, `watch.*`, `recording.*`, `stream.released`.
 * Design: docs/architecture.md; every state and number: docs/machines/stream.md.
 */
import {
  contested,
  keepLadder,
  keepTrouble,
  observe,
  readers,
  showFrame,
  storeFrame,
  storeLadder,
  storeServerUp,
  wantEntry,
  wantForRecorder,
} from './stream-actions.ts';
import { examining } from './stream-examining.ts';
import { live } from './stream-live.ts';
import { streamSetup } from './stream-setup.ts';
import { starting } from './stream-starting.ts';

export const streamMachine = streamSetup.createMachine({
  id: 'stream',
  description: "One camera's stream: path, capture, who needs it.",
  context: ({ input }) => ({
    ...input,
    ladder: null,
    plan: null,
    failedPlans: [],
    reasons: [],
    attempts: 0,
    trouble: null,
    found: null,
    present: null,
    process: null,
    observation: null,
    observedAtMs: null,
    baselineBytes: null,
    frame: null,
    warming: false,
    tapTrouble: null,
    contest: null,
    late: [],
    record: null,
    entry: null,
    revision: 0,
    agreedRevision: 0,
    armRevision: null,
    session: null,
    closing: [],
    unfiled: [],
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
    {
      id: 'rivals',
      src: 'rivals',
      input: ({ context }) => ({ cameraId: context.cameraId, limits: context.limits.rivals }),
    },
  ],
  entry: 'restore',
  initial: 'beginning',
  on: {
    'camera.ready': {
      actions: [storeLadder, 'choosePlan', wantEntry],
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
    'rivals.found': {
      actions: [{ type: 'storeContest', params: ({ event }) => ({ trouble: event.trouble }) }, contested],
    },
    'rivals.gone': { actions: 'dropContest' },
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
    'storage.changed': [
      {
        guard: { type: 'storageIs', params: ({ event }) => ({ found: event.level, level: 'missing' }) },
        actions: { type: 'stopRecording', params: { reason: 'storage_missing' } },
      },
      {
        guard: { type: 'storageIs', params: ({ event }) => ({ found: event.level, level: 'critical' }) },
        actions: [{ type: 'stopRecording', params: { reason: 'storage_critical' } }, 'tellUnfiled'],
        description: 'too full for more, but what is there can still be put away',
      },
      { actions: 'tellUnfiled' },
    ],
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
      guard: { type: 'isRunning', params: ({ event }) => ({ session: event.session }) },
      description: 'one that an earlier life was ending is not the one that runs now',
      actions: { type: 'closeSession', params: ({ event }) => ({ session: event.session }) },
    },
    'recording.unfiled': {
      actions: [
        { type: 'relayUnfiled', params: ({ event }) => ({ session: event.session }) },
        { type: 'leaveUnfiled', params: ({ event }) => ({ session: event.session }) },
      ],
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
    'frame.tapped': { actions: [storeFrame, showFrame] },
    'warmup.ended': {
      actions: { type: 'endWarmup', params: ({ event }) => ({ settled: event.settled }) },
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
      on: { 'camera.ready': keepLadder },
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
      entry: 'choosePlan',
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
        { guard: 'hasReasonAndToExamine', target: 'examining' },
        { guard: 'hasReason', target: 'starting' },
      ],
      on: {
        'entry.refused': {
          target: 'faulted',
          actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) },
          description: 'it had to be written anew',
        },
      },
    },
    examining,
    starting,
    live: {
      ...live,
      on: {
        ...live.on,
        'camera.ready': keepLadder,
        'stream.retry': {
          guard: 'hasFailedPlans',
          target: 'stopping',
          actions: ['restartLadder', { type: 'tellLost', params: { atMs: null } }],
          description: 'it works, but not in the best way: that is tried again',
        },
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
      exit: ['watchSlow', 'leaveCapture', 'forgetCapture', 'restAtLadder'],
      on: { 'camera.ready': keepLadder },
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
      on: { 'camera.ready': keepLadder },
      invoke: {
        id: 'clearCapture',
        src: 'clearCapture',
        input: ({ context }) => context.cameraId,
        onDone: {
          target: 'judging',
          actions: { type: 'storeComplaint', params: ({ event }) => ({ complaint: event.output }) },
        },
        onError: 'judging',
      },
    },
    judging: {
      description: 'Is it worth a quick retry?',
      always: [
        { guard: 'cameraGone', target: 'unavailable' },
        {
          guard: 'anotherPlanHelps',
          target: 'provisioning',
          actions: ['takeNextPlan', 'clearAttempts'],
          description: 'smaller, slower or another format: the status says which and why',
        },
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
      on: { 'stream.retry': { target: 'provisioning', actions: ['clearAttempts', 'restartLadder'] } },
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
        'stream.retry': { target: 'provisioning', actions: ['clearAttempts', 'restartLadder'] },
        'entry.agreed': {
          guard: 'entryWasRefused',
          target: 'provisioning',
          actions: [
            { type: 'noteAgreed', params: ({ event }) => ({ revision: event.revision }) },
            'answerRecorder',
          ],
          description: 'what stood in the way is over',
        },
        'stream.ask': { actions: 'tellFaulted' },
        'snapshot.order': {
          actions: [
            { type: 'spawnSnapshot', params: ({ event }) => ({ snapshot: event.snapshot, live: false }) },
            'tellFaulted',
          ],
        },
      },
      after: { faultedRetry: { target: 'provisioning', actions: 'restartLadder' } },
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
