import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openApi } from '../../support/open-api.ts';

async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

test('a port that is taken is named together with its key', async () => {
  const port = await takenPort();
  await expect(openApi({ port })).rejects.toMatchObject({
    name: 'CameraError',
    reason: 'port_taken',
    message: `Port ${port} (server.port) is taken by another process.`,
    suggestion: expect.stringContaining('server.port'),
  });
});

test('a probe port that is taken leaves the main one closed too', async () => {
  const [healthPort, free] = [await takenPort(), await takenPort().then((port) => port + 1)];
  await expect(openApi({ healthPort, port: free })).rejects.toMatchObject({
    reason: 'port_taken',
    message: expect.stringContaining('(server.health_port)'),
  });
  await expect(fetch(`http://127.0.0.1:${free}/health`)).rejects.toThrow();
});

test('an address that this host does not have is named together with its key', async () => {
  await expect(openApi({ host: '192.0.2.1' })).rejects.toMatchObject({
    reason: 'address_unknown',
    message: expect.stringContaining('server.host'),
  });
});

test('what is not there answers 404 in JSON, a malformed address 400', async () => {
  const { http } = await openApi();
  const nothing = await fetch(`${http}/nothing`);
  expect(nothing.status).toBe(404);
  expect(await nothing.json()).toMatchObject({ error: 'Not Found', reason: 'address_unknown', status: 404 });
  expect((await fetch(`${http}/%zz`)).status).toBe(400);
});
