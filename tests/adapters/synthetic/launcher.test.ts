import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SyntheticButtons } from '../../../src/adapters/synthetic/buttons.ts';
import {
  SyntheticCameraLauncher,
  type SyntheticCameraSettings,
} from '../../../src/adapters/synthetic/launcher.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { startWorld } from '../process/world.ts';

const signal = new AbortController().signal;

async function settings(wish: Partial<SyntheticCameraSettings> = {}): Promise<SyntheticCameraSettings> {
  const folder = await temporaryFolder('cameras-');
  return {
    ...{ node: process.execPath, entry: compiledEntry('simulators/camera/main.ts'), folder, count: 1 },
    ...{
      widthPx: 320,
      heightPx: 240,
      rateFps: 10,
      compressed: [],
      warmUpMs: 0,
      logFile: join(folder, 'cameras.log'),
    },
    ...{ logLimitBytes: 100_000, launchTimeoutMs: 5000 },
    ...wish,
  };
}

describe('launcher of the synthetic cameras', () => {
  test('starts them, and a later life adopts the same process', async () => {
    const world = await startWorld();
    const wish = await settings();
    const launcher = new SyntheticCameraLauncher(world.runner, wish);
    const first = await launcher.ensure(signal);
    expect(first.adopted).toBe(false);
    expect(await new SyntheticButtons(wish.folder).report()).toHaveLength(1);
    const later = new SyntheticCameraLauncher(await world.nextLife(), wish);
    expect(await later.ensure(signal)).toMatchObject({ pid: first.pid, mark: first.mark, adopted: true });
    await later.stop(signal);
    await launcher.ended(first, signal);
  });

  test('starts them anew when the wished cameras are others', async () => {
    const world = await startWorld();
    const wish = await settings();
    const first = await new SyntheticCameraLauncher(world.runner, wish).ensure(signal);
    const second = await new SyntheticCameraLauncher(world.runner, { ...wish, count: 3 }).ensure(signal);
    expect(second.pid).not.toBe(first.pid);
    expect(await new SyntheticButtons(wish.folder).report()).toHaveLength(3);
  });

  test('says why when they end at once', async () => {
    const world = await startWorld();
    const launcher = new SyntheticCameraLauncher(world.runner, await settings({ widthPx: 321 }));
    await expect(launcher.ensure(signal)).rejects.toMatchObject({
      code: 'internal',
      reason: 'cameras_ended',
      message: expect.stringContaining('--width must be even'),
    });
  });
});
