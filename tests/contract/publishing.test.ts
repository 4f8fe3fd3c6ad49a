import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TestMediaServer } from '../support/media-server.ts';
import { throughout, until } from '../support/until.ts';
import { probe, publish, publishForEver, type RunningFfmpeg, read } from './ffmpeg.ts';
import { publishRaw, type RtspClient, readRaw, rtpPacket } from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';

describeMediaServers('publishing', (kind) => {
  const shared = sharedServer(kind, {
    global: { readTimeout: '2s' },
    paths: {
      cam: {},
      single: { overridePublisher: false },
      reports: {},
      again: { record: true, recordDeleteAfter: '0s' },
    },
  });
  const ends = (process: RunningFfmpeg) => {
    onTestFinished(() => process.kill());
    return process;
  };
  const closes = (client: RtspClient) => {
    onTestFinished(() => client.close());
    return client;
  };
  const raw = async (path: string) => closes(await publishRaw(shared.server.rtspPort, path));
  const kick = (id: string | undefined) => shared.server.api('POST', `/v3/rtspsessions/kick/${id}`);
  const bytesGrow = async (path: string) => {
    const { inboundBytes } = await shared.server.path(path);
    await shared.server.pathThat(path, (now) => now.inboundBytes > inboundBytes, 'growing');
  };

  // Reports come every 10 s: this pair runs beside the other tests and is looked at last.
  let reporting: { publisher: RtspClient; reader: RtspClient; feed: NodeJS.Timeout };
  beforeAll(async () => {
    const publisher = await publishRaw(shared.server.rtspPort, 'reports');
    const reader = await readRaw(shared.server.rtspPort, 'reports');
    let sequence = 0;
    const feed = setInterval(() => {
      publisher.sendFrame(0, rtpPacket(sequence, sequence * 9000, Buffer.from([0x65, 1])));
      sequence++;
    }, 100);
    reporting = { publisher, reader, feed };
  });
  afterAll(() => {
    clearInterval(reporting.feed);
    reporting.publisher.close();
    reporting.reader.close();
  });

  test('a newcomer closes the publisher and its readers and takes the path over', async () => {
    const first = await raw('cam');
    const reader = closes(await readRaw(shared.server.rtspPort, 'cam'));
    const { source } = await shared.server.path('cam');
    await raw('cam');
    await first.closedByServer();
    await reader.closedByServer();
    const now = await shared.server.path('cam');
    expect(now.available).toBe(true);
    expect(now.source?.id).not.toBe(source?.id);
    expect(now.readers).toEqual([]);
  });

  test('of two publishers the list of sessions names the one that has the path, with where it comes from', async () => {
    await raw('cam');
    const newcomer = await raw('cam');
    const { source } = await shared.server.path('cam');
    const publishing = await until(
      async () => {
        const { items } = (await shared.server.api('GET', '/v3/rtspsessions/list')).body;
        const here = items.filter((item: { path: string; state: string }) => item.path === 'cam');
        return here.length === 1 && here;
      },
      { what: 'the first one to leave the list' },
    );
    const { localAddress, localPort } = newcomer.socket;
    expect(publishing).toMatchObject([
      { id: source?.id, state: 'publish', remoteAddr: `${localAddress}:${localPort}` },
    ]);
  });

  test('where replacing is off a newcomer is refused at RECORD and the first goes on', async () => {
    const first = await raw('single');
    const { source } = await shared.server.path('single');
    await expect(raw('single')).rejects.toThrow('400');
    expect((await shared.server.path('single')).source).toEqual(source);
    expect(first.closed).toBe(false);
  });

  test('a publisher that leaves takes its readers along: their connections are closed', async () => {
    const first = await raw('cam');
    const reader = closes(await readRaw(shared.server.rtspPort, 'cam'));
    first.close();
    await reader.closedByServer();
    await shared.server.pathThat('cam', (path) => !path.available && path.source === null, 'idle');
    expect((await shared.server.path('cam')).availableTime).toBeNull();
  });

  test('a kick closes the connection; a second one finds no session', async () => {
    const first = await raw('cam');
    const { source } = await shared.server.path('cam');
    expect((await kick(source?.id)).body).toEqual({ status: 'ok' });
    await first.closedByServer();
    expect((await kick(source?.id)).status).toBe(404);
    await shared.server.pathThat('cam', (path) => !path.available, 'unavailable');
  });

  test('a kicked reader goes, the publisher stays', async () => {
    const first = await raw('cam');
    const reader = closes(await readRaw(shared.server.rtspPort, 'cam'));
    const { readers } = await shared.server.path('cam');
    await kick(readers[0]?.id);
    await reader.closedByServer();
    await shared.server.pathThat('cam', (path) => path.readers.length === 0, 'without readers');
    expect(first.closed).toBe(false);
  });

  test('ffmpeg publishes, ffmpeg reads, every picture decodes', async () => {
    ends(publish(shared.server.rtspUrl('cam')));
    const { tracks2 } = await shared.server.available('cam');
    expect(tracks2).toEqual([
      { codec: 'H264', codecProps: { width: 320, height: 240, profile: 'Baseline', level: '1.3' } },
    ]);
    const file = join(shared.server.folder, 'read.mp4');
    const reader = ends(read(shared.server.rtspUrl('cam'), 2, file));
    expect(await reader.ended).toBe(0);
    const probed = await probe(file);
    expect(probed.complaints).toBe('');
    expect(probed.packets.length).toBeGreaterThan(5);
  });

  test('a plain ffmpeg ends when it is kicked', async () => {
    const process = ends(publish(shared.server.rtspUrl('cam')));
    const { source } = await shared.server.available('cam');
    await kick(source?.id);
    await process.ended;
  });

  test('a publisher that stands still keeps the path for the read timeout, its bytes stand still at once', async () => {
    const process = ends(publish(shared.server.rtspUrl('cam')));
    await shared.server.available('cam');
    await bytesGrow('cam');
    process.child.kill('SIGSTOP');
    const stoppedMs = performance.now();
    const still = await until(
      async () => {
        const [one, two] = [await shared.server.path('cam'), await shared.server.path('cam')];
        return one.inboundBytes === two.inboundBytes && one.available ? one.inboundBytes : null;
      },
      { what: 'the bytes to stand still' },
    );
    await throughout(
      async () => {
        const path = await shared.server.path('cam');
        return path.available && path.inboundBytes === still;
      },
      { durationMs: 1000, what: 'available and still' },
    );
    await shared.server.pathThat('cam', (path) => !path.available, 'given up');
    expect(performance.now() - stoppedMs).toBeGreaterThan(1500);
  });

  test('a publisher with fifo outlives a missing path and a kick', async () => {
    const { server } = shared;
    const process = ends(publishForEver(server.rtspUrl('later')));
    await until(() => server.log.includes("path 'later' is not configured"), { what: 'the refusal' });
    await server.replacePath('later', {});
    const first = await server.available('later');

    await kick(first.source?.id);
    const second = await server.pathThat(
      'later',
      (path) => isAnother(path.source, first.source),
      'back after a kick',
    );
    await bytesGrow('later');
    expect(second.available).toBe(true);
    expect(process.child.exitCode).toBeNull();
  });

  test('readers get the server’s own reports at once and every 10 s, a publisher over TCP gets nothing', async () => {
    const { publisher, reader } = reporting;
    const reports = () => reader.frames.filter(({ channel }) => channel === 1);
    await until(() => reports().length > 1, { what: 'two reports', timeoutMs: 12_000 });
    for (const { payload } of reports()) expect(payload.readUInt8(1)).toBe(200);
    expect(publisher.frames).toEqual([]);
  });

  // Last: it restarts the server of this block.
  test('a publisher with fifo comes back after the server was killed, and is recorded again', async () => {
    const { server } = shared;
    const process = ends(publishForEver(server.rtspUrl('again')));
    await server.available('again');
    await hasRecordings(server, 1);
    await server.stop('SIGKILL');
    await server.start();
    await server.available('again');
    await hasRecordings(server, 2);
    expect(process.child.exitCode).toBeNull();

    const reader = ends(read(server.rtspUrl('again'), 1));
    expect(await reader.ended).toBe(0);
  });

  test('a publisher with fifo resumes after the server stood still', async () => {
    const { server } = shared;
    const process = ends(publishForEver(server.rtspUrl('cam')));
    await server.available('cam');
    await server.freeze();
    // Until what ffmpeg may keep is full: the server must cope with whatever waits for it.
    const fullMs = performance.now() + 2500;
    await until(() => performance.now() > fullMs, { what: 'the queues to fill' });
    server.thaw();
    await server.available('cam');
    await bytesGrow('cam');
    expect(process.child.exitCode).toBeNull();
  });
});

function isAnother(now: { id: string } | null, before: { id: string } | null): boolean {
  return now !== null && now.id !== before?.id;
}

async function hasRecordings(server: TestMediaServer, count: number): Promise<void> {
  await until(
    async () => (await server.api('GET', '/v3/recordings/get/again')).body.segments.length >= count,
    { what: `${count} recordings`, timeoutMs: 8000 },
  );
}
