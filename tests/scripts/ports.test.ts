import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts, isFree } from '../../scripts/lib/ports.mjs';
import { freePorts } from '../support/ports.ts';

async function listen(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

test('a port that somebody holds on loopback alone is not free', async () => {
  expect(await isFree(await listen())).toBe(false);
});

test('UDP ports are looked at as such', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void socket.close());
  await once(socket, 'listening');
  expect(await isFree(socket.address().port, true)).toBe(false);
});

test('a taken port leads to the next free one, and no two keys get the same', async () => {
  const taken = await listen();
  const chosen = await choosePorts([
    { key: 'one', usual: taken },
    { key: 'two', usual: taken },
  ]);
  expect(chosen.one).toBeGreaterThan(taken);
  expect(chosen.two).toBeGreaterThan(chosen.one!);
});

test('a usual port that is free is taken', async () => {
  const [free = 0] = await freePorts(1);
  expect(await choosePorts([{ key: 'one', usual: free }])).toEqual({ one: free });
});
