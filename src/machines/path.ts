/**
 * Owns the entry of one path in the media server's configuration: what it should be, and whether it is.
 * Only this actor writes it. A write without an answer is unknown: nothing is reported as done until the server's
 * own configuration agrees. In: `entry.want`, `entry.drifted`, `server.up`, `server.down`.
 * Reports `entry.agreed` and `entry.refused`.
 */
import { assign, fromPromise, sendTo, setup } from 'xstate';
import { type Trouble, troubleOf } from './errors.ts';
import { parentOf } from './report.ts';
import type { CameraId, PathEntry } from './values.ts';

export interface PathInput {
  readonly name: CameraId;
  readonly verifyIntervalMs: number;
  readonly verifyLimitMs: number;
  /** After an unreachable server, and after a refusal. */
  readonly retryMs: number;
}

interface PathContext extends PathInput {
  /** null: no such path. */
  readonly wanted: PathEntry | null;
  /** Counts what was wanted; an agreement names the revision it is about. */
  readonly revision: number;
  readonly writtenRevision: number;
  readonly trouble: Trouble | null;
}

export type PathEvent =
  | { type: 'entry.want'; entry: PathEntry | null; revision: number }
  | { type: 'entry.drifted' }
  | { type: 'server.up' }
  | { type: 'server.down' };

export type PathReport =
  | { type: 'entry.agreed'; revision: number }
  | { type: 'entry.refused'; trouble: Trouble };

export interface WriteRequest {
  readonly name: CameraId;
  readonly entry: PathEntry | null;
}

