/** Pieces of parameters and results that many methods share, and the small conversions that go with them. */
import { z } from 'zod';
import type { Trouble } from '../../machines/errors.ts';
import type { CameraView, Door } from '../door.ts';
import { redact, redactDeep } from '../redaction.ts';
import { deviceLabel } from '../rpc/error-map.ts';
import { RpcFault } from '../rpc/fault.ts';

/** ISO 8601 UTC with milliseconds. */
export const stamp = z.iso.datetime({ precision: 3 });

export const count = z.int().min(0);

/** What an old client or a new one calls a camera. */
export const deviceParam = z
  .string()
  .regex(/^(camera[0-9]{1,6}|\/dev\/video[0-9]{1,4})$/, 'a camera is named cameraN')
  .describe('camera id (`cameraN`); from old clients also the `/dev/videoN` it has at this moment');

export const noParams = z.strictObject({});

export const deviceParams = z.strictObject({ device: deviceParam });

/** What went wrong last with an actor. */
export const troubleShape = z.strictObject({
  reason: z.string().describe('stable snake_case word'),
  message: z.string().describe('one sentence'),
  suggestion: z.string().optional().describe('one sentence: what to do about it; absent where nobody knows'),
  facts: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('what the sentence is made of, for programs; absent where it is all there is'),
});

/** @returns null when there is none */
export function troubleForm(trouble: Trouble | null): z.infer<typeof troubleShape> | null {
  if (trouble === null) return null;
  const { reason, message, suggestion, facts } = trouble;
  return {
    ...{ reason, message: redact(message) },
    ...(suggestion === undefined ? {} : { suggestion: redact(suggestion) }),
    ...(facts === undefined ? {} : { facts: redactDeep(facts) as Record<string, unknown> }),
  };
}

/** Epoch milliseconds as a stamp. */
export function stampOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The same, where there may be none. */
export function stampOrNull(atMs: number | null): string | null {
  return atMs === null ? null : stampOf(atMs);
}

/** Whole seconds, rounded; never negative. */
export function wholeSeconds(durationMs: number): number {
  return Math.max(0, Math.round(durationMs / 1000));
}

/** The camera that a parameter names. @throws RpcFault not-found */
export function requireCamera(door: Door, device: string): CameraView {
  const camera = door.camera(device);
  if (camera !== undefined) return camera;
  const id = deviceLabel(device);
  throw new RpcFault('not-found', {
    reason: 'camera_unknown',
    details: `No camera "${id}" is known.`,
    suggestion: 'Call get_camera_list for the cameras that exist.',
    fields: { resource: 'camera', id },
  });
}
