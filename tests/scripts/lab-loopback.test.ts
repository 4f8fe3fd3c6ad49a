/** What the lab says where its driver of compressed cameras cannot be built; that it can is seen in the lab. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ensureLoopback } from '../../scripts/lib/lab-loopback.mjs';
import { type FakeMachine, fakeMachine } from './fake-machine.ts';

let machine: FakeMachine;
let kernel: { folder: string; name: string };
beforeEach(() => {
  machine = fakeMachine({ isRoot: false });
  kernel = { folder: join(machine.project, 'kernel'), name: 'linux-image-6.1.0-1-amd64 6.1.1-1' };
  mkdirSync(kernel.folder, { recursive: true });
  writeFileSync(join(kernel.folder, 'release'), '6.1.0-1-amd64\n');
});

test('without a compiler it says so, and builds nothing', async () => {
  machine.program('make');
  expect(await ensureLoopback(kernel, machine)).toEqual({
    module: null,
    why: 'v4l2loopback could not be built: there is no gcc here to build it',
  });
});

test('a build that fails leaves its last words and no folder', async () => {
  machine.program('gcc');
  machine.program('make');
  machine.program('apt-cache', 'echo "  Depends: linux-headers-6.1.0-1-common"');
  machine.program('apt-get', 'echo "E: no such package"; exit 1');
  const { module, why } = await ensureLoopback(kernel, machine);
  expect(module).toBeNull();
  expect(why).toMatch(/^v4l2loopback could not be built: Downloading .* failed: E: no such package$/);
  expect(existsSync(join(kernel.folder, 'building'))).toBe(false);
});

test('what was built once is kept', async () => {
  const kept = join(kernel.folder, 'v4l2loopback.ko');
  writeFileSync(kept, '');
  expect(await ensureLoopback(kernel, machine)).toEqual({ module: kept, why: '' });
});
