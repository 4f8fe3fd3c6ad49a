import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type MediaServerOptions, startMediaServer, type TestMediaServer } from '../support/media-server.ts';
import { throughout, until } from '../support/until.ts';
import { type ProbedFile, probe, publish, RATE_FPS } from './ffmpeg.ts';
import { readRaw } from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';
import { shiftedRelay } from './shifted-publisher.ts';

/** Parts of half a second, so that a file is there soon. */
const SHORT_PARTS = { recordPartDuration: '500ms', recordDeleteAfter: '0s' };

describeMediaServers('recording', (kind) => {
  const shared = sharedServer(kind, {
    paths: {
      cam: SHORT_PARTS,
      cut: {},
      killed: { ...SHORT_PARTS, record: true },
      named: {},
      own: {},
      told: {},
      late: { useAbsoluteTimestamp: true },
    },
  });
  const publisher = async (server: TestMediaServer, path: string) => {
    const made = publish(server.rtspUrl(path));
    onTestFinished(() => made.kill());
    await server.available(path);
    return made;
  };
  const ownServer = async (options: MediaServerOptions) => {
    const server = await startMediaServer(kind, options);
    onTestFinished(() => server.dispose());
    return server;
  };

  test('begins and ends under a running stream, at a keyframe, and disturbs nobody', async () => {
    const { server } = shared;
    await publisher(server, 'cam');
    const reader = await readRaw(server.rtspPort, 'cam');
    onTestFinished(() => reader.close());
    const before = await server.path('cam');
    await server.replacePath('cam', { ...SHORT_PARTS, record: true });
    const [file = ''] = await until(() => recordingsIn(server, 'cam', 1), {
      what: 'the file',
      timeoutMs: 8000,
    });
    const grown = (await stat(file)).size;
    await until(async () => (await stat(file)).size > grown, { what: 'the file to grow' });
    expect(await movieDurationMs(file)).toBe(0);
    expect(startOfName(file)).toBe(Date.parse(await startOf(server, 'cam')));

    await server.replacePath('cam', SHORT_PARTS);
    await until(async () => (await movieDurationMs(file)) > 0, { what: 'the file to be closed' });
    expect(await server.path('cam')).toMatchObject({ source: before.source, readers: before.readers });
    const probed = await probe(file);
    expectGoodVideo(probed);
    expect(await movieDurationMs(file)).toBe(Math.round(probed.packets.length * (1000 / RATE_FPS)));
    expect(await recordingsIn(server, 'cam', 1)).toEqual([file]);
  });

  test('lists what it recorded, oldest first, with the local offset', async () => {
    const { body } = await shared.server.api('GET', '/v3/recordings/list');
    expect(body.items.map((item: { name: string }) => item.name)).toContain('cam');
    const { segments } = body.items.find((item: { name: string }) => item.name === 'cam');
    expect(segments).toEqual([
      { start: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?(Z|[+-]\d\d:\d\d)$/) },
    ]);
    expect((await shared.server.api('GET', '/v3/recordings/get/cam')).body.segments).toEqual(segments);
  });

  test('deletes a recording by its start as it was listed, and only that', async () => {
    const { server } = shared;
    const made = await publisher(server, 'cam');
    await server.replacePath('cam', { ...SHORT_PARTS, record: true });
    await until(() => recordingsIn(server, 'cam', 2), { what: 'a second file', timeoutMs: 8000 });
    const [kept = ''] = (await recordingsIn(server, 'cam', 2)) ?? [];
    await made.kill('SIGKILL');
    await server.pathThat('cam', (path) => !path.available, 'unavailable');
    const starts = (await server.api('GET', '/v3/recordings/get/cam')).body.segments.map(
      ({ start }: { start: string }) => encodeURIComponent(start),
    );
    const remove = (path: string, start: string) =>
      server.api('DELETE', `/v3/recordings/deletesegment?path=${path}&start=${start}`);
    expect(await remove('cam', starts[1])).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await recordingsIn(server, 'cam', 1)).toEqual([kept]);
    expect(await remove('cam', starts[1])).toMatchObject({ status: 400, body: { status: 'error' } });
    expect(await remove('cam', 'yesterday')).toMatchObject({ status: 400, body: { status: 'error' } });
    expect(await remove('unconfigured', starts[0])).toMatchObject({ status: 400 });
    expect(await recordingsIn(server, 'cam', 1)).toEqual([kept]);
  });

  test('cuts files at the first keyframe after the segment duration', async () => {
    const { server } = shared;
    await publisher(server, 'cut');
    await server.replacePath('cut', { ...SHORT_PARTS, record: true, recordSegmentDuration: '1500ms' });
    const files = await until(() => recordingsIn(server, 'cut', 2), { what: 'two files', timeoutMs: 10_000 });
    await server.replacePath('cut', SHORT_PARTS);
    const [first = '', second = ''] = files;
    await until(async () => (await movieDurationMs(second)) > 0, { what: 'the last file to be closed' });
    const probed = await probe(first);
    expectGoodVideo(probed);
    expect(probed.packets).toHaveLength(2 * RATE_FPS);
    expect(await movieDurationMs(first)).toBe(2000);
    expectGoodVideo(await probe(second));
    // The second begins where the first ends.
    expect(Math.abs(startOfName(second) - startOfName(first) - 2000)).toBeLessThan(400);
  });

  test('a killed publisher leaves a whole file, the next one begins a new file', async () => {
    const { server } = shared;
    const first = await publisher(server, 'killed');
    const [file = ''] = await until(() => recordingsIn(server, 'killed', 1), {
      what: 'the file',
      timeoutMs: 8000,
    });
    const killedMs = performance.now();
    await first.kill('SIGKILL');
    await server.pathThat('killed', (path) => !path.available, 'unavailable');
    expect(performance.now() - killedMs).toBeLessThan(1000);
    await until(async () => (await movieDurationMs(file)) > 0, { what: 'the file to be closed' });
    expectGoodVideo(await probe(file));
    await publisher(server, 'killed');
    await until(() => recordingsIn(server, 'killed', 2), { what: 'a second file', timeoutMs: 8000 });
  });

  test('file names follow recordPath', async () => {
    const { server } = shared;
    await publisher(server, 'named');
    const recordPath = join(server.folder, 'elsewhere', '%path', '%s_%f');
    await server.replacePath('named', { ...SHORT_PARTS, record: true, recordPath });
    const folder = join(server.folder, 'elsewhere', 'named');
    const [name = ''] = await until(async () => (await readdir(folder)).filter(Boolean), {
      what: 'the file',
    });
    expect(name).toMatch(/^\d{10}_\d{6}\.mp4$/);
    const startMs = Number(name.slice(0, 10)) * 1000 + Math.floor(Number(name.slice(11, 17)) / 1000);
    expect(Math.floor(Date.parse(await startOf(server, 'named')))).toBe(startMs);
    expect(Math.abs(Date.now() - startMs)).toBeLessThan(10_000);
  });

  test.each([
    { path: 'own', useAbsoluteTimestamp: false, whose: "the server's own clock", aheadS: 0 },
    { path: 'told', useAbsoluteTimestamp: true, whose: "the publisher's clock", aheadS: 3600 },
  ])('useAbsoluteTimestamp $useAbsoluteTimestamp: a file bears the time of $whose', async (wanted) => {
    const { path, useAbsoluteTimestamp, aheadS } = wanted;
    const { server } = shared;
    const relay = await shiftedRelay(server.rtspPort, 3600);
    onTestFinished(relay.close);
    await server.replacePath(path, { ...SHORT_PARTS, useAbsoluteTimestamp, record: true });
    const made = publish(`rtsp://127.0.0.1:${relay.port}/${path}`);
    onTestFinished(() => made.kill());
    const [file = ''] = await until(() => recordingsIn(server, path, 1), {
      what: 'the file',
      timeoutMs: 15_000,
    });
    expect(Math.abs(startOfName(file) - Date.now() - aheadS * 1000)).toBeLessThan(30_000);
    await made.kill();
    await until(async () => (await movieDurationMs(file)) > 0, { what: 'the file to be closed' });
    expectGoodVideo(await probe(file));
  });

  test('useAbsoluteTimestamp drops what ffmpeg sends before its second report of the time, 5 s after the first', async () => {
    const { server } = shared;
    await publisher(server, 'late');
    const bytes = async () => Number((await server.path('late')).inboundBytes);
    await throughout(async () => (await bytes()) === 0, {
      durationMs: 3000,
      what: 'the path is there and gives nothing',
    });
    await until(async () => (await bytes()) > 0, { what: 'its pictures', timeoutMs: 15_000 });
  });

  test('a killed server leaves a file that plays, with all parts but the last', async () => {
    const server = await ownServer({ paths: { cam: { ...SHORT_PARTS, record: true } } });
    await publisher(server, 'cam');
    const [file = ''] = await until(() => recordingsIn(server, 'cam', 1), {
      what: 'the file',
      timeoutMs: 8000,
    });
    // The head may be there before the first part, so two more make two parts.
    for (const what of ['a part', 'one more']) {
      const { size } = await stat(file);
      await until(async () => (await stat(file)).size > size, { what });
    }
    await server.stop('SIGKILL');
    expect(await movieDurationMs(file)).toBe(0);
    const probed = await probe(file);
    expectGoodVideo(probed);
    expect(probed.packets.length).toBeGreaterThanOrEqual(RATE_FPS);
  });

  test('a stopped server closes its files', async () => {
    const server = await ownServer({ paths: { cam: { ...SHORT_PARTS, record: true } } });
    await publisher(server, 'cam');
    const [file = ''] = await until(() => recordingsIn(server, 'cam', 1), {
      what: 'the file',
      timeoutMs: 8000,
    });
    await server.stop('SIGTERM');
    const probed = await probe(file);
    expectGoodVideo(probed);
    expect(await movieDurationMs(file)).toBe(Math.round(probed.packets.length * (1000 / RATE_FPS)));
  });
});

