/** The shape of the wishes on disk. Its version counts up when an older service could not read the file any more. */
import { z } from 'zod';
import type { Wishes } from '../../machines/values.ts';

export const WISHES_VERSION = 1;

const identity = z.object({
  key: z.string().min(1),
  matchedBy: z.enum(['serial', 'port', 'path', 'synthetic']),
  ambiguous: z.boolean(),
  // Later additions; a record without them is completed when its device is seen.
  serialKey: z.string().nullable().optional(),
  placeKey: z.string().nullable().optional(),
  model: z.string().nullable().optional(),
});

const examined = z.object({
  card: z.string(),
  widthPx: z.number(),
  heightPx: z.number(),
  rateFps: z.number(),
  stream: z
    .object({
      profile: z.string(),
      level: z.number(),
      widthPx: z.number(),
      heightPx: z.number(),
      pixelFormat: z.string(),
      reordered: z.boolean(),
      keyframeIntervalMs: z.number().nullable(),
    })
    .nullable(),
});

const camera = z.object({
  id: z.string().min(1),
  identity,
  name: z.string(),
  disabled: z.boolean(),
  streamWanted: z.boolean(),
  // A later addition: what is not known is looked at again.
  examined: z.array(examined).default([]),
  // Later additions.
  lastSeenAtMs: z.number().nullable().default(null),
  controls: z
    .array(z.object({ name: z.string().min(1), value: z.union([z.number(), z.string()]) }))
    .default([]),
});

const order = z.object({
  session: z.string().min(1),
  cameraId: z.string().min(1),
  format: z.enum(['fmp4', 'mp4', 'mkv', 'mpegts']),
  durationMs: z.number().positive().nullable(),
  segmentDurationMs: z.number().positive(),
  orderedAtMs: z.number(),
  correlationId: z.string().nullable(),
});

const endReason = z.enum([
  'requested',
  'duration_reached',
  'camera_disconnected',
  'camera_disabled',
  'camera_forgotten',
  'stream_failed',
  'media_server_lost',
  'storage_critical',
  'storage_missing',
  'not_ready_in_time',
  'service_stopped',
]);

const recording = z.object({
  order,
  gaps: z.array(z.object({ fromAtMs: z.number(), toAtMs: z.number(), cause: z.string() })),
  adoptions: z.int().nonnegative(),
  ending: endReason.nullable(),
  // Later additions; a service that does not know them goes by the names of the files.
  deadlineMonoMs: z.number().nullable().default(null),
  openPart: z.object({ file: z.string(), sinceMonoMs: z.number() }).nullable().default(null),
});

/** Unknown keys are dropped: a newer service may have added some without changing the meaning of the others. */
export const wishesSchema = z.object({ cameras: z.array(camera), recordings: z.array(recording) });

/** Monotonic instants mean nothing in another boot; a file without a boot's id is of an older service and has none. */
export function ofThisBoot(wishes: Wishes, isThisBoot: boolean): Wishes {
  if (isThisBoot) return wishes;
  const recordings = wishes.recordings.map((wish) => ({ ...wish, deadlineMonoMs: null, openPart: null }));
  return { ...wishes, recordings };
}

/** The compiler's word that the schema and the port mean the same. */
export const sameShape: z.ZodType<Wishes> = wishesSchema;
