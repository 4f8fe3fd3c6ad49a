/** Where a camera is and what it waits for, in words and as data. */
import { z } from 'zod';
import type { PlaceView } from '../explanation.ts';
import { redactDeep } from '../redaction.ts';
import { deviceParams, requireCamera, stamp, stampOf, troubleForm, troubleShape } from '../shapes/common.ts';
import { EXAMPLE_RECORD, recordForm, traceRecordShape } from '../shapes/trace-shape.ts';
import { method } from './method.ts';

const placeShape = z.strictObject({
  what: z.enum(['camera', 'stream', 'recording', 'media-server', 'storage']),
  actor: z.string().describe('as in get_actors'),
  state: z.string(),
  since: stamp,
  sentence: z.string().describe('what this state means'),
  trouble: troubleShape.nullable().describe('what is wrong there'),
  next: z
    .array(
      z.strictObject({
        sentence: z.string(),
        delay: z
          .string()
          .nullable()
          .describe('the delay of the chart that ends then; null: it may come at any time'),
        remaining_ms: z.number().min(0).nullable(),
      }),
    )
    .describe('what may move it on, soonest first'),
  guards: z
    .array(
      z.strictObject({
        guard: z.string().describe('as in the chart'),
        target: z.string().describe('state that it would lead to; empty: none, it would only act'),
        description: z.string().nullable(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    )
    .describe('guards that do not hold now, with the facts that they look at'),
});

const explanationShape = z.strictObject({
  device: z.string(),
  name: z.string(),
  summary: z
    .string()
    .describe('one line: the first thing that is wrong, or what goes on; and what comes next'),
  places: z.array(placeShape).describe('from the hardware up'),
  chain: z
    .array(traceRecordShape)
    .describe("what led to the last change of the camera's own actors, oldest first; see get_actor_trace"),
  allowed_methods: z.array(z.string()),
});

export const explainCamera = method({
  name: 'explain_camera',
  role: 'viewer',
  summary:
    'In words and as data: where the camera, its stream, its recording, the media server and the disk are, since when, what brought them there, what each waits for with the time left, which guards do not hold, and which methods would work now.',
  params: deviceParams,
  result: explanationShape,
  errors: ['not-found'],
  example: {
    params: { device: 'camera0' },
    result: {
      device: 'camera0',
      name: 'HD Webcam',
      summary:
        'camera0 (HD Webcam): Stream: Attempt 3 of 6 has failed; the next one waits. The capture ended with exit code 3. In 4 s the next attempt begins.',
      places: [
        {
          what: 'stream',
          actor: 'stream:camera0',
          state: 'backoff',
          since: '2026-11-23T04:28:03.120Z',
          sentence: 'Attempt 3 of 6 has failed; the next one waits.',
          trouble: { reason: 'capture_failed', message: 'The capture ended with exit code 3.' },
          next: [
            { sentence: 'In 4 s the next attempt begins.', delay: 'backoff', remaining_ms: 3200 },
            { sentence: 'retry_camera begins it at once.', delay: null, remaining_ms: null },
          ],
          guards: [
            { guard: 'serverDown', target: 'unavailable', description: null, facts: { server: 'there' } },
          ],
        },
      ],
      chain: [EXAMPLE_RECORD],
      allowed_methods: ['get_camera_status', 'retry_camera', 'disable_camera', 'rename_camera'],
    },
  },
  handle: ({ device }, { desk }) => {
    const { places, chain, allowed, ...about } = desk.door.explain(requireCamera(desk.door, device).device);
    return {
      ...about,
      places: places.map(placeForm),
      chain: chain.map(recordForm),
      allowed_methods: [...allowed],
    };
  },
});

/** An explanation as it is sent. */
export type ExplanationForm = z.infer<typeof explanationShape>;

function placeForm(place: PlaceView): z.infer<typeof placeShape> {
  const { what, actor, state, sinceAtMs, sentence, trouble, next, guards } = place;
  return {
    ...{ what, actor, state, since: stampOf(sinceAtMs), sentence, trouble: troubleForm(trouble) },
    next: next.map(({ sentence: told, delay, remainingMs }) => ({
      sentence: told,
      delay,
      remaining_ms: remainingMs === null ? null : Math.round(remainingMs),
    })),
    guards: redactDeep(guards) as z.infer<typeof placeShape>['guards'],
  };
}
