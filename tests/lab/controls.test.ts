/** Controls of a real driver through the real v4l2-ctl: every kind it has, and kept when the driver forgets them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { Lab } from './lab.ts';

interface ControlRow {
  readonly control: string;
  readonly type: string;
  readonly value: unknown;
  readonly inactive: boolean;
  readonly decided_by: string | null;
}

const DEVICE = 'camera0';
let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
});
afterAll(async () => {
  for (const control of ['brightness', 'menu', 'boolean', 'gain_automatic'])
    await lab?.call('set_camera_control', { device: DEVICE, control, reset: true }).catch(() => undefined);
  lab?.close();
});

const set = (control: string, value: unknown) =>
  lab.call<ControlRow>('set_camera_control', { device: DEVICE, control, value });
/** As v4l2-ctl tells it, past the service. */
const shown = async (control: string) =>
  (await lab.guest.must(`v4l2-ctl -d /dev/video0 --get-ctrl ${control}`)).trim();

test('every kind is listed as v4l2-ctl prints it', async () => {
  const { controls } = await lab.call<{ controls: ControlRow[] }>('get_camera_controls', { device: DEVICE });
  const types = Object.fromEntries(controls.map(({ control, type }) => [control, type]));
  expect(types).toMatchObject({
    brightness: 'int',
    integer_64_bits: 'int64',
    boolean: 'bool',
    menu: 'menu',
    integer_menu: 'intmenu',
    button: 'button',
    bitmask: 'bitmask',
    string: 'string',
  });
  expect(controls.find(({ control }) => control === 'gain')).toMatchObject({
    inactive: true,
    decided_by: 'gain_automatic',
  });
});

test('what is set is what the driver has; what does not fit is refused with the range', async () => {
  await set('brightness', 200);
  expect(await shown('brightness')).toBe('brightness: 200');
  await set('menu', 'Menu Item 4');
  expect(await shown('menu')).toMatch(/^menu: 4\b/);
  await set('boolean', false);
  expect(await shown('boolean')).toBe('boolean: 0');
  await set('button', true);
  await expect(set('brightness', 256)).rejects.toMatchObject({
    data: { details: 'brightness must be 0 to 255 in steps of 1.' },
  });
  await expect(set('gain', 50)).rejects.toMatchObject({ data: { reason: 'control_inactive' } });
  await set('gain_automatic', false);
  expect(await set('gain', 50)).toMatchObject({ value: 50, inactive: false });
  await lab.call('set_camera_control', { device: DEVICE, control: 'gain', reset: true });
});

test('a driver that was taken out and put back has forgotten them, and gets them again', async () => {
  await lab.guest.must('echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind');
  await until(async () => Object.values(await lab.cameras()).every(({ state }) => state === 'disconnected'), {
    what: 'both cameras are away',
    timeoutMs: 60_000,
  });
  await lab.guest.must('echo vivid.0 > /sys/bus/platform/drivers/vivid/bind');
  await lab.untilReady();
  await until(async () => (await shown('brightness').catch(() => '')) === 'brightness: 200', {
    what: 'the brightness is set again',
    timeoutMs: 60_000,
    intervalMs: 500,
  });
  expect(await shown('boolean')).toBe('boolean: 0');
});
