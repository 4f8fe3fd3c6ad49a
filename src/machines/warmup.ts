/**
 * Owns one question: has the brightness settled since the camera was opened? A camera adjusts its exposure for a while,
 * and its first pictures are dark. In: `frame.seen` with the brightness. Reports `warmup.ended` once.
 */
import { assign, sendTo, setup } from 'xstate';
import { parentOf } from './report.ts';

/** Brightness is the mean luma of a picture, 0 to 255. */
const STEADY_FRAMES = 3;
const STEADY_LUMA = 6;
/** Below this a steady picture may be a sensor that gives nothing yet; a dark room is told by the limit. */
const DARK_LUMA = 24;

export interface WarmupInput {
  readonly limitMs: number;
}

export interface WarmupContext extends WarmupInput {
  /** Of the newest pictures, newest last. */
  readonly lumas: readonly number[];
}

export type WarmupEvent = { type: 'frame.seen'; luma: number };

export type WarmupReport = { type: 'warmup.ended'; settled: boolean };

const newest = (lumas: readonly number[], luma: number) => [...lumas, luma].slice(-STEADY_FRAMES);

function steady(lumas: readonly number[]): boolean {
  return lumas.length === STEADY_FRAMES && Math.max(...lumas) - Math.min(...lumas) <= STEADY_LUMA;
}

export const warmupMachine = setup({
  types: {} as { context: WarmupContext; events: WarmupEvent; input: WarmupInput },
  actions: {
    storeLuma: assign({
      lumas: ({ context }, params: { luma: number }) => newest(context.lumas, params.luma),
    }),
    reportEnded: sendTo(parentOf, (_, params: { settled: boolean }) => ({ type: 'warmup.ended', ...params })),
  },
  guards: {
    steadyAndLit: ({ context }, params: { luma: number }) =>
      params.luma > DARK_LUMA && steady(newest(context.lumas, params.luma)),
    steadyAllTheTime: ({ context }) => steady(context.lumas),
  },
  delays: { limit: ({ context }) => context.limitMs },
}).createMachine({
  id: 'warmup',
  description: 'Has the brightness settled since the camera was opened?',
  context: ({ input }) => ({ ...input, lumas: [] }),
  initial: 'warming',
  states: {
    warming: {
      description: 'The camera was opened a moment ago and may still adjust itself.',
      on: {
        'frame.seen': [
          {
            guard: { type: 'steadyAndLit', params: ({ event }) => ({ luma: event.luma }) },
            target: 'settled',
          },
          { actions: { type: 'storeLuma', params: ({ event }) => ({ luma: event.luma }) } },
        ],
      },
      after: {
        limit: [
          { guard: 'steadyAllTheTime', target: 'settled', description: 'steady and dark: a dark room' },
          { target: 'unsettled' },
        ],
      },
    },
    settled: {
      description: 'The last pictures are equally bright.',
      type: 'final',
      entry: { type: 'reportEnded', params: { settled: true } },
    },
    unsettled: {
      description: 'It changes still, or nobody knows: nobody waits for it any longer.',
      type: 'final',
      entry: { type: 'reportEnded', params: { settled: false } },
    },
  },
});
