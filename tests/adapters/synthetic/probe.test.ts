import { describe, expect, test } from 'vitest';
import { SyntheticProbe } from '../../../src/adapters/synthetic/probe.ts';
import { SyntheticSource } from '../../../src/adapters/synthetic/source.ts';
import type { Device } from '../../../src/machines/values.ts';
import { openCamera, startCameras } from '../../support/synthetic-cameras.ts';

const signal = new AbortController().signal;

async function firstDevice(folder: string): Promise<Device> {
  const nodes = (await new SyntheticSource(folder).list(signal)).slice(0, 1);
  return { identity: { key: 'synthetic:0', matchedBy: 'synthetic', ambiguous: false }, nodes };
}

describe('synthetic camera probe', () => {
  test('says what the camera can, also while a capture has it open', async () => {
    const { folder, path } = await startCameras({ widthPx: 640, heightPx: 480, rateFps: 15 });
    await openCamera(path(0), 640, 480);
    const { devicePath, capabilities } = await new SyntheticProbe(folder).probe(
      await firstDevice(folder),
      signal,
    );
    expect(devicePath).toBe(path(0));
    expect(capabilities).toMatchObject({
      card: 'Synthetic Camera 0',
      driver: 'synthetic',
      deviceCaps: ['Video Capture', 'Streaming'],
    });
    expect(capabilities.formats[0]).toMatchObject({
      fourcc: 'YUYV',
      sizes: [
        { widthPx: 640, heightPx: 480, frameRatesFps: [15, 10, 5] },
        { widthPx: 320, heightPx: 240, frameRatesFps: [15, 10, 5] },
        { widthPx: 160, heightPx: 120, frameRatesFps: [15, 10, 5] },
      ],
    });
  });

  test('waits on a muted camera until its caller calls it off', async () => {
    const { folder, buttons } = await startCameras();
    const device = await firstDevice(folder);
    await buttons.inject('0', 'mute');
    const calledOff = AbortSignal.timeout(150);
    await expect(new SyntheticProbe(folder).probe(device, calledOff)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  test('says that the camera is gone when it is unplugged, or when no process answers', async () => {
    const { folder, buttons, process: child } = await startCameras();
    const device = await firstDevice(folder);
    await buttons.inject('0', 'unplug');
    await expect(new SyntheticProbe(folder).probe(device, signal)).rejects.toMatchObject({
      code: 'device-gone',
    });
    child.kill('SIGKILL');
    await expect(new SyntheticProbe(folder).probe(device, signal)).rejects.toMatchObject({
      code: 'device-gone',
    });
  });
});
