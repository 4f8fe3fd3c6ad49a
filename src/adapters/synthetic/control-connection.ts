/**
 * One connection to the synthetic cameras' control socket: matches answers to requests and hands events on.
 * Ends when the other side does; never connects again by itself.
 */
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CameraError, type ErrorCode } from '../../machines/errors.ts';
import type { DeviceChange } from '../../machines/values.ts';
import {
  CONTROL_SOCKET,
  type ControlAnswer,
  type ControlEvent,
  type ControlFailureCode,
  type ControlMethod,
  type ControlMethods,
} from './protocol.ts';

type Pending = { resolve(result: unknown): void; reject(error: CameraError): void };

/** Nobody who answers is a camera that is not there. */
const GONE = 'The synthetic cameras do not answer.';
const CODES: Readonly<Record<ControlFailureCode, ErrorCode>> = {
  'bad-params': 'bad-params',
  'not-found': 'device-gone',
  'wrong-state': 'wrong-state',
};

export class ControlConnection {
  /** Resolves once the connection has ended, from either side. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((change: DeviceChange) => void)[] = [];
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => this.#receive(line));
    lines.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        lines.close();
        for (const { reject } of this.#pending.values()) reject(new CameraError('device-gone', GONE));
        this.#pending.clear();
        resolve();
      });
    });
  }

  /** @param folder the cameras' folder @throws CameraError device-gone (nobody listens) | cancelled */
  static async open(folder: string, signal: AbortSignal): Promise<ControlConnection> {
    if (signal.aborted) throw cancelled();
    const socket = createConnection(join(folder, CONTROL_SOCKET));
    const connection = new ControlConnection(socket);
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', (cause) => reject(new CameraError('device-gone', GONE, { cause })));
        socket.once('close', () => reject(new CameraError('device-gone', GONE)));
      });
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    socket.on('error', () => {});
    return connection;
  }

  /** One call on a connection of its own. @throws as `open` and `call` */
  static async call<M extends ControlMethod>(
    folder: string,
    method: M,
    params: ControlMethods[M]['params'],
    limits: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<ControlMethods[M]['result']> {
    const connection = await ControlConnection.open(folder, limits.signal);
    try {
      return await connection.call(method, params, limits);
    } finally {
      connection.close();
    }
  }

  /** Called for each plug and unplug once `watch` was called. */
  listen(listener: (change: DeviceChange) => void): void {
    this.#listeners.push(listener);
  }

  /** @throws CameraError device-gone | bad-params | wrong-state | deadline | cancelled */
  async call<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]['params'],
    { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<ControlMethods[M]['result']> {
    if (signal.aborted) throw cancelled();
    this.#lastId += 1;
    const id = this.#lastId;
    let abort = () => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        abort = () => reject(cancelled());
        signal.addEventListener('abort', abort, { once: true });
        if (timeoutMs !== undefined) {
          const late = `The synthetic cameras did not answer within ${timeoutMs} milliseconds.`;
          timer = setTimeout(() => reject(new CameraError('deadline', late)), timeoutMs);
        }
        if (this.#socket.destroyed) reject(new CameraError('device-gone', GONE));
        else this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
      });
      return result as ControlMethods[M]['result'];
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#pending.delete(id);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    let message: ControlAnswer | ControlEvent;
    try {
      message = JSON.parse(line);
    } catch {
      // Not what speaks this protocol.
      this.close();
      return;
    }
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message.event);
    } else if ('error' in message) {
      const error = new CameraError(CODES[message.error.code] ?? 'internal', message.error.message);
      if (message.id !== null) this.#pending.get(message.id)?.reject(error);
    } else this.#pending.get(message.id)?.resolve(message.result);
  }
}

function cancelled(): CameraError {
  return new CameraError('cancelled', 'A call to the synthetic cameras was called off.');
}
