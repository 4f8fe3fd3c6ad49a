/** Text of one frame → calls, by the rules of JSON-RPC 2.0. Knows nothing of methods. */
import { RpcFault } from './fault.ts';
import { nestsDeeperThan } from './nesting.ts';

const DEEPEST = 64;
const LONGEST_BATCH = 50;

/** Echoed with its type. */
export type RpcId = string | number | null;

export interface RpcCall {
  readonly kind: 'call';
  /** undefined: a notification, executed and never answered. */
  readonly id: RpcId | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** A message, or an element of a batch, that is no call. */
export interface FlawedCall {
  readonly kind: 'flawed';
  readonly id: RpcId;
  readonly fault: RpcFault;
}

export interface Envelope {
  /** A batch is answered with an array, whatever its length. */
  readonly batch: boolean;
  readonly items: readonly (RpcCall | FlawedCall)[];
}

/** Reads one frame. Never throws: what is wrong stands in the items. */
export function readEnvelope(text: string): Envelope {
  if (nestsDeeperThan(text, DEEPEST))
    return single(invalid('nested_too_deeply', `More than ${DEEPEST} levels of nesting.`));
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return single(notJson('The frame is not valid JSON.'));
  }
  if (!Array.isArray(message)) return single(readCall(message));
  if (message.length === 0) return single(invalid('batch_empty', 'A batch holds at least one call.'));
  if (message.length > LONGEST_BATCH) {
    return single(
      invalid('batch_too_long', `A batch holds at most ${LONGEST_BATCH} calls, this one ${message.length}.`),
    );
  }
  return { batch: true, items: message.map(readCall) };
}

/** The answer to a frame that is not JSON text. */
export function notJson(details: string): FlawedCall {
  const fields = { hint: 'Frames are UTF-8 text with one JSON value.' };
  return {
    kind: 'flawed',
    id: null,
    fault: new RpcFault('parse-error', { reason: 'parse_error', details, fields }),
  };
}

function single(item: RpcCall | FlawedCall): Envelope {
  return { batch: false, items: [item] };
}

function readCall(message: unknown): RpcCall | FlawedCall {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return invalid('not_an_object', 'A call is a JSON object.');
  }
  const { jsonrpc, id, method, params } = message as Record<string, unknown>;
  const given = Object.hasOwn(message, 'id');
  if (given && !isId(id)) return invalid('id_invalid', 'The id is a text, or a number of at most 53 bits.');
  const known = given ? (id as RpcId) : null;
  if (jsonrpc !== '2.0') return invalid('version_invalid', 'The member "jsonrpc" is "2.0".', known);
  if (typeof method !== 'string') return invalid('method_invalid', 'The member "method" is a text.', known);
  if (params !== undefined && typeof params !== 'object') {
    return invalid('params_invalid', 'The member "params" is an object, or absent.', known);
  }
  return { kind: 'call', id: given ? (id as RpcId) : undefined, method, params };
}

function isId(id: unknown): id is RpcId {
  if (typeof id === 'number') return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id);
  return typeof id === 'string' || id === null;
}

function invalid(reason: string, details: string, id: RpcId = null): FlawedCall {
  return {
    kind: 'flawed',
    id,
    fault: new RpcFault('invalid-request', { reason, details, fields: { hint: details } }),
  };
}
