/**
 * A small JSON-RPC client over one WebSocket: promise calls and notifications. It does not reconnect; when the
 * connection ends, every open call rejects and `closed` resolves.
 */
import { WebSocket } from 'ws';
import { CliError } from './cli-error.ts';

const CONNECT_TIMEOUT_MS = 5000;
const CALL_TIMEOUT_MS = 30_000;
const GOODBYE_MS = 500;

/** An error that the service answered. */
export class ServiceError extends CliError {
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(error: { code: number; message: string; data?: Record<string, unknown> }) {
    const data = error.data ?? {};
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    super(text(data.details) ?? error.message, text(data.suggestion));
    this.code = error.code;
    this.data = data;
  }
}

export interface Client {
  /** Calls a method. @throws ServiceError, or CliError when the connection ends or no answer comes in time */
  call<T = Record<string, unknown>>(method: string, params?: object): Promise<T>;
  /** Listens to a notification; returns the way to stop. */
  on(notification: string, listener: (params: Record<string, unknown>) => void): () => void;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): void;
}

interface OpenCall {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Connects, and logs in when a key (API key or token) is given.
 * @param callTimeoutMs how long every call may take
 * @throws CliError when nothing answers, ServiceError when the key is refused
 */
export async function connect(
  url: string,
  key?: string,
  callTimeoutMs: number = CALL_TIMEOUT_MS,
): Promise<Client> {
  const socket = await open(url);
  const calls = new Map<number, OpenCall>();
  const listeners = new Map<string, Set<(params: Record<string, unknown>) => void>>();
  let nextId = 1;

  socket.on('message', (data) => {
    const message = parse(String(data));
    if (message === undefined) return;
    if (typeof message.method === 'string') {
      for (const listener of listeners.get(message.method) ?? []) listener(message.params ?? {});
      return;
    }
    const open = calls.get(message.id as number);
    if (open === undefined) return;
    calls.delete(message.id as number);
    clearTimeout(open.timer);
    if (message.error === undefined) open.resolve(message.result as never);
    else open.reject(new ServiceError(message.error));
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      const why = code === 1001 ? 'The service is stopping' : 'The service closed the connection';
      for (const { reject, timer } of calls.values()) {
        clearTimeout(timer);
        reject(new CliError(why, 'Try again in a moment.'));
      }
      calls.clear();
      resolve(code);
    });
  });

  const client: Client = {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) {
          reject(new CliError('The connection is closed', 'Try again in a moment.'));
          return;
        }
        const id = nextId;
        nextId += 1;
        const timer = setTimeout(() => {
          calls.delete(id);
          const limit = `${callTimeoutMs / 1000} seconds`;
          reject(new CliError(`The service did not answer ${method} within ${limit}`, 'Look into its log.'));
        }, callTimeoutMs);
        calls.set(id, { resolve, reject, timer });
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      }),
    on: (notification, listener) => {
      const heard = listeners.get(notification) ?? new Set();
      listeners.set(notification, heard.add(listener));
      return () => heard.delete(listener);
    },
    closed,
    close: () => {
      socket.close(1000);
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref(); // a service that hangs does not hold us up
    },
  };
  if (key !== undefined) {
    try {
      await client.call('authenticate', { auth_token: key });
    } catch (error) {
      client.close();
      throw error;
    }
  }
  return client;
}

function open(url: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: CONNECT_TIMEOUT_MS });
    } catch {
      reject(
        new CliError(
          `"${url}" is no WebSocket address`,
          'Give one such as ws://127.0.0.1:8002/ws with --url.',
        ),
      );
      return;
    }
    socket.once('open', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined); // `close` follows and says the rest
      resolve(socket);
    });
    socket.once('error', (error) => {
      const code = (error as NodeJS.ErrnoException).code;
      const why = code === 'ECONNREFUSED' ? 'nothing listens there' : error.message;
      reject(
        new CliError(
          `Cannot reach the camera service at ${url}: ${why}`,
          'Is it running? Start it, or name another address with --url.',
        ),
      );
    });
  });
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { code: number; message: string; data?: Record<string, unknown> };
}

function parse(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
