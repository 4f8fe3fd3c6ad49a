/** A small HTTP server on a random port that answers as a test says: slowly, wrongly, half, or not at all. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface OddServer {
  readonly port: number;
  /** `METHOD /path?query` of each request, in order of arrival. */
  readonly requests: readonly string[];
  /** Connections that were ever opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function oddServer(handler: Handler): Promise<OddServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  server.on('connection', (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connections: () => opened,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', server: 'mediamtx' });
  response.end(JSON.stringify(body));
}

/** Promises more than it sends, then hangs up. */
export function half(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length * 2 });
  response.write(text, () => response.destroy());
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await oddServer(() => undefined);
  await server.close();
  return server.port;
}

/** Ports that nobody had a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const listening = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createTcpServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = listening.map((server) => (server.address() as { port: number }).port);
  await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
