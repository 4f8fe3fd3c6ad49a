import { describe, expect, test } from 'vitest';
import { CameraError } from '../../../src/machines/errors.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

const DEVICE = { device: 'camera0' };

test('controls are listed with what is wanted, who decides them, and switches as true and false', async () => {
  const { call, session } = openDispatcher();
  const { result } = await call('get_camera_controls', DEVICE, session('viewer'));
  expect(result.controls.map(({ control }: { control: string }) => control)).toEqual([
    'brightness',
    'power_line_frequency',
    'focus_automatic_continuous',
    'focus_absolute',
    'restart',
  ]);
  expect(result.controls[0]).toMatchObject({
    value: 7,
    wanted: 7,
    min: -64,
    max: 64,
    step: 1,
    inactive: false,
  });
  expect(result.controls[1].menu).toEqual([
    { value: 0, name: 'Disabled' },
    { value: 1, name: '50 Hz' },
  ]);
  expect(result.controls[2]).toMatchObject({ type: 'bool', value: true, default: true });
  expect(result.controls[3]).toMatchObject({ inactive: true, decided_by: 'focus_automatic_continuous' });
  expect(result.controls[4]).toMatchObject({ value: null });
});

describe('a control', () => {
  test('is set and answered with what the camera shows', async () => {
    const { call, door, session } = openDispatcher();
    const params = { ...DEVICE, control: 'brightness', value: 12 };
    expect((await call('set_camera_control', params, session('operator'))).result).toMatchObject({
      control: 'brightness',
      value: 12,
      wanted: 12,
    });
    expect(door.orders.at(-1)).toEqual({ order: 'setControl', args: ['camera0', 'brightness', 12] });
  });

  test.each([{ reset: true }, { value: null }, { reset: true, value: null }])(
    '%j is the default',
    async (how) => {
      const { call, door } = openDispatcher();
      const { result } = await call('set_camera_control', { ...DEVICE, control: 'brightness', ...how });
      expect(result).toMatchObject({ value: 0, wanted: null });
      expect(door.orders.at(-1)?.args).toEqual(['camera0', 'brightness', null]);
    },
  );

  test('that only stood on our side is taken back without a value', async () => {
    const { call } = openDispatcher();
    const { result } = await call('set_camera_control', { ...DEVICE, control: 'gone', reset: true });
    expect(result).toEqual({ device: 'camera0', control: 'gone' });
  });

  test.each([
    [{ control: 'brightness' }, 'value', 'required'],
    [{ control: 'brightness', value: 5, reset: true }, 'reset', 'either'],
    [{ control: 'Brightness; rm', value: 5 }, 'control', 'pattern'],
    [{ value: 5 }, 'control', 'required'],
  ])('%j is refused', async (params, param, rule) => {
    const { call, door } = openDispatcher();
    expect((await call('set_camera_control', { ...DEVICE, ...params })).error).toMatchObject({
      code: -32602,
      data: { param, rule },
    });
    expect(door.orders).toEqual([]);
  });

  test.each([
    ['bad-params', -32602],
    ['not-found', -32010],
    ['wrong-state', -32020],
    ['probe-failed', -32050],
  ] as const)('that fails as %s is %i, in the words of the camera', async (code, expected) => {
    const { call, door } = openDispatcher();
    door.fail('setControl', new CameraError(code, 'brightness must be -64 to 64 in steps of 1.'));
    const { error } = await call('set_camera_control', { ...DEVICE, control: 'brightness', value: 99 });
    expect(error).toMatchObject({
      code: expected,
      data: { details: 'brightness must be -64 to 64 in steps of 1.' },
    });
  });
});

test('the status says what is kept and what does not stand', async () => {
  const { call, door } = openDispatcher();
  door.change('camera0', {
    controls: {
      state: 'drifted',
      kept: [{ name: 'brightness', value: 7 }],
      drifted: [{ name: 'brightness', wanted: 7, found: 0 }],
      trouble: null,
    },
  });
  expect((await call('get_camera_status', DEVICE)).result.controls).toEqual({
    state: 'drifted',
    kept: { brightness: 7 },
    drifted: [{ control: 'brightness', wanted: 7, found: 0 }],
    trouble: null,
  });
});