export const pathMachine = setup({
  types: {} as { context: PathContext; events: PathEvent; input: PathInput },
  actors: {
    writeEntry: fromPromise<void, WriteRequest>(() =>
      Promise.reject(new Error('writeEntry: no adapter provided')),
    ),
    entryAgrees: fromPromise<boolean, WriteRequest>(() =>
      Promise.reject(new Error('entryAgrees: no adapter provided')),
    ),
  },
  actions: {
    storeWanted: assign({
      wanted: (_, params: { entry: PathEntry | null; revision: number }) => params.entry,
      revision: (_, params: { entry: PathEntry | null; revision: number }) => params.revision,
    }),
    noteWriting: assign({ writtenRevision: ({ context }) => context.revision }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    clearTrouble: assign({ trouble: null }),
    reportAgreed: sendTo(parentOf, ({ context }) => ({ type: 'entry.agreed', revision: context.revision })),
    reportRefused: sendTo(parentOf, ({ context }) => ({ type: 'entry.refused', trouble: context.trouble })),
  },
  guards: {
    nothingWantedYet: ({ context }) => context.revision === 0,
    wantedChanged: ({ context }) => context.writtenRevision !== context.revision,
    answered: (_, params: { agrees: boolean }) => params.agrees,
    refused: (_, params: { error: unknown }) => troubleOf(params.error).code === 'media-server-refused',
    unreachable: (_, params: { error: unknown }) =>
      troubleOf(params.error).code === 'media-server-unreachable',
  },
  delays: {
    verifyInterval: ({ context }) => context.verifyIntervalMs,
    verifyLimit: ({ context }) => context.verifyLimitMs,
    retry: ({ context }) => context.retryMs,
  },
}).createMachine({
  id: 'path',
  description: 'The entry of one path in the media server: what it should be, and whether it is.',
  context: ({ input }) => ({ ...input, wanted: null, revision: 0, writtenRevision: -1, trouble: null }),
  initial: 'offline',
  on: { 'server.down': '.offline' },
  states: {
    offline: {
      description: 'The media server is down; nothing can be written or read.',
      on: {
        'entry.want': { actions: { type: 'storeWanted', params: ({ event }) => event } },
        'server.up': 'comparing',
      },
    },
    comparing: {
      description: 'What the server holds is compared first: an adopted or managed one may be right already.',
      always: { guard: 'nothingWantedYet', target: 'unwanted' },
      on: {
        'entry.want': {
          target: 'comparing',
          reenter: true,
          actions: { type: 'storeWanted', params: ({ event }) => event },
        },
      },
      invoke: {
        id: 'entryAgrees',
        src: 'entryAgrees',
        input: ({ context }) => ({ name: context.name, entry: context.wanted }),
        onDone: [
          {
            guard: { type: 'answered', params: ({ event }) => ({ agrees: event.output }) },
            target: 'agreed',
          },
          { target: 'writing' },
        ],
        onError: {
          target: 'retrying',
          actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    unwanted: {
      description: 'Nobody has said yet what the entry should be; it is left as it is.',
      on: {
        'entry.want': { target: 'comparing', actions: { type: 'storeWanted', params: ({ event }) => event } },
      },
    },
    writing: {
      description: 'The complete entry is being written.',
      entry: 'noteWriting',
      on: {
        // The write under way is left to finish: ended in the middle it could be applied after the next one.
        'entry.want': { actions: { type: 'storeWanted', params: ({ event }) => event } },
      },
      invoke: {
        id: 'writeEntry',
        src: 'writeEntry',
        input: ({ context }) => ({ name: context.name, entry: context.wanted }),
        onDone: [{ guard: 'wantedChanged', target: 'writing', reenter: true }, { target: 'verifying' }],
        onError: [
          {
            guard: { type: 'refused', params: ({ event }) => ({ error: event.error }) },
            target: 'refused',
            actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
          },
          {
            guard: { type: 'unreachable', params: ({ event }) => ({ error: event.error }) },
            target: 'retrying',
            actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
          },
          {
            target: 'verifying',
            actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
            description: 'no answer: it may have been applied, or may be later',
          },
        ],
      },
    },
    verifying: {
      description: "Written; not done until the server's configuration says so.",
      initial: 'looking',
      on: {
        'entry.want': { target: 'writing', actions: { type: 'storeWanted', params: ({ event }) => event } },
      },
      after: { verifyLimit: { target: '.overdue', description: 'different for too long' } },
      states: {
        looking: {
          invoke: {
            id: 'verifyEntry',
            src: 'entryAgrees',
            input: ({ context }) => ({ name: context.name, entry: context.wanted }),
            onDone: [
              {
                guard: { type: 'answered', params: ({ event }) => ({ agrees: event.output }) },
                target: '#path.agreed',
              },
              { target: 'waiting' },
            ],
            onError: 'waiting',
          },
        },
        waiting: { after: { verifyInterval: 'looking' } },
        overdue: {
          description: 'One last look, however slow its answer: still different, and it is written again.',
          invoke: {
            id: 'verifyLast',
            src: 'entryAgrees',
            input: ({ context }) => ({ name: context.name, entry: context.wanted }),
            onDone: [
              {
                guard: { type: 'answered', params: ({ event }) => ({ agrees: event.output }) },
                target: '#path.agreed',
              },
              { target: '#path.writing' },
            ],
            onError: '#path.writing',
          },
        },
      },
    },
    agreed: {
      description: 'The server holds what is wanted.',
      entry: ['clearTrouble', 'reportAgreed'],
      on: {
        'entry.want': { target: 'writing', actions: { type: 'storeWanted', params: ({ event }) => event } },
        'entry.drifted': { target: 'writing', description: 'the regular comparison found a difference' },
      },
    },
    retrying: {
      description: 'The server did not take the call; tried again soon, or at once when it is back.',
      on: {
        'entry.want': { actions: { type: 'storeWanted', params: ({ event }) => event } },
        'server.up': 'comparing',
      },
      after: { retry: 'comparing' },
    },
    refused: {
      description: 'The server says the entry is invalid; tried again slowly and on a change.',
      entry: 'reportRefused',
      on: {
        'entry.want': { target: 'writing', actions: { type: 'storeWanted', params: ({ event }) => event } },
      },
      after: { retry: 'writing' },
    },
  },
});
