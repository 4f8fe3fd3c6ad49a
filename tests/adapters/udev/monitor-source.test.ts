/** `udevadm` played by a script: what it does when it ends, is missing, or prints in pieces. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MonitorSource } from '../../../src/adapters/udev/monitor-source.ts';
import type { DeviceChange } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';

const FIXTURE = `${import.meta.dirname}/fixtures/monitor.txt`;

let folder: string;
let stop: AbortController;
let told: (DeviceChange | 'ready')[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'udevadm-'));
  stop = new AbortController();
  told = [];
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

const handlers = {
  ready: () => {
    told.push('ready');
  },
  change: (change: DeviceChange) => {
    told.push(change);
  },
};

/** A program that runs these lines of shell. */
function udevadm(...script: readonly string[]): string {
  const path = join(folder, 'udevadm');
  writeFileSync(path, ['#!/bin/sh', `cd ${folder}`, ...script, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

test('is ready with the end of the banner and then tells each change as it comes', async () => {
  const blocks = readFileSync(FIXTURE, 'utf8').split(/(?<=\n\n)/);
  for (const [index, block] of blocks.entries()) writeFileSync(join(folder, `block${index}`), block);
  const program = udevadm(
    `for n in $(seq 0 ${blocks.length - 1}); do`,
    '  while [ ! -e go$n ]; do sleep 0.01; done',
    '  cat block$n',
    'done',
    'exec sleep 60',
  );
  const watching = new MonitorSource({ udevadm: program }).watch(handlers, stop.signal);
  for (const index of blocks.keys()) {
    expect(told).toHaveLength(index);
    writeFileSync(join(folder, `go${index}`), '');
    await until(() => told.length > index, { what: `block ${index} is told` });
  }
  stop.abort();
  await watching;
  const said = told.map((each) => (each === 'ready' ? each : `${each.type} of ${syspathOf(each).slice(-6)}`));
  expect(said).toEqual([
    'ready',
    'node.added of video0',
    'node.added of video1',
    'node.changed of video0',
    'node.removed of video1',
    'node.removed of video0',
  ]);
});

test('asks for udev events where udevd runs and for those of the kernel where it does not', async () => {
  const program = udevadm('echo "$@" > asked', `head -4 ${FIXTURE}; echo`, 'exec sleep 60');
  const asked = () => readFileSync(join(folder, 'asked'), 'utf8').trim();
  for (const [control, option] of [
    [FIXTURE, '--udev'],
    [`${FIXTURE}.missing`, '--kernel'],
  ] as const) {
    stop = new AbortController();
    told = [];
    const watching = new MonitorSource({ udevadm: program, udevdControl: control }).watch(
      handlers,
      stop.signal,
    );
    await until(() => told.length > 0, { what: 'the monitor is ready' });
    expect(asked()).toBe(`monitor ${option} --property --subsystem-match=video4linux`);
    stop.abort();
    await watching;
  }
});

test('is not ready while udevadm has not said so', async () => {
  const program = udevadm(
    'echo "monitor will print the received events for:"',
    'touch begun',
    'while [ ! -e go ]; do sleep 0.01; done',
    'echo "UDEV - the event which udev sends out after rule processing"',
    'echo',
    'exec sleep 60',
  );
  const watching = new MonitorSource({ udevadm: program }).watch(handlers, stop.signal);
  await until(() => existsSync(join(folder, 'begun')), { what: 'udevadm runs' });
  expect(told).toEqual([]);
  writeFileSync(join(folder, 'go'), '');
  await until(() => told.length > 0, { what: 'the monitor is ready' });
  stop.abort();
  await watching;
});

test('says why when udevadm ends by itself', async () => {
  const program = udevadm('echo "Failed to create netlink socket" >&2', 'exit 1');
  await expect(new MonitorSource({ udevadm: program }).watch(handlers, stop.signal)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('Failed to create netlink socket'),
  });
  expect(told).toEqual([]);
});

test('says so when there is no udevadm', async () => {
  const source = new MonitorSource({ udevadm: join(folder, 'not-there') });
  await expect(source.watch(handlers, stop.signal)).rejects.toMatchObject({ code: 'missing-program' });
});

function syspathOf(change: DeviceChange): string {
  return change.type === 'node.removed' ? change.syspath : change.node.syspath;
}
