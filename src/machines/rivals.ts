/**
 * Owns the question whether somebody else publishes on one camera's path: publishers of one path throw each other out
 * for ever. Counts how often the path's source changes while our capture runs, has the others found and ended, and
 * waits longer each time they come back. In: `capture.changed`, `source.seen`, `source.forgotten`.
 * Reports `rivals.found` and `rivals.gone`. Never ends a process that is not ours. Design: docs/machines/rivals.md.
 */
import { assign, enqueueActions, fromPromise, sendTo, setup } from 'xstate';
import { backoffMs } from './backoff.ts';
import type { Trouble } from './errors.ts';
import { parentOf } from './report.ts';
import { type Rival, rivalTrouble } from './rival.ts';
import type { CameraId, ProcessIdentity } from './values.ts';

export interface RivalLimits {
  /** This many changes of the source… */
  readonly changes: number;
  /** …in this time start a search. */
  readonly windowMs: number;
  /** Between two looks of a search. */
  readonly lookMs: number;
  /** A search that found nobody for this long is over. */
  readonly searchMs: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly backoffJitter: readonly [number, number];
}

export interface RivalsInput {
  readonly cameraId: CameraId;
  readonly limits: RivalLimits;
}

interface RivalsContext extends RivalsInput {
  /** Ours; null: nobody of ours publishes, so nothing is counted. */
  readonly capture: ProcessIdentity | null;
  /** The last publisher that was seen. */
  readonly sourceId: string | null;
  /** When it changed, within the window. */
  readonly changedMonoMs: readonly number[];
  readonly rivals: readonly Rival[];
  /** How often in a row somebody was found. */
  readonly rounds: number;
  readonly trouble: Trouble | null;
}

export type RivalsEvent =
  | { type: 'capture.changed'; capture: ProcessIdentity | null }
  /** One look at the path; null: nobody publishes. */
  | { type: 'source.seen'; sourceId: string | null; monoMs: number }
  /** The media server went away: the next publisher is a new one in any case. */
  | { type: 'source.forgotten' };

export type RivalsReport = { type: 'rivals.found'; trouble: Trouble } | { type: 'rivals.gone' };

type Sight = { readonly sourceId: string | null; readonly monoMs: number };
const sight = ({ event }: { event: Sight }) => ({ sourceId: event.sourceId, monoMs: event.monoMs });

const isNew = ({ capture, sourceId }: RivalsContext, seen: Sight): boolean =>
  capture !== null && sourceId !== null && seen.sourceId !== null && seen.sourceId !== sourceId;

/** The changes that count at this look, its own among them; more than are needed are not kept. */
function changesAt(context: RivalsContext, seen: Sight): readonly number[] {
  const changed = isNew(context, seen) ? [...context.changedMonoMs, seen.monoMs] : context.changedMonoMs;
  return changed
    .filter((monoMs) => seen.monoMs - monoMs <= context.limits.windowMs)
    .slice(-context.limits.changes);
}

