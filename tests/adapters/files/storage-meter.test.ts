import { execFileSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StorageMeter } from '../../../src/adapters/files/storage-meter.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const never = new AbortController().signal;

test('a good folder tells the size of its file system and is left as it was', async () => {
  const folder = await temporaryFolder();
  const measure = await new StorageMeter(folder).measure(never);
  const [total] = execFileSync('df', ['-B1', '--output=size', folder], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .slice(1);
  expect(measure).toMatchObject({ totalBytes: Number(total), writable: true, problem: null });
  expect(measure.availableBytes).toBeGreaterThan(0);
  expect(measure.availableBytes).toBeLessThan(measure.totalBytes);
  expect(await readdir(folder)).toEqual([]);
});

test('a missing folder is not writable, and is not made', async () => {
  const folder = await temporaryFolder();
  const measure = await new StorageMeter(join(folder, 'recordings')).measure(never);
  expect(measure).toEqual({
    totalBytes: 0,
    availableBytes: 0,
    writable: false,
    full: false,
    problem: 'The recordings folder cannot be used: the folder is not there',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that takes no file says why, and still tells its size', async () => {
  // The kernel's own file system: nobody can make a file there, not even root.
  const measure = await new StorageMeter('/proc/self').measure(never);
  expect(measure.writable).toBe(false);
  expect(measure.problem).toMatch(/^The recordings folder cannot be written: /);
});

test('a file in its place is not writable', async () => {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, '');
  expect(await new StorageMeter(path).measure(never)).toMatchObject({ writable: false });
});

test('what a full disk refuses is seen', async (context) => {
  const folder = await smallDisk(64);
  if (folder === null) return context.skip('mounting a small file system needs root');
  const meter = new StorageMeter(folder);
  expect(await meter.measure(never)).toMatchObject({ totalBytes: 65_536, writable: true });
  await writeFile(join(folder, 'big'), Buffer.alloc(65_536));
  expect(await meter.measure(never)).toEqual({
    totalBytes: 65_536,
    availableBytes: 0,
    writable: false,
    full: true,
    problem: 'The recordings folder cannot be written: there is no space left',
  });
});

test('an aborted measure is cancelled', async () => {
  const meter = new StorageMeter(await temporaryFolder());
  await expect(meter.measure(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  const control = new AbortController();
  const measuring = meter.measure(control.signal);
  control.abort();
  await expect(measuring).rejects.toMatchObject({ code: 'cancelled' });
});
