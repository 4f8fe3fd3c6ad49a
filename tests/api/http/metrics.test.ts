/** /metrics on real sockets: who may read it where, and that it is what Prometheus expects. */
import { describe, expect, test } from 'vitest';
import { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { FakeDoor } from '../../support/fake-door.ts';
import { series } from '../../support/metrics.ts';
import { openApi } from '../../support/open-api.ts';
import { rawHttp } from '../../support/raw-http.ts';

async function opened() {
  const clock = { monoMs: 0 };
  const telemetry = new Telemetry({
    monoMs: () => clock.monoMs,
    info: () => ({ version: '0.1.0', mediaServer: 'simulator' }),
    processMetrics: true,
  });
  telemetry.cameraChanged('camera0', { wanted: true, live: true });
  clock.monoMs = 2500;
  const api = await openApi({}, new FakeDoor('camera0'), telemetry);
  return { ...api, clock };
}

test('on the probe port Prometheus reads it without a login', async () => {
  const { healthPort } = await opened();
  const { status, headers, body } = await rawHttp(healthPort, '/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  const found = series(body.toString());
  expect(found('camera_service_camera_live_seconds_total', { camera: 'camera0' })).toBe(2.5);
  expect(found('camera_service_info', { media_server: 'simulator' })).toBe(1);
  expect(found('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(found('nodejs_heap_size_used_bytes')).toBeGreaterThan(1_000_000);
});

test('each scrape tells the moment it is made', async () => {
  const { healthPort, clock } = await opened();
  const liveS = async () =>
    series((await rawHttp(healthPort, '/metrics')).body.toString())(
      'camera_service_camera_live_seconds_total',
    );
  expect(await liveS()).toBe(2.5);
  clock.monoMs = 10_000;
  expect(await liveS()).toBe(10);
});

describe('on the main port', () => {
  test('nobody reads it without a login, or with a wrong one', async () => {
    const { port } = await opened();
    const refused = await rawHttp(port, '/metrics');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect(refused.json()).toMatchObject({ reason: 'not_authenticated' });
    expect(refused.body.toString()).not.toContain('camera_service_');
    const wrong = await rawHttp(port, '/metrics', { headers: { 'X-API-Key': 'csk_wrong' } });
    expect(wrong.status).toBe(401);
    expect(wrong.json()).toMatchObject({ reason: 'api_key_invalid' });
  });

  test("a viewer's key is enough, in either header", async () => {
    const { port, keyOf } = await opened();
    const key = keyOf.viewer;
    for (const headers of [{ Authorization: `Bearer ${key}` }, { 'X-API-Key': key }]) {
      const { status, body } = await rawHttp(port, '/metrics', { headers });
      expect(status).toBe(200);
      expect(body.toString()).toContain('camera_service_camera_live_seconds_total{camera="camera0"} 2.5');
    }
  });
});
