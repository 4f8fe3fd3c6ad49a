/**
 * Process entry: a closed loop on raw sockets. Each connection has one call open, and sends the next when the answer is
 * there. Told by LoadOrder as its one argument; prints one LoadReport. Ends with 1 and a sentence when a server
 * refuses, closes, or answers an error.
 */
import { createConnection, type Socket } from 'node:net';
import { clientFrame, FrameReader } from './frames.ts';
import type { LoadOrder, LoadReport } from './load-protocol.ts';

const order = JSON.parse(process.argv[2] ?? '') as LoadOrder;
/** What follows `{"jsonrpc":"2.0","` tells a reply from a notification, and after its id a result from an error. */
const MEMBER_AT = '{"jsonrpc":"2.0","'.length;
const OUTCOME_AT = '{"jsonrpc":"2.0","id":1,"'.length;
const [LETTER_I, LETTER_R] = ['i'.charCodeAt(0), 'r'.charCodeAt(0)];
/** Latencies by microsecond; what takes longer than a second counts as a second. */
const LONGEST_US = 1_000_000;

const call = clientFrame(order.call);
const latencies = new Uint32Array(LONGEST_US + 1);
let counting = false;

await main();

async function main(): Promise<void> {
  const loops: { start(): void }[] = [];
  // One after the other: a listener's queue is short.
  for (let i = 0; i < order.connections; i += 1) loops.push(await open());
  for (const loop of loops) loop.start();
  await later(order.warmUpMs);
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  counting = true;
  await later(order.durationMs);
  counting = false;
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  const calls = latencies.reduce((sum, count) => sum + count, 0);
  if (calls === 0) fail('no call was answered');
  const report: LoadReport = {
    callsPerS: calls / (elapsedMs / 1000),
    p50Ms: latencyAt(0.5, calls),
    p99Ms: latencyAt(0.99, calls),
    clientBusy: (user + system) / 1000 / elapsedMs,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
}

/** Connected, upgraded and logged in. */
async function open(): Promise<{ start(): void }> {
  const socket = createConnection({ host: '127.0.0.1', port: order.port, noDelay: true });
  socket.once('error', (error) => fail(error.message));
  socket.once('close', () => fail('the server closed a connection'));
  const upgrade = [
    `GET ${order.path} HTTP/1.1`,
    `Host: 127.0.0.1:${order.port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  socket.write(`${upgrade.join('\r\n')}\r\n\r\n`);
  const answer = String(await next(socket));
  if (!answer.startsWith('HTTP/1.1 101')) fail(`no upgrade: ${answer.split('\r\n')[0]}`);
  if (order.login !== null) {
    socket.write(clientFrame(order.login));
    const reply = String(await next(socket));
    if (!reply.includes('"result"')) fail(`no login: ${reply.slice(0, 300)}`);
  }
  return { start: () => loop(socket) };
}

function loop(socket: Socket): void {
  let sentMs = performance.now();
  const reader = new FrameReader((bytes, start) => {
    if (bytes[start + MEMBER_AT] !== LETTER_I) return;
    if (bytes[start + OUTCOME_AT] !== LETTER_R)
      fail(`an error was answered: ${bytes.subarray(start, start + 300)}`);
    const nowMs = performance.now();
    if (counting) {
      const us = Math.min(LONGEST_US, Math.round((nowMs - sentMs) * 1000));
      latencies[us] = (latencies[us] ?? 0) + 1;
    }
    sentMs = nowMs;
    socket.write(call);
  });
  socket.on('data', (chunk) => reader.read(chunk));
  socket.write(call);
}

function next(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => socket.once('data', resolve));
}

function latencyAt(share: number, calls: number): number {
  let left = Math.ceil(share * calls);
  const us = latencies.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  return us / 1000;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
