/** Polled results are kept as texts: nobody may notice, except by the processor. */
import { expect, test } from 'vitest';
import { KeptResults } from '../../../src/api/rpc/kept-results.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

const STATUS = ['get_camera_status', { device: 'camera0' }] as const;

test('a client that polls sees a change at once', async () => {
  const { call, door } = openDispatcher();
  expect((await call(...STATUS)).result).toMatchObject({ status: 'CONNECTED' });
  door.unplug('camera0');
  expect((await call(...STATUS)).result).toMatchObject({ status: 'DISCONNECTED' });
  expect((await call('get_camera_list')).result).toMatchObject({ connected: 1 });
  door.plug('camera0');
  expect((await call('get_camera_list')).result).toMatchObject({ connected: 2 });
});

test('each reply has its own id and its own request', async () => {
  const { answer } = openDispatcher();
  const ask = (id: number | string) => answer({ jsonrpc: '2.0', id, method: 'get_camera_list' });
  const [first, second] = [await ask(7), await ask('seven')];
  expect([first?.id, second?.id]).toEqual([7, 'seven']);
  expect(first?.result).toEqual(second?.result);
  expect(first?.metadata?.request_id).not.toBe(second?.metadata?.request_id);
});

test('what an admin may see is not kept for a viewer', async () => {
  const { call, session } = openDispatcher();
  const debug = { device: 'camera0', debug: true };
  expect((await call('get_camera_status', debug, session('admin'))).result).toHaveProperty('debug');
  expect((await call('get_camera_status', debug, session('viewer'))).result).not.toHaveProperty('debug');
});

test('each client gets addresses by the name under which it came', async () => {
  const { call, session } = openDispatcher();
  const rtsp = async (host: string) => {
    const { result } = await call(...STATUS, { ...session('viewer'), host });
    return (result as { streams: { rtsp: string } }).streams.rtsp;
  };
  expect(await rtsp('one.example')).toMatch(/^rtsp:\/\/one\.example:/);
  expect(await rtsp('two.example')).toMatch(/^rtsp:\/\/two\.example:/);
});

test('a login that ended meanwhile gets nothing that was kept', async () => {
  const { call, session, time } = openDispatcher();
  const who = session('viewer');
  who.principal = { ...who.principal!, expiresAtMs: time.wallMs + 1 };
  expect((await call(...STATUS, who)).result).toBeDefined();
  time.wallMs += 1;
  expect((await call(...STATUS, who)).error).toMatchObject({ data: { reason: 'token_expired' } });
});

test('the seconds that a stream has been live go on although no actor moves', async () => {
  const { call, door, time } = openDispatcher();
  const { stream } = door.camera('camera0')!;
  door.change('camera0', { stream: { ...stream, liveSinceAtMs: time.wallMs } });
  const uptime = async () =>
    ((await call(...STATUS)).result as { metrics: { uptime: number } }).metrics.uptime;
  expect(await uptime()).toBe(0);
  time.wallMs += 2000;
  time.monoMs += 2000;
  expect(await uptime()).toBe(2);
});

test('a refusal is not kept', async () => {
  const { call, door } = openDispatcher();
  expect((await call('get_camera_status', { device: 'camera2' })).error).toBeDefined();
  door.plug('camera2');
  expect((await call('get_camera_status', { device: 'camera2' })).result).toMatchObject({
    device: 'camera2',
  });
});

test('a client that names ever new hosts makes no memory grow', () => {
  const kept = new KeptResults();
  const made: string[] = [];
  const ask = (key: string) => kept.textOf(key, 1, 0, () => `text ${made.push(key)}`);
  expect(ask('first')).toBe('text 1');
  expect(ask('first')).toBe('text 1');
  for (let i = 0; i < 256; i += 1) ask(`host ${i}`);
  expect(ask('first')).not.toBe('text 1');
});
