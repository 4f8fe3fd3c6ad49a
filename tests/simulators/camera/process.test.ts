import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { ControlConnection } from '../../../src/adapters/synthetic/control-connection.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { jumpsIn } from '../../support/frames.ts';
import { openCamera, startCameras } from '../../support/synthetic-cameras.ts';
import { until } from '../../support/until.ts';

const limits = { signal: new AbortController().signal, timeoutMs: 2000 };

describe('synthetic cameras', () => {
  test('give frames at the rate, each with its camera, a running counter and the time', async () => {
    const { path } = await startCameras({ count: 2, rateFps: 20 });
    const opener = await openCamera(path(1));
    const startedMs = Date.now();
    await until(() => opener.frames.length >= 21, { what: '21 frames' });
    const tookMs = Date.now() - startedMs;
    expect(tookMs).toBeGreaterThan(900);
    expect(opener.frames.every((frame) => frame?.camera === 1)).toBe(true);
    expect(jumpsIn(opener.frames)).toEqual([]);
    expect(Math.abs(Date.now() - opener.frames.at(-1)!.epochMs)).toBeLessThan(300);
  });

  test('refuse a second opener at once and take one again when the first has left', async () => {
    const { path } = await startCameras();
    const first = await openCamera(path(0));
    await until(() => first.frames.length > 0, { what: 'a frame' });
    await expect(openCamera(path(0))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(openCamera(`${path(0)}.160x120@5`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    first.socket.destroy();
    const second = await until(() => openCamera(path(0)), { what: 'the camera is free' });
    await until(() => second.frames.length > 0, { what: 'a frame for the second' });
  });

  test('serve each listed size and rate at a socket of its own', async () => {
    const { path, folder } = await startCameras();
    const { formats } = await ControlConnection.call(folder, 'probe', { target: '0' }, limits);
    expect(formats.map(({ fourcc }) => fourcc)).toEqual(['YUYV']);
    expect(formats[0]!.sizes[0]).toEqual({ widthPx: 320, heightPx: 240, frameRatesFps: [10, 5] });
    const sockets = formats[0]!.sizes.flatMap(({ widthPx, heightPx, frameRatesFps }) =>
      frameRatesFps.map((rateFps) => `${path(0)}.${widthPx}x${heightPx}@${rateFps}`),
    );
    expect(sockets.map((socket) => existsSync(socket))).not.toContain(false);
    const small = await openCamera(`${path(0)}.160x120@5`, 160, 120);
    await until(() => small.frames.length >= 2, { what: 'frames of 160x120' });
    expect(small.frames[0]?.camera).toBe(0);
  });

  test('drop frames for a reader that stands still instead of keeping them', async () => {
    const { path, buttons } = await startCameras({ rateFps: 60 });
    const opener = await openCamera(path(0));
    await until(() => opener.frames.length > 0, { what: 'a frame' });
    opener.socket.pause();
    await until(async () => (await buttons.report())[0]!.dropped > 30, { what: 'dropped frames' });
    opener.socket.resume();
    await until(() => jumpsIn(opener.frames).length > 0, { what: 'the counter jumps' });
    // Between the pause and the jump only what the kernel and four buffers held.
    const [[before]] = jumpsIn(opener.frames) as [[number, number]];
    expect(before - opener.frames[0]!.counter).toBeLessThan(20);
  });

  test('show the same picture while frozen, with the clock standing', async () => {
    const { path, buttons } = await startCameras({ rateFps: 30 });
    const opener = await openCamera(path(0));
    await until(() => opener.frames.length > 0, { what: 'a frame' });
    await buttons.inject('0', 'freeze');
    const from = opener.frames.length + 3;
    await until(() => opener.frames.length > from + 10, { what: 'ten frozen frames' });
    const frozen = opener.frames.slice(from);
    expect(
      frozen.every((frame) => frame?.counter === frozen[0]?.counter && frame?.epochMs === frozen[0]?.epochMs),
    ).toBe(true);
    await buttons.inject(path(0), 'thaw');
    await until(() => opener.frames.at(-1)!.counter > frozen[0]!.counter, { what: 'the clock runs again' });
  });

  test('accept but stay silent while muted, to a probe as well', async () => {
    const { path, buttons, folder } = await startCameras({ count: 2, rateFps: 30 });
    await buttons.inject('0', 'mute');
    const opener = await openCamera(path(0));
    const probe = ControlConnection.call(folder, 'probe', { target: '0' }, limits);
    const other = await ControlConnection.call(folder, 'probe', { target: '1' }, limits);
    expect(other.card).toBe('Synthetic Camera 1');
    await expect(
      ControlConnection.call(folder, 'probe', { target: '0' }, { ...limits, timeoutMs: 200 }),
    ).rejects.toMatchObject({
      code: 'deadline',
    });
    expect(opener.frames).toEqual([]);
    await buttons.inject('0', 'unmute');
    expect((await probe).card).toBe('Synthetic Camera 0');
    await until(() => opener.frames.length > 0, { what: 'frames after unmuting' });
  });

  test('end the stream and vanish when unplugged, and come back as another node with the same serial', async () => {
    const { path, buttons, folder } = await startCameras({ count: 2 });
    const opener = await openCamera(path(0));
    await until(() => opener.frames.length > 0, { what: 'a frame' });
    await buttons.inject('0', 'unplug');
    await until(() => opener.ended, { what: 'the end of the stream' });
    await expect(openCamera(path(0))).rejects.toMatchObject({ code: 'ENOENT' });
    const { nodes } = await ControlConnection.call(folder, 'list', {}, limits);
    expect(nodes.map(({ syspath }) => syspath)).toEqual(['/synthetic/1']);

    await expect(buttons.inject('0', 'plug', { index: 1 })).rejects.toMatchObject({ code: 'wrong-state' });
    await buttons.inject(path(0), 'plug', { index: 7, port: 'elsewhere' });
    const { nodes: after } = await ControlConnection.call(folder, 'list', {}, limits);
    expect(after.find(({ syspath }) => syspath === '/synthetic/7')).toMatchObject({
      devicePath: path(7),
      serial: 'SYN0000',
      portPath: 'elsewhere',
    });
    const again = await openCamera(path(7));
    await until(() => again.frames.length > 0, { what: 'frames from the new node' });
    expect(again.frames[0]!.camera).toBe(0);
    expect(again.frames[0]!.counter).toBe(opener.frames.at(-1)!.counter + 1);
  });

  test('show one serial for all when asked to, and different ports', async () => {
    const { folder } = await startCameras({ count: 2, serials: 'equal' });
    const { nodes } = await ControlConnection.call(folder, 'list', {}, limits);
    expect(nodes.map(({ serial }) => serial)).toEqual(['SYN0000', 'SYN0000']);
    expect(new Set(nodes.map(({ portPath }) => portPath)).size).toBe(2);
  });

  test('make folder and sockets again when somebody removed them', async () => {
    const { folder, path, buttons } = await startCameras();
    await rm(folder, { recursive: true });
    await until(() => buttons.report(), { what: 'the control socket is back' });
    const opener = await until(() => openCamera(path(0)), { what: 'the stream socket is back' });
    await until(() => opener.frames.length > 0, { what: 'a frame' });
  });

  test('leave a folder alone that another process serves, and take over after a killed one', async () => {
    const { folder, process: first } = await startCameras();
    const args = ['--folder', folder, '--count', '1', '--width', '320', '--height', '240', '--rate', '10'];
    const second = await execa(process.execPath, [compiledEntry('simulators/camera/main.ts'), ...args], {
      reject: false,
    });
    expect(second.exitCode).toBe(4);
    const killed = once(first, 'exit');
    first.kill('SIGKILL');
    await killed;
    expect(existsSync(join(folder, 'control.sock'))).toBe(true);
    const { path } = await startCameras({ folder });
    const opener = await openCamera(path(0));
    await until(() => opener.frames.length > 0, { what: 'a frame' });
  });

  test('name a wrong argument and exit with 2', async () => {
    const args = ['--folder', 'x', '--count', '1', '--width', '321', '--height', '240', '--rate', '10'];
    const result = await execa(process.execPath, [compiledEntry('simulators/camera/main.ts'), ...args], {
      reject: false,
    });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--width must be even') });
  });

  test('take their sockets along when they are ended politely', async () => {
    const { folder, path, process: child } = await startCameras();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(existsSync(path(0))).toBe(false);
    expect(existsSync(join(folder, 'control.sock'))).toBe(false);
  });
});
