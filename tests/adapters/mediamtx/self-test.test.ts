/** The test of an external server's folders, against servers that run and a real ffmpeg that publishes. */
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ControlApi } from '../../../src/adapters/mediamtx/control-api.ts';
import { SELF_TEST_PATH } from '../../../src/adapters/mediamtx/path-entry.ts';
import { SelfTest, type SelfTestSettings } from '../../../src/adapters/mediamtx/self-test.ts';
import { describeMediaServers } from '../../contract/servers.ts';
import {
  type MediaServerOptions,
  startMediaServer,
  type TestMediaServer,
} from '../../support/media-server.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';
import { failure } from './odd-api.ts';
import { closedPort } from './odd-server.ts';

/** For what does not happen: nobody waits long for it. */
const IMPATIENT = { limitMs: 1000, pictureMs: 1500 };
const never = new AbortController().signal;
const users = (...actions: string[]) => ({
  authInternalUsers: [{ user: 'any', permissions: actions.map((action) => ({ action })) }],
});

describeMediaServers('shared folders', (kind) => {
  let server: TestMediaServer;
  let api: ControlApi;
  afterEach(async () => {
    await api.close();
    await server.dispose();
  });

  const demandFolder = () => join(server.folder, 'run/demand');
  const recordingsFolder = () => join(server.folder, 'recordings');
  const partsFolder = (folder = recordingsFolder()) => join(folder, '.parts', SELF_TEST_PATH);

  /** @param told folders that the server is told, where they differ from those that are looked at */
  async function start(
    told: { demandFolder?: string; recordingsFolder?: string } = {},
    options: MediaServerOptions = {},
    settings: Partial<SelfTestSettings> = {},
  ): Promise<SelfTest> {
    server = await startMediaServer(kind, options);
    await mkdir(demandFolder(), { recursive: true });
    await mkdir(recordingsFolder(), { recursive: true });
    const shared = { demandFolder: demandFolder(), recordingsFolder: recordingsFolder() };
    api = new ControlApi({
      ...{ host: '127.0.0.1', port: server.apiPort, user: '', password: '', requestTimeoutMs: 5000 },
      paths: { ...shared, recordPartDurationMs: 1000, ...told },
    });
    const reached = { api, host: '127.0.0.1', rtspPort: server.rtspPort, ffmpeg: 'ffmpeg', limitMs: 2000 };
    return new SelfTest({ ...reached, ...shared, ...settings });
  }

  /** Neither in the server nor on disk. */
  async function nothingIsLeft(): Promise<void> {
    expect((await server.api('GET', `/v3/config/paths/get/${SELF_TEST_PATH}`)).status).toBe(404);
    expect(await api.listPaths(never)).toEqual([]);
    expect(await readdir(demandFolder())).toEqual([]);
    await expect(access(partsFolder())).rejects.toThrow();
  }

  test('a server that touches and records where we look is found to share, and nothing is left', async () => {
    const selfTest = await start();
    expect(await selfTest.test(never)).toEqual({ demand: true, recording: true });
    await nothingIsLeft();
  });

  test('a touch that cannot be made is no demand; recordings are tested all the same', async () => {
    const selfTest = await start({ demandFolder: '/nowhere/demand' }, {}, { limitMs: 1000 });
    expect(await selfTest.test(never)).toEqual({ demand: false, recording: true });
    await nothingIsLeft();
  });

  test('a server without the program touch raises no demand', async () => {
    const selfTest = await start({}, { env: { PATH: '/nowhere' } }, { limitMs: 1000 });
    expect(await selfTest.test(never)).toMatchObject({ demand: false });
  });

  test('a server that records elsewhere does not share, and is told to delete what it wrote there', async () => {
    const elsewhere = await temporaryFolder();
    const selfTest = await start({ recordingsFolder: elsewhere }, {}, IMPATIENT);
    expect(await selfTest.test(never)).toEqual({ demand: true, recording: false });
    await nothingIsLeft();
    expect(await readdir(partsFolder(elsewhere))).toEqual([]);
  });

  test('a server that cannot write a recording does not share', async () => {
    const selfTest = await start({}, {}, IMPATIENT);
    await writeFile(join(recordingsFolder(), '.parts'), 'a file where a folder has to be');
    expect(await selfTest.test(never)).toEqual({ demand: true, recording: false });
  });

  test('what an earlier test left behind is not taken for an answer', async () => {
    const wrong = { demandFolder: '/nowhere/demand', recordingsFolder: '/dev/null/recordings' };
    const selfTest = await start(wrong, {}, IMPATIENT);
    await writeFile(join(demandFolder(), SELF_TEST_PATH), '');
    await mkdir(partsFolder(), { recursive: true });
    await writeFile(join(partsFolder(), 'selftest_1795408093-000000.mp4'), 'an old recording');
    await server.replacePath(SELF_TEST_PATH, { runOnDemand: 'true' });
    expect(await selfTest.test(never)).toEqual({ demand: false, recording: false });
    await nothingIsLeft();
  });

  test('called off in the middle it cleans up, and the next test waits for that', async () => {
    const selfTest = await start();
    const calling = new AbortController();
    const first = failure(selfTest.test(calling.signal));
    await server.available(SELF_TEST_PATH);
    calling.abort();
    const second = selfTest.test(never);
    expect(await first).toBe('cancelled cancelled');
    expect(await second).toEqual({ demand: true, recording: true });
    await nothingIsLeft();
  });

  test('idle tells when a test that was called off has left nothing behind', async () => {
    const selfTest = await start();
    const calling = new AbortController();
    const cancelled = failure(selfTest.test(calling.signal));
    await until(() => server.path(SELF_TEST_PATH), { what: 'the self-test path' });
    calling.abort();
    await selfTest.idle(10_000);
    await nothingIsLeft();
    expect(await cancelled).toBe('cancelled cancelled');
  });

  test('idle waits no longer than its limit for a server that hangs', async () => {
    const selfTest = await start();
    const calling = new AbortController();
    const told = failure(selfTest.test(calling.signal));
    await until(() => server.path(SELF_TEST_PATH), { what: 'the self-test path' });
    await server.freeze();
    calling.abort();
    const from = performance.now();
    await selfTest.idle(300);
    expect(performance.now() - from).toBeLessThan(3000);
    server.thaw();
    await selfTest.idle(10_000);
    expect(await told).toBe('cancelled cancelled');
    await nothingIsLeft();
  });

  test('the comparison with the wishes leaves the path alone while it is tested', async () => {
    const selfTest = await start();
    const calling = new AbortController();
    const cancelled = failure(selfTest.test(calling.signal));
    await until(() => server.path(SELF_TEST_PATH), { what: 'the self-test path' });
    await server.replacePath('source998', {});
    expect(await api.compare([], never)).toEqual({ differing: [], unwanted: ['source998'] });
    calling.abort();
    await cancelled;
  });

  test('nothing is said where viewers need a login, or nobody may publish', async () => {
    const readers = await start({}, { global: users('api', 'publish') });
    expect(await failure(readers.test(never))).toBe('media-server-refused viewer_unauthorized');
    await nothingIsLeft();
    await api.close();
    await server.dispose();
    const publishers = await start({}, { global: users('api', 'read') });
    expect(await failure(publishers.test(never))).toBe('capture-failed test_picture_refused');
    await nothingIsLeft();
  });

  test('nothing is said, and no folder made, while the recordings folder is not there', async () => {
    const selfTest = await start({}, {}, { recordingsFolder: '/nowhere/recordings' });
    expect(await failure(selfTest.test(never))).toBe('storage storage_missing');
    expect(server.log).not.toContain(SELF_TEST_PATH);
  });

  test('nothing is said when RTSP or ffmpeg is not there', async () => {
    const selfTest = await start({}, {}, { ffmpeg: 'no-such-ffmpeg' });
    expect(await failure(selfTest.test(never))).toBe('missing-program missing_program');
    await nothingIsLeft();
    await api.close();
    await server.dispose();
    const unreachable = await start({}, {}, { rtspPort: await closedPort() });
    expect(await failure(unreachable.test(never))).toBe('media-server-unreachable rtsp_unreachable');
    await nothingIsLeft();
  });

  test('a server that dies during the test leaves nothing on disk', async () => {
    const selfTest = await start();
    const told = failure(selfTest.test(never));
    await server.available(SELF_TEST_PATH);
    await server.stop('SIGKILL');
    expect(await told).toMatch(/^(media-server-unreachable|capture-failed) /);
    expect(await readdir(demandFolder())).toEqual([]);
    await expect(access(partsFolder())).rejects.toThrow();
  });
});
