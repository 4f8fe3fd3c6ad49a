/** Captures against running media servers: real ffmpeg, real RTSP, real recordings. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FfmpegCaptures } from '../../../src/adapters/ffmpeg/runner.ts';
import { barcodeOf, barcodesOf, jumpsIn, packetsOf, probeStream } from '../../support/frames.ts';
import { until } from '../../support/until.ts';
import { never, servers } from '../mediamtx/house.ts';
import { ENCODING, RECORDING, setStage } from './stage.ts';

describe.each(servers)('capture to %s', (_, which) => {
  test('is constrained baseline at the lowest level, with a keyframe each second and no frame missing', async () => {
    const stage = await setStage(which);
    await stage.launch(RECORDING);
    await stage.captures.start(stage.plan, never);
    await stage.seen((path) => path.available, 'the path is available');
    await until(async () => (await packetsOfFirst(stage)).length > 45, {
      what: '4.5 s recorded',
      timeoutMs: 15_000,
    });
    await stage.captures.stop('camera0', never);
    const part = await until(async () => (await stage.parts())[0], { what: 'a part' });
    await stage.seen((path) => !path.available, 'the path is closed');

    expect(
      await probeStream(part, ['profile', 'level', 'pix_fmt', 'width', 'height', 'has_b_frames']),
    ).toEqual({
      ...{
        profile: 'Constrained Baseline',
        level: 13,
        pix_fmt: 'yuv420p',
        width: 320,
        height: 240,
        has_b_frames: 0,
      },
    });
    const barcodes = await barcodesOf(part);
    expect(barcodes).not.toContain(null);
    expect(jumpsIn(barcodes)).toEqual([]);
    const packets = await packetsOf(part);
    const keyframes = packets.filter(({ keyframe }) => keyframe).map(({ timeS }) => timeS);
    for (const [i, timeS] of keyframes.slice(1).entries()) expect(timeS - keyframes[i]!).toBeLessThan(1.2);
    // What the stamps say lies between two frames is what the camera's clock says.
    const last = barcodes.length - 1;
    const cameraS = (barcodes[last]!.epochMs - barcodes[0]!.epochMs) / 1000;
    expect(Math.abs(packets[last]!.timeS - packets[0]!.timeS - cameraS)).toBeLessThan(0.15);
  });

  test('taps pictures that are younger than 300 ms when they are seen', async () => {
    const stage = await setStage(which, { settings: { encoding: { ...ENCODING, tapIntervalMs: 500 } } });
    await stage.launch();
    const frames = stage.tapped();
    await stage.captures.start(stage.plan, never);
    await until(() => frames.length >= 3, { what: 'three tapped pictures', timeoutMs: 10_000 });
    const agesMs: number[] = [];
    while (agesMs.length < 3) {
      const count = frames.length;
      await until(() => frames.length > count, { what: 'one more', intervalMs: 2 });
      const seenAtMs = Date.now();
      const copy = `${stage.tapFile}.copy.jpg`;
      await copyFile(stage.tapFile, copy);
      agesMs.push(seenAtMs - (await barcodeOf(copy)).epochMs);
    }
    // The youngest of three: with frame threads each of them would be a tap interval old, on a busy machine only some.
    expect(Math.min(...agesMs)).toBeLessThan(300);
    expect(new Set(frames.map(({ digest }) => digest)).size).toBe(frames.length);
  });

  test('survives a killed media server: same process, the tap goes on, and it publishes again by itself', async () => {
    const stage = await setStage(which);
    const server = await stage.launch();
    const frames = stage.tapped();
    const capture = await stage.captures.start(stage.plan, never);
    const { sourceId } = await stage.seen((path) => path.available && path.inboundBytes > 0, 'publishing');
    process.kill(server.pid, 'SIGKILL');
    await stage.house.server.ended(server, never);
    const without = frames.length;
    await until(() => frames.length >= without + 3, { what: 'pictures without a media server' });
    await stage.launch();
    const again = await stage.seen((path) => path.available && path.inboundBytes > 0, 'publishing again');
    expect(again.sourceId).not.toBe(sourceId);
    const found = await stage.captures.find('camera0', never);
    expect(found?.process.pid).toBe(capture.pid);
  });

  test('stops within its limit and lets go of camera and path', async () => {
    const stage = await setStage(which);
    await stage.launch();
    const capture = await stage.captures.start(stage.plan, never);
    await stage.seen((path) => path.available, 'publishing');
    const fromMs = performance.now();
    await stage.captures.stop('camera0', never);
    expect(performance.now() - fromMs).toBeLessThan(2000 + 500);
    await stage.captures.ended(capture, never);
    await stage.seen((path) => !path.available, 'the path is closed');
    await until(async () => !(await stage.cameras.buttons.report())[0]!.opened, {
      what: 'the camera is free',
    });
    await stage.captures.stop('camera0', never);
  });

  test('an unplugged camera ends it as gone, whatever the exit code is', async () => {
    const stage = await setStage(which);
    await stage.launch();
    const capture = await stage.captures.start(stage.plan, never);
    await stage.seen((path) => path.available, 'publishing');
    await stage.cameras.buttons.inject('0', 'unplug');
    const { trouble } = await stage.captures.ended(capture, never);
    expect(trouble).toMatchObject({ code: 'device-gone' });
  });

  test('the ledger holds the plan and never the password', async () => {
    const stage = await setStage(which);
    await stage.launch();
    await stage.captures.start(stage.plan, never);
    const ledger = await readFile(join(stage.world.dataDirectory, 'ledger.json'), 'utf8');
    expect(ledger).toContain('<redacted>');
    expect(ledger).not.toContain(stage.publisher.password);
    const later = new FfmpegCaptures(await stage.world.nextLife(), stage.settings);
    expect(await later.find('camera0', never)).toMatchObject({
      plan: stage.plan,
      process: { adopted: true },
    });
  });
});

async function packetsOfFirst(stage: Awaited<ReturnType<typeof setStage>>) {
  const [part] = await stage.parts();
  return part === undefined ? [] : packetsOf(part).catch(() => []);
}
