/**
 * One client's TCP connection: takes requests one after the other and frames between them, answers, and ends
 * after every answer that is an error, except where the client may try again.
 */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Access, delayWrongCredentials } from '../auth.ts';
import { type Json, Refusal } from '../config/values.ts';
import { formatRfc3339, nowMicros } from '../local-time.ts';
import { NoStream } from '../paths/path.ts';
import { type Answer, formatAnswer, type RtspRequest } from './message.ts';
import { type Incoming, RtspParser } from './parser.ts';
import { RtspSession } from './session.ts';
import { targetOf } from './target.ts';
import type { RtspWorld } from './world.ts';

/** A client that sends nothing for this long is dropped; publishers have the read timeout instead. */
const IDLE_LIMIT_MS = 60_000;
const PUBLIC_METHODS = 'DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, GET_PARAMETER, TEARDOWN';
/** These make no sense without a session. */
const SESSION_METHODS = ['OPTIONS', 'PLAY', 'RECORD', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER'];

export class RtspConnection {
  readonly id = randomUUID();
  readonly createdMicros = nowMicros();
  readonly socket: Socket;
  readonly remoteAddress: string;
  /** Resolves when the last request has been answered and the connection is gone. */
  readonly gone: Promise<void>;
  readonly #world: RtspWorld;
  readonly #parser = new RtspParser();
  readonly #waiting: Incoming[] = [];
  readonly #silence: NodeJS.Timeout;
  #work: Promise<void> | null = null;
  #session: RtspSession | null = null;
  #endReason: string | null = null;
  #lastReadMs = performance.now();

  constructor(socket: Socket, world: RtspWorld) {
    this.socket = socket;
    this.#world = world;
    this.remoteAddress = `${socket.remoteAddress?.replace(/^::ffff:/, '')}:${socket.remotePort}`;
    socket.setNoDelay(true);
    this.#log('opened');
    this.#silence = setInterval(() => this.#endWhenSilent(), 250);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('end', () => this.end('EOF'));
    socket.on('error', (error) => this.end(error.message));
    this.gone = new Promise((resolve) => {
      socket.once('close', async () => {
        clearInterval(this.#silence);
        await this.#work;
        this.#session?.end('not in use');
        this.#log(`closed: ${this.#endReason ?? 'EOF'}`);
        world.connectionClosed(this);
        resolve();
      });
    });
  }

  /** Closes the connection now; what waits to be sent is dropped. */
  end(reason: string): void {
    this.#endReason ??= reason;
    this.socket.destroy();
  }

  /** Sends bytes that may not be dropped. */
  write(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Decides whether a request may do this with a path. */
  access(action: 'publish' | 'read', path: string, request: RtspRequest): Access {
    return this.#world.access(
      action,
      path,
      this.socket.remoteAddress ?? '',
      request.headers.get('authorization'),
    );
  }

  /** The answer to a denied request: asked for credentials at once, told off for wrong ones after a while. */
  async denied(access: Access & { granted: false }): Promise<Answer> {
    if (access.reason === 'ask')
      return { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="ipcam"' } };
    await delayWrongCredentials();
    return { status: 401, closeReason: 'authentication failed' };
  }

  /** The API's item. */
  get item(): Json {
    const { bytesRead, bytesWritten } = this.socket;
    return {
      id: this.id,
      created: formatRfc3339(this.createdMicros),
      remoteAddr: this.remoteAddress,
      session: this.#session?.id ?? null,
      tunnel: 'none',
      inboundBytes: bytesRead,
      outboundBytes: bytesWritten,
      bytesReceived: bytesRead,
      bytesSent: bytesWritten,
    };
  }

  #take(chunk: Buffer): void {
    this.#lastReadMs = performance.now();
    try {
      this.#waiting.push(...this.#parser.push(chunk));
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#proceed();
  }

  /** Handles what came, in order; while a request is held nothing more is read, not even the client's end. */
  #proceed(): void {
    while (this.#work === null && !this.socket.destroyed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.kind === 'frame') {
        if (this.#session === null || this.#session.flow === 'none')
          this.end('received unexpected interleaved frame');
        else this.#session.frame(next.frame);
        continue;
      }
      this.socket.pause();
      this.#work = this.#respond(next.request).finally(() => {
        this.#work = null;
        this.#lastReadMs = performance.now();
        if (this.socket.destroyed) return;
        this.socket.resume();
        this.#proceed();
      });
    }
  }

  async #respond(request: RtspRequest): Promise<void> {
    const cseq = request.headers.get('cseq');
    const answer =
      cseq === undefined
        ? { status: 400, closeReason: 'CSeq is missing' }
        : await this.#answer(request).catch((error: unknown) => answerTo(error));
    if (this.socket.destroyed) return;
    this.socket.write(formatAnswer(answer, cseq));
    answer.afterwards?.();
    if (request.method === 'TEARDOWN' && answer.status === 200) this.#session = null;
    if (answer.closeReason === undefined) return;
    this.#endReason ??= answer.closeReason;
    this.socket.destroySoon();
  }

  async #answer(request: RtspRequest): Promise<Answer> {
    const named = request.headers.get('session')?.split(';')[0];
    const options: Answer = { status: 200, headers: { Public: PUBLIC_METHODS } };
    if (request.method === 'DESCRIBE') return this.#describe(request);
    if (request.method === 'OPTIONS' && named === undefined) return options;
    const begins = request.method === 'ANNOUNCE' || request.method === 'SETUP';
    if (!begins && (named === undefined || !SESSION_METHODS.includes(request.method))) return { status: 501 };
    if (this.#session === null) {
      if (named !== undefined) throw new Refusal('session not found', 454);
      this.#session = new RtspSession(this, this.#world);
    }
    if (named !== undefined && named !== this.#session.secret) {
      throw new Refusal('connection is linked to another session');
    }
    return request.method === 'OPTIONS' ? options : this.#session.handle(request);
  }

  async #describe(request: RtspRequest): Promise<Answer> {
    const target = targetOf(request.url);
    this.#world.paths.entryFor(target.path);
    const access = this.access('read', target.path, request);
    if (!access.granted) return this.denied(access);
    const path = this.#world.paths.open(target.path);
    try {
      const stream = await path.describe(target.query);
      return {
        status: 200,
        headers: { 'Content-Base': `${request.url}/`, 'Content-Type': 'application/sdp' },
        body: stream.description,
      };
    } finally {
      this.#world.paths.release(path);
    }
  }

  #endWhenSilent(): void {
    if (this.#work !== null) return;
    const limitMs = this.#session?.flow === 'in' ? this.#world.readTimeoutMs : IDLE_LIMIT_MS;
    if (performance.now() - this.#lastReadMs >= limitMs) this.end('read tcp: i/o timeout');
  }

  #log(text: string): void {
    this.#world.log('info', `[conn ${this.remoteAddress}] ${text}`);
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof NoStream) return { status: 404, closeReason: error.message };
  if (error instanceof Refusal) return { status: error.status, closeReason: error.message };
  return { status: 500, closeReason: error instanceof Error ? error.message : String(error) };
}
