import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FinderSettings, findMediaServer } from '../../../src/adapters/mediamtx/finder.ts';

const never = new AbortController().signal;

let place: string;
let settings: FinderSettings;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'finder-'));
  settings = {
    ...{ binary: 'auto', cacheFolder: join(place, 'cache') },
    searchPath: ['relative', join(place, 'first'), join(place, 'second'), '/nowhere'].join(':'),
    simulator: { command: '/usr/bin/node', script: join(place, 'simulator.js') },
  };
  await writeFile(settings.simulator.script, '');
});
afterEach(() => rm(place, { recursive: true, force: true }));

/** A program that prints a version, or does whatever the script says. */
async function program(path: string, version: string, script = `echo ${version}`): Promise<string> {
  const file = join(place, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n[ "$1" = --version ] || exit 9\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const find = (more: Partial<FinderSettings> = {}, signal = never) =>
  findMediaServer({ ...settings, ...more }, signal);

test('a configured program is taken as it is', async () => {
  await program('first/mediamtx', 'v1.20.1');
  const binary = await program('own/media', 'v1.20.0');
  expect(await find({ binary })).toEqual({
    ...{ kind: 'mediamtx', command: binary, args: [], version: '1.20.0', notice: null },
  });
});

test('a configured program that is missing, of another version or silent is an error that says so', async () => {
  const missing = find({ binary: join(place, 'missing') });
  await expect(missing).rejects.toMatchObject({ code: 'missing-program', reason: 'media_server_not_found' });
  const old = find({ binary: await program('old', 'v1.9.3') });
  await expect(old).rejects.toMatchObject({
    ...{ code: 'media-server-refused', reason: 'wrong_version' },
    message: expect.stringContaining('1.9.3'),
  });
  const broken = find({ binary: await program('broken', '', 'exit 3') });
  await expect(broken).rejects.toMatchObject({
    message: expect.stringContaining('does not tell its version'),
  });
});

test('PATH comes before the cached download', async () => {
  const cached = await program('cache/mediamtx-1.20.1/mediamtx', 'v1.20.1');
  expect(await find()).toMatchObject({ kind: 'mediamtx', command: cached, notice: null });
  const onPath = await program('second/mediamtx', 'v1.20.1');
  expect(await find()).toMatchObject({ kind: 'mediamtx', command: onPath, notice: null });
});

test('a wrong version on PATH is passed over, and the notice tells it', async () => {
  await program('first/mediamtx', 'v1.8.0');
  const cached = await program('cache/mediamtx-1.20.1/mediamtx', 'v1.20.1');
  const found = await find();
  expect(found.command).toBe(cached);
  expect(found.notice).toMatch(/PATH is version 1\.8\.0; this service works with 1\.20\.1/);
});

test('what cannot be run is not a program', async () => {
  const file = await program('first/mediamtx', 'v1.20.1');
  await chmod(file, 0o644);
  await mkdir(join(place, 'second/mediamtx'), { recursive: true });
  expect((await find()).kind).toBe('simulator');
});

test('without any MediaMTX the simulator is found, with a notice nobody can miss', async () => {
  const found = await find();
  expect(found).toMatchObject({
    kind: 'simulator',
    command: '/usr/bin/node',
    args: [settings.simulator.script],
  });
  expect(found.notice).toMatch(/SIMULATOR/);
  await program('first/mediamtx', 'v1.20.1');
  expect(await find({ binary: 'simulator' })).toMatchObject({ kind: 'simulator' });
});

test('no MediaMTX and no simulator is an error with a way out', async () => {
  await rm(settings.simulator.script);
  await expect(find()).rejects.toMatchObject({
    ...{
      code: 'missing-program',
      reason: 'simulator_not_found',
      suggestion: expect.stringContaining('npm run build'),
    },
  });
});

test('a search that is called off ends, also while a program hangs', async () => {
  await program('first/mediamtx', '', 'exec sleep 60');
  await expect(find({}, AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'cancelled' });
});
