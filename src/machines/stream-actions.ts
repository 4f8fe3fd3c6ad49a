/** Actions of the stream's chart that take their values from the event: said once, used in many transitions. */
import type { PlanLadder } from './plan.ts';
import { emptyCause, lossCause } from './stream-causes.ts';
import type { StreamContext } from './stream-values.ts';
import type { MediaServerInfo, TappedFrame } from './values.ts';

export const observe = {
  type: 'storeObservation' as const,
  params: ({ event }: { event: { path: StreamContext['observation']; monoMs: number; atMs: number } }) => ({
    path: event.path,
    monoMs: event.monoMs,
    atMs: event.atMs,
  }),
};
export const path = ({ event }: { event: { path: StreamContext['observation'] } }) => ({ path: event.path });
export const readers = {
  type: 'showReaders' as const,
  params: ({ event }: { event: { path: StreamContext['observation'] } }) => ({
    readers: event.path?.readers ?? 0,
  }),
};
const frameOf = ({ event }: { event: { frame: TappedFrame } }) => ({ frame: event.frame });
export const storeFrame = { type: 'storeFrame' as const, params: frameOf };
export const showFrame = { type: 'showFrame' as const, params: frameOf };
export const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
export const keepEnd = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { end: { trouble: unknown } } }) => ({ error: event.end.trouble }),
};
export const lostNow = {
  type: 'tellLost' as const,
  params: ({ event, context }: { event: { atMs: number }; context: StreamContext }) => ({
    atMs: event.atMs,
    cause: lossCause(context),
  }),
};
/** The path is empty although nobody ended the capture. */
export const publisherLost = {
  type: 'tellLost' as const,
  params: ({ event, context }: { event: { atMs: number }; context: StreamContext }) => ({
    atMs: event.atMs,
    cause: emptyCause(context),
  }),
};
/** It happened after the last look, and the new publisher may be recorded already: to be told before `observe`. */
export const blip = {
  type: 'tellRecording' as const,
  params: ({ event, context }: { event: { atMs: number }; context: StreamContext }) => ({
    event: {
      type: 'stream.blip' as const,
      cause: context.contest === null ? 'publisher_replaced' : 'foreign_publisher',
      atMs: context.observedAtMs ?? event.atMs,
    },
  }),
};
/** The cuts that made us search were theirs: those of the window, of the search, and some time before, to be sure. */
export const contested = {
  type: 'tellRecording' as const,
  params: ({ context: { observedAtMs, limits } }: { context: StreamContext }) => ({
    event: {
      type: 'stream.contested' as const,
      sinceAtMs: (observedAtMs ?? 0) - limits.rivals.windowMs - 2 * limits.rivals.searchMs,
    },
  }),
};
export const storeServerUp = [
  {
    type: 'storeServer' as const,
    params: ({ event }: { event: { info: MediaServerInfo } }) => ({ info: event.info }),
  },
  { type: 'toPath' as const, params: { up: true } },
];
export const storeLadder = {
  type: 'storeLadder' as const,
  params: ({ event }: { event: { ladder: PlanLadder } }) => ({ ladder: event.ladder }),
};
export const wantEntry = { type: 'wantEntry' as const, params: { forRecorder: false } };
/** While something is captured the plan stays what it is. */
export const keepLadder = { actions: [storeLadder, wantEntry] };
export const wantForRecorder = { type: 'wantEntry' as const, params: { forRecorder: true } };
export const trouble = (code: string, reason: string, message: string) => ({
  type: 'storeTrouble' as const,
  params: { error: { code, reason, message } },
});
