/** A media server that somebody else runs: it serves like our own, and what it cannot do or refuses is said in words. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { json, oddServer } from '../adapters/mediamtx/odd-server.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf } from '../support/frames.ts';
import {
  type MediaServerKind,
  type MediaServerOptions,
  realMediaServer,
  startMediaServer,
  type TestMediaServer,
} from '../support/media-server.ts';
import { freePorts } from '../support/ports.ts';
import { play, type Session, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

interface Status {
  readonly state: string;
  readonly components: { readonly mediamtx: string };
  readonly media_server: {
    readonly pid: number | null;
    readonly process_state: string | null;
    readonly state: string;
    readonly opened: number;
    readonly trouble: { readonly reason: string; readonly message: string } | null;
    readonly folders: { readonly state: string; readonly demand: string; readonly recording: string };
  };
  readonly missing_parts: readonly { readonly part: string; readonly sentence: string }[];
}

let service: TestService | undefined;
afterEach(async () => {
  await service?.dispose();
  service = undefined;
});

/** Ends before the server does: what runs for it goes with it. */
async function serviceFor(
  ports: { readonly apiPort: number; readonly rtspPort: number },
  sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): Promise<TestService> {
  const mediamtx = {
    mode: 'external',
    api_port: ports.apiPort,
    rtsp_port: ports.rtspPort,
    health_failing_interval_ms: 200,
    health_open_ms: 500,
    health_confirm_interval_ms: 100,
    health_refused_interval_ms: 500,
    folder_test_ms: 1000,
    folder_retest_ms: 1000,
  };
  const config = {
    ...sections,
    mediamtx: { ...mediamtx, ...sections['mediamtx'] },
    service: { reconcile_timeout_ms: 1500 },
  };
  service = await startService('simulator', { config });
  return service;
}

const statusThat = (of: TestService, fits: (status: Status) => boolean, what: string) =>
  until(async () => [await of.call<Status>('get_status')].find(fits), {
    ...{ timeoutMs: 20_000, what, intervalMs: 50 },
  });
const foldersAre = (of: TestService, state: string) =>
  statusThat(of, ({ media_server }) => media_server.folders.state === state, `the folders are ${state}`);
const missing = ({ missing_parts }: Status) => missing_parts.map(({ part }) => part);
const seesPictures = async (of: TestService) =>
  (await barcodesOf(of.rtspUrl('camera0'), { frames: 5 })).some((frame) => frame !== null);

let server: TestMediaServer;
const startServer = async (kind: MediaServerKind, options: MediaServerOptions = {}) => {
  server = await startMediaServer(kind, options);
  onTestFinished(() => server.dispose());
};

describeMediaServers('an external media server', (kind) => {
  test('serves viewers on demand and records; restarted with an empty configuration it gets all of it back', async () => {
    await startServer(kind);
    const external = await serviceFor(server);
    const status = await foldersAre(external, 'shared');
    expect(status).toMatchObject({
      state: 'ready',
      media_server: { pid: null, process_state: null, state: 'healthy', trouble: null },
      missing_parts: [],
    });
    expect(await seesPictures(external)).toBe(true);
    expect((await external.untilStream('camera0', 'live.flowing')).stream).toMatchObject({
      reasons: ['viewers'],
      demand: 'available',
    });

    const { session_id } = await external.call<Session>('start_recording', { device: 'camera0' });
    await until(
      async () => {
        const now = await external.call<Session>('get_recording_status', { device: 'camera0' });
        return now.status === 'RECORDING' && now.duration_ms >= 1500;
      },
      { what: 'a recording under way', timeoutMs: 20_000 },
    );
    const { pid } = (await external.untilStream('camera0', 'live')).ffmpeg_process;
    await server.stop('SIGKILL');
    await external.untilRecording('camera0', 'INTERRUPTED');
    await server.start();
    await server.available('camera0', 20_000);
    await external.untilRecording('camera0', 'RECORDING');
    expect((await external.untilStream('camera0', 'live.flowing')).ffmpeg_process.pid).toBe(pid);
    await foldersAre(external, 'shared');
    const tests = external.story('media-server').filter(({ to }) => to.includes('folders testing'));
    expect(new Set(tests.map(({ to }) => to)).size).toBeGreaterThan(0);
    expect(tests.filter(({ from }) => !from.includes('folders testing'))).toHaveLength(2);

    await external.call('stop_recording', { device: 'camera0' });
    const recording = await untilListed(external, session_id);
    expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested' });
    expect(recording.parts).toHaveLength(2);
    expect(recording.gaps).toMatchObject([{ cause: 'media_server_lost' }]);
    expect((await play(external.recordingsFolder, recording)).frames).not.toContain(null);

    expect(await external.end('SIGTERM')).toMatchObject({ code: 0 });
    expect((await server.api('GET', '/v3/config/paths/list')).body.items).toEqual([]);
  }, 90_000);
});

