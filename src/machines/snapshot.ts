/**
 * Owns one snapshot order from its wish for a live stream to the saved file. The picture is the frame tap's: no
 * process starts. In: `frame.seen`, `light.known`, `tap.unavailable`, `stream.faulted`. Reports `reason.add`, `reason.remove`.
 */
import { assign, fromPromise, sendTo, setup } from 'xstate';
import { type Trouble, troubleOf } from './errors.ts';
import { parentOf } from './report.ts';
import type { SavedSnapshot, SnapshotRequest } from './values.ts';

export interface SnapshotInput {
  readonly id: string;
  readonly request: SnapshotRequest;
  /** How old the picture may be when it is saved; 0: the next one. */
  readonly maxAgeMs: number;
  /** Wait until the brightness of a camera that was just opened has settled. */
  readonly waitSettled: boolean;
  readonly deadlineMs: number;
  readonly orderedMonoMs: number;
  /** Of the call that ordered it. */
  readonly correlationId?: string;
  /** Was the stream live when the order came? */
  readonly wasLive: boolean;
}

export interface SnapshotContext extends SnapshotInput {
  readonly frameSeenMonoMs: number | null;
  /** Had the brightness settled when the picture was taken? */
  readonly settled: boolean;
  readonly saved: (SavedSnapshot & { readonly frameAgeMs: number }) | null;
  readonly trouble: Trouble | null;
}

export type SnapshotEvent =
  | { type: 'frame.seen'; seenMonoMs: number; warming: boolean }
  /** The camera has settled, or does not within its time. */
  | { type: 'light.known'; settled: boolean }
  | { type: 'tap.unavailable' }
  | { type: 'stream.faulted'; trouble: Trouble };

export interface SaveRequest {
  readonly request: SnapshotRequest;
  readonly frameSeenMonoMs: number;
}

type Seen = { readonly seenMonoMs: number; readonly warming: boolean };

const young = ({ orderedMonoMs, maxAgeMs }: SnapshotInput, { seenMonoMs }: Seen) =>
  seenMonoMs >= orderedMonoMs - maxAgeMs;
const seen = {
  params: ({ event }: { event: Seen }) => ({ seenMonoMs: event.seenMonoMs, warming: event.warming }),
};
const keepFrame = { type: 'storeFrame' as const, ...seen };

const saveError = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};

export const snapshotMachine = setup({
  types: {} as { context: SnapshotContext; events: SnapshotEvent; input: SnapshotInput },
  actors: {
    savePicture: fromPromise<SavedSnapshot & { frameAgeMs: number }, SaveRequest>(() =>
      Promise.reject(new Error('savePicture: no adapter provided')),
    ),
  },
  actions: {
    wantStream: sendTo(parentOf, ({ context }) => ({ type: 'reason.add', reason: `snapshot:${context.id}` })),
    releaseStream: sendTo(parentOf, ({ context }) => ({
      type: 'reason.remove',
      reason: `snapshot:${context.id}`,
    })),
    reportEnded: sendTo(parentOf, ({ context }) => ({ type: 'snapshot.ended', id: context.id })),
    storeFrame: assign((_, { seenMonoMs, warming }: Seen) => ({
      frameSeenMonoMs: seenMonoMs,
      settled: !warming,
    })),
    storeSettled: assign({ settled: (_, params: { settled: boolean }) => params.settled }),
    storeSaved: assign({
      saved: (_, params: { saved: SavedSnapshot & { frameAgeMs: number } }) => params.saved,
    }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
  },
  guards: {
    youngAndLit: ({ context }, seen: Seen) => young(context, seen) && !(seen.warming && context.waitSettled),
    youngEnough: ({ context }, seen: Seen) => young(context, seen),
  },
  delays: {
    deadline: ({ context }) => context.deadlineMs,
    /** Half of the time, or what is left of it: saving takes its time, too. */
    lightLimit: ({ context: { deadlineMs, orderedMonoMs, frameSeenMonoMs } }) => {
      const passedMs = Math.max(0, (frameSeenMonoMs ?? orderedMonoMs) - orderedMonoMs);
      return Math.max(0, Math.min(deadlineMs / 2, 0.8 * deadlineMs - passedMs));
    },
  },
}).createMachine({
  id: 'snapshot',
  description: 'One snapshot: a copy of the tapped picture.',
  context: ({ input }) => ({ ...input, frameSeenMonoMs: null, settled: false, saved: null, trouble: null }),
  initial: 'working',
  states: {
    working: {
      entry: 'wantStream',
      exit: 'releaseStream',
      initial: 'waitingForFrame',
      after: {
        deadline: {
          target: 'failed',
          actions: {
            type: 'storeTrouble',
            params: {
              error: {
                code: 'deadline',
                reason: 'no_frame_in_time',
                message: 'No picture came from the camera in time.',
              },
            },
          },
        },
      },
      on: {
        'stream.faulted': {
          target: 'failed',
          actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) },
        },
        'tap.unavailable': {
          target: 'failed',
          actions: {
            type: 'storeTrouble',
            params: {
              error: {
                code: 'storage',
                reason: 'tap_unavailable',
                message: 'The runtime folder cannot be written, so there is no picture to copy.',
              },
            },
          },
        },
      },
      states: {
        waitingForFrame: {
          description: 'Waiting for a picture that is young enough.',
          on: {
            'frame.seen': [
              { guard: { type: 'youngAndLit', ...seen }, target: 'saving', actions: keepFrame },
              { guard: { type: 'youngEnough', ...seen }, target: 'waitingForLight', actions: keepFrame },
            ],
          },
        },
        waitingForLight: {
          description: 'There is a picture, but the camera was just opened and its brightness changes still.',
          on: {
            'frame.seen': { actions: keepFrame },
            'light.known': {
              target: 'saving',
              actions: { type: 'storeSettled', params: ({ event }) => ({ settled: event.settled }) },
            },
          },
          after: { lightLimit: { target: 'saving', description: 'taken as it is; the answer says so' } },
        },
        saving: {
          description: 'The picture is copied under its name.',
          invoke: {
            id: 'savePicture',
            src: 'savePicture',
            input: ({ context }) => ({
              request: context.request,
              frameSeenMonoMs: context.frameSeenMonoMs ?? 0,
            }),
            onDone: {
              target: '#snapshot.taken',
              actions: { type: 'storeSaved', params: ({ event }) => ({ saved: event.output }) },
            },
            onError: { target: '#snapshot.failed', actions: saveError },
          },
        },
      },
    },
    taken: { description: 'The file is there.', type: 'final', entry: 'reportEnded' },
    failed: { description: 'No file was written.', type: 'final', entry: 'reportEnded' },
  },
});
