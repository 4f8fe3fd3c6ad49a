/**
 * Owns the question whether anybody watches one path. MediaMTX only raises demand (its hook touches a file);
 * this actor withdraws it. In: `demand.touched`, `readers.observed`, `stream.live`, `stream.notLive`.
 * Reports `viewers.came` and `viewers.left`. Design: docs/architecture.md, "on demand".
 */
import { assign, fromPromise, sendTo, setup } from 'xstate';
import { parentOf } from './report.ts';
import type { CameraId } from './values.ts';

export interface ViewersInput {
  readonly cameraId: CameraId;
  /** MediaMTX lets held viewers go after this. */
  readonly startTimeoutMs: number;
  /** No readers for this long withdraws demand. */
  readonly closeAfterMs: number;
}

interface ViewersContext extends ViewersInput {
  readonly readers: number;
}

export type ViewersEvent =
  | { type: 'demand.touched' }
  | { type: 'readers.observed'; readers: number }
  | { type: 'stream.live' }
  | { type: 'stream.notLive' };

export type ViewersReport = { type: 'viewers.came' } | { type: 'viewers.left' };

export const viewersMachine = setup({
  types: {} as { context: ViewersContext; events: ViewersEvent; input: ViewersInput },
  actors: {
    withdrawDemand: fromPromise<void, CameraId>(() =>
      Promise.reject(new Error('withdrawDemand: no adapter provided')),
    ),
    countReaders: fromPromise<number, CameraId>(() =>
      Promise.reject(new Error('countReaders: no adapter provided')),
    ),
  },
  actions: {
    noteReaders: assign({ readers: (_, params: { readers: number }) => params.readers }),
    reportCame: sendTo(parentOf, { type: 'viewers.came' }),
    reportLeft: sendTo(parentOf, { type: 'viewers.left' }),
  },
  guards: {
    somebody: (_, params: { readers: number }) => params.readers > 0,
    nobody: (_, params: { readers: number }) => params.readers === 0,
  },
  delays: {
    lapse: ({ context }) => context.startTimeoutMs + context.closeAfterMs,
    closeAfter: ({ context }) => context.closeAfterMs,
  },
}).createMachine({
  id: 'viewers',
  description: 'Whether anybody watches the path, and when the last one has left.',
  context: ({ input }) => ({ ...input, readers: 0 }),
  initial: 'none',
  on: {
    'readers.observed': {
      actions: { type: 'noteReaders', params: ({ event }) => ({ readers: event.readers }) },
    },
  },
  states: {
    none: {
      description: 'Nobody watches.',
      on: {
        'demand.touched': {
          target: 'held',
          actions: 'reportCame',
          description: 'a reader came to the idle path',
        },
        'readers.observed': {
          guard: { type: 'somebody', params: ({ event }) => ({ readers: event.readers }) },
          target: 'watching',
          actions: [
            { type: 'noteReaders', params: ({ event }) => ({ readers: event.readers }) },
            'reportCame',
          ],
          description: 'a reader joined while something else kept the stream live',
        },
      },
    },
    held: {
      description: 'MediaMTX holds viewers until the stream is live; it lets them go by itself.',
      on: {
        'demand.touched': { target: 'held', reenter: true },
        'stream.live': 'closing',
        'readers.observed': {
          guard: { type: 'somebody', params: ({ event }) => ({ readers: event.readers }) },
          target: 'watching',
          actions: { type: 'noteReaders', params: ({ event }) => ({ readers: event.readers }) },
        },
      },
      after: { lapse: { target: 'withdrawing', description: 'not touched again: they have given up' } },
    },
    watching: {
      description: 'Readers are on the path.',
      on: {
        'readers.observed': {
          guard: { type: 'nobody', params: ({ event }) => ({ readers: event.readers }) },
          target: 'closing',
          actions: { type: 'noteReaders', params: ({ event }) => ({ readers: event.readers }) },
        },
        'stream.notLive': 'held',
      },
    },
    closing: {
      description:
        'The last reader left, or the first has not joined yet; demand is withdrawn when the closing time is over.',
      on: {
        'readers.observed': {
          guard: { type: 'somebody', params: ({ event }) => ({ readers: event.readers }) },
          target: 'watching',
          actions: { type: 'noteReaders', params: ({ event }) => ({ readers: event.readers }) },
        },
        'demand.touched': { target: 'closing', reenter: true },
        'stream.notLive': 'held',
      },
      after: { closeAfter: 'withdrawing' },
    },
    withdrawing: {
      description: 'The demand file is deleted.',
      on: { 'demand.touched': 'held' },
      invoke: {
        id: 'withdrawDemand',
        src: 'withdrawDemand',
        input: ({ context }) => context.cameraId,
        onDone: 'lastLook',
        onError: 'lastLook',
      },
    },
    lastLook: {
      description: 'Readers are listed once more: one may have joined just before the file went.',
      on: { 'demand.touched': 'held' },
      invoke: {
        id: 'countReaders',
        src: 'countReaders',
        input: ({ context }) => context.cameraId,
        onDone: [
          {
            guard: { type: 'somebody', params: ({ event }) => ({ readers: event.output }) },
            target: 'watching',
            actions: { type: 'noteReaders', params: ({ event }) => ({ readers: event.output }) },
          },
          { target: 'none', actions: 'reportLeft' },
        ],
        onError: { target: 'none', actions: 'reportLeft' },
      },
    },
  },
});
