import { describe, expect, test } from 'vitest';
import { CameraError } from '../../../src/machines/errors.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

const DEVICE = { device: 'camera0' };

describe('orders to a camera', () => {
  test('are answered with where it is then', async () => {
    const { call, session } = openDispatcher();
    const operator = session('operator');
    expect((await call('disable_camera', DEVICE, operator)).result).toEqual({
      device: 'camera0',
      status: 'DISCONNECTED',
      name: 'Camera camera0',
      state: 'disabled.present',
      stream_state: 'idle',
    });
    expect((await call('enable_camera', DEVICE, operator)).result).toMatchObject({ state: 'settling' });
    expect((await call('retry_camera', DEVICE, operator)).result).toMatchObject({ device: 'camera0' });
  });

  test.each(['enable_camera', 'disable_camera', 'retry_camera', 'forget_camera', 'rename_camera'])(
    '%s to a camera that nobody knows is -32010',
    async (method) => {
      const { call, door } = openDispatcher();
      const { error } = await call(method, {
        device: 'camera9',
        ...(method === 'rename_camera' ? { name: 'Door' } : {}),
      });
      expect(error).toMatchObject({ code: -32010, data: { reason: 'camera_unknown', id: 'camera9' } });
      expect(door.orders).toEqual([]);
    },
  );

  test('a retry where nothing waits for one is a conflict that names what would work', async () => {
    const { call, door } = openDispatcher();
    door.fail('retryCamera', new CameraError('wrong-state', 'Nothing.', { reason: 'nothing_to_retry' }));
    expect((await call('retry_camera', DEVICE)).error).toMatchObject({
      code: -32020,
      data: {
        reason: 'nothing_to_retry',
        state: 'ready.confirmed',
        allowed: ['start_recording', 'take_snapshot'],
        allowed_states: ['faulted', 'probeBackoff'],
      },
    });
  });

  test('a camera that is away is forgotten, one that is plugged in is not', async () => {
    const { call, door } = openDispatcher();
    expect((await call('forget_camera', DEVICE)).error).toMatchObject({
      code: -32020,
      data: { reason: 'camera_plugged_in' },
    });
    door.unplug('camera0');
    expect((await call('forget_camera', DEVICE)).result).toEqual({ device: 'camera0', status: 'FORGOTTEN' });
    expect((await call('get_camera_status', DEVICE)).error?.code).toBe(-32010);
  });
});

describe('a name', () => {
  test('is trimmed and written in one way', async () => {
    const { call, door } = openDispatcher();
    const { result } = await call('rename_camera', { ...DEVICE, name: '  Cafe\u0301 door ' });
    expect(result).toMatchObject({ name: 'Caf\u00e9 door' });
    expect(door.orders.at(-1)?.args).toEqual(['camera0', 'Caf\u00e9 door']);
  });

  test.each([
    ['', 'empty'],
    [' \u00a0 ', 'empty'],
    ['x'.repeat(65), 'range'],
    ['two\nlines', 'characters'],
    ['bell\u0007', 'characters'],
    ['turned\u202eround', 'characters'],
    [7, 'type'],
  ])('%j is refused with what is wrong', async (name, rule) => {
    const { call, door } = openDispatcher();
    expect((await call('rename_camera', { ...DEVICE, name })).error).toMatchObject({
      code: -32602,
      data: { param: 'name', rule },
    });
    expect(door.orders).toEqual([]);
  });

  test.each([
    'Haust\u00fcr',
    '\u73a9\u95a2',
    'Cam \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67',
    'x'.repeat(64),
  ])('%j is fine', async (name) => {
    const { call } = openDispatcher();
    expect((await call('rename_camera', { ...DEVICE, name })).result).toMatchObject({ name });
  });
});

test('the status says how a camera is known again, and when one that is away was last there', async () => {
  const { call, door } = openDispatcher();
  expect((await call('get_camera_status', DEVICE)).result).toMatchObject({
    identity: { matched_by: 'serial', ambiguous: false },
    last_seen: null,
  });
  door.change('camera1', { lastSeenAtMs: Date.UTC(2026, 10, 23, 4, 0, 0) });
  expect((await call('get_camera_list')).result.cameras[1]).toMatchObject({
    last_seen: '2026-11-23T04:00:00.000Z',
  });
});
