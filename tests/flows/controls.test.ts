/**
 * A camera's controls, from the API down to the camera: what was set stands after a re-plug, after a stream start that
 * made the camera forget it, and after the death of the service; what does not stand is told.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ControlConnection } from '../../src/adapters/synthetic/control-connection.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

interface ControlRow {
  readonly control: string;
  readonly value: unknown;
  readonly wanted: unknown;
  readonly inactive: boolean;
  readonly decided_by: string | null;
}
interface Controls {
  readonly state: string;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly drifted: readonly unknown[];
}

describeMediaServers('controls', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 2,
      config: { camera: { control_check_ms: 300, control_backoff_ms: 100, confirm_after_ms: 200 } },
    });
  }, 60_000);
  afterAll(() => service.dispose());

  const set = (device: string, control: string, value: unknown) =>
    service.call<ControlRow>('set_camera_control', { device, control, value });
  const listed = async (device: string) => {
    const { controls } = await service.call<{ controls: ControlRow[] }>('get_camera_controls', { device });
    return Object.fromEntries(controls.map((row) => [row.control, row.value]));
  };
  const state = async (device: string) =>
    (await service.call<{ controls: Controls }>('get_camera_status', { device })).controls;
  /** What the camera itself has, past the service. */
  const inside = async (device: string) => {
    const folder = join(service.runtimeFolder, 'synthetic');
    const signal = AbortSignal.timeout(5000);
    const target = device.replace('camera', '');
    const { controls } = await ControlConnection.call(folder, 'controls', { target }, { signal });
    return Object.fromEntries(controls.map(({ name, value }) => [name, value]));
  };
  const turn = async (device: string, name: string, value: number, stuck: boolean) => {
    const folder = join(service.runtimeFolder, 'synthetic');
    const target = device.replace('camera', '');
    const params = { target, name, value, stuck };
    await ControlConnection.call(folder, 'turnControl', params, { signal: AbortSignal.timeout(5000) });
  };
  const untilInside = (device: string, expected: Readonly<Record<string, unknown>>, what: string) =>
    until(
      async () => {
        const now = await inside(device);
        return Object.entries(expected).every(([name, value]) => now[name] === value);
      },
      { what, timeoutMs: 20_000 },
    );

  test('set, re-plugged, streamed, killed: still set; reset: not any more', async () => {
    const device = 'camera0';
    await service.untilStream(device, 'idle');
    await expect(set(device, 'brightness', 65)).rejects.toMatchObject({
      code: -32602,
      data: { details: 'brightness must be -64 to 64 in steps of 1.' },
    });
    await expect(set(device, 'focus_absolute', 30)).rejects.toMatchObject({
      code: -32020,
      data: { reason: 'control_inactive', details: expect.stringContaining('focus_automatic_continuous') },
    });
    await expect(set(device, 'colour', 1)).rejects.toMatchObject({ code: -32010, data: { id: 'colour' } });

    expect(await set(device, 'brightness', 40)).toMatchObject({ value: 40, wanted: 40 });
    expect(await set(device, 'power_line_frequency', '60 Hz')).toMatchObject({ value: 2 });
    expect(await set(device, 'focus_automatic_continuous', false)).toMatchObject({ value: false });
    expect(await set(device, 'focus_absolute', 30)).toMatchObject({ value: 30, inactive: false });
    expect(await set(device, 'saturation', 100)).toMatchObject({ value: 100 });
    const wanted = {
      brightness: 40,
      power_line_frequency: 2,
      focus_automatic_continuous: 0,
      focus_absolute: 30,
      saturation: 100,
    };
    expect((await state(device)).kept).toEqual(wanted);

    await service.call('inject_fault', { fault: 'unplug', device });
    await until(async () => (await state(device)).state === 'absent', { what: 'it is away' });
    await expect(set(device, 'brightness', 1)).rejects.toMatchObject({
      data: { reason: 'camera_disconnected' },
    });
    await service.call('inject_fault', { fault: 'plug', device });
    await untilInside(device, wanted, 'set again after the re-plug, the switch before what it unlocks');

    await service.call('start_streaming', { device });
    await until(() => service.story(`controls:${device}`).some(({ event }) => event === 'stream.flowing'), {
      what: 'a look because a stream began',
    });
    await untilInside(
      device,
      wanted,
      'set again: the camera forgets its saturation when it begins to stream',
    );

    await service.crashAndRestart();
    await turn(device, 'brightness', -10, false);
    await untilInside(device, wanted, 'set again by the next life');
    await until(async () => (await state(device)).state === 'settled', { what: 'all of it stands' });
    expect((await state(device)).kept).toEqual(wanted);

    const reset = await service.call<ControlRow>('set_camera_control', {
      device,
      control: 'brightness',
      reset: true,
    });
    expect(reset).toMatchObject({ value: 0, wanted: null });
    expect((await state(device)).kept).not.toHaveProperty('brightness');
    expect(await listed(device)).toMatchObject({ brightness: 0, focus_absolute: 30, saturation: 100 });
  }, 120_000);

  test('a camera that changes it by itself is told as drifted, and set right once it lets go', async () => {
    const device = 'camera1';
    await set(device, 'brightness', 40);
    await turn(device, 'brightness', 5, true);
    const drifted = await until(
      async () => {
        const now = await state(device);
        return now.state === 'drifted' && now;
      },
      { what: 'drift', timeoutMs: 20_000 },
    );
    expect(drifted.drifted).toEqual([{ control: 'brightness', wanted: 40, found: 5 }]);
    await expect(set(device, 'brightness', 20)).rejects.toMatchObject({
      code: -32050,
      data: { reason: 'control_not_taken', details: expect.stringContaining('it shows 5') },
    });
    expect((await state(device)).kept, 'what was kept is kept').toEqual({ brightness: 40 });
    await turn(device, 'brightness', 5, false);
    await service.call('start_streaming', { device });
    await untilInside(device, { brightness: 40 }, 'set right');
    await until(async () => (await state(device)).state === 'settled', { what: 'it stands' });
    expect((await state(device)).drifted).toEqual([]);
  }, 60_000);

  test('a camera that does not answer holds nobody longer than the limit', async () => {
    const device = 'camera1';
    await service.call('inject_fault', { fault: 'mute', device });
    const fromMs = performance.now();
    await expect(service.call('get_camera_controls', { device })).rejects.toMatchObject({ code: -32050 });
    console.log(`${server}: a silent camera was given up after ${Math.round(performance.now() - fromMs)} ms`);
    await service.call('inject_fault', { fault: 'unmute', device });
    await until(async () => (await state(device)).state === 'settled', {
      what: 'it answers again',
      timeoutMs: 20_000,
    });
  }, 60_000);
});
