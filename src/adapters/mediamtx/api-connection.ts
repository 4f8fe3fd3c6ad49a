/**
 * HTTP to one Control API: bounded in time and size, kept alive, foreign errors translated here and nowhere else.
 * Knows nothing of paths; never repeats a request.
 */
import { errors, Pool } from 'undici';
import { CameraError } from '../../machines/errors.ts';

/** Where the API is and how long it may take. */
export interface ApiAddress {
  readonly host: string;
  readonly port: number;
  /** Empty user: no credentials are sent. */
  readonly user: string;
  readonly password: string;
  /** One request, from connecting to the last byte of the answer. */
  readonly requestTimeoutMs: number;
  /** A longer answer is refused. Default 16 MiB. */
  readonly maxAnswerBytes?: number;
}

/** A complete answer, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** undefined where the text is not JSON. */
  readonly json: unknown;
  /** The Server header names MediaMTX. */
  readonly saysMediaMtx: boolean;
}

export type ApiMethod = 'GET' | 'POST' | 'DELETE';

/** MediaMTX closes an idle connection after 30 s; ours must go first, or a request meets a closed socket. */
const KEEP_ALIVE_MS = 10_000;
const MAX_CONNECTIONS = 4;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Reasons that prove that the server never got the request. */
const NEVER_SENT = new Set(['connection_refused', 'host_not_found']);

/** Whether a failed request certainly did not reach the server. */
export function wasNeverSent(error: CameraError): boolean {
  return NEVER_SENT.has(error.reason);
}

export class ApiConnection {
  readonly #address: ApiAddress;
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  #inFlight = 0;

  constructor(address: ApiAddress) {
    this.#address = address;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    this.#pool = new Pool(`http://${host}:${address.port}`, {
      connections: MAX_CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxResponseSize: address.maxAnswerBytes ?? MAX_ANSWER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: address.requestTimeoutMs },
    });
    const login = Buffer.from(`${address.user}:${address.password}`).toString('base64');
    this.#headers = address.user === '' ? {} : { authorization: `Basic ${login}` };
  }

  /** Requests under way now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * One request and its whole answer; every status is an answer.
   * @throws CameraError deadline | cancelled | media-server-unreachable (reasons connection_refused, host_not_found,
   * connection_lost, answer_too_large) | media-server-refused (not_mediamtx: it does not speak HTTP)
   */
  async request(
    method: ApiMethod,
    path: string,
    body: unknown,
    signal: AbortSignal | null,
  ): Promise<ApiAnswer> {
    const what = `${method} ${path.split('?')[0]}`;
    if (signal?.aborted) throw cancelled(what);
    const ending = new AbortController();
    const abandon = () => ending.abort(cancelled(what));
    const timer = setTimeout(() => ending.abort(this.#late(what)), this.#address.requestTimeoutMs);
    signal?.addEventListener('abort', abandon, { once: true });
    this.#inFlight += 1;
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers:
          body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: ending.signal,
      });
      const text = await answer.body.text();
      const saysMediaMtx = answer.headers.server === 'mediamtx';
      return { status: answer.statusCode, text, json: jsonIn(text), saysMediaMtx };
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : translated(error, what);
    } finally {
      this.#inFlight -= 1;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Drops the connections; requests under way fail. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #late(what: string): CameraError {
    const limitMs = this.#address.requestTimeoutMs;
    return new CameraError(
      'deadline',
      `The media server did not answer ${what} within ${limitMs} milliseconds`,
      {
        reason: 'media_server_deadline',
      },
    );
  }
}

function translated(error: unknown, what: string): CameraError {
  const code = codeOf(error);
  if (error instanceof errors.HTTPParserError || code.startsWith('HPE_')) {
    return new CameraError(
      'media-server-refused',
      'What answers at the media server’s API port does not speak HTTP',
      {
        reason: 'not_mediamtx',
        cause: error,
      },
    );
  }
  const [reason, fact] = unreachable(code);
  return new CameraError('media-server-unreachable', `The media server ${fact} (${what})`, {
    reason,
    cause: error,
  });
}

function unreachable(code: string): [reason: string, fact: string] {
  switch (code) {
    case 'ECONNREFUSED':
      return ['connection_refused', 'is not listening'];
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['host_not_found', 'has a host name that cannot be found'];
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return ['answer_too_large', 'sent more than an answer may have'];
    default:
      return ['connection_lost', 'ended the connection before its answer was complete'];
  }
}

/** undici wraps what several addresses of one name said into an AggregateError. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cancelled(what: string): CameraError {
  return new CameraError('cancelled', `The request ${what} to the media server was called off`);
}
