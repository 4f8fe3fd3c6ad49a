import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { methodsByName } from '../../../src/api/methods/table.ts';
import { MAX_PENDING_CALLS } from '../../../src/api/rpc/dispatcher.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a reply', () => {
  test('has exactly one of result and error, the id with its type, and metadata', async () => {
    const { answer, time } = openDispatcher();
    for (const id of [1, 0, 1.5, 'x', '', null]) {
      const reply = await answer({ jsonrpc: '2.0', id, method: 'ping' });
      expect(reply).toEqual({
        jsonrpc: '2.0',
        id,
        result: 'pong',
        metadata: {
          processing_time_ms: 0,
          server_timestamp: new Date(time.wallMs).toISOString(),
          request_id: expect.stringMatching(UUID),
        },
      });
    }
    const failed = await answer({ jsonrpc: '2.0', id: 'x', method: 'nothing' });
    expect(failed).toMatchObject({
      id: 'x',
      error: { code: -32601 },
      metadata: { request_id: expect.stringMatching(UUID) },
    });
    expect(failed).not.toHaveProperty('result');
  });

  test('bears a request id of its own, which also stands in the log and in the error', async () => {
    const { call, log } = openDispatcher();
    const [first, second] = [await call('ping'), await call('get_camera_status', { device: 'camera9' })];
    expect(first.metadata?.request_id).not.toBe(second.metadata?.request_id);
    expect(second.error?.data.correlation_id).toBe(second.metadata?.request_id);
    expect(log.map(({ facts }) => facts.correlation_id)).toEqual([
      first.metadata?.request_id,
      second.metadata?.request_id,
    ]);
  });

  test('passes the request id on to the actors', async () => {
    const { call, door } = openDispatcher();
    const reply = await call('start_recording', { device: 'camera0' });
    expect(door.orders[0]?.args[0]).toMatchObject({ correlationId: reply.metadata?.request_id });
  });
});

describe('a notification', () => {
  test.each([
    { jsonrpc: '2.0', method: 'ping' },
    { jsonrpc: '2.0', method: 'nothing' },
    { jsonrpc: '2.0', method: 'get_camera_status', params: { device: 7 } },
    { jsonrpc: '2.0', method: 'stop_recording', params: { device: 'camera0' } },
  ])('is never answered: %j', async (message) => {
    const { answer } = openDispatcher();
    expect(await answer(message)).toBeUndefined();
  });

  test('is carried out', async () => {
    const { answer, door } = openDispatcher();
    await answer({ jsonrpc: '2.0', method: 'start_recording', params: { device: 'camera0' } });
    expect(door.camera('camera0')?.recording).not.toBeNull();
  });

  test('needs the same login as a call', async () => {
    const { answer, door, session } = openDispatcher();
    await answer(
      { jsonrpc: '2.0', method: 'start_recording', params: { device: 'camera0' } },
      session('viewer'),
    );
    expect(door.orders).toEqual([]);
  });
});

