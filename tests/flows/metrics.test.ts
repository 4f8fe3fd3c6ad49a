/** A synthetic camera is pulled out while it is recorded: what /metrics of the running service tells before and after. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeMediaServers } from '../contract/servers.ts';
import { type Labels, series } from '../support/metrics.ts';
import { wellServer } from '../support/server-status.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const CAMERA = { camera: 'camera0' };

describeMediaServers('metrics', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, { config: { recording: { resume_ms: 1500 } } });
  }, 60_000);
  afterAll(() => service.dispose());

  /** Read as Prometheus does, on the port for probes. */
  async function scrape(): Promise<(name: string, labels?: Labels) => number> {
    const config = parse(readFileSync(service.configFile, 'utf8')) as { server: { health_port: number } };
    const answer = await fetch(`http://127.0.0.1:${config.server.health_port}/metrics`);
    expect(answer.status).toBe(200);
    const found = series(await answer.text());
    return (name, labels) => found(`camera_service_${name}`, labels) ?? 0;
  }

  test('an unplug moves the numbers: live, missing, present state, restarts, ended recordings', async () => {
    const idle = await scrape();
    expect(idle('camera_live_seconds_total', CAMERA)).toBe(0);
    expect(idle('present_state_seconds', { ...CAMERA, machine: 'stream', state: 'idle' })).toBeGreaterThan(0);

    await service.call('start_streaming', { device: 'camera0' });
    await service.call('start_recording', { device: 'camera0' });
    await service.untilStream('camera0', 'live.flowing');
    await until(async () => (await scrape())('camera_live_seconds_total', CAMERA) > 1, {
      timeoutMs: 20_000,
      what: 'a second is counted as live',
    });

    await service.call('inject_fault', { fault: 'unplug', device: 'camera0' });
    const ended = { ...CAMERA, outcome: 'completed', reason: 'camera_disconnected' };
    await until(async () => (await scrape())('recordings_total', ended) === 1, {
      timeoutMs: 20_000,
      what: 'the recording has ended',
    });
    const away = { ...CAMERA, machine: 'camera', state: 'disconnected' };
    const gone = await until(
      async () => {
        const now = await scrape();
        return now('present_state_seconds', away) > 1.5 && now;
      },
      { what: 'it is away for a while' },
    );
    expect(gone('camera_missing_seconds_total', CAMERA)).toBeGreaterThan(1.4);
    const liveS = gone('camera_live_seconds_total', CAMERA);
    expect((await scrape())('camera_live_seconds_total', CAMERA)).toBe(liveS);

    await service.call('inject_fault', { fault: 'plug', device: 'camera0' });
    await until(async () => (await scrape())('camera_live_seconds_total', CAMERA) > liveS, {
      timeoutMs: 20_000,
      what: 'it is live again',
    });
    const back = await scrape();
    expect(back('capture_restarts_total', CAMERA)).toBe(1);
    expect(back('capture_starts_total', CAMERA)).toBe(2);
    expect(back('transitions_total', { machine: 'camera', from: 'disconnected', to: 'settling' })).toBe(1);
    expect(back('state_duration_seconds_count', { machine: 'camera', state: 'disconnected' })).toBe(1);
    expect(back('media_server_restarts_total')).toBe(0);

    process.kill(await wellServer(service), 'SIGKILL');
    await until(async () => (await scrape())('media_server_restarts_total') === 1, {
      timeoutMs: 10_000,
      what: 'the media server was launched again',
    });
    // On the port for everybody the same page wants a login.
    expect((await service.get('/metrics')).status).toBe(200);
    expect((await service.get('/metrics', { 'X-API-Key': 'csk_unknown' })).status).toBe(401);
  });
});
