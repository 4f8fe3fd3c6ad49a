/**
 * One client's socket: frames in, replies and notifications out. A reader that is slow holds up only itself:
 * its notifications wait in the outbox, and while its replies pile up we stop reading from it.
 */
import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { Notice } from '../notifier.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import type { Session } from '../session.ts';
import { Outbox } from './outbox.ts';

/** Notifications go out while less than this is unsent, so that they coalesce here and not in the kernel. */
const NOTICE_LIMIT_BYTES = 64 * 1024;
/** With more than this unsent we stop reading from the client, and start again below half of it. */
const REPLY_LIMIT_BYTES = 1024 * 1024;

const TEXT_FRAME = { binary: false };

export interface ConnectionOptions {
  readonly dispatcher: Dispatcher;
  readonly queueLimit: number;
  readonly host: string;
  readonly address: string;
  /** Whether this notification may go to this session now: it is logged in, the login holds, and it asked where it has to. */
  mayHear(session: Session, notice: Notice): boolean;
  closed(connection: Connection, code: number): void;
}

export class Connection {
  readonly session: Session;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  /** Frames or progress since the last look of the keep-alive. */
  #heard = true;
  #flushed = false;

  constructor(socket: WebSocket, options: ConnectionOptions, principal: Session['principal']) {
    const { address, host } = options;
    this.session = { id: randomUUID(), address, host, principal, pending: 0, inspects: false };
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(options.queueLimit, options.host);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('error', () => undefined); // 1007, 1009 and resets: `close` follows and tells the code
    socket.on('close', (code) => options.closed(this, code));
  }

  /** Sends or queues a notification, where this client may hear it. */
  tell(notice: Notice): void {
    if (!this.#options.mayHear(this.session, notice)) return;
    this.#outbox.offer(notice);
    this.#pump();
  }

  /** Called once per keep-alive round. @returns false when the client has shown no life since the last one */
  beat(): boolean {
    // A slow reader's pong may stand behind megabytes: then bytes that leave count as life.
    const alive = this.#heard || (this.#flushed && this.#socket.bufferedAmount > 0);
    this.#heard = false;
    this.#flushed = false;
    if (alive && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
    return alive;
  }

  /** Says goodbye with a code (1001: the service goes away). */
  close(code: number, reason: string): void {
    if (this.#socket.isPaused) this.#socket.resume(); // its answer to the goodbye must get in
    this.#socket.close(code, reason);
  }

  /** Ends the socket at once. */
  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heard = true;
    if (isBinary) {
      this.#send(this.#options.dispatcher.answerBinary());
      return;
    }
    const frame = this.#outbox.openFrame();
    const finish = (reply: string | undefined): void => {
      if (reply !== undefined) this.#send(reply);
      frame.release();
      this.#pump();
    };
    const reply = this.#options.dispatcher.answer(String(data), this.session, frame);
    if (reply instanceof Promise) void reply.then(finish);
    else finish(reply);
  }

  #send(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    // As bytes: for a text, `ws` and Node would count and copy it twice.
    socket.send(Buffer.from(text), TEXT_FRAME, this.#sent);
    if (socket.bufferedAmount > REPLY_LIMIT_BYTES && !socket.isPaused) socket.pause();
  }

  readonly #sent = (): void => {
    this.#flushed = true;
    if (this.#socket.isPaused && this.#socket.bufferedAmount < REPLY_LIMIT_BYTES / 2) this.#socket.resume();
    this.#pump();
  };

  #pump(): void {
    while (
      this.#socket.readyState === this.#socket.OPEN &&
      this.#socket.bufferedAmount < NOTICE_LIMIT_BYTES
    ) {
      const text = this.#outbox.next();
      if (text === undefined) return;
      this.#send(text);
    }
  }
}
