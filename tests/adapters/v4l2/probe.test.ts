/** The probe where v4l2-ctl or the node refuses. `v4l2-ctl` is played by a script; what it says of cameras is in tests/hotplug. */
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { V4l2Probe } from '../../../src/adapters/v4l2/probe.ts';
import type { Device } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';

const FIXTURES = `${import.meta.dirname}/fixtures`;
const NOBODY = 65_534;

let folder: string;
let stop: AbortController;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'v4l2-'));
  chmodSync(folder, 0o755);
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  server?.close();
  rmSync(folder, { recursive: true });
});

/** A v4l2-ctl that runs these lines of shell; `$2` is the node. */
function v4l2Ctl(...script: readonly string[]): string {
  const path = join(folder, 'v4l2-ctl');
  writeFileSync(path, ['#!/bin/sh', `cd ${folder}`, ...script, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}
const refuses = () => v4l2Ctl('echo "Cannot open device $2, exiting." >&2', 'exit 1');

/** A file stands for a device node; it can be opened and refused like one. */
function node(name: string, mode = 0o660): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}
const deviceOf = (...paths: readonly string[]): Device =>
  ({ nodes: paths.map((devicePath) => ({ devicePath })) }) as unknown as Device;
const probe = (program: string, ...paths: readonly string[]) =>
  new V4l2Probe({ timeoutMs: 5000, v4l2Ctl: program }).probe(deviceOf(...paths), stop.signal);

describe('what is found', () => {
  test('the formats of all nodes that capture, one format from the first node that has it', async () => {
    const program = v4l2Ctl(`cat ${FIXTURES}/$(basename $2).txt`);
    const names = ['uvc-metadata', 'elp-h264-first-node', 'no-formats', 'uvc-h264-second-node', 'uvc-mjpeg'];
    const paths = names.map((name) => node(name));
    const { devicePath, capabilities } = await probe(program, ...paths);
    expect(devicePath).toBe(paths[1]);
    expect(capabilities.formats.map((format) => [format.fourcc, basename(format.devicePath)])).toEqual([
      ['MJPG', 'elp-h264-first-node'],
      ['H264', 'uvc-h264-second-node'],
      ['YUYV', 'uvc-mjpeg'],
    ]);
  });

  test.each([
    ['hangs', 'exec sleep 60'],
    ['refuses', 'exit 1'],
  ])('what other nodes give, where one %s', async (_, script) => {
    const program = v4l2Ctl(`test $(basename $2) = bad && ${script}`, `cat ${FIXTURES}/uvc-mjpeg.txt`);
    const options = { timeoutMs: 2000, v4l2Ctl: program };
    const device = deviceOf(node('bad'), node('good'));
    const { devicePath } = await new V4l2Probe(options).probe(device, stop.signal);
    expect(basename(devicePath)).toBe('good');
  });

  test('what of a built-in encoder can be set, asked of the node that has one and of no other', async () => {
    const program = v4l2Ctl(
      'test $3 = --list-ctrls && basename $2 >> asked && cat ctrls && exit',
      `cat ${FIXTURES}/$(basename $2).txt`,
    );
    writeFileSync(
      join(folder, 'ctrls'),
      'video_bitrate 0x009909cf (int) : min=1 max=2 step=1 default=1 value=1',
    );
    const { capabilities } = await probe(program, node('stepwise'), node('continuous'));
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('stepwise\n');
    const knobs = Object.fromEntries(capabilities.formats.map(({ fourcc, encoder }) => [fourcc, encoder]));
    expect(knobs).toMatchObject({ H264: { bitrate: true, gop: false }, YUYV: undefined, MJPG: undefined });
  });

  test('an encoder that does not tell what can be set of it is one that cannot be set', async () => {
    const program = v4l2Ctl('test $3 = --list-ctrls && exec sleep 60', `cat ${FIXTURES}/stepwise.txt`);
    const options = { timeoutMs: 2000, v4l2Ctl: program };
    const { capabilities } = await new V4l2Probe(options).probe(deviceOf(node('video0')), stop.signal);
    const format = capabilities.formats.find(({ fourcc }) => fourcc === 'H264');
    expect(format?.encoder).toEqual({ bitrate: false, gop: false });
  });

  test('a camera on USB is not asked for its controls, H.264 or not', async () => {
    const program = v4l2Ctl('echo "$3" >> asked', `cat ${FIXTURES}/uvc-h264.txt`);
    await probe(program, node('video0'));
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('--info\n');
  });

  test('the first node that captures and lists a format, with what it can do', async () => {
    const program = v4l2Ctl(`cat ${FIXTURES}/$(basename $2).txt`);
    const paths = ['uvc-metadata', 'codec', 'no-formats', 'uvc-h264', 'uvc-mjpeg'].map((name) => node(name));
    const result = await probe(program, ...paths);
    expect(result.devicePath).toBe(paths[3]);
    expect(result.capabilities).toMatchObject({ card: 'HD Pro Webcam C920', driver: 'uvcvideo' });
    expect(result.capabilities.formats.map((format) => format.fourcc)).toEqual(['YUYV', 'H264', 'MJPG']);
  });

  test('formats that only libv4l2 could make are left out, since captures do not use it', async () => {
    const program = v4l2Ctl(`cat ${FIXTURES}/ranged-intervals.txt`);
    const { capabilities } = await probe(program, node('video0'));
    expect(capabilities.formats.map((format) => format.fourcc)).toEqual(['MJPG', 'Y16 ', 'HEVC']);
    expect(Object.keys(capabilities.formats[0]!)).not.toContain('emulated');
  });

  test('v4l2-ctl is asked in the language that the parsers read, and for nothing that a camera could hang on', async () => {
    const program = v4l2Ctl('echo "$LC_ALL $@" > asked', `cat ${FIXTURES}/uvc-mjpeg.txt`);
    await probe(program, node('video0'));
    const asked = readFileSync(join(folder, 'asked'), 'utf8').trim();
    expect(asked).toBe(`C -d ${join(folder, 'video0')} --info --list-formats-ext`);
  });
});

describe('what is not found', () => {
  test('no node that captures', async () => {
    const program = v4l2Ctl(`cat ${FIXTURES}/uvc-metadata.txt`);
    await expect(probe(program, node('video0'), node('video1'))).rejects.toMatchObject({
      code: 'probe-failed',
      reason: 'no_capture_node',
    });
  });

  test('no nodes at all', async () => {
    await expect(probe(refuses())).rejects.toMatchObject({ code: 'probe-failed', reason: 'no_capture_node' });
  });

  test('an answer of any node: the first trouble says why', async () => {
    const program = v4l2Ctl(
      'case $(basename $2) in none) ;; *) echo "Failed to open $2: No such device" >&2;; esac',
      `test $(basename $2) = none && cat ${FIXTURES}/uvc-metadata.txt && exit`,
      'exit 1',
    );
    await expect(probe(program, node('none'), node('first'), node('second'))).rejects.toMatchObject({
      code: 'device-gone',
    });
  });

  test('a node that is gone', async () => {
    await expect(probe(refuses(), join(folder, 'not-there'))).rejects.toMatchObject({ code: 'device-gone' });
  });

  test('a node whose device is gone', async () => {
    const path = join(folder, 'socket');
    server = createServer().listen(path);
    await until(() => server?.listening, { what: 'the socket is there' });
    // Opening a socket gives ENXIO, as a node without its device does.
    await expect(probe(refuses(), path)).rejects.toMatchObject({ code: 'device-gone' });
  });

  test('a device that goes while it is asked', async () => {
    const program = v4l2Ctl('echo "Failed to open $2: No such device" >&2', 'exit 1');
    await expect(probe(program, node('video0'))).rejects.toMatchObject({ code: 'device-gone' });
  });

  test('a node that answers nonsense', async () => {
    await expect(probe(v4l2Ctl('echo hello'), node('video0'))).rejects.toMatchObject({
      code: 'probe-failed',
      reason: 'capabilities_unreadable',
    });
  });

  test("a failure is told in v4l2-ctl's last words, without the host's path", async () => {
    const program = v4l2Ctl('echo "VIDIOC_QUERYCAP of $2: failed: Input/output error" >&2', 'exit 1');
    const failing = probe(program, node('video0'));
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('Input/output error') });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining(folder) });
  });

  test('v4l2-ctl', async () => {
    await expect(probe(join(folder, 'none'), node('video0'))).rejects.toMatchObject({
      code: 'missing-program',
    });
  });

  test('an answer in time', async () => {
    const slow = new V4l2Probe({ timeoutMs: 50, v4l2Ctl: v4l2Ctl('exec sleep 60') });
    await expect(slow.probe(deviceOf(node('video0')), stop.signal)).rejects.toMatchObject({
      code: 'deadline',
    });
  });

  test('anything, once it is called off', async () => {
    const probing = probe(v4l2Ctl('touch begun', 'exec sleep 60'), node('video0'), node('video1'));
    await until(() => readFileSync(join(folder, 'begun')), { what: 'v4l2-ctl runs' });
    stop.abort();
    await expect(probing).rejects.toMatchObject({ code: 'cancelled' });
  });
});

