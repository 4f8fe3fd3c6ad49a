import { describe, expect, test } from 'vitest';
import { START_AT_MS, serviceView } from '../../support/fake-views.ts';
import { openApi } from '../../support/open-api.ts';
import { rawHttp } from '../../support/raw-http.ts';

const { mediaServer, discovery, storage } = serviceView();
const at = (state: string) => ({ state, sinceAtMs: START_AT_MS });
const trouble = {
  code: 'media-server-unreachable',
  reason: 'media_server_unreachable',
  message: 'Nothing answers at /run/mtx.sock',
} as const;
const DOWN = serviceView({
  state: 'partial',
  missingParts: [{ part: 'media-server', sentence: 'The media server does not answer.' }],
  mediaServer: { ...mediaServer, health: at('tripped.open'), trouble },
});

describe.each(['main', 'probe'] as const)('on the %s listener', (listener) => {
  const opened = async () => {
    const api = await openApi();
    return {
      ...api,
      get: (path: string, method = 'GET') =>
        rawHttp(listener === 'main' ? api.port : api.healthPort, path, { method }),
    };
  };

  test.each(['/health', '/health/ready', '/health/live', '/health/detailed'])(
    '%s answers without a login, uncached, for every origin',
    async (path) => {
      const { get } = await opened();
      const { status, headers, json } = await get(path);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'cache-control': 'no-cache, no-store, must-revalidate',
        pragma: 'no-cache',
        expires: '0',
        'access-control-allow-origin': '*',
        'content-type': expect.stringContaining('application/json'),
      });
      expect(json().timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(await get(path, 'HEAD')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    },
  );

  test('a media server that is down makes it unhealthy and not ready, and it still lives', async () => {
    const { get, door } = await opened();
    door.serviceNow = DOWN;
    expect((await get('/health')).status).toBe(500);
    expect((await get('/health')).json()).toMatchObject({
      status: 'unhealthy',
      version: '0.1.0',
      uptime: expect.any(Number),
    });
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.json()).toMatchObject({
      ready: false,
      status: 'not_ready',
      message: 'The media server does not answer.',
    });
    expect((await get('/health/live')).json()).toMatchObject({ alive: true });
  });
});

test('all there is healthy; a part missing beside a healthy media server is degraded and ready', async () => {
  const { http, door } = await openApi();
  const read = async (path: string) => (await fetch(`${http}${path}`)).json();
  expect(await read('/health')).toMatchObject({ status: 'healthy' });
  expect(await read('/health/ready')).toMatchObject({ ready: true, message: 'All parts are there.' });
  door.serviceNow = serviceView({
    state: 'partial',
    missingParts: [{ part: 'udev', sentence: 'Devices are polled.' }],
    discovery: { ...discovery, state: 'sourcing.polling' },
  });
  expect(await read('/health')).toMatchObject({ status: 'degraded' });
  expect(await read('/health/ready')).toMatchObject({ ready: true, message: 'Devices are polled.' });
  door.serviceNow = serviceView({ state: 'starting.reconciling' });
  expect(await read('/health/ready')).toMatchObject({ ready: false });
});

test('the detailed form names each part, counts them, and shows no path', async () => {
  const { http, door } = await openApi();
  door.serviceNow = { ...DOWN, storage: { ...storage, state: 'low' } };
  const text = await (await fetch(`${http}/health/detailed`)).text();
  expect(text).not.toContain('/run/');
  expect(JSON.parse(text)).toMatchObject({
    status: 'unhealthy',
    components: [
      { name: 'media_server', status: 'unhealthy', details: { state: 'tripped.open' } },
      { name: 'discovery', status: 'healthy' },
      { name: 'storage', status: 'degraded', last_checked: expect.any(String) },
    ],
    metrics: { component_count: 3, components_healthy: 1, components_degraded: 1, components_unhealthy: 1 },
  });
});

test('the probe listener serves health alone', async () => {
  const { healthPort, keyOf } = await openApi();
  const headers = { 'X-API-Key': keyOf.admin };
  for (const path of ['/files/recordings/a.mp4', '/ws', '/'])
    expect((await rawHttp(healthPort, path, { headers })).status).toBe(404);
});

test('a failing view is a 500 that says nothing of its cause', async () => {
  const { http, door, log } = await openApi();
  door.service = () => {
    throw new Error('secret /var/lib cause');
  };
  const response = await fetch(`${http}/health`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/secret|var/);
  expect(log.some(({ level }) => level === 'error')).toBe(true);
});
