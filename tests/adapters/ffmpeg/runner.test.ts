/** Captures and their cameras, with nobody at the publish URL: what concerns no media server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FfmpegCaptures } from '../../../src/adapters/ffmpeg/runner.ts';
import { holdersOfDevice } from '../../../src/adapters/process/device-holders.ts';
import type { CapturePlan, ProcessIdentity } from '../../../src/machines/values.ts';
import { barcodeOf } from '../../support/frames.ts';
import { until } from '../../support/until.ts';
import { never } from '../mediamtx/house.ts';
import { setBackstage } from './stage.ts';

/** Nobody listens at port 1. */
const url = 'rtsp://publisher:hidden-word@127.0.0.1:1/camera0';

/** A capture of a V4L2 device that is a file, by an ffmpeg that runs these lines of shell; `$device` is the device. */
async function playedCapture(script: string) {
  const backstage = await setBackstage({ url });
  const { dataDirectory } = backstage.world;
  const device = join(dataDirectory, 'video9');
  const ffmpeg = join(dataDirectory, 'ffmpeg');
  writeFileSync(device, '');
  writeFileSync(ffmpeg, `#!/bin/sh\ndevice=${device}\n${script}\n`, { mode: 0o755 });
  const captures = new FfmpegCaptures(backstage.world.runner, { ...backstage.settings, ffmpeg });
  const plan: CapturePlan = { ...backstage.plan, origin: 'v4l2', devicePath: device };
  return { ...backstage, captures, plan, device };
}

