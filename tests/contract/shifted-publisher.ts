/**
 * A publisher whose clock is wrong: an RTSP relay in front of a media server that moves the time in the sender reports
 * of whoever publishes through it. Everything else passes as it came.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const FRAME_HEAD_BYTES = 4;
const SENDER_REPORT = 200;

/** Listens on a free loopback port until closed. @returns its port */
export async function shiftedRelay(
  serverPort: number,
  shiftS: number,
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    const shift = shifter(shiftS);
    client.on('data', (bytes) => upstream.write(shift(bytes)));
    upstream.on('data', (bytes) => client.write(bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.once('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Takes what a publisher sends, chunk by chunk; gives what is complete, with its sender reports moved. */
function shifter(shiftS: number): (bytes: Buffer) => Buffer {
  let waiting = Buffer.alloc(0);
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    let done = 0;
    for (let length = lengthAt(waiting, done); length !== null; length = lengthAt(waiting, done)) {
      move(waiting.subarray(done, done + length), shiftS);
      done += length;
    }
    const out = waiting.subarray(0, done);
    waiting = Buffer.from(waiting.subarray(done));
    return out;
  };
}

/** Length of the frame or request that begins there; null while it is not whole. */
function lengthAt(bytes: Buffer, start: number): number | null {
  const rest = bytes.length - start;
  if (rest < FRAME_HEAD_BYTES) return null;
  const isFrame = bytes[start] === 0x24;
  const head = isFrame ? FRAME_HEAD_BYTES : bytes.indexOf('\r\n\r\n', start) + 4 - start;
  if (head < FRAME_HEAD_BYTES) return null;
  const body = isFrame
    ? bytes.readUInt16BE(start + 2)
    : Number(/content-length: *(\d+)/i.exec(bytes.toString('latin1', start, start + head))?.[1] ?? 0);
  return rest < head + body ? null : head + body;
}

function move(unit: Buffer, shiftS: number): void {
  if (unit[0] !== 0x24 || unit[FRAME_HEAD_BYTES + 1] !== SENDER_REPORT) return;
  const at = FRAME_HEAD_BYTES + 8;
  unit.writeUInt32BE((unit.readUInt32BE(at) + shiftS) >>> 0, at);
}