describe('params', () => {
  test.each([undefined, null, {}, []])('%j are none', async (params) => {
    const { call } = openDispatcher();
    expect((await call('get_camera_list', params)).result.total).toBe(2);
  });

  test.each([
    ['get_camera_list', { verbose: true }, 'verbose', 'unknown'],
    ['get_camera_status', undefined, 'device', 'required'],
    ['get_camera_status', [], 'device', 'required'],
    ['get_camera_status', ['camera0'], null, 'named'],
    ['get_camera_status', { device: 0 }, 'device', 'type'],
    ['get_camera_status', { device: null }, 'device', 'type'],
    ['get_camera_status', { device: ['camera0'] }, 'device', 'type'],
    ['get_camera_status', { device: 'camera' }, 'device', 'pattern'],
    ['get_camera_status', { device: 'camera0\n' }, 'device', 'pattern'],
    ['get_camera_status', { device: '../camera0' }, 'device', 'pattern'],
    ['get_camera_status', { device: '/dev/sda' }, 'device', 'pattern'],
    ['get_camera_status', { device: 'camera0', debug: 'true' }, 'debug', 'type'],
    ['start_recording', { device: 'camera0', duration: '10' }, 'duration', 'type'],
    ['start_recording', { device: 'camera0', duration: 0 }, 'duration', 'range'],
    ['start_recording', { device: 'camera0', duration: -5 }, 'duration', 'range'],
    ['start_recording', { device: 'camera0', duration: 1.5 }, 'duration', 'type'],
    ['start_recording', { device: 'camera0', duration: 86_401 }, 'duration', 'range'],
    ['start_recording', { device: 'camera0', duration: 5, duration_hours: 1 }, 'duration_hours', 'exclusive'],
    ['start_recording', { device: 'camera0', format: 'avi' }, 'format', 'enum'],
    ['take_snapshot', { device: 'camera0', filename: '../../etc/passwd' }, 'filename', 'pattern'],
    ['take_snapshot', { device: 'camera0', filename: '.hidden' }, 'filename', 'pattern'],
    ['take_snapshot', { device: 'camera0', filename: 'a..b' }, 'filename', 'pattern'],
    ['take_snapshot', { device: 'camera0', filename: 'a\u0000b' }, 'filename', 'pattern'],
    ['take_snapshot', { device: 'camera0', filename: 'x'.repeat(201) }, 'filename', 'range'],
    ['take_snapshot', { device: 'camera0', quality: 0 }, 'quality', 'range'],
    ['take_snapshot', { device: 'camera0', quality: 101 }, 'quality', 'range'],
    ['take_snapshot', { device: 'camera0', max_age_ms: -1 }, 'max_age_ms', 'range'],
    ['list_recordings', { limit: 0 }, 'limit', 'range'],
    ['list_recordings', { limit: 1001 }, 'limit', 'range'],
    ['list_recordings', { offset: -1 }, 'offset', 'range'],
    ['list_snapshots', { limit: true }, 'limit', 'type'],
    ['inject_fault', { fault: 'explode' }, 'fault', 'enum'],
    ['authenticate', {}, 'auth_token', 'required'],
    ['authenticate', { auth_token: 'x', auth_type: 'basic' }, 'auth_type', 'enum'],
    ['ping', { now: 1 }, 'now', 'unknown'],
  ])('%s %j: %s breaks the rule "%s"', async (method, params, param, rule) => {
    const { call, door } = openDispatcher();
    const { error } = await call(method, params);
    expect(error).toMatchObject({
      code: -32602,
      message: 'Invalid Params',
      data: { param, rule, hint: expect.any(String) },
    });
    expect(door.orders).toEqual([]);
  });

  test('named __proto__ or constructor are just unknown', async () => {
    const { answer } = openDispatcher();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const reply = await answer(
        `{"jsonrpc":"2.0","id":1,"method":"get_camera_list","params":{"${name}":{"x":1}}}`,
      );
      expect(reply?.error?.code).toBe(-32602);
    }
  });
});

describe('a batch', () => {
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });

  test('is answered in one array, without its notifications', async () => {
    const { answer } = openDispatcher();
    const replies = await answer([ping(1), { jsonrpc: '2.0', method: 'ping' }, 5, ping(2)]);
    expect(replies).toMatchObject([
      { id: 1, result: 'pong' },
      { id: null, error: { code: -32600 } },
      { id: 2 },
    ]);
  });

  test('of notifications alone is not answered', async () => {
    const { answer } = openDispatcher();
    expect(
      await answer([
        { jsonrpc: '2.0', method: 'ping' },
        { jsonrpc: '2.0', method: 'nothing' },
      ]),
    ).toBeUndefined();
  });

  test('of one is answered with an array of one', async () => {
    const { answer } = openDispatcher();
    expect(await answer([ping(1)])).toMatchObject([{ id: 1 }]);
  });

  test('runs in its order: what one call did the next one sees', async () => {
    const { answer } = openDispatcher();
    const on = (id: number, method: string) => ({
      jsonrpc: '2.0',
      id,
      method,
      params: { device: 'camera0' },
    });
    const replies = await answer([
      on(1, 'start_recording'),
      on(2, 'get_recording_status'),
      on(3, 'stop_recording'),
      on(4, 'get_recording_status'),
    ]);
    expect(replies).toMatchObject([
      { id: 1 },
      { result: { recording: true } },
      { result: { status: 'STOPPED' } },
      { result: { recording: false } },
    ]);
  });

  test('may log in with its first call', async () => {
    const { answer, session, tokens } = openDispatcher();
    const login = {
      jsonrpc: '2.0',
      id: 1,
      method: 'authenticate',
      params: { auth_token: tokens.sign('eve', 'viewer', 60_000) },
    };
    const replies = await answer([login, { jsonrpc: '2.0', id: 2, method: 'get_camera_list' }], session());
    expect(replies).toMatchObject([{ result: { role: 'viewer' } }, { result: { total: 2 } }]);
  });
});

