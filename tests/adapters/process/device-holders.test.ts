/** Who has a device open, as the kernel tells it: with real processes. A file stands for the node where none is at hand. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdersOfDevice } from '../../../src/adapters/process/device-holders.ts';
import { busyDevice } from '../../../src/adapters/process/device-refusal.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const children: ChildProcess[] = [];
let node: string;

beforeEach(async () => {
  node = join(await temporaryFolder(), 'video0');
  writeFileSync(node, '');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that keeps the file open, with a secret among its arguments. */
async function holder(path = node, variables: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn('tail', ['-f', path, '--', '/dev/null'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ...variables },
  });
  children.push(child);
  await once(child, 'spawn');
  const pid = child.pid!;
  await until(async () => (await holdersOfDevice(path)).holders.some((one) => one.pid === pid), {
    what: 'the device is held',
  });
  return pid;
}

describe('who holds a device', () => {
  test('is found in another process, with its name and nothing of its arguments', async () => {
    const pid = await holder();
    expect((await holdersOfDevice(node)).holders).toEqual([{ pid, command: 'tail', mark: null }]);
  });

  test('is found by another name of the device too', async () => {
    const pid = await holder();
    const byId = `${node}-by-id`;
    symlinkSync(node, byId);
    expect((await holdersOfDevice(byId)).holders).toMatchObject([{ pid }]);
  });

  test('is found by the device number, wherever the node stands', async (ctx) => {
    // As a container may have it: the same device under a name of its own.
    const made = spawnSync('mknod', [`${node}-elsewhere`, 'c', '1', '5']);
    if (made.status !== 0) return ctx.skip('making a device node needs root');
    const pid = await holder('/dev/zero');
    const found = await holdersOfDevice(`${node}-elsewhere`);
    expect(found.holders.map((one) => one.pid)).toContain(pid);
  });

  test('is nobody where nobody has it open, or where it is not there', async () => {
    expect((await holdersOfDevice(node)).holders).toEqual([]);
    expect((await holdersOfDevice(`${node}-not-there`)).holders).toEqual([]);
  });
});

describe('a busy device', () => {
  test('names the process, and what to do', async () => {
    const pid = await holder();
    const error = await busyDevice(node, 'ours');
    expect(error).toMatchObject({
      code: 'device-busy',
      reason: 'device_busy',
      message: `Another process uses the camera: tail (pid ${pid}).`,
      suggestion: 'End it; a stream that is still wanted comes back by itself.',
      facts: { holders: [{ pid, command: 'tail', ours: false }] },
    });
    expect(`${error.message}${error.suggestion}${JSON.stringify(error.facts)}`).not.toContain('/');
  });

  test('names several, three at most', async () => {
    const pids = [await holder(), await holder()].sort((one, other) => one - other);
    expect((await busyDevice(node, null)).message).toBe(
      `Other processes use the camera: tail (pid ${pids[0]}) and tail (pid ${pids[1]}).`,
    );
    await holder();
    await holder();
    expect((await busyDevice(node, null)).message).toMatch(/\), tail \(pid \d+\) and 1 more\.$/);
  });

  test('calls a capture of ours ours, and one of another service by what it captures', async () => {
    const pid = await holder(node, { CAMERA_SERVICE_MARK: 'id7/capture/camera3/n1' });
    expect(await busyDevice(node, 'id7')).toMatchObject({
      message: `Another process of this service still uses the camera: tail (pid ${pid}, captures camera3).`,
      suggestion: 'Wait for the next attempt; if it stays so, end that process.',
      facts: { holders: [{ pid, ours: true }] },
    });
    expect(await busyDevice(node, 'id8')).toMatchObject({
      message: `Another process uses the camera: tail (pid ${pid}, captures camera3).`,
      facts: { holders: [{ pid, ours: false }] },
    });
  });
});

// Root sees everything, so root becomes nobody for the length of a test.
describe.runIf(process.geteuid?.() === 0)('a holder of another user', () => {
  beforeEach(() => process.seteuid!(65_534));
  afterEach(() => process.seteuid!(0));

  test('is told as one that this user may not see', async () => {
    expect(await busyDevice('/dev/null-that-is-not-there', null)).toMatchObject({
      message:
        'Another process uses the camera, and none that this user may see: it belongs to another user, or has ended meanwhile.',
      suggestion: expect.stringContaining('As root'),
      facts: { holders: [] },
    });
  });
});

test.runIf(process.geteuid?.() === 0)(
  'a holder that nobody here has is elsewhere, or has ended',
  async () => {
    expect(await busyDevice(node, null)).toMatchObject({
      message: 'Another process used the camera, and none that can be seen from here has it open now.',
      suggestion: expect.stringContaining('In a container'),
    });
  },
);