export const rivalsMachine = setup({
  types: {} as { context: RivalsContext; events: RivalsEvent; input: RivalsInput },
  actors: {
    findRivals: fromPromise<readonly Rival[], { cameraId: CameraId; capture: ProcessIdentity | null }>(() =>
      Promise.reject(new Error('findRivals: no adapter provided')),
    ),
    endRivals: fromPromise<void, readonly Rival[]>(() =>
      Promise.reject(new Error('endRivals: no adapter provided')),
    ),
  },
  actions: {
    storeCapture: assign({ capture: (_, params: { capture: ProcessIdentity | null }) => params.capture }),
    noteSource: assign({
      changedMonoMs: ({ context }, params: Sight) => changesAt(context, params),
      sourceId: ({ context }, params: Sight) => params.sourceId ?? context.sourceId,
    }),
    forgetSource: assign({ sourceId: null, changedMonoMs: [] }),
    storeRivals: assign({
      rivals: (_, params: { rivals: readonly Rival[] }) => params.rivals,
      rounds: ({ context }) => context.rounds + 1,
      trouble: ({ context }, params: { rivals: readonly Rival[] }) =>
        rivalTrouble(context.cameraId, params.rivals),
    }),
    reportFound: sendTo(parentOf, ({ context }) => ({ type: 'rivals.found', trouble: context.trouble })),
    calmDown: enqueueActions(({ context, enqueue }) => {
      if (context.trouble !== null) enqueue.sendTo(parentOf, { type: 'rivals.gone' });
      enqueue.assign({ rivals: [], rounds: 0, trouble: null, changedMonoMs: [] });
    }),
  },
  guards: {
    contested: ({ context }, params: Sight) =>
      isNew(context, params) && changesAt(context, params).length >= context.limits.changes,
    newSource: ({ context }, params: Sight) => isNew(context, params),
    found: (_, params: { rivals: readonly Rival[] }) => params.rivals.length > 0,
  },
  delays: {
    look: ({ context }) => context.limits.lookMs,
    search: ({ context }) => context.limits.searchMs,
    backoff: ({ context: { rounds, limits } }) =>
      backoffMs(rounds, {
        firstMs: limits.backoffMs,
        longestMs: limits.backoffMaxMs,
        jitter: limits.backoffJitter,
      }),
  },
}).createMachine({
  id: 'rivals',
  description: "Whether somebody else publishes on the camera's path, and how they are ended.",
  context: ({ input }) => ({
    ...input,
    capture: null,
    sourceId: null,
    changedMonoMs: [],
    rivals: [],
    rounds: 0,
    trouble: null,
  }),
  initial: 'calm',
  on: {
    'capture.changed': {
      target: '.calm',
      actions: [
        { type: 'storeCapture', params: ({ event }) => ({ capture: event.capture }) },
        'forgetSource',
      ],
      description: 'a capture of ours came or went: its own publishing is no change',
    },
    'source.forgotten': { target: '.calm', actions: 'forgetSource' },
    'source.seen': { actions: { type: 'noteSource', params: sight } },
  },
  states: {
    calm: {
      description: 'Nobody else is noticed.',
      entry: 'calmDown',
      on: {
        'source.seen': [
          {
            guard: { type: 'contested', params: sight },
            target: 'searching',
            actions: { type: 'noteSource', params: sight },
            description: 'too many publishers in too short a time',
          },
          { actions: { type: 'noteSource', params: sight } },
        ],
      },
    },
    searching: {
      description: 'Publishers throw each other out: who is it? One that comes and goes is looked for again.',
      initial: 'asking',
      after: { search: { target: 'calm', description: 'nobody, or they have given up' } },
      states: {
        asking: {
          description: 'Processes with our mark, and publishers that the media server lists.',
          invoke: {
            id: 'findRivals',
            src: 'findRivals',
            input: ({ context }) => ({ cameraId: context.cameraId, capture: context.capture }),
            onDone: [
              {
                guard: { type: 'found', params: ({ event }) => ({ rivals: event.output }) },
                target: '#rivals.ending',
                actions: { type: 'storeRivals', params: ({ event }) => ({ rivals: event.output }) },
              },
              { target: 'resting' },
            ],
            onError: 'resting',
          },
        },
        resting: {
          description: 'Nobody was there at that moment.',
          on: {
            'source.seen': [
              {
                guard: { type: 'newSource', params: sight },
                target: 'asking',
                actions: { type: 'noteSource', params: sight },
              },
              { actions: { type: 'noteSource', params: sight } },
            ],
          },
          after: { look: 'asking' },
        },
      },
    },
    ending: {
      description: 'A second capture of ours is ended, the connection of anybody else is cut.',
      entry: 'reportFound',
      invoke: {
        id: 'endRivals',
        src: 'endRivals',
        input: ({ context }) => context.rivals,
        onDone: 'waiting',
        onError: 'waiting',
      },
    },
    waiting: {
      description: 'Do they come back? Each wait is longer.',
      after: { backoff: 'searching' },
    },
  },
});
