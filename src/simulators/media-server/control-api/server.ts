/**
 * The Control API's HTTP server: access, bodies, status codes and, where the fault door is open, faults. What
 * an endpoint does stands in routes.ts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decideAccess, delayWrongCredentials } from '../auth.ts';
import type { InternalUser } from '../config/users.ts';
import { type Json, Refusal } from '../config/values.ts';
import { listen } from '../listen-address.ts';
import { type Log, prefixed } from '../log.ts';
import type { Faults } from './faults.ts';
import { type ApiWorld, findRoute, wantsName } from './routes.ts';

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const KEEP_ALIVE_MS = 30_000;
const DOOR = '/sim/faults';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly type: string;
}

/** Not a URL object: that would tidy up dots in names. */
interface Target {
  readonly pathname: string;
  readonly query: URLSearchParams;
}

const NOT_FOUND: Reply = { status: 404, body: '404 page not found', type: 'text/plain' };

export class ControlApi {
  readonly #server: Server;
  readonly #world: () => ApiWorld;
  readonly #users: () => readonly InternalUser[];
  readonly #faults: Faults;
  readonly #log: Log;

  constructor(world: () => ApiWorld, users: () => readonly InternalUser[], faults: Faults, log: Log) {
    this.#world = world;
    this.#users = users;
    this.#faults = faults;
    this.#log = prefixed(log, '[API] ');
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.#serve(request, response).catch((error: unknown) => {
        this.#log('error', String(error));
        response.destroy();
      });
    });
  }

  /** @throws Error when the address cannot be had */
  async listen(address: string): Promise<void> {
    await listen(this.#server, address);
    this.#log('info', `started with listener on ${address} (TCP/HTTP)`);
  }

  /** Ends every connection at once. */
  close(): void {
    this.#log('info', 'closing');
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request);
    const atDoor = this.#faults.enabled && target.pathname === DOOR;
    const mode = this.#faults.enabled && !atDoor ? this.#faults.mode : 'ok';
    // First of all: a client that gives up takes what was not read along.
    const text = await readText(request);
    if (mode === 'hang') return;
    if (mode === 'slow') await sleep(this.#faults.delayMs);
    if (mode === 'late_write' && request.method !== 'GET') await sleep(this.#faults.delayMs);
    if (mode === 'html') return send(response, { status: 200, body: '<html></html>', type: 'text/html' });
    if (mode === 'status401') return send(response, failure(401, 'authentication error'));
    if (mode === 'status500' || (mode === 'flap' && this.#faults.flaps())) {
      return send(response, failure(500, 'simulated fault'));
    }
    const reply = await this.#reply(request, target, text, atDoor).catch((error: unknown) =>
      this.#refused(error),
    );
    if (mode === 'half') return sendHalf(response, reply);
    send(response, reply);
  }

  async #reply(
    request: IncomingMessage,
    { pathname, query }: Target,
    text: string,
    atDoor: boolean,
  ): Promise<Reply> {
    const method = request.method ?? '';
    if (method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      const allowed = {
        'Access-Control-Allow-Methods': 'OPTIONS, GET, POST, PATCH, DELETE',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      };
      return { status: 204, body: '', type: '', headers: allowed };
    }
    const denied = await this.#denied(request);
    if (denied !== null) return denied;
    const body = () => parseBody(text);
    if (atDoor) {
      if (method === 'POST') this.#faults.set(body());
      return json(200, this.#faults.item);
    }
    const world = this.#world();
    const route = findRoute(method, pathname, world.rtsp !== null);
    if (route === null) return NOT_FOUND;
    if (route.name === '' && wantsName(method, pathname)) throw new Refusal('invalid name');
    const wrong = this.#faults.enabled && this.#faults.mode === 'wrong_version';
    const shown = wrong ? { ...world, version: 'v0.0.1' } : world;
    const call = { query, name: decodedName(route.name), body };
    return json(200, (await route.endpoint(shown, call)) ?? { status: 'ok' });
  }

  async #denied(request: IncomingMessage): Promise<Reply | null> {
    const access = decideAccess(this.#users(), {
      action: 'api',
      path: '',
      address: request.socket.remoteAddress ?? '',
      authorization: request.headers.authorization,
    });
    if (access.granted) return null;
    if (access.reason === 'wrong') {
      await delayWrongCredentials();
      return failure(401, 'authentication error');
    }
    return {
      ...failure(401, 'authentication error'),
      headers: { 'WWW-Authenticate': 'Basic realm="mediamtx"' },
    };
  }

  #refused(error: unknown): Reply {
    const message = error instanceof Error ? error.message : String(error);
    this.#log('error', message);
    return failure(error instanceof Refusal ? error.status : 500, message);
  }
}

function targetOf(request: IncomingMessage): Target {
  const [pathname = '', ...query] = (request.url ?? '/').split('?');
  return { pathname, query: new URLSearchParams(query.join('?')) };
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new Refusal('invalid name');
  }
}

function json(status: number, body: Json): Reply {
  return { status, body: JSON.stringify(body), type: 'application/json; charset=utf-8' };
}

function failure(status: number, error: string): Reply {
  return json(status, { status: 'error', error });
}

function headersOf(reply: Reply): Record<string, string | number> {
  return {
    ...reply.headers,
    'Access-Control-Allow-Origin': '*',
    Server: 'mediamtx',
    ...(reply.type === '' ? {} : { 'Content-Type': reply.type }),
    ...(reply.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(reply.body) }),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, headersOf(reply)).end(reply.body);
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, headersOf(reply));
  response.write(reply.body.slice(0, Math.floor(reply.body.length / 2)), () => response.destroy());
}

/** The whole body. One that is too large is not kept; it is no JSON then. */
async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString() : '';
}

/** @throws Refusal for what is no JSON */
function parseBody(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Refusal(text.trim() === '' ? 'unexpected end of JSON input' : (error as Error).message);
  }
}
