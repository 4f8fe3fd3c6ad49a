/** The error catalogue of the wire: code, name, the fields its `data` always has, and advice where nothing better is known. */
export const CATALOGUE = {
  'parse-error': {
    code: -32700,
    title: 'Parse error',
    when: 'the frame is not JSON, or not text',
    fields: ['hint'],
    suggestion: 'Send one JSON text per text frame.',
  },
  'invalid-request': {
    code: -32600,
    title: 'Invalid Request',
    when: 'the envelope is wrong, the batch is empty or too long, or the nesting too deep',
    fields: ['hint'],
    suggestion: 'Send {"jsonrpc":"2.0","method":...,"params":{...},"id":...}.',
  },
  'method-not-found': {
    code: -32601,
    title: 'Method Not Found',
    when: 'no such method',
    fields: ['hint'],
    suggestion: 'See docs/api.md for the methods of this service.',
  },
  'invalid-params': {
    code: -32602,
    title: 'Invalid Params',
    when: 'a parameter is missing, unknown, of the wrong type or out of range',
    fields: ['param', 'rule', 'hint'],
    suggestion: 'Correct the named parameter and call again.',
  },
  'internal-error': {
    code: -32603,
    title: 'Internal Error',
    when: 'the service failed in a way it does not understand',
    fields: ['request_id'],
    suggestion: 'Look into the log of the service for this request_id.',
  },
  'auth-failed': {
    code: -32001,
    title: 'Auth Failed',
    when: 'there is no login, or the token or key is wrong, expired or taken back',
    fields: ['reason'],
    suggestion: 'Call authenticate with a valid token or API key.',
  },
  'permission-denied': {
    code: -32002,
    title: 'Permission Denied',
    when: 'the role of the login is too low',
    fields: ['required_role', 'have_role'],
    suggestion: 'Use a token or key with the required role.',
  },
  'not-found': {
    code: -32010,
    title: 'Not Found',
    when: 'there is no such camera, file, recording or stream',
    fields: ['resource', 'id'],
    suggestion: 'Ask get_camera_list, list_recordings or list_snapshots for what exists.',
  },
  'invalid-state': {
    code: -32020,
    title: 'Invalid State',
    when: 'the camera cannot do this in the state it is in',
    fields: ['state', 'allowed_states', 'allowed', 'retry_after_ms'],
    suggestion: 'Use one of the methods in "allowed", or wait until the state changes.',
  },
  unsupported: {
    code: -32030,
    title: 'Unsupported',
    when: 'the feature is switched off or not there',
    fields: ['feature'],
    suggestion: 'Switch the feature on in the configuration.',
  },
  'rate-limited': {
    code: -32040,
    title: 'Rate Limited',
    when: 'too many calls of this connection are unanswered',
    fields: ['retry_after_ms'],
    suggestion: 'Wait for answers before calling again.',
  },
  'dependency-failed': {
    code: -32050,
    title: 'Dependency Failed',
    when: 'the camera, FFmpeg or the media server failed or did not answer in time',
    fields: ['dependency', 'detail'],
    suggestion: 'Call get_camera_status and get_status to see what failed; the service retries by itself.',
  },
  'storage-failed': {
    code: -32060,
    title: 'Storage Failed',
    when: 'there is no space left, or the folder is missing or not writable',
    fields: ['available_bytes', 'required_bytes'],
    suggestion: 'Free space or repair the folder; recordings are accepted again by themselves.',
  },
} as const satisfies Record<string, CatalogueEntry>;

interface CatalogueEntry {
  readonly code: number;
  readonly title: string;
  readonly when: string;
  readonly fields: readonly string[];
  readonly suggestion: string;
}

export type FaultName = keyof typeof CATALOGUE;
