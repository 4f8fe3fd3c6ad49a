/**
 * Owns one recording session from its order to its sidecar. MediaMTX writes the files; this actor asks the stream to
 * arm the recorder, watches the files grow, survives interruptions as further parts, and collects them. Never writes
 * the path and never touches a process. In: `stream.*`, `record.*`, `recording.stop`, `storage.usable`. Reports
 * `recording.started`, `recording.unfiled` and `recording.ended`. Every end has one reason.
 */
import { interrupted } from './recording-interrupted.ts';
import { gapsOf, type LossCause, type RecordingContext, recordingSetup, wishOf } from './recording-setup.ts';
import type { FinishedRecording, RecordingEndReason } from './values.ts';

const sessionOf = ({ context }: { context: { order: { cameraId: string; session: string } } }) => ({
  cameraId: context.order.cameraId,
  session: context.order.session,
});

const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};

const noteLoss = {
  type: 'noteInterruption' as const,
  params: ({ event }: { event: { cause: string; atMs: number | null } }) => ({
    cause: event.cause,
    atMs: event.atMs,
  }),
};

const noteOrder = {
  type: 'storeReason' as const,
  params: ({ event }: { event: { reason: RecordingEndReason } }) => ({ reason: event.reason }),
};

/** The same for a first try and for every later one. */
const finaliseRequest = ({ context }: { context: RecordingContext }) => ({
  session: context.order.session,
  cameraId: context.order.cameraId,
  format: context.order.format,
  reason: context.reason ?? ('requested' as const),
  outcome: context.parts.length === 0 ? ('failed' as const) : ('completed' as const),
  orderedAtMs: context.order.orderedAtMs,
  gaps: gapsOf(context),
  adoptions: context.adoptions,
  durationMs: context.order.durationMs,
  partOrder: context.parts,
});

const filing = {
  params: ({ event }: { event: { output: FinishedRecording } }) => ({ finished: event.output }),
};

const finaliseDone = [
  {
    guard: { type: 'nothingRecorded', ...filing },
    target: '#recording.failing',
    actions: { type: 'storeFinished', ...filing },
  },
  { target: '#recording.filed', actions: { type: 'storeFinished', ...filing } },
] as const;

const storeGoneTrouble = {
  type: 'storeGoneTrouble' as const,
  params: ({ event }: { event: { cause: LossCause } }) => ({ cause: event.cause }),
};

