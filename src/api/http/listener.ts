/** Opens and closes the two HTTP listeners. The main one serves everything, the probe one health alone. */
import { createServer } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { CameraError, type ErrorCode } from '../../machines/errors.ts';
import type { Desk } from '../desk.ts';
import { RpcFault } from '../rpc/fault.ts';
import { httpErrorOf } from './http-error.ts';

/** A request that is not all here by then is ended: nobody keeps sockets open for nothing. Looked at half as often. */
const REQUEST_LIMIT_MS = 10_000;

/** A fastify instance with our errors; it logs nothing by itself. */
export function makeListener({ clock, log }: Desk): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: REQUEST_LIMIT_MS,
    http: { headersTimeout: REQUEST_LIMIT_MS, connectionsCheckingInterval: REQUEST_LIMIT_MS / 2 },
    forceCloseConnections: true,
    return503OnClosing: false,
    // An address that cannot be decoded never reaches the handlers below.
    frameworkErrors: (_, __, reply) => {
      void (reply as FastifyReply).code(400).send(httpErrorOf(badRequest(), clock.wallMs()));
    },
  });
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode;
    const known = error instanceof RpcFault || status === undefined || status >= 500 ? error : badRequest();
    const body = httpErrorOf(known, clock.wallMs());
    if (body.status >= 500) log.error({ err: error, path: request.url.slice(0, 255) }, 'http request failed');
    if (body.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    return reply.code(body.status).send(body);
  });
  app.setNotFoundHandler((_, reply) => {
    const fault = new RpcFault('not-found', {
      reason: 'address_unknown',
      details: 'There is nothing under this address.',
      suggestion: 'See docs/api.md for what is served.',
    });
    return reply.code(404).send(httpErrorOf(fault, clock.wallMs()));
  });
  return app;
}

/**
 * Listens. @param keys the configuration keys of host and port, for the error's sentence
 * @returns the port, also when 0 was asked for
 * @throws CameraError naming port and key: port_taken, port_forbidden, address_unknown
 */
export async function listenOn(
  app: FastifyInstance,
  host: string,
  port: number,
  keys: { readonly host: string; readonly port: string },
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenTrouble(error, host, port, keys);
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Tries an address and gives it back at once. @throws CameraError as `listenOn` */
export async function assertAddressFree(
  host: string,
  port: number,
  keys: { readonly host: string; readonly port: string },
): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenTrouble(error, host, port, keys)));
    server.listen({ host, port }, resolve);
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function listenTrouble(
  error: unknown,
  host: string,
  port: number,
  keys: { host: string; port: string },
): CameraError {
  const make = (code: ErrorCode, reason: string, sentence: string, suggestion: string) =>
    new CameraError(code, sentence, { cause: error, reason, suggestion });
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return make(
        'wrong-state',
        'port_taken',
        `Port ${port} (${keys.port}) is taken by another process.`,
        `End that process, or set ${keys.port} to a free port.`,
      );
    case 'EACCES':
      return make(
        'no-permission',
        'port_forbidden',
        `Port ${port} (${keys.port}) is reserved for privileged processes.`,
        `Set ${keys.port} to 1024 or more.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return make(
        'bad-params',
        'address_unknown',
        `Address ${host} (${keys.host}) does not belong to this host.`,
        `Set ${keys.host} to an address of this host, or 0.0.0.0.`,
      );
    default:
      return make(
        'internal',
        'listen_failed',
        `Cannot listen on port ${port} (${keys.port}).`,
        'Look into the log for the cause.',
      );
  }
}

function badRequest(): RpcFault {
  return new RpcFault('invalid-request', {
    reason: 'bad_request',
    details: 'The request is malformed.',
    suggestion: 'Check the address and its encoding.',
  });
}
