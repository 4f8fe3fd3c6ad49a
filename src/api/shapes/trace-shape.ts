/** A record of the flight recorder as it is sent, exported and kept on disk. */
import { z } from 'zod';
import type { TimerView, TraceRecord } from '../trace-view.ts';
import { count, stamp, stampOf } from './common.ts';

export const delayShape = z.strictObject({
  name: z.string().describe('as in the chart; `500 ms` where it has no name'),
  duration_ms: z.number(),
});

export const timerShape = delayShape.extend({ remaining_ms: z.number().min(0) });

export const traceRecordShape = z.strictObject({
  seq: count.describe('counts up over all lives of the service; a new life leaves a gap'),
  kind: z
    .enum(['step', 'life'])
    .describe('`life`: the service was started here, what stands before is of an earlier process'),
  time: stamp.describe('by the wall clock as it was set then'),
  mono_ms: z.number().describe('monotonic clock of that boot, milliseconds'),
  actor: z.string().describe('its place, e.g. `stream:camera0`'),
  machine: z.string(),
  event: z.string().describe('what it took'),
  payload: z.string().nullable().describe('what the event said, one line; null: nothing beyond its name'),
  from: z.string().describe('state path; empty: the actor began'),
  to: z.string().describe('equal to `from`: it stayed, and what it did matters'),
  states: z.array(z.string()).describe('ids of the innermost active states after it, as in get_statechart'),
  source: z.string().nullable().describe('who sent the event; null: it came from outside the actors'),
  cause: count.nullable().describe('`seq` of the record that brought this one about'),
  actions: z.array(z.string()).describe('that ran, in order'),
  delays: z.array(delayShape).describe('timers that were started'),
  correlation_id: z.string().nullable().describe('of the call that caused it'),
  trouble: z.string().nullable().describe('what is wrong there, one sentence'),
  ended: z.enum(['done', 'stopped', 'error']).nullable().describe('how the actor ended with this step'),
  life: z
    .strictObject({
      pid: z.int(),
      version: z.string(),
      boot_id: z.string().describe('`mono_ms` of two boots have nothing to do with each other'),
    })
    .nullable()
    .describe('of a `life`'),
});

export type TraceRecordForm = z.infer<typeof traceRecordShape>;

/** For the documentation. */
export const EXAMPLE_RECORD: TraceRecordForm = {
  seq: 4182,
  kind: 'step',
  time: '2026-11-23T04:28:03.120Z',
  mono_ms: 73_120.482,
  actor: 'stream:camera0',
  machine: 'stream',
  event: 'path.observed',
  payload: 'path: {available: true, inboundBytes: 20480}',
  from: 'starting.waiting',
  to: 'live.flowing',
  states: ['stream.live.flowing'],
  source: 'service',
  cause: 4181,
  actions: ['noteObserved', 'reportFlowing'],
  delays: [{ name: 'forgetTime', duration_ms: 30_000 }],
  correlation_id: null,
  trouble: null,
  ended: null,
  life: null,
};

/** Written out field by field: it is made for every record, and spreading costs ten times as much. */
export function recordForm(record: TraceRecord): TraceRecordForm {
  const { delays, life } = record;
  return {
    seq: record.seq,
    kind: record.kind,
    time: stampOf(record.atMs),
    mono_ms: rounded(record.monoMs),
    actor: record.actor,
    machine: record.machine,
    event: record.event,
    payload: record.payload,
    from: record.from,
    to: record.to,
    states: record.states as string[],
    source: record.source,
    cause: record.cause,
    actions: record.actions as string[],
    delays: delays.map(({ name, durationMs }) => ({ name, duration_ms: rounded(durationMs) })),
    correlation_id: record.correlationId,
    trouble: record.trouble,
    ended: record.ended,
    life: life === null ? null : { pid: life.pid, version: life.version, boot_id: life.bootId },
  };
}

/** The record that a text tells; undefined: it is none, e.g. a line that a death cut short. */
export function recordOfText(text: string): TraceRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = traceRecordShape.safeParse(value);
  if (!parsed.success) return undefined;
  const { time, mono_ms: monoMs, delays, correlation_id: correlationId, life, ...same } = parsed.data;
  return {
    ...same,
    atMs: Date.parse(time),
    monoMs,
    delays: delays.map(({ name, duration_ms: durationMs }) => ({ name, durationMs })),
    correlationId,
    life: life === null ? null : { pid: life.pid, version: life.version, bootId: life.boot_id },
  };
}

export function timerForm({ name, durationMs, remainingMs }: TimerView): z.infer<typeof timerShape> {
  return { name, duration_ms: rounded(durationMs), remaining_ms: rounded(remainingMs) };
}

/** Microseconds are enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
