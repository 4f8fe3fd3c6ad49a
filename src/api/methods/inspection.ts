/** The actors, what they did and what they may do, for whoever looks into a camera's life. */
import { z } from 'zod';
import type { Door } from '../door.ts';
import { quoted, redactDeep } from '../redaction.ts';
import { RpcFault } from '../rpc/fault.ts';
import { chartForm, chartShape } from '../shapes/chart-shape.ts';
import { count, deviceParam, noParams, requireCamera, stamp, stampOf } from '../shapes/common.ts';
import {
  EXAMPLE_RECORD,
  recordForm,
  timerForm,
  timerShape,
  traceRecordShape,
} from '../shapes/trace-shape.ts';
import { method } from './method.ts';

const actorShape = z.strictObject({
  actor: z.string().describe('its place, e.g. `stream:camera0`'),
  machine: z.string(),
  parent: z.string().nullable().describe('another actor; null: the service itself'),
  state: z.string().describe('as in the log: without the regular looks'),
  states: z.array(z.string()).describe('ids of the innermost active states, as in get_statechart'),
  since: stamp.describe('when it came to `state`'),
  timers: z.array(timerShape).describe('what it waits for'),
  facts: z.record(z.string(), z.unknown()),
});

/** An actor as it is sent. */
export type ActorForm = z.infer<typeof actorShape>;

const EXAMPLE_ACTOR: z.infer<typeof actorShape> = {
  actor: 'stream:camera0',
  machine: 'stream',
  parent: 'camera:camera0',
  state: 'backoff',
  states: ['stream.backoff'],
  since: '2026-11-23T04:28:03.120Z',
  timers: [{ name: 'backoffTime', duration_ms: 4000, remaining_ms: 2712.5 }],
  facts: { attempts: 3 },
};

export const getActors = method({
  name: 'get_actors',
  role: 'viewer',
  summary:
    'Every actor with its place, its state, the timers it waits for and the facts it holds; parents first.',
  params: noParams,
  result: z.strictObject({ actors: z.array(actorShape) }),
  errors: [],
  example: { params: {}, result: { actors: [EXAMPLE_ACTOR] } },
  handle: (_, { desk }) => ({ actors: actorForms(desk.door) }),
});

export const getActorTrace = method({
  name: 'get_actor_trace',
  role: 'viewer',
  summary:
    'What the actors did, from the flight recorder, oldest first; it reaches back over restarts. With `device` all actors of a camera, and the steps of others that brought theirs about.',
  params: z.strictObject({
    actor: z.string().min(1).max(200).optional().describe('one actor alone'),
    device: deviceParam.optional(),
    limit: z.int().min(1).max(1000).default(100),
    since_seq: count.optional().describe('only what is newer, the oldest of it first; absent: the newest'),
  }),
  result: z.strictObject({
    records: z.array(traceRecordShape),
    last_seq: count.describe('of the newest record of all; below `since_seq`: the numbers began anew'),
    first_seq: count.describe('of the oldest record that is still kept'),
    more: z.boolean().describe('more records fit'),
  }),
  errors: ['not-found'],
  example: {
    params: { device: 'camera0', limit: 1 },
    result: { records: [EXAMPLE_RECORD], last_seq: 4190, first_seq: 1, more: true },
  },
  handle: ({ actor, device, limit, since_seq: sinceSeq }, { desk }) => {
    const camera = device === undefined ? undefined : requireCamera(desk.door, device).device;
    const { records, lastSeq, firstSeq, more } = desk.door.trace({ actor, camera, limit, sinceSeq });
    return { records: records.map(recordForm), last_seq: lastSeq, first_seq: firstSeq, more };
  },
});

export const subscribeInspection = method({
  name: 'subscribe_inspection',
  role: 'viewer',
  summary:
    'The actors as they are; from here on this connection gets `inspection_update` with what they do. Repeatable: each answer is a new picture to go on from.',
  params: noParams,
  result: z.strictObject({
    last_seq: count.describe('of the newest record in this picture; updates begin after it'),
    actors: z.array(actorShape),
  }),
  errors: [],
  example: { params: {}, result: { last_seq: 4181, actors: [EXAMPLE_ACTOR] } },
  handle: (_, { desk, session }) => {
    // Asking for the trace hands out what waits: no record of this picture comes again as an update.
    const { lastSeq } = desk.door.trace({ limit: 1 });
    session.inspects = true;
    return { last_seq: lastSeq, actors: actorForms(desk.door) };
  },
});

export const getStatechart = method({
  name: 'get_statechart',
  role: 'viewer',
  summary: 'The chart of a machine as data: its states, and its transitions with events, delays and guards.',
  params: z.strictObject({ machine: z.string().min(1).max(64).describe('as in get_actors, e.g. `stream`') }),
  result: chartShape,
  errors: ['not-found'],
  example: {
    params: { machine: 'watchdog' },
    result: {
      machine: 'watchdog',
      states: [
        {
          id: 'watchdog.fresh',
          name: 'fresh',
          parent: 'watchdog',
          type: 'atomic',
          description: 'Beats come in time.',
          initial: null,
          invokes: [],
          entry: [],
          exit: [],
        },
      ],
      transitions: [
        {
          source: 'watchdog.fresh',
          target: 'watchdog.late',
          kind: 'delay',
          name: 'limit',
          guard: null,
          description: null,
          from_any_inside: false,
          restarts: false,
          actions: [],
        },
      ],
    },
  },
  handle: ({ machine }, { desk }) => {
    const chart = desk.door.chart(machine);
    if (chart !== undefined) return chartForm(chart);
    throw new RpcFault('not-found', {
      reason: 'machine_unknown',
      details: `There is no machine ${quoted(machine)}.`,
      suggestion: `Machines are ${desk.door.machines().join(', ')}.`,
      fields: { resource: 'machine', id: machine },
    });
  },
});

function actorForms(door: Door): z.infer<typeof actorShape>[] {
  return door.actors().map(({ actor, machine, parent, state, states, sinceAtMs, timers, facts }) => ({
    ...{ actor, machine, parent, state, states: [...states] },
    since: stampOf(sinceAtMs),
    timers: timers.map(timerForm),
    facts: redactDeep(facts) as Record<string, unknown>,
  }));
}