describe('limits', () => {
  test(`a connection with ${MAX_PENDING_CALLS} unanswered calls is told to wait, and may still ping`, async () => {
    const { call, session, door } = openDispatcher();
    const who = session('operator');
    const open = door.gate('takeSnapshot');
    const waiting = call('take_snapshot', { device: 'camera0' }, who);
    who.pending = MAX_PENDING_CALLS;
    expect((await call('get_camera_list', {}, who)).error).toMatchObject({
      code: -32040,
      data: { retry_after_ms: 1000, reason: 'too_many_pending_calls' },
    });
    expect((await call('ping', {}, who)).result).toBe('pong');
    open();
    await waiting;
    expect(who.pending).toBe(MAX_PENDING_CALLS - 1);
  });

  test('a stopping service refuses calls with the reason and still answers ping', async () => {
    const { call, state } = openDispatcher();
    state.refusing = true;
    expect((await call('get_camera_list')).error).toMatchObject({
      code: -32050,
      data: { reason: 'service_stopping', dependency: 'service' },
    });
    expect((await call('ping')).result).toBe('pong');
  });
});

describe('whatever is sent', () => {
  const names = fc.oneof(
    fc.constantFrom(...methodsByName().keys(), 'rpc.discover', '__proto__', 'constructor'),
    fc.string(),
  );
  const devices = fc.constantFrom(
    'camera0',
    'camera1',
    'camera99',
    '/dev/video0',
    '/dev/video77',
    '/etc/passwd',
  );
  const params = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.record(
      {
        device: fc.oneof(devices, fc.jsonValue()),
        duration: fc.jsonValue(),
        format: fc.jsonValue(),
        filename: fc.string(),
        limit: fc.integer(),
        auth_token: fc.string(),
        fault: fc.constant('unplug'),
      },
      { requiredKeys: [] },
    ),
  );
  const message = fc.record(
    {
      jsonrpc: fc.constant('2.0'),
      id: fc.oneof(fc.integer(), fc.string(), fc.jsonValue()),
      method: names,
      params,
    },
    { requiredKeys: ['jsonrpc', 'method'] },
  );

  test('the answer is a well-formed reply without stack, path or secret', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(message, fc.array(message, { maxLength: 4 })),
        fc.constantFrom('viewer' as const, 'admin' as const, undefined),
        async (sent, role) => {
          const { answer, session } = openDispatcher();
          const reply = await answer(sent, session(role));
          for (const one of reply === undefined ? [] : [reply].flat()) {
            expect(one.jsonrpc).toBe('2.0');
            expect(Number('result' in one) + Number('error' in one)).toBe(1);
            if (one.error === undefined) continue;
            expect(one.error.data).toMatchObject({
              reason: expect.any(String),
              details: expect.any(String),
              suggestion: expect.any(String),
            });
            expect(JSON.stringify(one.error)).not.toMatch(/\/dev\/|\/etc\/|\.ts:|node_modules|\bat \w+ \(/);
            expect(one.error.code).not.toBe(-32603);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
