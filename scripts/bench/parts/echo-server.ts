/**
 * Process entry: the floor of a call. A bare `ws` server that answers every frame with the same prepared bytes, as many
 * as the URL's path says (`/1200`), so that answers are as long as the service's. Prints its port.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const HEAD = '{"jsonrpc":"2.0","id":1,"result":"';
const TAIL = '"}';

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
server.on('connection', (socket, request) => {
  const sizeBytes = Number(request.url?.slice(1));
  const answer = Buffer.from(
    `${HEAD}${'x'.repeat(Math.max(0, sizeBytes - HEAD.length - TAIL.length))}${TAIL}`,
  );
  socket.on('message', () => socket.send(answer, { binary: false }));
  socket.on('error', () => undefined);
});
http.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`${(http.address() as AddressInfo).port}\n`);
});
