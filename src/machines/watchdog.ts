/**
 * Owns one limit: how long a sign of life may be missing. Knows nothing of what the sign is.
 * In: `beat` (a sign came), `watchdog.hold` and `watchdog.resume`. Reports `watchdog.late` once and
 * `watchdog.fresh` when signs come again.
 */
import { sendTo, setup } from 'xstate';
import { parentOf } from './report.ts';

export type WatchdogSubject = 'bytes' | 'frames' | 'picture';

export interface WatchdogInput {
  readonly subject: WatchdogSubject;
  readonly limitMs: number;
}

export type WatchdogEvent = { type: 'beat' } | { type: 'watchdog.hold' } | { type: 'watchdog.resume' };

export type WatchdogReport =
  | { type: 'watchdog.late'; subject: WatchdogSubject }
  | { type: 'watchdog.fresh'; subject: WatchdogSubject };

export const watchdogMachine = setup({
  types: {} as { context: WatchdogInput; events: WatchdogEvent; input: WatchdogInput },
  actions: {
    reportLate: sendTo(parentOf, ({ context }) => ({ type: 'watchdog.late', subject: context.subject })),
    reportFresh: sendTo(parentOf, ({ context }) => ({ type: 'watchdog.fresh', subject: context.subject })),
  },
  delays: { limit: ({ context }) => context.limitMs },
}).createMachine({
  id: 'watchdog',
  description: 'One limit on how long a sign of life may be missing.',
  context: ({ input }) => input,
  initial: 'fresh',
  states: {
    fresh: {
      description: 'The sign came within its limit.',
      on: {
        // Re-entered so that each beat starts the limit anew.
        beat: { target: 'fresh', reenter: true },
        'watchdog.hold': 'held',
      },
      after: { limit: 'late' },
    },
    late: {
      description: 'No sign for longer than the limit.',
      entry: 'reportLate',
      on: {
        beat: { target: 'fresh', actions: 'reportFresh' },
        'watchdog.hold': { target: 'held', actions: 'reportFresh' },
      },
    },
    held: {
      description: 'No sign can be expected now (the media server is down, the tap cannot be written).',
      on: { beat: 'fresh', 'watchdog.resume': 'fresh' },
    },
  },
});
