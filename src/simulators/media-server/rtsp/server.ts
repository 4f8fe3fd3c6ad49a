/** The RTSP listener with its connections and sessions. */
import { createServer, type Server } from 'node:net';
import { decideAccess } from '../auth.ts';
import { parseDurationNs } from '../config/duration.ts';
import type { InternalUser } from '../config/users.ts';
import type { Values } from '../config/values.ts';
import { listen } from '../listen-address.ts';
import { type Log, prefixed } from '../log.ts';
import type { PathManager } from '../paths/path-manager.ts';
import { RtspConnection } from './connection.ts';
import type { RtspSession } from './session.ts';
import type { RtspWorld } from './world.ts';

export class RtspServer {
  readonly #server: Server;
  readonly #log: Log;
  readonly #connections = new Set<RtspConnection>();
  readonly #sessions = new Map<string, RtspSession>();

  /** @param users asked at each request: they may change while the server runs */
  constructor(global: Values, users: () => readonly InternalUser[], paths: PathManager, log: Log) {
    this.#log = prefixed(log, '[RTSP] ');
    const world: RtspWorld = {
      log: this.#log,
      paths,
      readTimeoutMs: parseDurationNs(String(global.readTimeout)) / 1e6,
      writeTimeoutMs: parseDurationNs(String(global.writeTimeout)) / 1e6,
      queueFrames: Number(global.writeQueueSize),
      tcpAllowed: Array.isArray(global.rtspTransports) && global.rtspTransports.includes('tcp'),
      access: (action, path, address, authorization) =>
        decideAccess(users(), { action, path, address, authorization }),
      connectionClosed: (connection) => void this.#connections.delete(connection),
      sessionOpened: (session) => void this.#sessions.set(session.id, session),
      sessionClosed: (session) => void this.#sessions.delete(session.id),
    };
    this.#server = createServer((socket) => this.#connections.add(new RtspConnection(socket, world)));
  }

  /** @throws Error when the address cannot be had */
  async listen(address: string): Promise<void> {
    await listen(this.#server, address);
    this.#log('info', `started with listeners on ${address} (TCP/RTSP)`);
  }

  /** Oldest first. */
  get connections(): RtspConnection[] {
    return [...this.#connections];
  }

  /** Oldest first. */
  get sessions(): RtspSession[] {
    return [...this.#sessions.values()];
  }

  session(id: string): RtspSession | undefined {
    return this.#sessions.get(id);
  }

  /** Drops everybody. Waits for readers that are held: nothing interrupts their wait. */
  async close(): Promise<void> {
    this.#log('info', 'closing');
    this.#server.close();
    const connections = this.connections;
    for (const connection of connections) connection.end('terminated');
    await Promise.all(connections.map((connection) => connection.gone));
  }
}
