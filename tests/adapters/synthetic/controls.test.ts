import { describe, expect, test } from 'vitest';
import { ControlConnection } from '../../../src/adapters/synthetic/control-connection.ts';
import { SyntheticControls } from '../../../src/adapters/synthetic/controls.ts';
import { openCamera, startCameras } from '../../support/synthetic-cameras.ts';

const signal = new AbortController().signal;
const target = (devicePath: string) => ({ origin: 'synthetic' as const, devicePath });

async function start() {
  const cameras = await startCameras({ widthPx: 320, heightPx: 240, rateFps: 10 });
  const controls = new SyntheticControls(cameras.folder, 5000);
  const at = target(cameras.path(0));
  const value = async (name: string) => (await controls.read(at, [name], signal))[0]?.value;
  return { ...cameras, controls, at, value };
}

describe('synthetic controls', () => {
  test('are listed, set and read, also while a capture has the camera open', async () => {
    const { controls, at, path, value } = await start();
    await openCamera(path(0), 320, 240);
    expect((await controls.list(at, signal)).map(({ name }) => name)).toEqual([
      'brightness',
      'saturation',
      'power_line_frequency',
      'focus_absolute',
      'focus_automatic_continuous',
    ]);
    await controls.set(at, { name: 'brightness', value: 40 }, signal);
    expect(await controls.read(at, ['brightness', 'power_line_frequency'], signal)).toEqual([
      { name: 'brightness', value: 40 },
      { name: 'power_line_frequency', value: 1 },
    ]);
    await controls.set(at, { name: 'brightness', value: 400 }, signal);
    expect(await value('brightness'), 'a driver brings it into the range').toBe(64);
  });

  test('a focus is inactive while the automatic has it', async () => {
    const { controls, at } = await start();
    const focus = async () => (await controls.list(at, signal)).find(({ name }) => name === 'focus_absolute');
    expect((await focus())?.flags).toEqual(['inactive']);
    const set = controls.set(at, { name: 'focus_absolute', value: 30 }, signal);
    await expect(set).rejects.toMatchObject({ code: 'probe-failed', reason: 'control_refused' });
    await controls.set(at, { name: 'focus_automatic_continuous', value: 0 }, signal);
    await controls.set(at, { name: 'focus_absolute', value: 30 }, signal);
    expect(await focus()).toMatchObject({ value: 30, flags: [] });
  });

  test('saturation is forgotten at a stream start, everything without power', async () => {
    const { controls, at, path, value, buttons } = await start();
    for (const name of ['saturation', 'brightness']) await controls.set(at, { name, value: 20 }, signal);
    await openCamera(path(0), 320, 240);
    expect([await value('saturation'), await value('brightness')]).toEqual([64, 20]);
    await buttons.inject('0', 'unplug');
    await expect(controls.list(at, signal)).rejects.toMatchObject({ code: 'device-gone' });
    await buttons.inject('0', 'plug');
    expect(await value('brightness')).toBe(0);
  });

  test('one that is stuck does not move until it is let go', async () => {
    const { controls, at, folder, value } = await start();
    const turn = (stuck: boolean) =>
      ControlConnection.call(
        folder,
        'turnControl',
        { target: '0', name: 'brightness', value: 5, stuck },
        { signal },
      );
    await turn(true);
    await controls.set(at, { name: 'brightness', value: 40 }, signal);
    expect(await value('brightness')).toBe(5);
    await turn(false);
    await controls.set(at, { name: 'brightness', value: 40 }, signal);
    expect(await value('brightness')).toBe(40);
  });

  test('a muted camera answers nobody: the limit ends it', async () => {
    const { folder, at, buttons } = await start();
    await buttons.inject('0', 'mute');
    await expect(new SyntheticControls(folder, 100).list(at, signal)).rejects.toMatchObject({
      code: 'deadline',
    });
  });
});
