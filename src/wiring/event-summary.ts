/**
 * What an event said, in one short line without secrets and host paths. Made for the recorder's batch, never in the
 * step of an actor.
 */
import { redactSecrets } from '../adapters/process/redact.ts';
import { redact } from '../api/redaction.ts';

const LONGEST_LINE = 240;
const LONGEST_TEXT = 80;
const MOST_MEMBERS = 8;
const DEEPEST = 2;
/** Of processes: only this service can do anything with them. */
const INTERNAL = new Set(['mark', 'startTicks']);
/** The record has instants of its own, and the type stands beside. */
const LEFT_OUT = new Set(['type', 'monoMs', 'atMs', 'input', 'actorId', 'snapshot', 'correlationId']);

/**
 * `reason: device_gone, device: {handle: 1-2, nodes: [2]}`; null where the event says nothing but its type.
 * @param secrets values that are hidden wherever they stand
 */
export function eventSummary(event: object, secrets: readonly string[]): string | null {
  const line = members(event, 0);
  return line === '' ? null : cleanText(line, secrets, LONGEST_LINE);
}

/** The text without secrets and host paths, and no longer than this. */
export function cleanText(text: string, secrets: readonly string[], longest: number): string {
  // Cut last: a secret of which only the beginning was left would not be known any more.
  const clean = redact(redactSecrets(text, secrets));
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 3)}...`;
}

function members(object: object, depth: number): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(object)) {
    if (INTERNAL.has(name) || (depth === 0 && LEFT_OUT.has(name))) continue;
    const text = valueText(value, depth);
    if (text === null) continue;
    if (parts.length === MOST_MEMBERS) {
      parts.push('...');
      break;
    }
    parts.push(`${name}: ${text}`);
  }
  return parts.join(', ');
}

function valueText(value: unknown, depth: number): string | null {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST_TEXT * 4 ? value : `${value.slice(0, LONGEST_TEXT * 4)}...`;
    case 'number':
      return String(Math.round(value * 1000) / 1000);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, depth);
    default:
      return null;
  }
}

function objectText(value: object, depth: number): string {
  if (value instanceof Error) return value.message;
  if (Array.isArray(value)) {
    const plain = value.length <= MOST_MEMBERS && value.every((item) => typeof item !== 'object');
    return plain ? `[${value.map((item) => valueText(item, depth)).join(', ')}]` : `[${value.length}]`;
  }
  return depth >= DEEPEST ? '{...}' : `{${members(value, depth + 1)}}`;
}
