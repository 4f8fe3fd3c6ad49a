/**
 * Clients that behave badly, beside one that behaves well and a camera that is recorded all the time. Nobody else
 * notices: the good one gets every answer and notification, in order and soon; the recording has no gap and no missing
 * frame; memory and file descriptors of the service are what they were.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import type { Client } from '../../src/cli/client.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { rawHttp } from '../support/raw-http.ts';
import { bareSocket, callFrame, rawClient, textFrame } from '../support/raw-socket.ts';
import { type Session, untilListed } from '../support/recordings.ts';
import { type Rolling, rolling } from '../support/rolling.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const FRAME_LIMIT_BYTES = 1_048_576;
/** Half of it is what a machine with two busy cores may need by itself. */
const SOON_MS = 2000;
const MORE_MEMORY_BYTES = 150_000_000;
const QUEUE = 10;

describeMediaServers('clients', (server) => {
  let service: TestService;
  let good: Client;
  let recorded: Rolling;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 3,
      config: {
        server: { client_queue_messages: QUEUE },
        recording: { close_timeout_ms: 300 },
      },
    });
    good = await service.connect();
    recorded = await rolling(service, 'camera0');
  }, 90_000);
  afterAll(() => service?.dispose());

  const port = () => Number(new URL(service.ready!.http).port);
  const rude = () => rawClient(port(), service.ready!.api_key);
  const memoryBytes = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) * 1024;
  const descriptors = () => readdirSync(`/proc/${service.pid}/fd`).length;

  /** What the good client sees while this goes on: each answer and each word on camera2, and how soon. */
  async function beside(bad: () => Promise<void>): Promise<void> {
    const before = { descriptors: descriptors(), memoryBytes: memoryBytes() };
    const words: unknown[] = [];
    let word: unknown = 'CONNECTED';
    const stop = good.on('camera_status_update', ({ device, status }) => {
      // Told again where something else about it changes.
      if (device !== 'camera2' || status === word) return;
      word = status;
      words.push(word);
    });
    let over = false;
    let mostMemoryBytes = 0;
    const sent: string[] = [];
    const tookMs: number[] = [];
    const soon = async (what: () => Promise<unknown>) => {
      const startedMs = performance.now();
      await what();
      tookMs.push(performance.now() - startedMs);
    };
    const watch = async () => {
      // It ends as it began: plugged in.
      for (let round = 0; !over || round % 2 === 1; round += 1) {
        await soon(() => good.call('get_camera_status', { device: 'camera0' }));
        const [fault, word] =
          round % 2 === 0 ? (['unplug', 'DISCONNECTED'] as const) : (['plug', 'CONNECTED'] as const);
        sent.push(word);
        await good.call('inject_fault', { fault, device: 'camera2' });
        const told = () =>
          until(() => words.length >= sent.length, { timeoutMs: 20_000, what: `${word} to be told` });
        if (fault === 'unplug') {
          await soon(told);
        } else {
          // A plugged camera is probed first; pulled meanwhile it would say ERROR on its way.
          await told();
          await until(
            async () =>
              (await good.call('get_camera_status', { device: 'camera2' })).state === 'ready.confirmed',
            { timeoutMs: 20_000, what: 'camera2 to be probed', intervalMs: 50 },
          );
        }
        mostMemoryBytes = Math.max(mostMemoryBytes, memoryBytes());
      }
    };
    const watching = watch();
    try {
      await bad();
    } finally {
      over = true;
      await watching;
      stop();
    }
    expect(words).toEqual(sent);
    expect(Math.max(...tookMs), 'the longest the good client waited').toBeLessThan(SOON_MS);
    expect(mostMemoryBytes - before.memoryBytes, 'more memory').toBeLessThan(MORE_MEMORY_BYTES);
    const { ffmpeg_process } = await service.untilStream('camera0', 'live.flowing');
    expect(ffmpeg_process.pid).toBe(recorded.pid);
    // Sockets of the media server and a look at a file come and go.
    await until(() => descriptors() <= before.descriptors + 5, {
      timeoutMs: 30_000,
      what: () => `descriptors to be ${before.descriptors} again, not ${descriptors()}`,
    });
  }

  test('one that never reads is no longer listened to; when it reads again it is told what it missed', async () => {
    await beside(async () => {
      const slow = await rude();
      const burst = Buffer.concat(Array.from({ length: 1000 }, (_, id) => callFrame(id, 'get_camera_list')));
      let blocked = false;
      for (let n = 0; n < 400 && !blocked; n += 1) {
        blocked = !slow.write(burst) && slow.writableLength > 4_000_000;
        if (n % 10 === 9) await good.call('ping');
      }
      expect(blocked, 'the service has stopped reading').toBe(true);
      // More than its queue holds.
      for (let n = 0; n <= QUEUE; n += 1) {
        await service.call('start_recording', { device: 'camera1' });
        await service.call('stop_recording', { device: 'camera1' });
      }
      let text = '';
      slow.on('data', (chunk) => {
        text = (text + chunk.toString('latin1')).slice(-20_000_000);
      });
      slow.resume();
      await until(() => /"lagged","params":\{"dropped":[1-9]/.test(text), {
        timeoutMs: 60_000,
        what: 'lagged',
        intervalMs: 200,
      });
      slow.destroy();
    });
  }, 180_000);

  test('frames of 1 MiB are answered, many at once; a byte more is closed with 1009', async () => {
    const frame = (bytes: number) => {
      const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
      return call + ' '.repeat(bytes - call.length);
    };
    await beside(async () => {
      const sockets = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const socket = new WebSocket(service.ready!.ws, { perMessageDeflate: false });
          socket.on('error', () => undefined);
          await new Promise((resolve) => socket.once('open', resolve));
          return socket;
        }),
      );
      const answered = sockets.map(async (socket) => {
        let answers = 0;
        socket.on('message', () => {
          answers += 1;
        });
        for (let n = 0; n < 5; n += 1) socket.send(frame(FRAME_LIMIT_BYTES));
        await until(() => answers === 5, { timeoutMs: 30_000, what: 'five answers' });
        const code = new Promise((resolve) => socket.once('close', resolve));
        socket.send(frame(FRAME_LIMIT_BYTES + 1));
        return code;
      });
      expect(new Set(await Promise.all(answered))).toEqual(new Set([1009]));
    });
  }, 90_000);

  test.for([1, 4])(
    '%i that call as fast as they can, 40,000 times in all, get every answer',
    { timeout: 120_000 },
    async (count) => {
      await beside(async () => {
        const callers = await Promise.all(Array.from({ length: count }, () => hurried(40_000 / count)));
        for (const answers of callers) expect(answers).toBe(40_000 / count);
      });
    },
  );

  /** Keeps a thousand calls on the way until so many were answered. @returns how many were */
  async function hurried(calls: number): Promise<number> {
    const socket = new WebSocket(service.ready!.ws, {
      perMessageDeflate: false,
      headers: { 'X-API-Key': service.ready!.api_key },
    });
    await new Promise((resolve) => socket.once('open', resolve));
    let sent = 0;
    let answers = 0;
    const fill = () => {
      for (; sent < calls && sent - answers < 1000; sent += 1)
        socket.send(`{"jsonrpc":"2.0","id":${sent},"method":"ping"}`);
    };
    socket.on('message', (data) => {
      if (String(data).includes('"pong"')) answers += 1;
      if (answers % 100 === 0) fill();
    });
    fill();
    await until(() => answers === calls, {
      timeoutMs: 90_000,
      what: () => `${answers} of ${calls} answers`,
      intervalMs: 50,
    });
    socket.terminate();
    return answers;
  }

  test('orders of clients that are gone before the answer are carried out, and leave nothing behind', async () => {
    await beside(async () => {
      const leaveWith = async (frame: Buffer) => {
        const socket = await rude();
        await new Promise((resolve) => socket.end(frame, () => resolve(undefined)));
        socket.destroy();
      };
      for (let id = 0; id < 20; id += 1)
        await leaveWith(callFrame(id, 'take_snapshot', { device: 'camera0', max_age_ms: 0 }));
      await leaveWith(callFrame(1, 'start_recording', { device: 'camera1' }));
      await service.untilRecording('camera1', 'RECORDING');
      const { session_id } = await service.call<Session>('get_recording_status', { device: 'camera1' });
      await leaveWith(callFrame(2, 'stop_recording', { device: 'camera1' }));
      expect(await untilListed(service, session_id)).toMatchObject({
        outcome: 'completed',
        reason: 'requested',
      });
      await service.untilStream('camera1', 'idle', 30_000);
    });
  }, 90_000);

  test('garbage ends its own connection or is answered as an error', async () => {
    await beside(async () => {
      const end = (socket: Socket) => new Promise((resolve) => socket.resume().once('close', resolve));
      const nested = textFrame(`{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(30_000)}`);
      const broken = textFrame('{"jsonrpc":"2.0","id":1,');
      const reader = await rude();
      let text = '';
      reader.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      for (let n = 0; n < 50; n += 1) reader.write(Buffer.concat([nested, broken]));
      reader.write(callFrame(77, 'ping'));
      reader.resume();
      await until(() => /"result":"pong"/.test(text), {
        timeoutMs: 20_000,
        what: 'the answer after the garbage',
      });
      expect(text.split('-32700').length - 1).toBeGreaterThanOrEqual(50);
      reader.destroy();
      // Not masked, reserved bits, not UTF-8: against the protocol.
      for (const bytes of [
        [0x81, 0x01, 0x41],
        [0xf1, 0x80, 0, 0, 0, 0],
        [0x81, 0x81, 0, 0, 0, 0, 0xff],
      ]) {
        const socket = await rude();
        socket.write(Buffer.from(bytes));
        await end(socket);
      }
      const talker = bareSocket(port());
      talker.write(`${'\u0000garbage'.repeat(1000)}\r\n\r\n`);
      await end(talker);
      // A frame that never ends, and then its sender is gone.
      for (let n = 0; n < 50; n += 1) {
        const socket = await rude();
        socket.write(callFrame(1, 'get_camera_list').subarray(0, 20));
        socket.destroy();
      }
    });
  }, 90_000);

  test('handshakes that never end are ended by the service', async () => {
    await beside(async () => {
      const silent = Array.from({ length: 100 }, () => bareSocket(port()));
      const ended = silent.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)));
      for (const [n, socket] of silent.entries()) {
        if (n % 2 === 0) socket.write('GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n');
      }
      await Promise.all(ended);
    });
  }, 90_000);

  test('probes that ask for health a few thousand times disturb nobody', async () => {
    const config = parse(readFileSync(service.configFile, 'utf8')) as { server: { health_port: number } };
    await beside(async () => {
      const ask = async () => {
        for (let n = 0; n < 60; n += 1)
          expect((await rawHttp(config.server.health_port, '/health')).status).toBe(200);
      };
      await Promise.all(Array.from({ length: 50 }, ask));
    });
  }, 90_000);

  test('the recording that ran beside all of them has no gap and no missing frame', async () => {
    const recording = await recorded.stop();
    expect(recording).toMatchObject({ outcome: 'completed', gaps: [], jumps: [], warning: null });
    expect(recording.frames.length).toBeGreaterThan(100);
    expect(recording.frames).not.toContain(null);
  }, 90_000);
});
