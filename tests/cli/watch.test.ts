import { expect, test } from 'vitest';
import { liveStream } from '../support/fake-views.ts';
import { openApi } from '../support/open-api.ts';
import { startCamctl } from '../support/run-camctl.ts';
import { until } from '../support/until.ts';

test('watch --json prints every camera once, then one line per change, until it is interrupted', async () => {
  const { url, keyOf, door } = await openApi();
  const watch = startCamctl(['watch', '--json'], { CAMCTL_URL: url, CAMCTL_KEY: keyOf.viewer });
  const lines = () =>
    watch
      .out()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  await until(() => lines().length === 2, { what: 'both cameras' });
  door.unplug('camera1');
  await until(() => lines().length === 3, { what: 'the change' });
  expect(lines()[2]).toMatchObject({ device: 'camera1', status: 'DISCONNECTED', state: 'disconnected' });
  door.change('camera0', { stream: liveStream() }); // no notification tells this: the look each second does
  await until(() => lines().length === 4, { what: 'the live stream' });
  expect(lines()[3]).toMatchObject({ device: 'camera0', stream_state: 'live.flowing' });
  watch.interrupt();
  expect(await watch.code).toBe(130);
  expect(watch.err()).toBe('');
});

test('watch redraws its table in a terminal, and only when something changed', async () => {
  const { url, keyOf, door } = await openApi();
  const watch = startCamctl(['watch'], { CAMCTL_URL: url, CAMCTL_KEY: keyOf.viewer }, true);
  const drawings = () => watch.out().split('\u001b[H\u001b[J').slice(1);
  await until(() => drawings().length === 1, { what: 'the first table' });
  expect(drawings()[0]).toMatch(/^2 of 2 cameras connected\n\nCAMERA /);
  door.unplug('camera0');
  await until(() => drawings().length === 2, { what: 'the second table' });
  expect(drawings()[1]).toMatch(/^1 of 2 cameras connected/);
  watch.interrupt();
  expect(await watch.code).toBe(130);
});

test('watch ends with an error when the service goes', async () => {
  const { url, keyOf, api } = await openApi();
  const watch = startCamctl(['watch'], { CAMCTL_URL: url, CAMCTL_KEY: keyOf.viewer });
  await until(() => watch.out().length > 0, { what: 'the first table' });
  await api.close();
  expect(await watch.code).toBe(1);
  expect(watch.err()).toMatch(/^camctl: The service /);
});
