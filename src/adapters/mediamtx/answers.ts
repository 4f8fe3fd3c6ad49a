/**
 * Reads the Control API's answers: what a status and a body mean, and which CameraError they are.
 * Pure; asks nothing and repeats nothing.
 */
import { z } from 'zod';
import { CameraError } from '../../machines/errors.ts';
import type { MediaServerInfo, PathObservation } from '../../machines/values.ts';
import type { ApiAnswer } from './api-connection.ts';
import { versionIn } from './version.ts';

const infoAnswer = z.object({ version: z.string(), started: z.string(), simulator: z.boolean().optional() });
const errorAnswer = z.object({ status: z.literal('error'), error: z.string() });
const okAnswer = z.object({ status: z.literal('ok') });
const observedPath = z.object({
  name: z.string(),
  available: z.boolean(),
  availableTime: z.string().nullable(),
  source: z.object({ id: z.string() }).nullable(),
  inboundBytes: z.number(),
  readers: z.array(z.unknown()),
});
const configuredPath = z.looseObject({ name: z.string() });
const sourced = z.object({ source: z.object({ type: z.string(), id: z.string() }).nullable() });
const connection = z.object({ id: z.string(), remoteAddr: z.string(), state: z.string(), path: z.string() });
const recordings = z.object({ segments: z.array(z.object({ start: z.string() })) });
const page = z.object({ pageCount: z.number(), items: z.array(z.unknown()) });
const MAX_QUOTE = 200;

/** The configuration of one path, all keys as the server prints them. */
export type ConfiguredPath = z.infer<typeof configuredPath>;

/** @throws CameraError media-server-refused (unauthorized, not_mediamtx, wrong_version) | media-server-unreachable */
export function readInfo(answer: ApiAnswer, accepts: (version: string) => boolean): MediaServerInfo {
  assertAuthorised(answer);
  assertNoServerError(answer);
  if (answer.status === 404 && answer.saysMediaMtx) throw wrongVersion('older than 1.15.2');
  // Broken JSON is a MediaMTX that was interrupted; anything else that is complete is somebody else.
  if (answer.json === undefined && answer.text.trimStart().startsWith('{')) throw unexpected('GET /v3/info');
  const info = infoAnswer.safeParse(answer.json);
  if (answer.status !== 200 || !info.success) throw notMediaMtx();
  const version = versionIn(info.data.version);
  if (version === null || !accepts(version)) throw wrongVersion(version ?? 'unknown');
  const kind = info.data.simulator === true ? 'simulator' : 'mediamtx';
  return { kind, version, started: info.data.started };
}

/** When each recording of a path starts, as the server writes it: it wants it back unchanged. */
export function readSegmentStarts(answer: ApiAnswer): readonly string[] {
  return readGood(recordings, answer, 'GET /v3/recordings/get').segments.map(({ start }) => start);
}

/** One page of a list. @throws CameraError media-server-refused | media-server-unreachable */
export function readPage(answer: ApiAnswer, what: string): { pageCount: number; items: readonly unknown[] } {
  return readGood(page, answer, what);
}

/** One line of `/v3/paths/list`. @throws CameraError media-server-unreachable where it is not one */
export function readObservation(item: unknown): PathObservation {
  const path = observedPath.safeParse(item);
  if (!path.success) throw unexpected('GET /v3/paths/list', path.error);
  const { name, available, availableTime, source, inboundBytes, readers } = path.data;
  return {
    name,
    available,
    availableTime,
    sourceId: source?.id ?? null,
    inboundBytes,
    readers: readers.length,
  };
}

/** What is a path's source now; null where it has none, or does not exist. @throws as readPage */
export function readSource(answer: ApiAnswer): { readonly type: string; readonly id: string } | null {
  if (saysNotFound(answer)) return null;
  return readGood(sourced, answer, 'GET /v3/paths/get').source;
}

/** One line of a list of sessions or connections. @throws CameraError media-server-unreachable where it is not one */
export function readConnection(item: unknown, what: string): z.infer<typeof connection> {
  const read = connection.safeParse(item);
  if (!read.success) throw unexpected(what, read.error);
  return read.data;
}

/** One line of `/v3/config/paths/list`. @throws CameraError media-server-unreachable where it is not one */
export function readConfigured(item: unknown): ConfiguredPath {
  const path = configuredPath.safeParse(item);
  if (!path.success) throw unexpected('GET /v3/config/paths/list', path.error);
  return path.data;
}

/** A single configured path; null where the server has none of that name. @throws as readPage */
export function readConfiguredOrNone(answer: ApiAnswer): ConfiguredPath | null {
  if (saysNotFound(answer)) return null;
  return readGood(configuredPath, answer, 'GET /v3/config/paths/get');
}

/**
 * A write that was answered. @param missing what a 404 of the server means
 * @throws CameraError media-server-refused (unauthorized, configuration_rejected) | media-server-unreachable | outcome-unknown
 */
export function readWritten(answer: ApiAnswer, what: string, missing: 'success' | 'failure'): void {
  assertAuthorised(answer);
  assertNoServerError(answer);
  if (missing === 'success' && saysNotFound(answer)) return;
  const refusal = errorAnswer.safeParse(answer.json);
  if (answer.status >= 400 && refusal.success) {
    throw new CameraError(
      'media-server-refused',
      `The media server refused ${what}: ${quote(refusal.data.error)}`,
      {
        reason: 'configuration_rejected',
      },
    );
  }
  if (answer.status >= 400) throw unexpected(what);
  if (okAnswer.safeParse(answer.json).success) return;
  throw new CameraError('outcome-unknown', `The media server’s answer to ${what} cannot be read`, {
    reason: 'answer_unreadable',
  });
}

function readGood<T>(schema: z.ZodType<T>, answer: ApiAnswer, what: string): T {
  assertAuthorised(answer);
  assertNoServerError(answer);
  const good = schema.safeParse(answer.json);
  if (answer.status !== 200 || !good.success) throw unexpected(what, good.error);
  return good.data;
}

/** MediaMTX's own 404 is JSON; a plain one is a route that does not exist. */
function saysNotFound(answer: ApiAnswer): boolean {
  return answer.status === 404 && errorAnswer.safeParse(answer.json).success;
}

function assertAuthorised(answer: ApiAnswer): void {
  if (answer.status !== 401 && answer.status !== 403) return;
  throw new CameraError('media-server-refused', 'The media server refuses our API user or password', {
    reason: 'unauthorized',
    suggestion: 'Set mediamtx.api_user and mediamtx.api_password to a user that has the permission api.',
  });
}

function assertNoServerError(answer: ApiAnswer): void {
  if (answer.status < 500) return;
  throw new CameraError(
    'media-server-unreachable',
    `The media server answered with status ${answer.status}`,
    {
      reason: 'server_error',
    },
  );
}

function notMediaMtx(): CameraError {
  return new CameraError(
    'media-server-refused',
    'What answers at the media server’s API port is not MediaMTX',
    {
      reason: 'not_mediamtx',
      suggestion: 'Look at mediamtx.host and mediamtx.api_port; another program may have that port.',
    },
  );
}

function wrongVersion(version: string): CameraError {
  return new CameraError(
    'media-server-refused',
    `MediaMTX ${version} is not a release this service works with`,
    {
      reason: 'wrong_version',
      facts: { version },
    },
  );
}

function unexpected(what: string, cause?: unknown): CameraError {
  return new CameraError(
    'media-server-unreachable',
    `The media server’s answer to ${what} is not what MediaMTX sends`,
    {
      reason: 'unexpected_answer',
      cause,
    },
  );
}

function quote(text: string): string {
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}
