import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openApi } from '../../support/open-api.ts';
import { until } from '../../support/until.ts';

describe('getting in', () => {
  test('without a login is possible, and then only ping and authenticate answer', async () => {
    const { client, keyOf } = await openApi();
    const guest = await client();
    expect(await guest.result('ping')).toBe('pong');
    expect(await guest.error('get_camera_list')).toMatchObject({
      code: -32001,
      data: { reason: 'not_authenticated' },
    });
    const login = await guest.result('authenticate', { auth_token: keyOf.operator });
    expect(login).toMatchObject({
      authenticated: true,
      role: 'operator',
      permissions: ['view', 'control'],
      auth_method: 'api_key',
      expires_at: '9999-12-31T23:59:59.999Z',
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((await guest.result('get_camera_list')).total).toBe(2);
  });

  test.each([
    ['X-API-Key with a key', (api: { keyOf: { viewer: string } }) => ({ 'X-API-Key': api.keyOf.viewer })],
    [
      'Bearer with a key',
      (api: { keyOf: { viewer: string } }) => ({ Authorization: `Bearer ${api.keyOf.viewer}` }),
    ],
    [
      'Bearer with a token',
      (api: { tokens: { sign(user: string, role: 'viewer', ttlMs: number): string } }) => ({
        Authorization: `Bearer ${api.tokens.sign('eve', 'viewer', 60_000)}`,
      }),
    ],
  ])('with %s at the upgrade needs no authenticate', async (_, headers) => {
    const opened = await openApi();
    const client = await opened.client(undefined, { headers: headers(opened) });
    expect((await client.result('get_camera_list')).total).toBe(2);
  });

  test('with headers of a proxy alone is a guest', async () => {
    const { client } = await openApi();
    const guest = await client(undefined, { headers: { Authorization: 'Basic YTpi' } });
    expect((await guest.error('get_camera_list')).code).toBe(-32001);
  });

  test.each([{ 'X-API-Key': 'csk_nonsense' }, { Authorization: 'Bearer nonsense' }])(
    'with %j is refused with 401',
    async (headers) => {
      const { client } = await openApi();
      await expect(client(undefined, { headers })).rejects.toThrow('401');
    },
  );

  test('by authenticate fails as an error with its reason, and leaves an earlier login as it was', async () => {
    const { client, tokens } = await openApi();
    const viewer = await client('viewer');
    const late = tokens.sign('eve', 'admin', -1000);
    for (const [params, reason] of [
      [{ auth_token: 'csk_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'api_key_invalid'],
      [{ token: 'x.y.z' }, 'token_invalid'],
      [{ auth_token: late }, 'token_expired'],
      [{ auth_token: late, auth_type: 'api_key' }, 'api_key_invalid'],
    ] as const) {
      expect(await viewer.error('authenticate', params)).toMatchObject({ code: -32001, data: { reason } });
    }
    expect((await viewer.result('get_camera_list')).total).toBe(2);
    expect((await viewer.error('get_status')).code).toBe(-32002);
  });

  test('on another path is refused with 404, beyond the limit with 503 until somebody leaves', async () => {
    const { client, http } = await openApi({ maxConnections: 2 });
    const elsewhere = new WebSocket(`${http.replace('http', 'ws')}/other`);
    const status = await new Promise((resolve) =>
      elsewhere.on('unexpected-response', (_, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(404);
    const [first] = [await client(), await client()];
    await expect(client()).rejects.toThrow('503');
    first?.socket.close();
    await first?.closed();
    await until(
      () =>
        client().then(
          () => true,
          () => false,
        ),
      { what: 'a free place' },
    );
  });

  test('is logged with user, address and session, never with the key', async () => {
    const { client, keyOf, log } = await openApi();
    await (await client('admin')).result('authenticate', { auth_token: keyOf.viewer });
    await (await client()).error('authenticate', { auth_token: 'wrong' });
    expect(log.filter(({ facts }) => facts.event === 'login')).toMatchObject([
      { facts: { user: 'the viewer', address: '127.0.0.1' } },
    ]);
    expect(log.filter(({ level }) => level === 'warn')).toMatchObject([
      { facts: { reason: 'token_invalid', method: 'authenticate' } },
    ]);
    expect(JSON.stringify(log)).not.toContain(keyOf.viewer);
  });
});

describe('a login', () => {
  test('that expires during a connection ends calls and notifications, and authenticate continues it', async () => {
    const { client, tokens, clock, door } = await openApi();
    const guest = await client();
    const short = await guest.result('authenticate', { auth_token: tokens.sign('eve', 'viewer', 60_000) });
    expect(Date.parse(short.expires_at)).toBeGreaterThan(Date.now());
    expect((await guest.result('get_camera_list')).total).toBe(2);

    clock.shiftMs += 61_000;
    expect(await guest.error('get_camera_list')).toMatchObject({
      code: -32001,
      data: { reason: 'token_expired' },
    });
    door.unplug('camera0');
    expect(await guest.result('ping')).toBe('pong');
    expect(guest.notices()).toEqual([]);

    await guest.result('authenticate', { auth_token: tokens.sign('eve', 'viewer', 60_000) });
    door.plug('camera0');
    expect((await guest.result('get_camera_list')).connected).toBe(2);
    expect(guest.notices()).toHaveLength(1);
  });

  test('by a key that expires says so', async () => {
    const { client, keys, clock } = await openApi();
    const key = await keys.create('viewer', 'for a minute', clock.wallMs() + 60_000);
    const guest = await client();
    await guest.result('authenticate', { auth_token: key });
    clock.shiftMs += 60_001;
    expect(await guest.error('get_cameras')).toMatchObject({
      code: -32001,
      data: { reason: 'api_key_expired' },
    });
    expect(await guest.error('authenticate', { auth_token: key })).toMatchObject({
      data: { reason: 'api_key_expired' },
    });
  });
});

describe('frames', () => {
  test.each([
    '',
    'x',
    '{',
    '[]',
    '[1]',
    '{"jsonrpc":"2.0"}',
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    '"\\ud800"',
    'null',
  ])('broken ones are answered and the connection lives: %#', async (text) => {
    const { client } = await openApi();
    const guest = await client();
    const reply = [await guest.exchange(text)].flat()[0];
    expect([-32700, -32600]).toContain(reply?.error?.code);
    expect(reply?.id).toBeNull();
    expect(await guest.result('ping')).toBe('pong');
  });

  test('binary ones are answered with a parse error and the connection lives', async () => {
    const { client } = await openApi();
    const guest = await client();
    guest.socket.send(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}'));
    expect(await until(() => guest.replies[0], { what: 'an answer' })).toMatchObject({
      id: null,
      error: { code: -32700 },
    });
    expect(await guest.result('ping')).toBe('pong');
  });

  test('one byte above the limit closes with 1009, exactly the limit does not', async () => {
    const { client } = await openApi({ maxMessageBytes: 2000 });
    const guest = await client();
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ jsonrpc: '2.0', id: '', method: 'ping' }).length;
      return JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(bytes - empty), method: 'ping' });
    };
    expect((await guest.exchange(sized(2000))).result).toBe('pong');
    guest.send(sized(2001));
    expect(await guest.closed()).toBe(1009);
  });

  test('that are not UTF-8 close with 1007', async () => {
    const { client } = await openApi();
    const guest = await client();
    guest.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect(await guest.closed()).toBe(1007);
  });

  test('of any content leave the service answering', async () => {
    const { client } = await openApi();
    const guest = await client('admin');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (text) => {
        guest.send(text);
        expect(await guest.result('ping')).toBe('pong');
      }),
      { numRuns: 100 },
    );
  });

  test('of a hundred pipelined calls are all answered', async () => {
    const { client } = await openApi();
    const viewer = await client('viewer');
    for (let id = 0; id < 100; id += 1) viewer.send({ jsonrpc: '2.0', id, method: 'get_camera_list' });
    await until(() => viewer.replies.length === 100, { what: '100 replies' });
    expect(viewer.replies.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });
});

describe('a client that leaves during a call', () => {
  test('harms nobody', async () => {
    const { client, door } = await openApi();
    const [leaving, staying] = [await client('operator'), await client('viewer')];
    const open = door.gate('startRecording');
    leaving.send({ jsonrpc: '2.0', id: 1, method: 'start_recording', params: { device: 'camera0' } });
    await until(() => door.orders.length === 1, { what: 'the order' });
    leaving.socket.terminate();
    await leaving.closed();
    open();
    await until(() => staying.notices('recording_status_update')[0], { what: 'the notification' });
    expect(await staying.result('ping')).toBe('pong');
  });
});

describe('the end', () => {
  test('lets a call in flight finish, refuses new ones, then says 1001', async () => {
    const { api, client, door } = await openApi();
    const [busy, idle] = [await client('operator'), await client('viewer')];
    const open = door.gate('takeSnapshot');
    busy.send({ jsonrpc: '2.0', id: 'shot', method: 'take_snapshot', params: { device: 'camera0' } });
    await until(() => door.orders.length === 1, { what: 'the order' });
    const closing = api.close();
    expect(await idle.error('get_camera_list')).toMatchObject({
      code: -32050,
      data: { reason: 'service_stopping' },
    });
    await expect(client()).rejects.toThrow('503');
    open();
    await closing;
    expect(busy.replies.find(({ id }) => id === 'shot')?.result.status).toBe('SUCCESS');
    expect([await busy.closed(), await idle.closed()]).toEqual([1001, 1001]);
    expect(door.listenerCount).toBe(0);
    await api.close();
  });

  test('comes in bounded time although a client never says goodbye', async () => {
    const { api, client } = await openApi({ closeGraceMs: 50 });
    const rude = await client();
    rude.socket.pause();
    const startedMs = performance.now();
    await api.close();
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });

  test('after refuse, notifications still go out', async () => {
    const { api, client, door } = await openApi();
    const viewer = await client('viewer');
    api.refuse();
    door.unplug('camera0');
    await until(() => viewer.notices('camera_status_update')[0], { what: 'the notification' });
    expect(await viewer.result('ping')).toBe('pong');
  });
});