// That both servers fail in the same way is proven by the tests of the folders and of the contract.
describe('an external media server that cannot do everything', () => {
  const kind = realMediaServer() === null ? 'simulator' : 'mediamtx';

  test('one that cannot run touch starts no stream by itself: start_streaming does, and all else works', async () => {
    await startServer(kind, { env: { PATH: '/nowhere' } });
    const external = await serviceFor(server);
    const status = await foldersAre(external, 'notShared');
    expect(status).toMatchObject({
      state: 'partial',
      media_server: { state: 'healthy', folders: { demand: 'demand_unavailable', recording: 'available' } },
      missing_parts: [
        { part: 'demand_unavailable', sentence: expect.stringMatching(/start_streaming does/) },
      ],
    });
    await external.call('start_streaming', { device: 'camera0' });
    expect(await seesPictures(external)).toBe(true);
    const { stream } = await external.untilStream('camera0', 'live.flowing');
    expect(stream.reasons).toContain('call');
    expect(stream).toMatchObject({ demand: 'demand_unavailable' });
    await external.call('start_recording', { device: 'camera0' });
    await external.untilRecording('camera0', 'RECORDING');
    expect(await external.call('stop_recording', { device: 'camera0' })).toMatchObject({ status: 'STOPPED' });
  });

  test('one that cannot record where we look: recordings are refused until it can, streams work', async () => {
    await startServer(kind);
    const recordings = join(await temporaryFolder(), 'recordings');
    await mkdir(recordings);
    await writeFile(join(recordings, '.parts'), 'a file where the server needs a folder');
    const external = await serviceFor(server, { paths: { recordings_directory: recordings } });
    const status = await foldersAre(external, 'notShared');
    expect(status.media_server.folders).toMatchObject({
      demand: 'available',
      recording: 'recording_unavailable',
    });
    expect(missing(status)).toEqual(['recording_unavailable']);
    await expect(external.call('start_recording', { device: 'camera0' })).rejects.toMatchObject({
      code: -32050,
      data: {
        reason: 'recording_unavailable',
        dependency: 'MediaMTX',
        allowed: expect.not.arrayContaining(['start_recording']),
      },
    });
    expect(await seesPictures(external)).toBe(true);
    await rm(join(recordings, '.parts'));
    expect(missing(await foldersAre(external, 'shared'))).toEqual([]);
    await external.call('start_recording', { device: 'camera0' });
    await external.untilRecording('camera0', 'RECORDING');
  });

  test('one that refuses our login says so in the status and in every order, and is taken when it lets us in', async () => {
    const everybody = ['publish', 'read'].map((action) => ({ action }));
    const users = (password: string) => [
      { user: 'test', pass: 'test', permissions: [{ action: 'api' }] },
      { user: 'service', pass: password, permissions: [{ action: 'api' }] },
      { user: 'any', permissions: everybody },
    ];
    const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`;
    await startServer(kind, { global: { authInternalUsers: users('another') }, authorization });
    const external = await serviceFor(server, {
      mediamtx: { api_user: 'service', api_password: 'the-one' },
    });
    const status = await statusThat(external, (s) => s.media_server.state === 'refused', 'refused');
    expect(status).toMatchObject({
      state: 'partial',
      components: { mediamtx: 'ERROR' },
      media_server: { trouble: { reason: 'unauthorized' }, folders: { state: 'notTested' } },
      missing_parts: [
        {
          part: 'media_server',
          sentence: expect.stringMatching(/refuses our API user or password\. Streams cannot start/),
        },
      ],
    });
    await expect(external.call('start_streaming', { device: 'camera0' })).rejects.toMatchObject({
      code: -32050,
      data: { reason: 'unauthorized', dependency: 'MediaMTX' },
    });
    const change = { authInternalUsers: users('the-one') };
    expect(await server.api('PATCH', '/v3/config/global/patch', change)).toMatchObject({ status: 200 });
    expect(await foldersAre(external, 'shared')).toMatchObject({ state: 'ready', missing_parts: [] });
  });
});

describe('what is not a media server of ours', () => {
  test.each([
    [
      'an older MediaMTX',
      { version: 'v1.9.3', started: '2026-11-23T04:28:00Z' },
      'wrong_version',
      /^MediaMTX 1\.9\.3 is not a release/,
    ],
    ['something else', { hello: 'world' }, 'not_mediamtx', /is not MediaMTX\. Streams cannot start/],
  ])('%s is refused by name', async (_, answer, reason, sentence) => {
    const odd = await oddServer((_request, response) => json(response, 200, answer));
    onTestFinished(() => odd.close());
    const [rtspPort = 0] = await freePorts(1);
    const external = await serviceFor({ apiPort: odd.port, rtspPort });
    const status = await statusThat(external, (s) => s.media_server.state === 'refused', 'refused');
    expect(status).toMatchObject({
      components: { mediamtx: 'ERROR' },
      media_server: { trouble: { reason } },
      missing_parts: [{ part: 'media_server', sentence: expect.stringMatching(sentence) }],
    });
    expect(odd.requests.every((request) => request === 'GET /v3/info')).toBe(true);
  });

  test('nothing there opens the breaker; a server that comes later is taken', async () => {
    const server = await startMediaServer('simulator');
    onTestFinished(() => server.dispose());
    await server.stop('SIGKILL');
    const external = await serviceFor(server);
    const status = await statusThat(external, (s) => s.media_server.state === 'tripped.open', 'open');
    expect(status).toMatchObject({
      components: { mediamtx: 'ERROR' },
      media_server: { trouble: { reason: 'connection_refused' } },
      missing_parts: [{ sentence: expect.stringMatching(/^The media server is not listening/) }],
    });
    expect(status.media_server.opened).toBeGreaterThan(0);
    await expect(external.call('start_streaming', { device: 'camera0' })).rejects.toMatchObject({
      data: { reason: 'media_server_down' },
    });
    await server.start();
    expect(await foldersAre(external, 'shared')).toMatchObject({ state: 'ready' });
    expect(await seesPictures(external)).toBe(true);
  });
});
