import { utimesSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DemandFolderOnDisk } from '../../../src/adapters/mediamtx/demand-folder.ts';
import { until } from '../../support/until.ts';

let place: string;
let folder: string;
let demand: DemandFolderOnDisk;
let touched: string[];
let ending: AbortController;
let watching: Promise<void> | undefined;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'demand-'));
  folder = join(place, 'run/demand');
  // So long that whatever is seen soon was seen by an event.
  demand = new DemandFolderOnDisk(folder, 60_000);
  touched = [];
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await watching?.catch(() => undefined);
  watching = undefined;
  await rm(place, { recursive: true, force: true });
});

/** Resolves when the folder is watched: a first touch was seen and forgotten again. */
async function startWatching(of: DemandFolderOnDisk = demand): Promise<void> {
  watching = of.watch((path) => touched.push(path), ending.signal);
  await until(() => stat(folder), { what: 'the folder is there' });
  await touch('camera999');
  await told('camera999');
  await of.withdraw('camera999');
  touched.length = 0;
}

let clock = 1_700_000_000;
/** A touch with a time of its own: the file system's clock may not have moved since the last one. */
async function touch(name: string): Promise<void> {
  clock += 1;
  await writeFile(join(folder, name), '', { flag: 'a' });
  await utimes(join(folder, name), clock, clock);
}

async function told(name: string, timeoutMs = 3000): Promise<void> {
  await until(() => touched.includes(name), { what: `${name} is told`, timeoutMs });
}

test('tells of files that are there at the start, and of each touch after', async () => {
  await mkdir(folder, { recursive: true });
  await touch('camera3');
  await startWatching();
  await touch('camera0');
  await told('camera0');
  await touch('source2');
  await told('source2');
  touched.length = 0;
  await touch('camera0');
  await told('camera0');
});

test('what is there at the start is told once, and nothing is told without a touch', async () => {
  await mkdir(folder, { recursive: true });
  await touch('camera3');
  watching = demand.watch((path) => touched.push(path), ending.signal);
  await told('camera3');
  await touch('camera4');
  await told('camera4');
  await touch('camera5');
  await told('camera5');
  expect(touched.filter((name) => name === 'camera3')).toHaveLength(1);
});

test('the folder is private, also when it was not', async () => {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await startWatching();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('unknown names are removed and never told', async () => {
  await startWatching();
  await writeFile(join(folder, 'camera0.jpg'), '');
  await writeFile(join(folder, '.hidden'), '');
  await mkdir(join(folder, 'nested/deeper'), { recursive: true });
  await touch('camera1');
  await until(async () => (await readdir(folder)).join() === 'camera1', {
    what: 'only the known name is left',
  });
  await told('camera1');
  expect(new Set(touched)).toEqual(new Set(['camera1']));
});

test('a withdrawn demand is gone, and the next touch is told even with the same time', async () => {
  await startWatching();
  await touch('camera0');
  await told('camera0');
  const { mtime } = await stat(join(folder, 'camera0'));
  await demand.withdraw('camera0');
  expect(await readdir(folder)).toEqual([]);
  await demand.withdraw('camera0');
  touched.length = 0;
  await writeFile(join(folder, 'camera0'), '');
  await utimes(join(folder, 'camera0'), mtime, mtime);
  await told('camera0');
});

test('a withdrawal never tells what was told already, whatever the watcher sees of it', async () => {
  await startWatching();
  for (let round = 0; round < 200; round += 1) {
    // Moved into place, so that it has one time only.
    await writeFile(join(place, 'made'), '');
    await rename(join(place, 'made'), join(folder, 'camera0'));
    await told('camera0');
    touched.length = 0;
    await demand.withdraw('camera0');
    expect(touched, `round ${round}`).toEqual([]);
  }
});

test('a touch that nobody was told of yet is told by the withdrawal instead of being lost', async () => {
  await startWatching();
  await touch('camera0');
  await told('camera0');
  touched.length = 0;
  const later = new Date(2_000_000_000_000);
  // In one turn: no event and no listing can come between.
  utimesSync(join(folder, 'camera0'), later, later);
  await demand.withdraw('camera0');
  expect(touched).toEqual(['camera0']);
  expect(await readdir(folder)).toEqual([]);
});

test('withdrawing works without a watch, a folder or a known name', async () => {
  await demand.withdraw('camera0');
  await demand.withdraw('../../etc/passwd');
  await demand.empty();
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that is removed is made again at once and watched', async () => {
  await startWatching();
  await rm(folder, { recursive: true });
  await until(() => stat(folder), { what: 'the folder is back' });
  await until(() => touch('camera0').then(() => true), { what: 'it can be touched' });
  await told('camera0');
});

test('a whole runtime directory that vanishes comes back', async () => {
  await startWatching();
  // It may come back faster than it can be removed.
  await rm(join(place, 'run'), { recursive: true }).catch(() => undefined);
  await until(() => touch('camera0').then(() => true), { what: 'it can be touched' });
  await told('camera0');
});

test('a folder that was moved away is not the one that counts', async () => {
  await startWatching();
  await rename(folder, join(place, 'elsewhere'));
  await until(() => stat(folder), { what: 'a new folder is there' });
  await writeFile(join(place, 'elsewhere/camera7'), '');
  await until(() => touch('camera0').then(() => true), { what: 'it can be touched' });
  await told('camera0');
  expect(touched).not.toContain('camera7');
});

test('an event that is lost costs one listing interval', async () => {
  const often = new DemandFolderOnDisk(folder, 50);
  await startWatching(often);
  // A folder swapped under the same name by two renames: its old watcher sees the swap, ours must still list the new one.
  await mkdir(join(place, 'run/new'), { mode: 0o700 });
  await writeFile(join(place, 'run/new/camera5'), '');
  await rename(folder, join(place, 'run/old'));
  await rename(join(place, 'run/new'), folder).catch(async () => {
    await rm(folder, { recursive: true });
    await rename(join(place, 'run/new'), folder);
  });
  await told('camera5');
});

test('emptying removes everything, and the next touch is told', async () => {
  await startWatching();
  await touch('camera0');
  await told('camera0');
  await demand.empty();
  expect(await readdir(folder)).toEqual([]);
  touched.length = 0;
  await touch('camera0');
  await told('camera0');
});

test('the watch ends when it is called off, also before it began', async () => {
  await startWatching();
  ending.abort();
  await watching;
  await touch('camera0');
  await demand.watch((path) => touched.push(path), AbortSignal.abort());
  expect(touched).toEqual([]);
});

test('a folder that cannot be made is said', async () => {
  await writeFile(join(place, 'run'), 'a file where the folder should be');
  await expect(demand.watch(() => undefined, ending.signal)).rejects.toMatchObject({
    ...{ code: 'storage', reason: 'demand_folder_unusable' },
  });
});
