/** A WebSocket client that keeps every frame in its order. Frames in as plain text: tests send broken ones too. */
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { until } from './until.ts';

export interface FrameClientOptions {
  readonly headers?: Record<string, string>;
}

export interface Reply {
  readonly jsonrpc: string;
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read results by name
  readonly result?: any;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: Record<string, unknown>;
  };
  readonly metadata?: { processing_time_ms: number; server_timestamp: string; request_id: string };
}

export class FrameClient {
  readonly socket: WebSocket;
  /** Everything received, parsed, in order. */
  readonly frames: (Reply | Reply[])[] = [];
  closeCode: number | undefined;
  #nextId = 1000;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => undefined);
  }

  /** Rejects with the HTTP status in its message when the upgrade is refused. */
  static async open(url: string, { headers = {} }: FrameClientOptions = {}): Promise<FrameClient> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    const client = new FrameClient(socket);
    onTestFinished(() => socket.terminate());
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  send(text: string | object): void {
    this.socket.send(typeof text === 'string' ? text : JSON.stringify(text));
  }

  /** Sends a frame and waits for the next one that is a reply (or an array of them). */
  async exchange(text: string | object): Promise<Reply> {
    const before = this.frames.length;
    this.send(text);
    return until(
      () => this.frames.slice(before).find((frame) => Array.isArray(frame) || frame.method === undefined),
      {
        what: `an answer to ${JSON.stringify(text).slice(0, 80)}`,
      },
    ) as Promise<Reply>;
  }

  async call(method: string, params?: unknown): Promise<Reply> {
    const id = this.#nextId++;
    this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return until(() => this.replies.find((frame) => frame.id === id), { what: `the answer of ${method}` });
  }

  /** The result; fails the test on an error. */
  async result(method: string, params?: unknown) {
    const reply = await this.call(method, params);
    if (reply.error !== undefined) throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
    return reply.result;
  }

  /** The error; fails the test on a result. */
  async error(method: string, params?: unknown) {
    const reply = await this.call(method, params);
    if (reply.error === undefined) throw new Error(`${method} answered ${JSON.stringify(reply.result)}`);
    return reply.error;
  }

  get replies(): Reply[] {
    return this.frames.filter((frame): frame is Reply => !Array.isArray(frame) && frame.method === undefined);
  }

  notices(name?: string): Reply[] {
    const all = this.frames.filter(
      (frame): frame is Reply => !Array.isArray(frame) && frame.method !== undefined,
    );
    return name === undefined ? all : all.filter(({ method }) => method === name);
  }

  async closed(timeoutMs = 5000): Promise<number> {
    return until(() => this.closeCode, { what: 'the end of the connection', timeoutMs });
  }
}
