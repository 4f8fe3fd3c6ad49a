import { expect, test } from 'vitest';
import { type OpenApi, openApi } from '../support/open-api.ts';
import { camctl } from '../support/run-camctl.ts';

const envOf = ({ url, keyOf }: OpenApi) => ({ CAMCTL_URL: url, CAMCTL_KEY: keyOf.operator });

test('disable, enable and retry say where the camera is then', async () => {
  const api = await openApi();
  expect(await camctl(['disable', 'camera0'], envOf(api))).toMatchObject({
    code: 0,
    out: 'camera0 disabled.present "Camera camera0"\n',
  });
  expect((await camctl(['enable', 'camera0'], envOf(api))).out).toMatch(/^camera0 settling /);
  expect((await camctl(['retry', 'camera0'], envOf(api))).code).toBe(0);
  expect(api.door.orders.map(({ order }) => order)).toEqual(['disableCamera', 'enableCamera', 'retryCamera']);
});

test('cameras lists those that are away, with when they were last there', async () => {
  const api = await openApi();
  api.door.unplug('camera1');
  api.door.change('camera1', { lastSeenAtMs: Date.UTC(2026, 10, 23, 4, 0, 0) });
  const { out } = await camctl(['cameras'], envOf(api));
  const [head, ...lines] = out.trimEnd().split('\n');
  expect(head).toMatch(/^CAMERA +STATUS +STATE +LAST SEEN +NAME$/);
  expect(lines[0]).toMatch(/^camera0 +CONNECTED +ready\.confirmed +- +Camera camera0$/);
  expect(lines[1]).toMatch(
    /^camera1 +DISCONNECTED +disconnected +2026-11-23T04:00:00\.000Z +Camera camera1$/,
  );
});

test('cameras rename and cameras forget', async () => {
  const api = await openApi();
  expect((await camctl(['cameras', 'rename', 'camera0', 'Front door'], envOf(api))).out).toBe(
    'camera0 ready.confirmed "Front door"\n',
  );
  expect(await camctl(['cameras', 'forget', 'camera0'], envOf(api))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/camera0 is plugged in/),
  });
  api.door.unplug('camera0');
  expect((await camctl(['--json', 'cameras', 'forget', 'camera0'], envOf(api))).out).toBe(
    '{"device":"camera0","status":"FORGOTTEN"}\n',
  );
});

test('controls is a table; set keeps a value, and without one goes back to the default', async () => {
  const api = await openApi();
  const { out } = await camctl(['controls', 'camera0'], envOf(api));
  const [head, ...lines] = out.trimEnd().split('\n');
  expect(head).toMatch(/^CONTROL +VALUE +KEPT +DEFAULT +RANGE +FLAGS$/);
  expect(lines[0]).toMatch(/^brightness +7 +7 +0 +-64 to 64$/);
  expect(lines[1]).toMatch(
    /^power_line_frequency +1 \(50 Hz\) +- +1 \(50 Hz\) +0 \(Disabled\), 1 \(50 Hz\)$/,
  );
  expect(lines[3]).toMatch(
    /^focus_absolute +35 +- +0 +0 to 250 by 5 +inactive by focus_automatic_continuous$/,
  );
  expect((await camctl(['set', 'camera0', 'brightness', '12'], envOf(api))).out).toBe(
    'camera0 brightness 12\n',
  );
  expect((await camctl(['set', 'camera0', 'brightness', '--', '-5'], envOf(api))).out).toBe(
    'camera0 brightness -5\n',
  );
  expect((await camctl(['set', 'camera0', 'brightness'], envOf(api))).out).toBe(
    'camera0 brightness 0 (default)\n',
  );
  expect((await camctl(['set', 'camera0', 'gone'], envOf(api))).out).toBe(
    'camera0 gone is not kept any more\n',
  );
});
