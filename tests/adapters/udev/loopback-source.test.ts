/** A v4l2loopback of which the driver's attributes tell whether somebody writes to it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LoopbackSource } from '../../../src/adapters/udev/loopback-source.ts';
import type { DeviceSource } from '../../../src/machines/ports.ts';
import type { DeviceChange, DeviceNode } from '../../../src/machines/values.ts';
import { node } from '../../support/machine-fixtures.ts';
import { until } from '../../support/until.ts';

let folder: string;
let stop: AbortController;
let watching: Promise<void>;
let nodes: DeviceNode[];
let told: DeviceChange[];
let tell: (change: DeviceChange) => void;
let source: LoopbackSource;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sys-'));
  stop = new AbortController();
  nodes = [];
  told = [];
  const below: DeviceSource = {
    async watch(handlers, signal) {
      tell = handlers.change;
      (handlers.ready as (kind: string) => void)('udev');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    list: async () => nodes,
  };
  source = new LoopbackSource(below, { pollIntervalMs: 5 });
  const handlers = { ready: () => {}, change: (change: DeviceChange) => told.push(change) };
  watching = source.watch(handlers as never, stop.signal);
});
afterEach(async () => {
  stop.abort();
  await watching;
  rmSync(folder, { recursive: true });
});

function loopback(state: string | null, number = 10): DeviceNode {
  const syspath = join(folder, 'devices/virtual/video4linux', `video${number}`);
  mkdirSync(syspath, { recursive: true });
  if (state !== null) writeFileSync(join(syspath, 'state'), `${state}\n`);
  return node({
    syspath,
    devicePath: `/dev/video${number}`,
    parentSyspath: null,
    vendorId: null,
    serial: null,
  });
}
/** As version 0.12.7 has it. */
function oldLoopback(format: string): DeviceNode {
  const made = loopback(null);
  writeFileSync(join(made.syspath, 'max_openers'), '10\n');
  writeFileSync(join(made.syspath, 'format'), format);
  return made;
}
const list = () => source.list(stop.signal);
const next = () => until(() => told.shift(), { what: 'a change' });

test('a loopback is no camera until somebody writes to it, and none any more when the writer has gone', async () => {
  nodes = [loopback('output')];
  expect(await list()).toMatchObject([{ captures: false }]);
  loopback('capture');
  expect(await next()).toMatchObject({ type: 'node.changed', node: { captures: true } });
  loopback('output');
  expect(await next()).toMatchObject({ type: 'node.changed', node: { captures: false } });
});

test('an old driver without `state` tells it by its format, which is empty while nobody writes', async () => {
  nodes = [oldLoopback('')];
  expect(await list()).toMatchObject([{ captures: false }]);
  oldLoopback('H264:320x240@10\n');
  expect(await next()).toMatchObject({ type: 'node.changed', node: { captures: true } });
  oldLoopback('');
  expect(await next()).toMatchObject({ type: 'node.changed', node: { captures: false } });
});

test('one that comes with a writer captures at once', async () => {
  tell({ type: 'node.added', node: loopback('capture') });
  expect(await next()).toMatchObject({ type: 'node.added', node: { captures: true } });
});

test('a loopback that is gone is not looked at any more', async () => {
  const gone = loopback('output');
  tell({ type: 'node.added', node: gone });
  tell({ type: 'node.removed', syspath: gone.syspath });
  expect([await next(), await next()].map(({ type }) => type)).toEqual(['node.added', 'node.removed']);
  const other = loopback('output', 11);
  tell({ type: 'node.added', node: other });
  await next();
  loopback('capture', 10);
  loopback('capture', 11);
  expect(await next()).toMatchObject({ node: { syspath: other.syspath } });
  expect(told).toEqual([]);
});

test('nodes of other drivers, and virtual ones without those attributes, stay as they came', async () => {
  nodes = [node(), loopback(null)];
  expect(await list()).toEqual(nodes);
});