export const recordingMachine = recordingSetup.createMachine({
  id: 'recording',
  description: 'One recording session, from its order to its sidecar.',
  context: ({ input }) => ({
    order: input.order,
    limits: input.limits,
    adoptions: input.restored === null ? 0 : input.restored.adoptions + 1,
    interruptions: input.restored?.gaps.map(({ cause, fromAtMs }) => ({ cause, atMs: fromAtMs })) ?? [],
    parts: [],
    starts: [],
    sizeBytes: 0,
    lookedMonoMs: null,
    lookedAtMs: null,
    deadlineMonoMs: input.restored?.deadlineMonoMs ?? null,
    openPart: input.restored?.openPart ?? null,
    overdue: false,
    reason: input.restored?.ending ?? null,
    trouble: null,
    finished: null,
  }),
  initial: 'pledging',
  output: ({ context }) => ({ finished: context.finished }),
  on: {
    'resume.lapsed': { actions: 'noteOverdue', description: 'it may still come of it; another loss ends it' },
    'stream.contested': {
      actions: { type: 'blameRivals', params: ({ event }) => ({ sinceAtMs: event.sinceAtMs }) },
      description: 'who cut it is known a moment later',
    },
  },
  states: {
    pledging: {
      description: 'The wish is being made safe on disk, before anything is asked of anybody.',
      entry: 'wantStream',
      invoke: {
        id: 'saveWish',
        src: 'saveWish',
        input: ({ context }) => wishOf(context),
        onDone: [
          { guard: 'isRestored', target: 'salvaging' },
          { guard: 'endingAlready', target: 'stopping' },
          { target: 'waitingForStream' },
        ],
        onError: [
          {
            guard: 'isRestored',
            target: 'salvaging',
            actions: keepTrouble,
            description: 'it is on disk already',
          },
          {
            target: 'failing',
            actions: [keepTrouble, { type: 'storeReason', params: { reason: 'storage_missing' } }],
          },
        ],
      },
      on: {
        // Nothing can be done before it is known what there is; what was told meanwhile is not forgotten.
        'stream.lost': [
          {
            guard: { type: 'goneBeforeStart', params: ({ event }) => ({ cause: event.cause }) },
            actions: [noteLoss, 'storeLossReason', storeGoneTrouble],
            description: 'nothing was recorded yet that could go on: whoever ordered it is told at once',
          },
          {
            guard: { type: 'operatorsWill', params: ({ event }) => ({ cause: event.cause }) },
            actions: [noteLoss, 'storeLossReason'],
          },
          { actions: noteLoss },
        ],
        'recording.stop': { actions: noteOrder },
      },
    },
    salvaging: {
      description: 'Taken over from an earlier life: what is on disk is looked at.',
      exit: 'startResumeTimer',
      invoke: {
        id: 'lookAtOldParts',
        src: 'lookAtParts',
        input: sessionOf,
        onDone: [
          {
            guard: 'endingAlready',
            target: 'stopping',
            actions: { type: 'storeParts', params: ({ event }) => event.output },
          },
          { target: 'interrupted', actions: { type: 'storeParts', params: ({ event }) => event.output } },
        ],
        onError: [
          { guard: 'endingAlready', target: 'stopping', actions: keepTrouble },
          { target: 'interrupted', actions: keepTrouble },
        ],
      },
      on: {
        // Nothing can be done before it is known what there is; what was told meanwhile is not forgotten.
        'stream.lost': [
          {
            guard: { type: 'operatorsWill', params: ({ event }) => ({ cause: event.cause }) },
            actions: [noteLoss, 'storeLossReason'],
          },
          { actions: noteLoss },
        ],
        'recording.stop': { actions: noteOrder },
      },
    },
    waitingForStream: {
      description: 'The stream is being made live.',
      entry: 'askStream',
      on: {
        'stream.live': { target: 'arming', actions: 'startResumeTimer' },
        'stream.faulted': {
          target: 'failing',
          actions: [
            { type: 'storeReason', params: { reason: 'stream_failed' } },
            { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) },
          ],
        },
        'stream.lost': {
          guard: { type: 'cameraGone', params: ({ event }) => ({ cause: event.cause }) },
          target: 'failing',
          actions: [noteLoss, 'storeLossReason', storeGoneTrouble],
          description: 'nothing was recorded yet that could go on: whoever ordered it is told at once',
        },
        'recording.stop': { target: 'failing', actions: noteOrder },
      },
      after: {
        readyTimeout: {
          target: 'failing',
          actions: { type: 'storeReason', params: { reason: 'not_ready_in_time' } },
        },
      },
    },
    arming: {
      description: 'The media server is being told to record.',
      entry: 'askToArm',
      on: {
        'record.armed': 'rolling',
        'stream.lost': [
          {
            guard: { type: 'operatorsWill', params: ({ event }) => ({ cause: event.cause }) },
            target: 'stopping',
            actions: [noteLoss, 'storeLossReason'],
          },
          { target: 'interrupted', actions: noteLoss },
        ],
        'recording.stop': { target: 'stopping', actions: noteOrder },
      },
      after: {
        readyTimeout: {
          target: 'stopping',
          actions: { type: 'storeReason', params: { reason: 'not_ready_in_time' } },
        },
      },
    },
    rolling: {
      description: 'Recorded; the file grows.',
      initial: 'awaitingFile',
      on: {
        'stream.lost': [
          {
            guard: { type: 'operatorsWill', params: ({ event }) => ({ cause: event.cause }) },
            target: 'stopping',
            actions: [noteLoss, 'storeLossReason'],
          },
          { target: 'interrupted', actions: noteLoss },
        ],
        'stream.blip': {
          actions: noteLoss,
          description: 'an interruption that happened between two looks',
        },
        'recording.stop': { target: 'stopping', actions: noteOrder },
      },
      states: {
        awaitingFile: {
          description: 'Armed; the file follows with the next keyframe and its first part.',
          initial: 'looking',
          after: {
            readyTimeout: {
              target: '#recording.stopping',
              actions: 'storeNoFileReason',
              description: 'no file came of it',
            },
          },
          states: {
            looking: {
              invoke: {
                id: 'lookForFile',
                src: 'lookAtParts',
                input: sessionOf,
                onDone: [
                  {
                    guard: { type: 'firstFile', params: ({ event }) => event.output },
                    target: '#recording.rolling.growing',
                    actions: [{ type: 'storeParts', params: ({ event }) => event.output }, 'reportStarted'],
                  },
                  {
                    guard: { type: 'newestGrew', params: ({ event }) => event.output },
                    target: '#recording.rolling.growing',
                    actions: { type: 'storeParts', params: ({ event }) => event.output },
                  },
                  { target: 'waiting', actions: { type: 'storeParts', params: ({ event }) => event.output } },
                ],
                onError: { target: 'waiting', actions: keepTrouble },
              },
            },
            waiting: { after: { closeCheck: 'looking' } },
          },
        },
        growing: {
          description: 'The heartbeat is the file itself; the duration timer runs.',
          type: 'parallel',
          entry: 'cancelResumeTimer',
          exit: 'startResumeTimer',
          states: {
            timer: {
              description: "The wished duration, counted from the first part's start.",
              invoke: {
                id: 'noteStart',
                src: 'saveWish',
                input: ({ context }) => wishOf(context),
                // A next life would go by the file's name and the wall clock; a full disk must not end the session.
                onError: { actions: keepTrouble },
              },
              after: {
                durationLeft: {
                  guard: 'hasDuration',
                  target: '#recording.stopping',
                  actions: { type: 'storeReason', params: { reason: 'duration_reached' } },
                },
              },
            },
            pulse: {
              initial: 'fresh',
              after: {
                heartbeatLimit: {
                  target: '#recording.interrupted',
                  actions: { type: 'noteInterruption', params: { cause: 'recorder_stalled', atMs: null } },
                  description: 'the file stands still',
                },
              },
              states: {
                fresh: { after: { heartbeat: 'looking' } },
                looking: {
                  invoke: {
                    id: 'lookAtParts',
                    src: 'lookAtParts',
                    input: sessionOf,
                    onDone: [
                      {
                        guard: { type: 'grew', params: ({ event }) => event.output },
                        target: '#recording.rolling.growing.pulse',
                        reenter: true,
                        actions: { type: 'storeParts', params: ({ event }) => event.output },
                        description: 'grown: the limit starts anew',
                      },
                      {
                        target: 'fresh',
                        actions: { type: 'storeParts', params: ({ event }) => event.output },
                      },
                    ],
                    onError: { target: 'fresh', actions: keepTrouble },
                  },
                },
              },
            },
          },
        },
      },
    },
    interrupted,
    stopping: {
      description: 'The end is decided and made safe; the recorder is told to stop.',
      initial: 'pledging',
      states: {
        pledging: {
          invoke: {
            id: 'saveEnd',
            src: 'saveWish',
            input: ({ context }) => wishOf(context),
            onDone: 'disarming',
            onError: { target: 'disarming', actions: keepTrouble },
          },
        },
        disarming: {
          entry: 'askToDisarm',
          on: { 'record.disarmed': 'closing' },
          after: {
            closeTimeout: {
              target: 'closing',
              description: 'no media server to answer: its file is closed or torn',
            },
          },
        },
        closing: {
          description: 'The recorder closes its file: its header then tells the length.',
          initial: 'looking',
          after: {
            closeTimeout: { target: 'salvaging', description: 'never closed: the tail is measured instead' },
          },
          states: {
            looking: {
              invoke: {
                id: 'lookForEnd',
                src: 'lookAtParts',
                input: sessionOf,
                onDone: [
                  {
                    guard: { type: 'allClosed', params: ({ event }) => event.output },
                    target: '#recording.finalising',
                    actions: { type: 'storeParts', params: ({ event }) => event.output },
                  },
                  {
                    guard: { type: 'newestClosed', params: ({ event }) => event.output },
                    target: '#recording.stopping.salvaging',
                    description: 'an earlier part was torn: nobody closes that any more',
                  },
                  { target: 'waiting', actions: { type: 'storeParts', params: ({ event }) => event.output } },
                ],
                onError: { target: 'waiting', actions: keepTrouble },
              },
            },
            waiting: { after: { closeCheck: 'looking' } },
          },
        },
        salvaging: {
          invoke: {
            id: 'salvageParts',
            src: 'salvageParts',
            input: sessionOf,
            onDone: {
              target: '#recording.finalising',
              actions: { type: 'storeParts', params: ({ event }) => event.output },
            },
            onError: { target: '#recording.finalising', actions: keepTrouble },
          },
        },
      },
    },
    finalising: {
      description:
        'The files are closed: parts are collected, cut or remuxed where asked, and the sidecar is written.',
      entry: ['releaseStream', 'reportClosed'],
      invoke: {
        id: 'finalise',
        src: 'finalise',
        input: finaliseRequest,
        onDone: finaliseDone,
        onError: { target: 'unfiled', actions: keepTrouble },
      },
    },
    filed: {
      description: 'The sidecar is on disk; the wish is fulfilled and dropped.',
      invoke: {
        id: 'dropWish',
        src: 'dropWish',
        input: ({ context }) => context.order.session,
        onDone: 'completed',
        onError: { target: 'completed', actions: keepTrouble },
      },
    },
    failing: {
      description: 'Ended without a recording; the wish is dropped.',
      entry: ['releaseStream', 'askToDisarm'],
      invoke: {
        id: 'dropFailedWish',
        src: 'dropWish',
        input: ({ context }) => context.order.session,
        onDone: 'failed',
        onError: { target: 'failed', actions: keepTrouble },
      },
    },
    unfiled: {
      description:
        'The files could not be collected: the disk is away, full or read-only. The wish stays, others may record.',
      entry: 'reportUnfiled',
      initial: 'waiting',
      states: {
        waiting: {
          on: { 'storage.usable': { target: 'salvaging', description: 'told when the disk is back' } },
          after: { fileRetry: 'salvaging' },
        },
        salvaging: {
          description: 'What is there now is looked at anew: it may be less, or all of it.',
          invoke: {
            id: 'salvageLate',
            src: 'salvageParts',
            input: sessionOf,
            onDone: {
              target: 'filing',
              actions: { type: 'storeParts', params: ({ event }) => event.output },
            },
            onError: { target: 'waiting', actions: keepTrouble },
          },
        },
        filing: {
          invoke: {
            id: 'finaliseLate',
            src: 'finalise',
            input: finaliseRequest,
            onDone: finaliseDone,
            onError: { target: 'waiting', actions: keepTrouble },
          },
        },
      },
    },
    completed: {
      description: 'Done: the files and the sidecar are there.',
      type: 'final',
      entry: { type: 'reportEnded', params: { failed: false } },
    },
    failed: {
      description: 'No recording came of it; the reason says why.',
      type: 'final',
      entry: { type: 'reportEnded', params: { failed: true } },
    },
  },
});
