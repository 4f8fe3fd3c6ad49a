/**
 * All WebSocket clients: who gets in, who hears what, who is still alive. Compression is off: it costs 250 kB per
 * client that has spoken. Wrong path 404, full 503, bad login 401, all before the upgrade.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../auth/principal.ts';
import { roleAllows } from '../auth/roles.ts';
import type { Desk } from '../desk.ts';
import { principalOf } from '../http/credentials.ts';
import type { Notice } from '../notifier.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import { RpcFault } from '../rpc/fault.ts';
import { hostOf } from '../shapes/stream-urls.ts';
import { Connection } from './connection.ts';
import { refuseUpgrade } from './upgrade-refusal.ts';

const DEFAULT_PING_INTERVAL_MS = 30_000;

export class SocketServer {
  readonly #desk: Desk;
  readonly #dispatcher: Dispatcher;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #heartbeat: NodeJS.Timeout;
  #whenEmpty: (() => void) | undefined;

  constructor(desk: Desk, dispatcher: Dispatcher) {
    this.#desk = desk;
    this.#dispatcher = dispatcher;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: desk.settings.maxMessageBytes,
    });
    const intervalMs = desk.settings.pingIntervalMs ?? DEFAULT_PING_INTERVAL_MS;
    this.#heartbeat = setInterval(() => this.#beat(), intervalMs).unref();
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Takes the upgrades of this listener. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => undefined); // a client that leaves during the handshake is no event
      try {
        const principal = this.#admit(request);
        this.#server.handleUpgrade(request, socket, head, (client) =>
          this.#welcome(client, request, principal),
        );
      } catch (error) {
        refuseUpgrade(socket, error, this.#desk.clock.wallMs());
      }
    });
  }

  /** To every client that may hear it, in the order of the calls. */
  broadcast(notice: Notice): void {
    for (const connection of this.#connections) connection.tell(notice);
  }

  /** Lets unanswered calls finish, then says 1001 to all and waits for their goodbyes; each at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#heartbeat);
    await within(graceMs, this.#dispatcher.settled());
    if (this.#connections.size > 0) {
      const gone = new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
      for (const connection of this.#connections) connection.close(1001, 'the service is stopping');
      await within(graceMs, gone);
    }
    for (const connection of this.#connections) connection.terminate();
    this.#server.close();
  }

  /** @throws RpcFault when this client does not get in */
  #admit(request: IncomingMessage): Principal | null {
    const { settings, doorkeeper } = this.#desk;
    if (request.url?.split('?')[0] !== settings.websocketPath)
      throw refusal('not-found', 'path_unknown', 'There is no WebSocket under this path.');
    if (this.#desk.isRefusing())
      throw refusal('rate-limited', 'service_stopping', 'The service is stopping.');
    if (this.#connections.size >= settings.maxConnections) {
      throw refusal('rate-limited', 'connection_limit', 'As many clients as allowed are connected.');
    }
    return principalOf(request.headers, doorkeeper);
  }

  #welcome(client: WebSocket, request: IncomingMessage, principal: Principal | null): void {
    const { settings, doorkeeper, log } = this.#desk;
    const connection = new Connection(
      client,
      {
        dispatcher: this.#dispatcher,
        queueLimit: settings.clientQueueMessages,
        host: hostOf(request.headers.host, request.socket.localAddress ?? 'localhost'),
        address: request.socket.remoteAddress ?? 'unknown',
        mayHear: ({ principal: login, inspects }, { forInspectors }) =>
          login !== null &&
          doorkeeper.holds(login) &&
          (forInspectors !== true || (inspects && roleAllows(login.role, 'viewer'))),
        closed: (gone, code) => this.#forget(gone, code),
      },
      principal,
    );
    this.#connections.add(connection);
    const { id, address } = connection.session;
    log.info(
      { event: 'connected', session_id: id, address, user: principal?.subject ?? null },
      'client connected',
    );
  }

  #forget(connection: Connection, code: number): void {
    if (!this.#connections.delete(connection)) return;
    this.#desk.log.info({ event: 'disconnected', session_id: connection.session.id, code }, 'client gone');
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }

  #beat(): void {
    for (const connection of this.#connections) {
      if (connection.beat()) continue;
      this.#desk.log.warn(
        { event: 'dead_client', session_id: connection.session.id },
        'client shows no life and is ended',
      );
      connection.terminate();
    }
  }
}

function refusal(fault: 'not-found' | 'rate-limited', reason: string, details: string): RpcFault {
  return new RpcFault(fault, { reason, details });
}

/** Resolves with the promise or after `limitMs`, whichever is first. */
async function within(limitMs: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
