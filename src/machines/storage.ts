/**
 * Owns the judgement on the recordings file system. Measures, and says ok, low, critical or missing; the owners of
 * recordings act on it. Removes nothing but what came after the end of its session. Reports `storage.changed`.
 */
import { assign, fromPromise, raise, sendTo, setup } from 'xstate';
import { type Trouble, troubleOf } from './errors.ts';
import { parentOf } from './report.ts';
import type { StorageMeasure } from './values.ts';

export interface StorageInput {
  readonly checkIntervalMs: number;
  readonly lowPercent: number;
  readonly criticalPercent: number;
  /** A level is left only this far below its limit. */
  readonly hysteresisPercent: number;
}

export interface StorageContext extends StorageInput {
  readonly measure: StorageMeasure | null;
  readonly trouble: Trouble | null;
}

export type StorageLevel = 'unknown' | 'ok' | 'low' | 'critical' | 'missing';

export type StorageEvent = { type: 'measured' } | { type: 'storage.check' };

export type StorageReport = { type: 'storage.changed'; level: StorageLevel };

/** Share of the file system that is used, 0 to 100. */
export function usedPercent(measure: StorageMeasure): number {
  if (measure.totalBytes <= 0) return 100;
  return Math.min(100, Math.max(0, (1 - measure.availableBytes / measure.totalBytes) * 100));
}

const used = (context: StorageContext): number =>
  context.measure === null ? 0 : usedPercent(context.measure);

const isFull = (context: StorageContext): boolean => context.measure?.full === true;

const reportLevel = (level: StorageLevel) => ({ type: 'report' as const, params: { level } });

export const storageMachine = setup({
  types: {} as { context: StorageContext; events: StorageEvent; input: StorageInput },
  actors: {
    measure: fromPromise<StorageMeasure>(() => Promise.reject(new Error('measure: no adapter provided'))),
    removeLateParts: fromPromise<void>(() =>
      Promise.reject(new Error('removeLateParts: no adapter provided')),
    ),
  },
  actions: {
    storeMeasure: assign({
      measure: (_, params: { measure: StorageMeasure }) => params.measure,
      trouble: (_, params: { measure: StorageMeasure }): Trouble | null =>
        params.measure.writable
          ? null
          : {
              code: 'storage',
              reason: params.measure.full ? 'storage_critical' : 'storage_missing',
              message: params.measure.problem ?? 'The recordings folder cannot be written.',
            },
    }),
    storeFailure: assign({
      measure: null,
      trouble: (_, params: { error: unknown }) => troubleOf(params.error),
    }),
    announceMeasured: raise({ type: 'measured' }),
    report: sendTo(parentOf, (_, params: { level: StorageLevel }) => ({
      type: 'storage.changed',
      level: params.level,
    })),
  },
  guards: {
    notWritable: ({ context }) =>
      context.measure === null || (!context.measure.writable && !context.measure.full),
    aboveCritical: ({ context }) => isFull(context) || used(context) >= context.criticalPercent,
    aboveLow: ({ context }) => used(context) >= context.lowPercent,
    wellBelowCritical: ({ context }) =>
      !isFull(context) && used(context) < context.criticalPercent - context.hysteresisPercent,
    wellBelowLow: ({ context }) =>
      !isFull(context) && used(context) < context.lowPercent - context.hysteresisPercent,
  },
  delays: { checkInterval: ({ context }) => context.checkIntervalMs },
}).createMachine({
  id: 'storage',
  description: 'The judgement on the recordings file system.',
  context: ({ input }) => ({ ...input, measure: null, trouble: null }),
  type: 'parallel',
  states: {
    check: {
      description: 'Free space and a test write, again and again.',
      initial: 'measuring',
      states: {
        measuring: {
          invoke: {
            id: 'measure',
            src: 'measure',
            onDone: {
              target: 'sweeping',
              actions: [
                { type: 'storeMeasure', params: ({ event }) => ({ measure: event.output }) },
                'announceMeasured',
              ],
            },
            onError: {
              target: 'waiting',
              actions: [
                { type: 'storeFailure', params: ({ event }) => ({ error: event.error }) },
                'announceMeasured',
              ],
            },
          },
        },
        sweeping: {
          description:
            'A media server that woke up too late may have recorded on after a session was filed: that part is removed.',
          invoke: { id: 'removeLateParts', src: 'removeLateParts', onDone: 'waiting', onError: 'waiting' },
          on: { 'storage.check': 'measuring' },
        },
        waiting: { on: { 'storage.check': 'measuring' }, after: { checkInterval: 'measuring' } },
      },
    },
    level: {
      description: 'What it means for recordings.',
      initial: 'unknown',
      states: {
        unknown: {
          description: 'Not measured yet; recordings are taken.',
          on: {
            measured: [
              { guard: 'notWritable', target: 'missing' },
              { guard: 'aboveCritical', target: 'critical' },
              { guard: 'aboveLow', target: 'low' },
              { target: 'ok' },
            ],
          },
        },
        ok: {
          description: 'There is room.',
          entry: reportLevel('ok'),
          on: {
            measured: [
              { guard: 'notWritable', target: 'missing' },
              { guard: 'aboveCritical', target: 'critical' },
              { guard: 'aboveLow', target: 'low' },
            ],
          },
        },
        low: {
          description: 'Recordings go on; somebody should look.',
          entry: reportLevel('low'),
          on: {
            measured: [
              { guard: 'notWritable', target: 'missing' },
              { guard: 'aboveCritical', target: 'critical' },
              { guard: 'wellBelowLow', target: 'ok' },
            ],
          },
        },
        critical: {
          description: 'New recordings are refused, running ones are ended cleanly.',
          entry: reportLevel('critical'),
          on: {
            measured: [
              { guard: 'notWritable', target: 'missing' },
              { guard: 'wellBelowLow', target: 'ok' },
              { guard: 'wellBelowCritical', target: 'low' },
            ],
          },
        },
        missing: {
          description: 'Not there, or not writable: new recordings are refused.',
          entry: reportLevel('missing'),
          on: {
            measured: [
              { guard: 'notWritable' },
              { guard: 'aboveCritical', target: 'critical' },
              { guard: 'aboveLow', target: 'low' },
              { target: 'ok' },
            ],
          },
        },
      },
    },
  },
});
