/** `<name>.json` beside a finished recording: everything that its files cannot tell. Written last, so it proves the rest. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { FinishedRecording } from '../../machines/values.ts';
import { writeDurably } from '../process/durable-file.ts';

const VERSION = 1;

const part = z.object({
  // A plain name: a sidecar must not lead anywhere else.
  file: z.string().regex(/^[^./\\][^/\\]*$/),
  startedAtMs: z.number(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number(),
});

const finished = z.object({
  session: z.string().min(1),
  cameraId: z.string().min(1),
  format: z.enum(['fmp4', 'mp4', 'mkv', 'mpegts']),
  reason: z.enum([
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
  ]),
  outcome: z.enum(['completed', 'failed']),
  orderedAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number(),
  durationMs: z.number(),
  sizeBytes: z.number(),
  parts: z.array(part),
  gaps: z.array(z.object({ fromAtMs: z.number(), toAtMs: z.number(), cause: z.string() })),
  adoptions: z.int().nonnegative(),
  overrunMs: z.number(),
  warning: z.string().nullable(),
});

/** A FinishedRecording as it may stand in a file. */
export const finishedSchema: z.ZodType<FinishedRecording> = finished;

const sidecarSchema = z.object({ version: z.literal(VERSION), recording: finishedSchema });

/** null where there is none, or none of ours. */
export async function readSidecar(path: string): Promise<FinishedRecording | null> {
  try {
    return sidecarSchema.parse(JSON.parse(await readFile(path, 'utf8'))).recording;
  } catch {
    return null;
  }
}

/** Atomic and fsynced. @throws the system's error */
export function writeSidecar(path: string, recording: FinishedRecording): Promise<void> {
  return writeDurably(path, `${JSON.stringify({ version: VERSION, recording }, null, 1)}\n`, 0o644);
}
