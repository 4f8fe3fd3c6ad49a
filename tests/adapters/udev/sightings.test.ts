import { beforeEach, describe, expect, test } from 'vitest';
import { deviceNodeOf, NO_FACTS } from '../../../src/adapters/udev/device-node.ts';
import { Sightings } from '../../../src/adapters/udev/sightings.ts';
import type { DeviceChange, DeviceNode } from '../../../src/machines/values.ts';

const nodeOf = (number: number, serial = 'S'): DeviceNode =>
  deviceNodeOf(`/sys/devices/x/video4linux/video${number}`, { ID_SERIAL_SHORT: serial }, NO_FACTS);

const A = nodeOf(0);
const B = nodeOf(1);

let sightings: Sightings;
let told: DeviceChange[];
const tell = (change: DeviceChange) => {
  told.push(change);
};
const seen = (kind: 'add' | 'change', node: DeviceNode) =>
  sightings.seen(kind, node.syspath, Promise.resolve(node), tell);

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('an event about a device that is just going tells nothing, and keeps what was known until it is removed', async () => {
  await seen('add', A);
  await sightings.seen('change', A.syspath, Promise.resolve(null), tell);
  expect(told.map(({ type }) => type)).toEqual(['node.added']);
  sightings.removed(A.syspath, tell);
  expect(told.map(({ type }) => type)).toEqual(['node.added', 'node.removed']);
});

beforeEach(() => {
  sightings = new Sightings();
  told = [];
});

describe('one change per physical change', () => {
  test('a second add says nothing new', async () => {
    await seen('add', A);
    await seen('add', A);
    expect(told).toEqual([{ type: 'node.added', node: A }]);
  });

  test('an add of what a list already held says nothing new', async () => {
    expect(await sightings.listed(Promise.resolve([A]))).toEqual([A]);
    await seen('add', A);
    expect(told).toEqual([]);
  });

  test('an add with other facts is a change', async () => {
    await seen('add', A);
    const renamed = { ...A, productName: 'another' };
    await seen('add', renamed);
    expect(told.at(-1)).toEqual({ type: 'node.changed', node: renamed });
  });

  test('a change is told even with the same facts, since permissions are none of them', async () => {
    await seen('add', A);
    await seen('change', A);
    expect(told.map((change) => change.type)).toEqual(['node.added', 'node.changed']);
  });

  test('a change of a node never seen is its first sight', async () => {
    await seen('change', A);
    expect(told).toEqual([{ type: 'node.added', node: A }]);
  });

  test('a removal is told once, and never for a node nobody was told of', async () => {
    sightings.removed(B.syspath, tell);
    await seen('add', A);
    sightings.removed(A.syspath, tell);
    sightings.removed(A.syspath, tell);
    expect(told.slice(1)).toEqual([{ type: 'node.removed', syspath: A.syspath }]);
  });

  test('a node that comes back is told again', async () => {
    await seen('add', A);
    sightings.removed(A.syspath, tell);
    await seen('add', A);
    expect(told.map((change) => change.type)).toEqual(['node.added', 'node.removed', 'node.added']);
  });
});

describe('the newest word wins', () => {
  test('a node that goes while its facts are read was never there', async () => {
    const facts = deferred<DeviceNode>();
    const adding = sightings.seen('add', A.syspath, facts.promise, tell);
    sightings.removed(A.syspath, tell);
    facts.resolve(A);
    await adding;
    expect(told).toEqual([]);
  });

  test('facts that a newer event made stale are dropped', async () => {
    const slow = deferred<DeviceNode>();
    const first = sightings.seen('add', A.syspath, slow.promise, tell);
    const newer = { ...A, serial: 'newer' };
    await seen('change', newer);
    slow.resolve(A);
    await first;
    expect(told).toEqual([{ type: 'node.added', node: newer }]);
  });

  test('a list without a node that came while it was read is completed', async () => {
    const reading = deferred<readonly DeviceNode[]>();
    const listing = sightings.listed(reading.promise);
    await seen('add', B);
    reading.resolve([A]);
    expect(await listing).toEqual([A, B]);
  });

  test('a list with a node that went while it was read is corrected', async () => {
    await seen('add', A);
    const reading = deferred<readonly DeviceNode[]>();
    const listing = sightings.listed(reading.promise);
    sightings.removed(A.syspath, tell);
    reading.resolve([A, B]);
    expect(await listing).toEqual([B]);
  });

  test('a list corrects nothing by what happened before it', async () => {
    const other = sightings.listed(new Promise(() => {}));
    void other;
    await seen('add', A);
    sightings.removed(A.syspath, tell);
    expect(await sightings.listed(Promise.resolve([A]))).toEqual([A]);
  });

  test('after a list that failed everything goes on', async () => {
    await expect(sightings.listed(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await sightings.listed(Promise.resolve([A]))).toEqual([A]);
  });
});
