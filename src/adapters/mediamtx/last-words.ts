/**
 * Why a media server ended, read off the end of its own log. Pure. MediaMTX ends with code 0 also when a reload
 * failed, so the code alone says nothing; its last ERR line usually does.
 */
import type { Trouble } from '../../machines/errors.ts';

export interface ServerExit {
  /** null for a signal, and for a process that is not our child. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

const MAX_QUOTE = 200;
/** `2026/11/23 04:28:13 ERR text`, or `ERR: text` from before its logger exists. */
const ERROR_LINE = /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?ERR:? (.+)$/;
const HOST_PATH = /(?<![\w:/])\/[^\s:'",)]+/g;
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/address already in use/, 'port_taken'],
  [/permission denied/, 'no_permission'],
  [/unknown field|cannot unmarshal|invalid|must |cannot be|can't /i, 'configuration_rejected'],
];

/** @param log the end of what this process wrote */
export function serverEndTrouble(exit: ServerExit, log: string): Trouble {
  const how = describe(exit);
  if (exit.signal !== null) return trouble('media_server_killed', `The media server ${how}`);
  const line = lastError(log);
  if (line === null) return trouble('media_server_exited', `The media server ${how}`);
  const reason = REASONS.find(([pattern]) => pattern.test(line))?.[1] ?? 'media_server_exited';
  return trouble(reason, `The media server ${how}: ${line}`);
}

function describe({ exitCode, signal }: ServerExit): string {
  if (signal !== null) return `was ended by ${signal}`;
  return exitCode === null ? 'ended' : `ended with code ${exitCode}`;
}

/** The last error it told, without host paths; null where it told none. */
function lastError(log: string): string | null {
  const lines = log.split('\n').map((line) => ERROR_LINE.exec(line.trim())?.[1]);
  const last = lines.findLast((line) => line !== undefined);
  if (last === undefined) return null;
  const clean = last.replace(HOST_PATH, '…');
  return clean.length > MAX_QUOTE ? `${clean.slice(0, MAX_QUOTE)}…` : clean;
}

function trouble(reason: string, message: string): Trouble {
  return { code: 'media-server-unreachable', reason, message };
}