// Root may open anything, so root becomes nobody for the length of a test.
describe('a node that this user may not open', () => {
  const amRoot = process.geteuid?.() === 0;
  beforeEach(() => {
    if (amRoot) process.seteuid!(NOBODY);
  });
  afterEach(() => {
    if (amRoot) process.seteuid!(0);
  });

  async function forbidden(mode: number, group: number): Promise<unknown> {
    if (amRoot) process.seteuid!(0);
    const program = refuses();
    const path = node('video0', mode);
    if (amRoot) chownSync(path, 0, group);
    if (amRoot) process.seteuid!(NOBODY);
    return await probe(program, path).catch((error: unknown) => error);
  }

  test.runIf(amRoot)('names the group to join', async () => {
    const video = Number(/^video:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1]);
    expect(await forbidden(0o660, video)).toMatchObject({
      code: 'no-permission',
      facts: { group: 'video' },
      suggestion: expect.stringContaining('group video'),
    });
  });

  test.runIf(amRoot)('names a group without a name by its number', async () => {
    expect(await forbidden(0o660, 54_321)).toMatchObject({
      code: 'no-permission',
      facts: { group: '54321' },
    });
  });

  test('speaks of no group where no group may open it', async () => {
    expect(await forbidden(0o000, 0)).toMatchObject({ code: 'no-permission', facts: { group: null } });
  });

  test("says nothing of the host's path", async () => {
    expect(await forbidden(0o000, 0)).not.toMatchObject({ message: expect.stringContaining(folder) });
  });
});
