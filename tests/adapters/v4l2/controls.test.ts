/** The controls where v4l2-ctl answers, refuses and hangs. It is played by a script; `$2` is the node. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { V4l2Controls } from '../../../src/adapters/v4l2/controls.ts';

let folder: string;
let stop: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'v4l2-'));
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

function controls(timeoutMs: number, ...script: readonly string[]) {
  const path = join(folder, 'v4l2-ctl');
  writeFileSync(path, ['#!/bin/sh', `cd ${folder}`, 'echo "$3 $4" >> asked', ...script, ''].join('\n'));
  chmodSync(path, 0o755);
  writeFileSync(join(folder, 'video0'), '');
  return new V4l2Controls({ timeoutMs, v4l2Ctl: path });
}
const target = () => ({ origin: 'v4l2' as const, devicePath: join(folder, 'video0') });
const asked = () => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
const bright = { name: 'brightness', value: -7 };

test('each question is one run that asks for nothing else', async () => {
  const port = controls(
    5000,
    `cat ${import.meta.dirname}/control-fixtures/uvc-focus.txt`,
    'echo "brightness: -7"',
  );
  expect(await port.list(target(), stop.signal)).toHaveLength(11);
  await port.set(target(), bright, stop.signal);
  expect(await port.read(target(), ['brightness', 'contrast'], stop.signal)).toEqual([bright]);
  expect(await port.read(target(), [], stop.signal)).toEqual([]);
  expect(asked()).toEqual([
    '--list-ctrls-menus ',
    '--set-ctrl brightness=-7',
    '--get-ctrl brightness,contrast',
  ]);
});

describe('a camera that refuses', () => {
  test('is told with its own word and no path, also where the program ends with 0', async () => {
    for (const code of [255, 0]) {
      const port = controls(
        5000,
        'echo "VIDIOC_S_EXT_CTRLS: failed: Input/output error" >&2',
        'echo "Error setting controls: Permission denied" >&2',
        `exit ${code}`,
      );
      await expect(port.set(target(), bright, stop.signal)).rejects.toMatchObject({
        code: 'probe-failed',
        reason: 'control_refused',
        message: 'The camera did not take -7 for brightness: Permission denied.',
      });
    }
  });

  test('because it is gone', async () => {
    const port = controls(5000, 'echo "Cannot open device $2, exiting." >&2', 'exit 1');
    rmSync(join(folder, 'video0'));
    await expect(port.list(target(), stop.signal)).rejects.toMatchObject({ code: 'device-gone' });
  });
});

test('one that hangs is left after the limit, and at once when it is called off', async () => {
  const port = controls(300, 'exec sleep 60');
  await expect(port.list(target(), stop.signal)).rejects.toMatchObject({ code: 'deadline' });
  const called = controls(60_000, 'exec sleep 60').list(target(), stop.signal);
  stop.abort();
  await expect(called).rejects.toMatchObject({ code: 'cancelled' });
});