describe('capture runner', () => {
  test('gives pictures without any media server, and a frozen camera gives equal ones', async () => {
    const { captures, cameras, plan, tapped, tapFile } = await setBackstage({ url });
    const frames = tapped();
    await captures.start(plan, never);
    await until(() => frames.length >= 2, { what: 'two pictures' });
    expect(frames[0]!.digest).not.toBe(frames[1]!.digest);
    await cameras.buttons.inject('0', 'freeze');
    const from = frames.length + 2;
    await until(() => frames.length >= from + 2, { what: 'frozen pictures' });
    expect(frames.at(-1)!.digest).toBe(frames.at(-2)!.digest);
    expect((await barcodeOf(tapFile)).camera).toBe(0);
  });

  test('a smaller mode than the configured one is captured in that size', async () => {
    const { captures, plan, tapped, tapFile } = await setBackstage({ url });
    const frames = tapped();
    await captures.start({ ...plan, widthPx: 160, heightPx: 120, rateFps: 5 }, never);
    await until(() => frames.length >= 1, { what: 'a picture' });
    expect((await barcodeOf(tapFile)).camera).toBe(0);
  });

  test('a camera that somebody else has open is busy', async () => {
    const { captures, cameras, plan } = await setBackstage({ url });
    await captures.start({ ...plan, cameraId: 'camera7' }, never);
    await until(async () => (await cameras.buttons.report())[0]?.opened, {
      what: 'the first capture has the camera open',
      timeoutMs: 10_000,
    });
    const { trouble } = await captures.ended(await captures.start(plan, never), AbortSignal.timeout(10_000));
    expect(trouble).toMatchObject({ code: 'device-busy', reason: 'device_busy' });
  });

  test('a device that another process holds is busy, and that process is named', async () => {
    const { captures, plan, device } = await playedCapture(
      'echo "$device: Device or resource busy" >&2; exit 1',
    );
    const holder = spawn('tail', ['-f', device], { stdio: 'ignore' });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder, 'spawn');
    await until(async () => (await holdersOfDevice(device)).holders.length > 0, {
      what: 'the device is held',
    });
    const { trouble } = await captures.ended(await captures.start(plan, never), never);
    expect(trouble).toEqual({
      code: 'device-busy',
      reason: 'device_busy',
      message: `Another process uses the camera: tail (pid ${holder.pid}).`,
      suggestion: 'End it; a stream that is still wanted comes back by itself.',
      facts: { holders: [{ pid: holder.pid, command: 'tail', ours: false }] },
    });
  });

  test('a device that a capture of another camera still holds is told as held by ours', async () => {
    const { captures, plan, device, world } = await playedCapture(
      'echo "$device: Device or resource busy" >&2; exit 1',
    );
    const request = { role: 'capture', owner: 'camera7', command: 'tail', args: ['-f', device] };
    const log = { logFile: `${world.dataDirectory}/x.log`, logLimitBytes: 10_000 };
    const { pid } = await world.runner.spawn({ ...request, ...log });
    await until(async () => (await holdersOfDevice(device)).holders.some((one) => one.pid === pid), {
      what: 'the device is held',
    });
    const { trouble } = await captures.ended(await captures.start(plan, never), never);
    expect(trouble).toMatchObject({
      message: `Another process of this service still uses the camera: tail (pid ${pid}, captures camera7).`,
      facts: { holders: [{ pid, ours: true }] },
    });
  });

  test.each([
    ['Permission denied', 'no_permission', /^The camera may not be opened by this user: /],
    ['Operation not permitted', 'device_not_allowed', /^The camera may not be opened from in here\.$/],
  ])('a device that says %s: %s, with what to do', async (words, reason, message) => {
    const { captures, plan } = await playedCapture(`echo "$device: ${words}" >&2; exit 1`);
    const { trouble } = await captures.ended(await captures.start(plan, never), never);
    expect(trouble).toMatchObject({
      ...{ code: 'no-permission', reason },
      message: expect.stringMatching(message),
      suggestion: expect.stringMatching(/^(Add|Allow) /),
    });
  });

  test('a capture that lives and brings nothing is explained by its own words', async () => {
    const { captures, plan } = await playedCapture(
      'for n in 1 2 3 4 5; do echo "[h264 @ 0x1] non-existing PPS 0 referenced" >&2; done; exec sleep 60',
    );
    expect(await captures.complaint('camera0')).toBeNull();
    await captures.start(plan, never);
    const said = await until(() => captures.complaint('camera0'), { what: 'its words' });
    expect(said).toMatchObject({ code: 'decoder-errors', reason: 'parameters_missing' });
    await captures.stop('camera0', never);
    expect(await captures.complaint('camera0')).toEqual(said);
  });

  test('a camera that is not there is gone', async () => {
    const { captures, plan, cameras } = await setBackstage({ url });
    await cameras.buttons.inject('0', 'unplug');
    const { trouble, exitCode } = await captures.ended(await captures.start(plan, never), never);
    expect(trouble.code).toBe('device-gone');
    expect(exitCode).not.toBe(0);
  });

  test('a killed capture says by what, and the camera is free for the next', async () => {
    const { captures, plan, tapped } = await setBackstage({ url });
    const first = await captures.start(plan, never);
    process.kill(first.pid, 'SIGKILL');
    const { signal, trouble } = await captures.ended(first, never);
    expect(signal).toBe('SIGKILL');
    expect(trouble).toMatchObject({ code: 'capture-failed', message: 'The capture was ended by SIGKILL.' });
    const frames = tapped();
    await captures.start(plan, never);
    await until(() => frames.length > 0, { what: 'a picture from the next capture' });
  });

  test('a muted camera keeps ffmpeg from ending politely, so it is killed in time', async () => {
    const { captures, plan, cameras } = await setBackstage({ url, settings: { stopTimeoutMs: 800 } });
    await cameras.buttons.inject('0', 'mute');
    const process = await captures.start(plan, never);
    await until(async () => (await cameras.buttons.report())[0]!.opened, { what: 'the camera is open' });
    const fromMs = performance.now();
    await captures.stop('camera0', never);
    // Far below what it would take without SIGKILL (for ever), with room for a busy machine.
    expect(performance.now() - fromMs).toBeLessThan(800 + 1500);
    await captures.ended(process, never);
  });

  test('a start ends every older capture of that camera first, of other cameras none', async () => {
    const { captures, plan, world, settings } = await setBackstage({ url, count: 2 });
    const other = { ...plan, cameraId: 'camera1', devicePath: plan.devicePath.replace('0.sock', '1.sock') };
    const otherCapture = await captures.start(other, never);
    const old = await captures.start(plan, never);
    const later = new FfmpegCaptures(await world.nextLife(), settings);
    const next = await later.start(plan, never);
    await captures.ended(old, never);
    const running = (await world.runner.scan({ role: 'capture' })).map(({ pid }) => pid).sort();
    expect(running).toEqual([otherCapture.pid, next.pid].sort());
  });

  test('a later life finds the capture with its plan, and without a ledger at least its device', async () => {
    const { captures, plan, world, settings } = await setBackstage({ url });
    const { pid } = await captures.start(plan, never);
    const later = new FfmpegCaptures(await world.nextLife(), settings);
    expect(await later.find('camera0', never)).toMatchObject({
      plan,
      devicePath: plan.devicePath,
      process: { pid, adopted: true },
    });
    expect(await later.find('camera1', never)).toBeNull();
    for (const { nonce } of world.ledger.entries()) await world.ledger.remove(nonce);
    const forgetful = new FfmpegCaptures(await world.nextLife(), settings);
    const found = await forgetful.find('camera0', never);
    expect(found).toMatchObject({ plan: null, devicePath: plan.devicePath, process: { pid } });
    const ended = forgetful.ended(found!.process, never);
    await forgetful.stop('camera0', never);
    expect(await ended).toMatchObject({ exitCode: null, signal: null });
  });

  test('of several captures of one camera only the newest is adopted, the others end', async () => {
    const { captures, plan, world, settings } = await setBackstage({ url });
    const first = await captures.start(plan, never);
    const request = {
      role: 'capture',
      owner: 'camera0',
      logFile: `${world.dataDirectory}/x.log`,
      logLimitBytes: 10_000,
    };
    const newest = await world.runner.spawn({ ...request, command: 'sleep', args: ['60'], about: { plan } });
    const later = new FfmpegCaptures(await world.nextLife(), settings);
    expect((await later.find('camera0', never))?.process.pid).toBe(newest.pid);
    await captures.ended(first, never);
  });

  test('a second capture of the same camera is found by its mark and ended, ours is neither', async () => {
    const { captures, plan, world } = await setBackstage({ url });
    const ours = await captures.start(plan, never);
    const request = {
      role: 'capture',
      logFile: `${world.dataDirectory}/x.log`,
      logLimitBytes: 10_000,
      command: 'sh',
      args: ['-c', 'sleep 60 & sleep 60'],
    };
    const second = await world.runner.spawn({ ...request, owner: 'camera0' });
    const elsewhere = await world.runner.spawn({ ...request, owner: 'camera1' });
    const others = await captures.others('camera0', ours);
    expect(others).toEqual([second]);
    await captures.end(others[0]!, never);
    await captures.end(others[0]!, never);
    expect(await captures.others('camera0', ours)).toEqual([]);
    const running = new Set((await world.runner.scan({ role: 'capture' })).map(({ mark }) => mark));
    expect(running).toEqual(new Set([ours.mark, elsewhere.mark]));
  });

  test('an ffmpeg that is not installed is named', async () => {
    const { captures, plan } = await setBackstage({ url, settings: { ffmpeg: 'no-such-ffmpeg' } });
    await expect(captures.start(plan, never)).rejects.toMatchObject({
      code: 'missing-program',
      message: expect.stringContaining('no-such-ffmpeg'),
    });
  });

  test('a start that is called off leaves nothing running', async () => {
    const { captures, plan, world } = await setBackstage({ url });
    const calledOff = new AbortController();
    const starting = captures.start(plan, calledOff.signal);
    calledOff.abort();
    await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await world.runner.scan({ role: 'capture' })).toEqual([]);
  });

  test('a start that is called off ends its own capture and not the one that was started after it', async () => {
    const { captures, plan, world } = await setBackstage({ url });
    const calledOff = new AbortController();
    const spawn = world.runner.spawn.bind(world.runner);
    let next: Promise<ProcessIdentity> | undefined;
    world.runner.spawn = async (request) => {
      const process = await spawn(request);
      if (next === undefined) {
        calledOff.abort();
        next = captures.start(plan, never);
        await next;
      }
      return process;
    };
    await expect(captures.start(plan, calledOff.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const running = await world.runner.scan({ role: 'capture' });
    expect(running.map(({ mark }) => mark)).toEqual([(await next)?.mark]);
  });
});
