/** A stream as results show it. */
import { z } from 'zod';
import type { StreamView } from '../door.ts';
import { STREAM_WORDS } from './camera-shape.ts';
import { count, stamp, stampOf, stampOrNull, troubleForm, troubleShape } from './common.ts';

export const streamDetailShape = z.strictObject({
  status: z.enum(STREAM_WORDS),
  state: z.string().describe("state path of the stream's actor"),
  since: stamp,
  reasons: z.array(z.string()).describe('why it is live or should be'),
  attempts: count.describe('failed starts in a row'),
  max_attempts: count,
  retry_at: stamp.nullable().describe('when it is tried again'),
  tap: z.enum(['available', 'tap_unavailable', 'unknown']),
  demand: z.enum(['available', 'demand_unavailable']),
  trouble: troubleShape.nullable(),
});

export function streamDetail(stream: StreamView): z.infer<typeof streamDetailShape> {
  return {
    status: stream.status,
    state: stream.state,
    since: stampOf(stream.sinceAtMs),
    reasons: [...stream.reasons],
    attempts: stream.attempts,
    max_attempts: stream.maxAttempts,
    retry_at: stampOrNull(stream.retryAtMs),
    tap: stream.tap,
    demand: stream.demand,
    trouble: troubleForm(stream.trouble),
  };
}

/** Whole seconds since an instant; 0 where there is none. */
export function uptimeSeconds(sinceAtMs: number | null, nowMs: number): number {
  return sinceAtMs === null ? 0 : Math.max(0, Math.floor((nowMs - sinceAtMs) / 1000));
}
