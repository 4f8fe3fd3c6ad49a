import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import captured from './fixtures/mediamtx-1.20.1-configuration.json' with { type: 'json' };
import { publishRaw, readRaw } from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';

const UNKNOWN_ID = '11111111-1111-1111-1111-111111111111';

describeMediaServers('Control API', (kind) => {
  const shared = sharedServer(kind, { paths: { cam: {}, '~^re(.*)$': {} } });
  const api = (method: string, path: string, body?: unknown) => shared.server.api(method, path, body);
  const configOf = async (name: string) => (await api('GET', `/v3/config/paths/get/${name}`)).body;
  /** A write that is answered only after all earlier ones took effect on the configuration. */
  const barrier = () => api('PATCH', '/v3/config/global/patch', {});

  test('tells its version and when it was started, and names itself', async () => {
    const { status, headers, body } = await api('GET', '/v3/info');
    expect(status).toBe(200);
    expect(body.version).toBe('v1.20.1');
    expect(Date.parse(body.started)).toBeLessThanOrEqual(Date.now() + 1);
    expect(body.simulator).toBe(kind === 'simulator' ? true : undefined);
    expect(headers.get('server')).toBe('mediamtx');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  test.each([
    ['GET', '/v3/nothing'],
    ['POST', '/v3/info'],
    ['GET', '/v3/hlsmuxers/list'],
    ['GET', '/v3/webrtcsessions/list'],
  ])('answers an unknown route or a protocol that is off with plain text: %s %s', async (method, path) => {
    const { status, headers, body } = await api(method, path);
    expect([status, headers.get('content-type'), body]).toEqual([404, 'text/plain', '404 page not found']);
  });

  test('lists a plain path at all times, idle until somebody publishes', async () => {
    expect((await api('GET', '/v3/paths/get/cam')).body).toEqual({
      name: 'cam',
      confName: 'cam',
      ready: false,
      readyTime: null,
      available: false,
      availableTime: null,
      online: false,
      onlineTime: null,
      source: null,
      tracks: [],
      tracks2: [],
      readers: [],
      inboundBytes: 0,
      outboundBytes: 0,
      inboundFramesInError: 0,
      bytesReceived: 0,
      bytesSent: 0,
    });
  });

  test('returns a whole path configuration with the defaults merged in', async () => {
    const entry = await configOf('cam');
    const defaults = (await api('GET', '/v3/config/pathdefaults/get')).body;
    expect(entry).toEqual({ ...defaults, name: 'cam' });
    expect(entry).toMatchObject({
      source: 'publisher',
      record: false,
      recordPath: './recordings/%path/%Y-%m-%d_%H-%M-%S-%f',
      recordPartDuration: '1s',
      recordSegmentDuration: '1h0m0s',
      recordDeleteAfter: '1d',
      recordMaxPartSize: '50M',
      overridePublisher: true,
      runOnDemandStartTimeout: '10s',
      runOnUnDemand: '',
    });
    expect(defaults).toEqual(captured.pathDefaults);
  });

  test('prints durations and sizes in its own way, a zero duration as nothing', async () => {
    await shared.server.replacePath('printed', {
      recordDeleteAfter: '0s',
      recordPartDuration: '1500ms',
      recordSegmentDuration: '90m',
      recordMaxPartSize: '1536K',
      runOnDemandCloseAfter: '26h',
    });
    expect(await configOf('printed')).toMatchObject({
      recordDeleteAfter: '',
      recordPartDuration: '1.5s',
      recordSegmentDuration: '1h30m0s',
      recordMaxPartSize: '1.5M',
      runOnDemandCloseAfter: '1d2h0m0s',
    });
  });

  test('shows the global configuration without paths', async () => {
    const { body } = await api('GET', '/v3/config/global/get');
    expect({ ...body, apiAddress: '<address>', rtspAddress: '<address>' }).toEqual(captured.global);
  });

  test('adds a path once and refuses the second time with 400', async () => {
    const first = await api('POST', '/v3/config/paths/add/added', {});
    expect([first.status, first.body]).toEqual([200, { status: 'ok' }]);
    const second = await api('POST', '/v3/config/paths/add/added', {});
    expect([second.status, second.body]).toEqual([400, { status: 'error', error: 'path already exists' }]);
    await until(() => shared.server.path('added'), { what: 'the added path' });
  });

  test('answers 404 to patch and delete of a missing entry, and to reading one', async () => {
    expect((await api('PATCH', '/v3/config/paths/patch/missing', {})).status).toBe(404);
    expect((await api('DELETE', '/v3/config/paths/delete/missing')).body.error).toBe('path not found');
    const read = await api('GET', '/v3/config/paths/get/missing');
    expect([read.status, read.body.error]).toEqual([404, 'path configuration not found']);
    expect((await api('GET', '/v3/paths/get/missing')).status).toBe(404);
  });

  test('replace makes a missing entry and returns keys that are not given to their defaults', async () => {
    await shared.server.replacePath('replaced', { maxReaders: 3 });
    expect((await configOf('replaced')).maxReaders).toBe(3);
    await shared.server.replacePath('replaced', { record: false });
    expect((await configOf('replaced')).maxReaders).toBe(0);
  });

  test('patch merges, and null changes nothing', async () => {
    await shared.server.replacePath('patched', { maxReaders: 3 });
    expect((await api('PATCH', '/v3/config/paths/patch/patched', { maxReaders: null })).status).toBe(200);
    expect((await api('PATCH', '/v3/config/paths/patch/patched', { overridePublisher: false })).status).toBe(
      200,
    );
    await barrier();
    expect(await configOf('patched')).toMatchObject({ maxReaders: 3, overridePublisher: false });
  });

  test('delete removes the entry and the path', async () => {
    await shared.server.replacePath('deleted', {});
    expect((await api('DELETE', '/v3/config/paths/delete/deleted')).status).toBe(200);
    await until(async () => (await api('GET', '/v3/paths/get/deleted')).status === 404, {
      what: 'the path to go',
    });
    expect((await api('GET', '/v3/config/paths/get/deleted')).status).toBe(404);
  });

  test.each(['%2Fbad', 'bad%20name', 'bad/', 'a%2F..%2Fb', '~%5E%5B'])(
    'refuses the name %s with 400',
    async (name) => {
      const { status, body } = await api('POST', `/v3/config/paths/add/${name}`, {});
      expect([status, body.status]).toEqual([400, 'error']);
    },
  );

  test('takes names with slashes, raw and encoded', async () => {
    await shared.server.replacePath('floor/one', {});
    expect((await configOf('floor%2Fone')).name).toBe('floor/one');
    expect((await shared.server.path('floor/one')).name).toBe('floor/one');
  });

  test.each([
    ['an unknown key', '{"bogus":true}'],
    ['a key in the wrong case', '{"Record":true}'],
    ['a flag as text', '{"record":"yes"}'],
    ['a duration as number', '{"runOnDemandStartTimeout":10}'],
    ['a duration without a unit', '{"runOnDemandStartTimeout":"10"}'],
    ['a size without a unit', '{"recordMaxPartSize":"50"}'],
    ['an unknown source', '{"source":"nowhere"}'],
    ['a recordPath without a path', '{"recordPath":"/tmp/%s"}'],
    ['a recordPath without a time', '{"recordPath":"/tmp/%path"}'],
    ['segments of more than a day', '{"recordSegmentDuration":"25h"}'],
    ['deleting before a segment ends', '{"recordDeleteAfter":"1m"}'],
    ['an empty body', ''],
    ['half a body', '{'],
    ['a list', '[]'],
  ])('refuses %s with 400 and changes nothing', async (_what, body) => {
    const answer = await api('POST', '/v3/config/paths/replace/refused', body === '' ? undefined : body);
    expect([answer.status, answer.body.status]).toEqual([400, 'error']);
    expect((await barrier()).status).toBe(200);
    expect((await api('GET', '/v3/config/paths/get/refused')).status).toBe(404);
  });

  test('applies a write after its answer: a poll sees it soon, and a second write waits for it', async () => {
    for (let round = 0; round < 5; round++) {
      await api('POST', '/v3/config/paths/replace/later', { maxReaders: round + 1 });
      await until(async () => (await configOf('later')).maxReaders === round + 1, {
        what: 'the write',
        timeoutMs: 1000,
      });
      await api('POST', '/v3/config/paths/replace/later', { maxReaders: 100 + round });
      await barrier();
      expect((await configOf('later')).maxReaders).toBe(100 + round);
    }
  });

  test('pages and sorts lists', async () => {
    for (const name of ['page/c', 'page/a', 'page/b']) await shared.server.replacePath(name, {});
    const all = (await api('GET', '/v3/config/paths/list')).body;
    const names = all.items.map((item: { name: string }) => item.name);
    expect(names).toEqual([...names].sort());
    expect(all).toMatchObject({ itemCount: names.length, pageCount: 1 });
    const second = (await api('GET', '/v3/config/paths/list?itemsPerPage=2&page=1')).body;
    expect(second.items.map((item: { name: string }) => item.name)).toEqual(names.slice(2, 4));
    expect(second.pageCount).toBe(Math.ceil(names.length / 2));
    expect((await api('GET', '/v3/paths/list?itemsPerPage=1&page=999')).body.items).toEqual([]);
    expect((await api('GET', '/v3/rtspsessions/list')).body).toEqual({
      itemCount: 0,
      pageCount: 0,
      items: [],
    });
  });

  test.each(['itemsPerPage=0', 'itemsPerPage=x', 'page=-1'])('refuses ?%s with 400', async (query) => {
    expect((await api('GET', `/v3/paths/list?${query}`)).status).toBe(400);
  });

  test('answers 404 to unknown sessions and connections, 400 to what is no id', async () => {
    expect((await api('POST', `/v3/rtspsessions/kick/${UNKNOWN_ID}`)).body.error).toBe('session not found');
    expect((await api('GET', `/v3/rtspsessions/get/${UNKNOWN_ID}`)).status).toBe(404);
    expect((await api('GET', `/v3/rtspconns/get/${UNKNOWN_ID}`)).body.error).toBe('connection not found');
    expect((await api('POST', '/v3/rtspsessions/kick/1')).status).toBe(400);
  });

  test('says of recordings: none for a configured path, 400 for another', async () => {
    expect((await api('GET', '/v3/recordings/get/cam')).body).toEqual({ name: 'cam', segments: [] });
    expect((await api('GET', '/v3/recordings/get/unconfigured')).status).toBe(400);
    expect((await api('GET', '/v3/recordings/list')).body).toEqual({ itemCount: 0, pageCount: 0, items: [] });
  });

  test('shows a path of an expression only while it is used', async () => {
    expect((await api('GET', '/v3/paths/get/re1')).status).toBe(404);
    const publisher = await publishRaw(shared.server.rtspPort, 're1');
    expect((await api('GET', '/v3/paths/get/re1')).body).toMatchObject({
      confName: '~^re(.*)$',
      available: true,
    });
    publisher.close();
    await until(async () => (await api('GET', '/v3/paths/get/re1')).status === 404, {
      what: 'the path to go',
    });
  });

  test('a path key that is not hot closes publisher and readers, a hot one and no change do not', async () => {
    await shared.server.replacePath('hot', {});
    const publisher = await publishRaw(shared.server.rtspPort, 'hot');
    const reader = await readRaw(shared.server.rtspPort, 'hot');
    const before = await shared.server.path('hot');
    await shared.server.replacePath('hot', {});
    await shared.server.replacePath('hot', { recordPartDuration: '2s', recordDeleteAfter: '2d' });
    await until(async () => (await configOf('hot')).recordPartDuration === '2s', { what: 'the hot change' });
    expect(await shared.server.path('hot')).toMatchObject({ source: before.source, readers: before.readers });
    expect([publisher.closed, reader.closed]).toEqual([false, false]);

    await shared.server.replacePath('hot', { maxReaders: 9 });
    await publisher.closedByServer();
    await reader.closedByServer();
    await shared.server.pathThat('hot', (path) => !path.available && path.source === null, 'idle again');
  });

  test('delete closes publisher and readers', async () => {
    await shared.server.replacePath('dropped', {});
    const publisher = await publishRaw(shared.server.rtspPort, 'dropped');
    const reader = await readRaw(shared.server.rtspPort, 'dropped');
    await api('DELETE', '/v3/config/paths/delete/dropped');
    await publisher.closedByServer();
    await reader.closedByServer();
  });

  test('a refused patch poisons every later write until that path is replaced', async () => {
    await shared.server.replacePath('poisoned', {});
    expect((await api('PATCH', '/v3/config/paths/patch/poisoned', { recordDeleteAfter: '1s' })).status).toBe(
      400,
    );
    expect((await api('POST', '/v3/config/paths/replace/another', {})).status).toBe(400);
    expect((await barrier()).status).toBe(400);
    expect((await api('POST', '/v3/config/paths/replace/poisoned', {})).status).toBe(200);
    expect((await barrier()).status).toBe(200);
  });

  test('an unanswered write may be applied long after its client gave up', async () => {
    await shared.server.replacePath('late', { maxReaders: 1 });
    await shared.server.freeze();
    const write = shared.server.api(
      'POST',
      '/v3/config/paths/replace/late',
      { maxReaders: 2 },
      {
        signal: AbortSignal.timeout(300),
      },
    );
    await expect(write).rejects.toThrow();
    shared.server.thaw();
    await until(async () => (await configOf('late')).maxReaders === 2, { what: 'the late write' });
  });

  test('forgets everything at a restart and shows a new start', async () => {
    await shared.server.replacePath('forgotten', {});
    const { started } = (await api('GET', '/v3/info')).body;
    await shared.server.stop('SIGKILL');
    await shared.server.start();
    expect((await api('GET', '/v3/info')).body.started).not.toBe(started);
    expect((await api('GET', '/v3/config/paths/get/forgotten')).status).toBe(404);
    expect((await shared.server.path('cam')).available).toBe(false);
  });
});
