/** Who holds a socket on this host, as the kernel tells it: with real sockets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { commandOf, holderOf, listSockets, parseEndpoint } from '../../../src/adapters/process/ip-sockets.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function connected(host: string): Promise<{ server: Server; client: Socket }> {
  const server = createServer((socket) => open.push(() => socket.destroy()));
  open.push(() => server.close());
  server.listen(0, host);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, host);
  open.push(() => client.destroy());
  await once(client, 'connect');
  return { server, client };
}

const socketOf = async ({ localAddress, localPort }: Socket) => {
  const end = parseEndpoint(`[${localAddress}]:${localPort}`);
  return (await listSockets()).find(({ address, port }) => address === end?.address && port === end.port);
};

test.each(['127.0.0.1', '::1'])(
  'a connection from %s is in the table, with the user that made it',
  async (host) => {
    const { client } = await connected(host);
    const socket = await socketOf(client);
    expect(socket).toMatchObject({ port: client.localPort, userId: process.getuid?.() });
    expect(await holderOf(socket!.inode)).toBe(process.pid);
  },
);

test('the holder is found in another process too, with its name and nothing of its arguments', async () => {
  const { server } = await connected('127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const script = `require('node:net').connect(${port}, '127.0.0.1').on('connect', function () { console.log(this.localPort) })`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script, 'a-secret'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  open.push(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const socket = (await listSockets()).find(
    (one) => one.port === Number(line.toString()) && one.address === '127.0.0.1',
  );
  expect(await holderOf(socket!.inode, [process.pid])).toBe(child.pid);
  const command = await commandOf(child.pid!);
  expect(command).toMatch(/^\S+$/);
  expect(command).not.toContain('secret');
});

test('a socket that nobody holds has no holder, a process that is gone no name', async () => {
  expect(await holderOf(1, [process.pid])).toBeNull();
  expect(await commandOf(2 ** 30)).toBeNull();
});

test.each([
  ['127.0.0.1:8554', '127.0.0.1', 8554],
  ['[::1]:40000', '0000:0000:0000:0000:0000:0000:0000:0001', 40_000],
  ['[2001:DB8::7]:1', '2001:0db8:0000:0000:0000:0000:0000:0007', 1],
  ['[fe80::1%eth0]:2', 'fe80:0000:0000:0000:0000:0000:0000:0001', 2],
  ['[::ffff:192.0.2.7]:3', '192.0.2.7', 3],
  ['[::ffff:c000:207]:4', '192.0.2.7', 4],
  ['[1:2:3:4:5:6:7:8]:5', '0001:0002:0003:0004:0005:0006:0007:0008', 5],
])('an end reads %s', (text, address, port) => {
  expect(parseEndpoint(text)).toEqual({ address, port });
});

test.each(['', 'nowhere', '127.0.0.1', 'pipe:'])('what is no end is none: %j', (text) => {
  expect(parseEndpoint(text)).toBeNull();
});
