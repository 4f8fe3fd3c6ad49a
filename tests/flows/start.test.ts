/** Starts that cannot work say why in one sentence, with their exit code, and leave nothing running. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { describeMediaServers } from '../contract/servers.ts';
import { freePorts } from '../support/ports.ts';
import { startService, type TestService } from '../support/service.ts';
import { runService } from '../support/service-run.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000 });

async function holdPort(port: number): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

type Config = Record<string, Record<string, unknown>>;

test('a configuration that is wrong ends with 2 and names what is wrong', async () => {
  const folder = await temporaryFolder();
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['recordng:\n  resume_ms: 1\n', /recordng.*recording/],
    ['recording:\n  resume: 1\n', /recording\.resume\b.*resume_ms/],
    ['server:\n  port: 99999999\n', /server\.port.*99999999/],
    ['server:\n  port: 8002\nmediamtx:\n  rtsp_port: 8002\n', /8002/],
    ['paths:\n  data_directory: "/tmp/with space"\n', /paths\.data_directory/],
  ];
  const ends = wrong.map(([text], index) => {
    const file = join(folder, `${index}.yml`);
    writeFileSync(file, text);
    return runService(['--config', file]).ended;
  });
  for (const [index, end] of (await Promise.all(ends)).entries()) {
    expect(end).toMatchObject({ code: 2, out: '' });
    expect(end.said.join('\n')).toMatch(wrong[index]![1]);
  }
});

describeMediaServers('a start', (server) => {
  let service: TestService | undefined;
  afterEach(async () => {
    await service?.dispose();
    service = undefined;
  });
  const dataPlane = (of: TestService) =>
    ['capture', 'media-server', 'cameras'].flatMap((role) => of.processes(role));

  test('on a taken port says which and leaves nothing running, but what ran before', async () => {
    service = await startService(server);
    await service.call('start_streaming', { device: 'camera0' });
    const before = dataPlane(service);
    await service.end('SIGUSR2');
    const config = parse(readFileSync(service.configFile, 'utf8')) as Config;
    const port = Number(config.server?.port);
    const held = await holdPort(port);
    const end = await runService(['--config', service.configFile]).ended;
    expect(end.code).toBe(1);
    expect(end.said).toEqual([
      `Port ${port} (server.port) is taken by another process. End that process, or set server.port to a free port.`,
    ]);
    expect(dataPlane(service), 'what an earlier life left is not touched').toEqual(before);
    await new Promise((resolve) => held.close(resolve));
    await service.start();
    expect((await service.untilStream('camera0', 'live.flowing')).ffmpeg_process.adopted).toBe(true);
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });

    await holdPort(port);
    expect((await runService(['--config', service.configFile]).ended).code).toBe(1);
    expect(dataPlane(service), 'nothing was started').toEqual([]);
  });

  test("with the media server's port taken works without it, says so, and has it once the port is free", async () => {
    const [rtspPort] = await freePorts(1);
    const held = await holdPort(rtspPort!);
    service = await startService(server, {
      config: {
        mediamtx: { rtsp_port: rtspPort, restart_backoff_ms: 300, restart_backoff_max_ms: 600 },
        service: { reconcile_timeout_ms: 1500 },
      },
    });
    const status = await service.call('get_status');
    expect(status).toMatchObject({
      state: 'partial',
      media_server: { trouble: { reason: 'port_taken', message: expect.stringContaining(`${rtspPort}`) } },
    });
    const ready = await fetch(`${service.ready?.http}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await service.call('get_camera_status', { device: 'camera0' })).toMatchObject({
      status: 'CONNECTED',
      stream: { state: 'unavailable' },
    });
    await new Promise((resolve) => held.close(resolve));
    await service.untilStream('camera0', 'idle');
    expect(await service.call('get_system_status')).toMatchObject({ status: 'ready' });
  });

  test('that is stopped in the middle ends with 0 and leaves nothing running', async () => {
    service = await startService(server);
    await service.end('SIGTERM');
    for (const moment of ['cameras', 'media-server']) {
      const run = runService(['--config', service.configFile, '--ready-line']);
      const at = service;
      await until(() => at.processes(moment).length > 0, { timeoutMs: 15_000, what: `${moment} started` });
      run.child.kill('SIGTERM');
      const { code, signal, out } = await run.ended;
      expect({ code, signal, out }, `stopped when ${moment} ran`).toEqual({ code: 0, signal: null, out: '' });
      expect(dataPlane(service)).toEqual([]);
    }
    expect(existsSync(join(service.dataFolder, 'wishes.json'))).toBe(true);
  });
});
