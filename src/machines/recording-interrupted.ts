/** State of the recording's chart: the stream is lost, or only out of sight. */
import { type PartsSeen, recordingSetup, wishOf } from './recording-setup.ts';

const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
const keepParts = {
  type: 'storeParts' as const,
  params: ({ event }: { event: { output: PartsSeen } }) => event.output,
};
const seen = ({ event }: { event: { output: PartsSeen } }) => event.output;
const sessionOf = ({ context }: { context: { order: { cameraId: string; session: string } } }) => ({
  cameraId: context.order.cameraId,
  session: context.order.session,
});
const noteLoss = {
  type: 'noteInterruption' as const,
  params: ({ event }: { event: { cause: string; atMs: number | null } }) => ({
    cause: event.cause,
    atMs: event.atMs,
  }),
};

export const interrupted = recordingSetup.createStateConfig({
  description: 'The stream is lost; it goes on as a further part when the stream is back in time.',
  entry: ['wantStream', 'askStream'],
  always: [
    {
      guard: 'durationOver',
      target: 'stopping',
      actions: { type: 'storeReason', params: { reason: 'duration_reached' } },
    },
    { guard: 'overdue', target: 'stopping', actions: 'storeLossReason' },
  ],
  invoke: {
    id: 'noteWish',
    src: 'saveWish',
    input: ({ context }) => wishOf(context),
    // The gap is in memory and in the files; a full disk must not end the session.
    onError: { actions: keepTrouble },
  },
  on: {
    'stream.live': 'arming',
    'resume.lapsed': {
      target: 'stopping',
      actions: 'storeLossReason',
      description: 'not back in time: the wish ends',
    },
    'stream.lost': [
      {
        guard: { type: 'operatorsWill', params: ({ event }) => ({ cause: event.cause }) },
        target: 'stopping',
        actions: [noteLoss, 'storeLossReason'],
      },
      { actions: noteLoss, description: 'the cause behind the cause, told a moment later' },
    ],
    'recording.stop': {
      target: 'stopping',
      actions: { type: 'storeReason', params: ({ event }) => ({ reason: event.reason }) },
    },
  },
  after: {
    durationLeft: {
      guard: 'hasDuration',
      target: 'stopping',
      actions: { type: 'storeReason', params: { reason: 'duration_reached' } },
    },
  },
  initial: 'checking',
  states: {
    checking: {
      description: 'What is there now was recorded before; only what comes beyond it goes on.',
      invoke: {
        id: 'lookAtLoss',
        src: 'lookAtParts',
        input: sessionOf,
        onDone: { target: 'waiting', actions: keepParts },
        onError: { target: 'waiting', actions: keepTrouble },
      },
    },
    waiting: {
      after: {
        heartbeat: {
          guard: 'outOfSight',
          target: 'looking',
          description: 'a media server that does not answer us may record all the same',
        },
      },
    },
    looking: {
      invoke: {
        id: 'lookForMore',
        src: 'lookAtParts',
        input: sessionOf,
        onDone: [
          {
            guard: { type: 'firstFile', params: seen },
            target: '#recording.rolling.growing',
            actions: [keepParts, 'reportStarted'],
          },
          {
            guard: { type: 'newestGrew', params: seen },
            target: '#recording.rolling.growing',
            actions: keepParts,
          },
          { target: 'waiting', actions: keepParts },
        ],
        onError: { target: 'waiting', actions: keepTrouble },
      },
    },
  },
});
