/**
 * The one error type that crosses room borders, and its closed list of codes.
 * Adapters translate foreign errors into it once, at their edge, with `cause` kept. Machines store
 * `Trouble` (plain data), never the Error: an Error in context persists as `{}`.
 */

/** Every code, and whether the same call may succeed when it is simply tried again. */
export const ERROR_CODES = {
  'device-gone': { retryable: false },
  'device-busy': { retryable: true },
  'no-permission': { retryable: false },
  'no-bandwidth': { retryable: false },
  'invalid-format': { retryable: false },
  'encoder-failed': { retryable: true },
  'probe-failed': { retryable: true },
  'device-failing': { retryable: true },
  'decoder-errors': { retryable: true },
  'capture-failed': { retryable: true },
  'media-server-unreachable': { retryable: true },
  'media-server-refused': { retryable: false },
  'outcome-unknown': { retryable: true },
  deadline: { retryable: true },
  storage: { retryable: false },
  'bad-params': { retryable: false },
  'not-found': { retryable: false },
  'wrong-state': { retryable: false },
  cancelled: { retryable: false },
  'missing-program': { retryable: false },
  internal: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error as plain data: what a machine may keep in its context. */
export interface Trouble {
  readonly code: ErrorCode;
  /** Stable snake_case word for clients, e.g. `device_busy` or a finer one such as `tap_disk_full`. */
  readonly reason: string;
  /** One sentence for people: what failed, on what, the fact known. No secrets, no host paths. */
  readonly message: string;
  /** What the reader could do about it, one sentence; absent where nobody knows. */
  readonly suggestion?: string;
  /** Plain facts that the sentence is made of, for programs (no secrets, no host paths). */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface CameraErrorOptions {
  readonly cause?: unknown;
  readonly reason?: string;
  /** What the reader could do about it, one sentence. */
  readonly suggestion?: string;
  /** Plain facts for the reply's `data` (no host paths, no secrets). */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** @throws never; it is the thing thrown. `code` decides what a machine does with it. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly suggestion: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: CameraErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason ?? code.replaceAll('-', '_');
    this.suggestion = options.suggestion;
    this.facts = options.facts ?? {};
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Plain data of anything thrown; a foreign error becomes `internal` with its own message. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof CameraError || isTrouble(error)) {
    const { code, reason, message, suggestion, facts } = error;
    return {
      ...{ code, reason, message },
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(facts === undefined || Object.keys(facts).length === 0 ? {} : { facts }),
    };
  }
  return {
    code: 'internal',
    reason: 'internal',
    message: error instanceof Error ? error.message : String(error),
  };
}

/** A CameraError again, for code that must throw what a machine stored. */
export function errorOf(trouble: Trouble): CameraError {
  const { code, message, ...options } = trouble;
  return new CameraError(code, message, options);
}

function isTrouble(value: unknown): value is Trouble {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'reason' in value && 'message' in value
  );
}

/** Known by a look at the camera's H.264 as well as by ffmpeg's words: told the same. */
export const PARAMETERS_MISSING = {
  code: 'decoder-errors',
  reason: 'parameters_missing',
  message: 'The camera sends H.264 without its parameters (SPS and PPS), so no picture can be decoded.',
  suggestion: 'Choose another format of the camera (MJPEG or raw), or re-plug it.',
} as const satisfies Trouble;
