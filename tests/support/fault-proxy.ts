/**
 * A Control API that can be made to misbehave: a small HTTP server in front of a media server of any kind. It asks the
 * real API and spoils the answer as the test says, so both kinds fail in the same words. RTSP does not pass through it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Exchange {
  /** `POST /v3/config/paths/replace/camera0` */
  readonly request: string;
  /** Asks the real server, once. */
  forward(): Promise<{ readonly status: number; readonly body: string }>;
  readonly response: ServerResponse;
}

export type Fault = (exchange: Exchange) => void | Promise<void>;

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', server: 'mediamtx' };
const send = (response: ServerResponse, status: number, body: string) =>
  void response.writeHead(status, { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) }).end(body);

/** No fault at all. */
export const pass: Fault = async ({ forward, response }) => {
  const { status, body } = await forward();
  send(response, status, body);
};

/** The server is never asked, and every answer has this status. */
export const status =
  (code: number): Fault =>
  ({ response }) =>
    send(response, code, JSON.stringify({ status: 'error', error: 'a fault of the test' }));

/** 200 with a web page, as of a router that answers for a host that is away. */
export const html: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>');
};

/** The order is carried out, half of the answer comes, and the connection ends. */
export const half: Fault = async ({ forward, response }) => {
  const { status: code, body } = await forward();
  response.writeHead(code, { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
};

/** The order is carried out at once; its answer comes so much later. */
export const slow =
  (delayMs: number): Fault =>
  async ({ forward, response }) => {
    const { status: code, body } = await forward();
    setTimeout(() => send(response, code, body), delayMs);
  };

/** Another release answers. */
export const version =
  (text: string): Fault =>
  async ({ request, forward, response }) => {
    const { status: code, body } = await forward();
    const shown =
      request === 'GET /v3/info' ? body.replace(/"version":"[^"]*"/, `"version":"${text}"`) : body;
    send(response, code, shown);
  };

/** Requests that fit are refused as invalid, as MediaMTX refuses an entry; all others pass. */
export const refusing =
  (fits: RegExp): Fault =>
  (exchange) =>
    fits.test(exchange.request)
      ? send(exchange.response, 400, JSON.stringify({ status: 'error', error: 'invalid path configuration' }))
      : pass(exchange);

export interface FaultProxy {
  readonly port: number;
  /** What happens to every request from now on. */
  fault: Fault;
  close(): Promise<void>;
}

/** @param apiPort of the real server, on loopback */
export async function faultProxy(apiPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const text = read(request);
    const exchange: Exchange = {
      request: `${request.method} ${request.url?.split('?')[0]}`,
      forward: async () => {
        const body = await text;
        const answer = await fetch(`http://127.0.0.1:${apiPort}${request.url}`, {
          method: request.method ?? 'GET',
          headers: { 'content-type': 'application/json' },
          ...(body === '' ? {} : { body }),
        });
        return { status: answer.status, body: await answer.text() };
      },
      response,
    };
    // A server that is away looks as it does without a proxy: the connection ends.
    void Promise.resolve(proxy.fault(exchange)).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    port: (server.address() as AddressInfo).port,
    fault: pass,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
