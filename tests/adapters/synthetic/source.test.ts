import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SyntheticSource } from '../../../src/adapters/synthetic/source.ts';
import type { DeviceChange } from '../../../src/machines/values.ts';
import { startCameras } from '../../support/synthetic-cameras.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

/** What a watching source told, one word and one node each. */
function watch(folder: string, source = new SyntheticSource(folder)) {
  const told: string[] = [];
  const changes: DeviceChange[] = [];
  const stop = new AbortController();
  const change = (news: DeviceChange) => {
    changes.push(news);
    told.push(`${news.type} ${news.type === 'node.removed' ? news.syspath : news.node.syspath}`);
  };
  const ended = source.watch({ ready: (kind) => void told.push(`ready ${kind}`), change }, stop.signal);
  onTestFinished(() => stop.abort());
  return { told, changes, stop, ended };
}

describe('synthetic device source', () => {
  test('lists what is plugged in, and nothing while the cameras are away', async () => {
    const { folder, path } = await startCameras({ count: 2 });
    const signal = new AbortController().signal;
    const nodes = await new SyntheticSource(folder).list(signal);
    expect(nodes.map(({ devicePath }) => devicePath)).toEqual([path(0), path(1)]);
    expect(nodes[0]).toMatchObject({
      origin: 'synthetic',
      serial: 'SYN0000',
      productName: 'Synthetic Camera 0',
    });
    expect(await new SyntheticSource(await temporaryFolder()).list(signal)).toEqual([]);
  });

  test('cameras whose folder was removed are still listed: they are there, and nobody would tell them again', async () => {
    const { folder } = await startCameras({ count: 2 });
    const source = new SyntheticSource(folder);
    const { told } = watch(folder, source);
    await until(() => told.includes('ready synthetic'), { what: 'ready' });
    await rm(folder, { recursive: true });
    const listed = await source.list(new AbortController().signal);
    expect(listed.map(({ syspath }) => syspath)).toEqual(['/synthetic/0', '/synthetic/1']);
  });

  test('tells plugs and unplugs as udev would, also under another node number', async () => {
    const { folder, buttons } = await startCameras();
    const { told, changes } = watch(folder);
    await until(() => told.includes('ready synthetic'), { what: 'ready' });
    await buttons.inject('0', 'unplug');
    await buttons.inject('0', 'plug', { index: 4, serial: 'OTHER' });
    await until(() => told.length === 4, { what: 'both changes' });
    expect(told).toEqual([
      'node.added /synthetic/0',
      'ready synthetic',
      'node.removed /synthetic/0',
      'node.added /synthetic/4',
    ]);
    expect(changes.at(-1)).toMatchObject({ node: { serial: 'OTHER', productName: 'Synthetic Camera 0' } });
  });

  test('is ready without a camera process, and sees the cameras when it comes, dies and comes back', async () => {
    const folder = await temporaryFolder();
    const { told } = watch(folder);
    await until(() => told.includes('ready synthetic'), { what: 'ready' });
    const first = await startCameras({ folder });
    await until(() => told.length === 2, { what: 'the camera is seen' });
    const killed = once(first.process, 'exit');
    first.process.kill('SIGKILL');
    await killed;
    await until(() => told.length === 3, { what: 'the camera is gone' });
    await startCameras({ folder });
    await until(() => told.length === 4, { what: 'the camera is back' });
    expect(told).toEqual([
      'ready synthetic',
      'node.added /synthetic/0',
      'node.removed /synthetic/0',
      'node.added /synthetic/0',
    ]);
  });

  test('ends when it is aborted and tells nothing after that', async () => {
    const { folder, buttons } = await startCameras();
    const { told, stop, ended } = watch(folder);
    await until(() => told.includes('ready synthetic'), { what: 'ready' });
    stop.abort();
    await ended;
    const before = told.length;
    await buttons.inject('0', 'unplug');
    expect(told).toHaveLength(before);
  });
});
