import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { connect } from '../../src/cli/client.ts';
import { openApi } from '../support/open-api.ts';

test('calls are promises, answered in any order, and notifications reach their listeners until they stop', async () => {
  const { url, keyOf, door } = await openApi();
  const client = await connect(url, keyOf.admin);
  onTestFinished(() => client.close());
  const open = door.gate('takeSnapshot');
  const late = client.call('take_snapshot', { device: 'camera0' });
  expect(await client.call('ping')).toBe('pong');
  open();
  expect(await late).toMatchObject({ status: 'SUCCESS' });

  const heard: unknown[] = [];
  const stop = client.on('camera_status_update', ({ status }) => heard.push(status));
  door.unplug('camera0');
  await expect.poll(() => heard).toEqual(['DISCONNECTED']);
  stop();
  door.plug('camera0');
  await client.call('ping');
  expect(heard).toHaveLength(1);
});

test('an error of the service keeps its code, data, sentence and advice', async () => {
  const { url, keyOf } = await openApi();
  const client = await connect(url, keyOf.viewer);
  onTestFinished(() => client.close());
  await expect(client.call('get_camera_status', { device: 'camera7' })).rejects.toMatchObject({
    code: -32010,
    message: 'No camera "camera7" is known.',
    suggestion: 'Call get_camera_list for the cameras that exist.',
    data: { id: 'camera7' },
  });
});

test('the end of the connection ends every open call and is told once', async () => {
  const { url, keyOf, door, api } = await openApi({ closeGraceMs: 50 });
  const client = await connect(url, keyOf.operator);
  const open = door.gate('takeSnapshot');
  const call = client.call('take_snapshot', { device: 'camera0' });
  const rejected = expect(call).rejects.toMatchObject({
    name: 'CliError',
    message: 'The service is stopping',
  });
  await expect.poll(() => door.orders.length).toBe(1);
  await api.close();
  await rejected;
  expect(await client.closed).toBe(1001);
  await expect(client.call('ping')).rejects.toThrow('The connection is closed');
  open();
});

test('a peer that talks nonsense is survived, and one that refuses is named', async () => {
  const http = createServer((_, response) => response.writeHead(404).end());
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/ws')
      server.handleUpgrade(request, socket, head, (peer: WebSocket) => {
        for (const text of ['', '{', '5', 'null', '[]', '{"id":99,"result":1}', '{"method":"x"}'])
          peer.send(text);
        peer.on('message', (data) =>
          peer.send(JSON.stringify({ id: JSON.parse(String(data)).id, result: 'well' })),
        );
      });
    else socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.close();
  });
  const base = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const client = await connect(`${base}/ws`);
  expect(await client.call('anything')).toBe('well');
  client.close();
  expect(await client.closed).toBe(1000);
  await expect(connect(`${base}/other`)).rejects.toThrow('503');
});
