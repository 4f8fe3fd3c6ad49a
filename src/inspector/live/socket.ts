/** JSON-RPC over one WebSocket of the browser. It does not reconnect: whoever opened it hears of its end, once. */

const CALL_TIMEOUT_MS = 20_000;
const OPEN_TIMEOUT_MS = 8000;

/** An error that the service answered. */
export class ServiceError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(error: { code: number; message: string; data?: { details?: string; reason?: string } }) {
    super(error.data?.details ?? error.message);
    this.code = error.code;
    this.reason = error.data?.reason ?? '';
  }
}

/** Not logged in, or not any more; or not allowed. */
export function isRefusal(error: Error): boolean {
  return error instanceof ServiceError && (error.code === -32001 || error.code === -32002);
}

export interface Answer<T> {
  readonly result: T;
  /** Wall clock of the service when it answered, epoch milliseconds. */
  readonly serverMs: number;
}

interface OpenCall {
  readonly resolve: (answer: Answer<never>) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export interface Hearing {
  /** A notification of the service. */
  heard(name: string, params: Readonly<Record<string, unknown>>): void;
  /** The connection ended without our wish. @param code of the close frame */
  ended(code: number): void;
}

export class RpcSocket {
  readonly #socket: WebSocket;
  readonly #calls = new Map<number, OpenCall>();
  readonly #hearing: Hearing;
  #nextId = 1;
  #closed = false;

  private constructor(socket: WebSocket, hearing: Hearing) {
    this.#socket = socket;
    this.#hearing = hearing;
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    socket.addEventListener('close', ({ code }) => this.#end(code));
  }

  /** @throws Error when nothing answers */
  static open(url: string, hearing: Hearing): Promise<RpcSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const timer = setTimeout(() => socket.close(), OPEN_TIMEOUT_MS);
      const failed = () => {
        clearTimeout(timer);
        reject(new Error('The service does not answer.'));
      };
      socket.addEventListener('close', failed, { once: true });
      socket.addEventListener('open', () => {
        clearTimeout(timer);
        socket.removeEventListener('close', failed);
        resolve(new RpcSocket(socket, hearing));
      });
    });
  }

  /** @throws ServiceError, or Error when the connection ends or no answer comes in time */
  call<T>(method: string, params: object = {}): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new Error('The connection has ended.'));
        return;
      }
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new Error(`The service did not answer ${method} within ${CALL_TIMEOUT_MS / 1000} s.`));
      }, CALL_TIMEOUT_MS);
      this.#calls.set(id, { resolve: resolve as OpenCall['resolve'], reject, timer });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** Ends it; `ended` is not called. */
  close(): void {
    this.#closed = true;
    this.#socket.close();
    this.#fail(new Error('The connection was closed.'));
  }

  #receive(text: string): void {
    const message = JSON.parse(text);
    if (typeof message.method === 'string') {
      this.#hearing.heard(message.method, message.params ?? {});
      return;
    }
    const open = this.#calls.get(message.id);
    if (open === undefined) return;
    this.#calls.delete(message.id);
    clearTimeout(open.timer);
    if (message.error !== undefined) open.reject(new ServiceError(message.error));
    else {
      const serverMs = Date.parse(message.metadata?.server_timestamp ?? '');
      open.resolve({
        result: message.result as never,
        serverMs: Number.isNaN(serverMs) ? Date.now() : serverMs,
      });
    }
  }

  #end(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail(new Error('The connection has ended.'));
    this.#hearing.ended(code);
  }

  #fail(error: Error): void {
    for (const { reject, timer } of this.#calls.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#calls.clear();
  }
}
