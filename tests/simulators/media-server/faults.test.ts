import { expect, onTestFinished, test } from 'vitest';
import { type MediaServerOptions, startMediaServer } from '../../support/media-server.ts';
import { until } from '../../support/until.ts';

const OPEN_DOOR = { CAMERA_SIMULATOR_FAULTS: '1' };

const started = async (options: MediaServerOptions = {}) => {
  const server = await startMediaServer('simulator', options);
  onTestFinished(() => server.dispose());
  const fault = async (mode: string, delayMs?: number) => {
    const answer = await server.api('POST', '/sim/faults', {
      mode,
      ...(delayMs === undefined ? {} : { delayMs }),
    });
    expect(answer).toMatchObject({ status: 200, body: { mode } });
  };
  return { server, fault, info: () => server.api('GET', '/v3/info') };
};

test('there is no fault door unless the environment opens it', async () => {
  const { server } = await started();
  expect(await server.api('POST', '/sim/faults', { mode: 'hang' })).toMatchObject({ status: 404 });
  expect((await server.api('GET', '/v3/info')).status).toBe(200);
});

test('the door refuses unknown modes and shows the present one', async () => {
  const { server, fault } = await started({ env: OPEN_DOOR });
  expect((await server.api('POST', '/sim/faults', { mode: 'explode' })).status).toBe(400);
  await fault('slow', 10);
  expect((await server.api('GET', '/sim/faults')).body).toEqual({ mode: 'slow', delayMs: 10 });
});

test('each fault changes the answers until it is taken back', async () => {
  const { server, fault, info } = await started({ env: OPEN_DOOR });
  await fault('status401');
  expect(await info()).toMatchObject({
    status: 401,
    body: { status: 'error', error: 'authentication error' },
  });
  await fault('status500');
  expect((await info()).status).toBe(500);
  await fault('html');
  expect(await info()).toMatchObject({ status: 200, body: '<html></html>' });
  await fault('half');
  await expect(info()).rejects.toThrow();
  await fault('wrong_version');
  expect((await info()).body.version).toBe('v0.0.1');
  await fault('flap');
  const flapping = [await info(), await info(), await info(), await info()];
  expect(flapping.map(({ status }) => status)).toEqual([200, 500, 200, 500]);
  await fault('hang');
  await expect(
    server.api('GET', '/v3/info', undefined, { signal: AbortSignal.timeout(200) }),
  ).rejects.toThrow();
  await fault('slow', 300);
  const startedMs = performance.now();
  expect((await info()).status).toBe(200);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(299);
  await fault('ok');
  expect((await info()).body.version).toBe('v1.20.1');
});

test('a late write is applied after its client gave up and after a newer, confirmed one', async () => {
  const { server, fault } = await started({ env: OPEN_DOOR, paths: { cam: {} } });
  await fault('late_write', 600);
  const unanswered = server.api(
    'POST',
    '/v3/config/paths/replace/cam',
    { record: true },
    {
      signal: AbortSignal.timeout(100),
    },
  );
  await expect(unanswered).rejects.toThrow();
  await fault('ok');
  await server.replacePath('cam', { record: false });
  const recordOf = async () => (await server.api('GET', '/v3/config/paths/get/cam')).body.record;
  expect(await recordOf()).toBe(false);
  await until(recordOf, { what: 'the late write' });
});

test('a write often has no effect yet when its answer arrives: clients must look again', async () => {
  const { server } = await started();
  let stale = 0;
  for (let round = 1; round <= 20; round++) {
    await server.api('POST', '/v3/config/paths/replace/cam', { maxReaders: round });
    const { body } = await server.api('GET', '/v3/config/paths/get/cam');
    if (body.maxReaders !== round) stale++;
  }
  expect(stale).toBeGreaterThan(0);
});

test('the brake on wrong credentials can be made shorter for tests', async () => {
  const { server } = await started({
    global: { authInternalUsers: [{ user: 'boss', pass: 'secret', permissions: [{ action: 'api' }] }] },
    authorization: `Basic ${Buffer.from('boss:secret').toString('base64')}`,
    env: { CAMERA_SIMULATOR_AUTH_DELAY_MAX_MS: '0' },
  });
  const startedMs = performance.now();
  for (let attempt = 0; attempt < 5; attempt++) {
    const headers = { authorization: `Basic ${Buffer.from('boss:wrong').toString('base64')}` };
    expect((await server.api('GET', '/v3/info', undefined, { headers })).status).toBe(401);
  }
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

test('says at its start and for each path what it cannot do', async () => {
  const { server } = await started({
    global: { hls: true },
    paths: {
      pulled: { source: 'rtsp://127.0.0.1:1/x', sourceOnDemand: true },
      hooked: { runOnRead: 'true' },
    },
  });
  expect(server.log).toContain("[path pulled] the simulator does not do: source 'rtsp'");
  expect(server.log).toContain('[path hooked] the simulator does not do: runOnRead');
  expect(server.log).toMatch(/WAR the simulator does not do: hls/);
});
