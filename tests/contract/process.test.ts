import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type MediaServerKind,
  type MediaServerOptions,
  mediaServerCommand,
  type ProcessEnd,
  startMediaServer,
} from '../support/media-server.ts';
import { freePorts } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { publishRaw, RtspClient } from './rtsp-client.ts';
import { describeMediaServers } from './servers.ts';

describeMediaServers('process', (kind) => {
  const started = async (options: MediaServerOptions = {}) => {
    const server = await startMediaServer(kind, options);
    onTestFinished(() => server.dispose());
    return server;
  };

  test.each([
    ['an unknown key', 'nonsense: 1\n', 'nonsense'],
    ['an unknown key of a path', 'paths:\n  cam:\n    nonsense: 1\n', 'nonsense'],
    ['a wrong type', 'api: 1\n', 'bool'],
    ['a bad path name', 'paths:\n  bad name: {}\n', 'bad name'],
    ['broken YAML', 'api: [\n', ''],
  ])('a configuration with %s ends the start with code 1 and a line', async (_what, text, said) => {
    const { end, output } = await runWith(kind, text);
    expect(end).toEqual({ code: 1, signal: null });
    expect(output).toMatch(/^ERR: /m);
    expect(output).toContain(said);
  });

  test('a missing file ends the start with code 1', async () => {
    const { end, output } = await runWith(kind, null);
    expect(end.code).toBe(1);
    expect(output).toContain('no such file or directory');
  });

  test('a port in use ends the start with code 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await until(() => holder.address(), { what: 'a taken port' });
    const { port } = holder.address() as { port: number };
    const { end, output } = await runWith(kind, `${OTHERS_OFF}api: true\napiAddress: 127.0.0.1:${port}\n`);
    expect(end.code).toBe(1);
    expect(output).toContain('address already in use');
  });

  test('--version tells the release and ends with code 0', async () => {
    const [program, ...args] = mediaServerCommand(kind);
    const { end, output } = await run(program, [...args, '--version'], tmpdir());
    expect([end.code, output.split(/\s/)[0]]).toEqual([0, 'v1.20.1']);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with code 0 and closes everybody', async (signal) => {
    const server = await started({ paths: { cam: {} } });
    const publisher = await publishRaw(server.rtspPort, 'cam');
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
    await publisher.closedByServer();
  });

  test('SIGHUP is no reload: it kills', async () => {
    const server = await started();
    expect(await server.stop('SIGHUP')).toEqual({ code: null, signal: 'SIGHUP' });
  });

  test('its file is watched: a broken one ends it with code 0 and a line', async () => {
    const server = await started({ paths: { cam: {} } });
    await writeFile(server.configFile, 'paths: {cam: {nonsense: true}}');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.log).toMatch(/ERR .*nonsense/);
  });

  test('its file is watched: a good one replaces all that came through the API, in the same incarnation', async () => {
    const server = await started({ paths: { cam: {} } });
    const { started: incarnation } = (await server.api('GET', '/v3/info')).body;
    await server.replacePath('other', {});
    const text = await readFile(server.configFile, 'utf8');
    await writeFile(`${server.configFile}.tmp`, text.replace('cam:', 'third:'));
    await rename(`${server.configFile}.tmp`, server.configFile);
    await until(() => server.path('third'), { what: 'the path of the new file' });
    const { items } = (await server.api('GET', '/v3/config/paths/list')).body;
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['third']);
    expect((await server.api('GET', '/v3/info')).body.started).toBe(incarnation);
  });

  test('SIGTERM closes the API at once but waits for a reader that is held', async () => {
    const server = await started({ paths: { cam: { runOnDemand: 'true', runOnDemandStartTimeout: '2s' } } });
    const reader = new RtspClient(server.rtspPort);
    onTestFinished(() => reader.close());
    reader.request('DESCRIBE', server.rtspUrl('cam')).catch(() => undefined);
    await until(() => server.log.includes('runOnDemand command started'), { what: 'the demand' });
    const signalledMs = performance.now();
    server.signal('SIGTERM');
    await until(
      () =>
        server.api('GET', '/v3/info').then(
          () => false,
          () => true,
        ),
      { what: 'the API to close' },
    );
    expect(performance.now() - signalledMs).toBeLessThan(1000);
    expect((await server.ended).code).toBe(0);
    expect(performance.now() - signalledMs).toBeGreaterThan(1000);
  });

  test('a change that cannot be carried out is answered 200 and ends the process with code 0', async () => {
    const server = await started();
    const [taken = 0] = await freePorts(1);
    const holder = createServer().listen(taken, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await until(() => holder.listening, { what: 'a taken port' });
    const rtspAddress = `127.0.0.1:${taken}`;
    expect((await server.api('PATCH', '/v3/config/global/patch', { rtspAddress })).status).toBe(200);
    expect((await server.ended).code).toBe(0);
    expect(server.log).toMatch(/ERR .*address already in use/);
  });

  test('a global change drops all streams and the server goes on', async () => {
    const server = await started({ paths: { cam: {} } });
    const publisher = await publishRaw(server.rtspPort, 'cam');
    expect((await server.api('PATCH', '/v3/config/global/patch', { writeTimeout: '9s' })).status).toBe(200);
    await publisher.closedByServer();
    const again = await until(() => publishRaw(server.rtspPort, 'cam'), { what: 'RTSP to be back' });
    again.close();
  });

  test('log lines say when, how bad and what', async () => {
    const server = await started({ paths: { cam: {} } });
    const publisher = await publishRaw(server.rtspPort, 'cam');
    publisher.close();
    await server.pathThat('cam', (path) => !path.available, 'idle');
    const lines = server.log.trim().split('\n');
    for (const line of lines) expect(line).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (INF|WAR|ERR|DEB) /);
    expect(server.log).toContain("is publishing to path 'cam'");
    expect(server.log).toContain('[path cam] stream is available and online, 1 track (H264)');
  });
});

/** Everything but the API is off: a start that fails must fail for the reason of the test. */
const OTHERS_OFF = ['rtsp', 'rtmp', 'hls', 'webrtc', 'srt', 'moq']
  .map((protocol) => `${protocol}: false\n`)
  .join('');

async function runWith(kind: MediaServerKind, text: string | null) {
  const folder = await mkdtemp(join(tmpdir(), 'media-server-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'mediamtx.yml');
  if (text !== null) await writeFile(file, text);
  const [program, ...args] = mediaServerCommand(kind);
  return run(program, [...args, file], folder);
}

async function run(program: string, args: readonly string[], cwd: string) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), 8000);
  const end = await new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  clearTimeout(deadline);
  return { end, output };
}