/** Whole pictures in even steps from a keyframe on, one keyframe a second, nothing that a decoder minds. */
function expectGoodVideo(file: ProbedFile): void {
  expect(file).toMatchObject({ codec: 'h264', widthPx: 320, heightPx: 240, complaints: '' });
  for (const [index, packet] of file.packets.entries()) {
    expect(packet.dtsS).toBeCloseTo(index / RATE_FPS, 2);
    expect(packet.durationS).toBeCloseTo(1 / RATE_FPS, 2);
    expect(packet.keyframe).toBe(index % RATE_FPS === 0);
  }
  expect(file.durationS).toBeCloseTo(file.packets.length / RATE_FPS, 1);
}

/** The files of a path in the default folder, by name, once there are that many; else null. */
async function recordingsIn(server: TestMediaServer, path: string, count: number): Promise<string[] | null> {
  const folder = join(server.folder, 'recordings', path);
  const names = await readdir(folder).catch(() => []);
  return names.length < count ? null : names.sort().map((name) => join(folder, name));
}

/** The movie header's duration in milliseconds. */
async function movieDurationMs(file: string): Promise<number> {
  const bytes = await readFile(file);
  const mvhd = bytes.indexOf('mvhd');
  expect(bytes.readUInt32BE(mvhd + 16)).toBe(1000);
  return bytes.readUInt32BE(mvhd + 20);
}

/** The start that the API tells for the first recording of a path. */
async function startOf(server: TestMediaServer, path: string): Promise<string> {
  return (await server.api('GET', `/v3/recordings/get/${path}`)).body.segments[0].start;
}

/** Epoch in milliseconds out of a name such as 2026-11-22_10-54-20-091739.mp4, in local time. */
function startOfName(file: string): number {
  const parts = /(\d{4})-(\d\d)-(\d\d)_(\d\d)-(\d\d)-(\d\d)-(\d{3})\d{3}\.mp4$/.exec(file) ?? [];
  const [year = 0, month = 1, day, hour, minute, second, ms] = parts.slice(1).map(Number);
  return new Date(year, month - 1, day, hour, minute, second, ms).getTime();
}
