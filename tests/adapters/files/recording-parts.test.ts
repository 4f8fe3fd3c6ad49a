import { mkdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { partStartedAtMs, recordPathPattern } from '../../../src/adapters/files/part-names.ts';
import { partBytes, playFile } from '../../support/mp4.ts';
import { never, order, partName, SESSION, STARTED_AT_MS, startSession } from './session.ts';

test('the record path holds the session and the words that MediaMTX replaces, and no others', () => {
  expect(recordPathPattern('/srv/recordings', SESSION)).toBe(`/srv/recordings/.parts/%path/${SESSION}_%s-%f`);
  for (const bad of ['', '.x', '%path', 'a$b', 'a/b', 'a b'])
    expect(() => recordPathPattern('/srv', bad)).toThrow();
});

test('a part belongs to one session only, and its name is when it began', () => {
  expect(partStartedAtMs('s_1795411216-298949.mp4', 's')).toBe(1_795_411_216_298);
  for (const other of [
    's_2_1795411216-298949.mp4',
    's_1795411216-29.mp4',
    's.mp4',
    't_1795411216-298949.mp4',
    's_1-000001.mp4.tmp',
  ]) {
    expect(partStartedAtMs(other, 's'), other).toBeNull();
  }
});

test('parts are listed oldest first; one that is still written has a size and no duration', async () => {
  const { files, partsFolder, write } = await startSession();
  const [first, second] = write({ seconds: 2 }, { seconds: 1, closed: false });
  await writeFile(join(partsFolder, partName(2)), '');
  await writeFile(join(partsFolder, partName(0, `${SESSION}_2`)), 'another session');
  await writeFile(join(partsFolder, 'foreign.mp4'), 'foreign');
  const parts = await files.parts('camera0', SESSION, never);
  expect(parts).toEqual([
    {
      file: first,
      startedAtMs: STARTED_AT_MS,
      durationMs: 2000,
      sizeBytes: partBytes({ seconds: 2 }).length,
    },
    {
      file: second,
      startedAtMs: STARTED_AT_MS + 10_000,
      durationMs: null,
      sizeBytes: partBytes({ seconds: 1 }).length,
    },
    { file: partName(2), startedAtMs: STARTED_AT_MS + 20_000, durationMs: null, sizeBytes: 0 },
  ]);
});

test('a session without a folder has no parts', async () => {
  const { files } = await startSession();
  expect(await files.parts('camera0', SESSION, never)).toEqual([]);
  expect(await files.salvage('camera0', SESSION, never)).toEqual([]);
});

test('while the recordings folder is away nobody says that a session has no parts', async () => {
  const { files, recordingsFolder, write } = await startSession();
  const [part] = write({ seconds: 2 });
  await rename(recordingsFolder, `${recordingsFolder}-away`);
  const away = { code: 'storage', reason: 'folder_missing' };
  await expect(files.parts('camera0', SESSION, never)).rejects.toMatchObject(away);
  await expect(files.salvage('camera0', SESSION, never)).rejects.toMatchObject(away);
  await expect(files.finalise(order, never)).rejects.toMatchObject(away);
  await rename(`${recordingsFolder}-away`, recordingsFolder);
  expect(await files.parts('camera0', SESSION, never)).toMatchObject([{ file: part, durationMs: 2000 }]);
});

test('a folder that cannot be read is a storage error without a path of this host', async () => {
  const { files, recordingsFolder, partsFolder } = await startSession();
  await mkdir(join(recordingsFolder, '.parts'));
  await symlink(partsFolder, partsFolder);
  const parts = files.parts('camera0', SESSION, never);
  await expect(parts).rejects.toMatchObject({ code: 'storage' });
  await expect(parts).rejects.not.toThrow(recordingsFolder);
});

test('salvage removes files without a picture and gives every other part a duration', async () => {
  const { files, partsFolder, write, left } = await startSession();
  const header = partBytes({ seconds: 1, closed: false });
  const [closed, open] = write({ seconds: 2 }, { seconds: 3, closed: false });
  await writeFile(join(partsFolder, partName(2)), '');
  await writeFile(join(partsFolder, partName(3)), header.subarray(0, 300));
  await writeFile(join(partsFolder, partName(4)), header.subarray(0, header.indexOf('moof') - 4));
  await writeFile(join(partsFolder, partName(5)), Buffer.alloc(5000));
  const parts = await files.salvage('camera0', SESSION, never);
  expect(parts.map(({ file, durationMs }) => [file, durationMs])).toEqual([
    [closed, 2000],
    [open, 3000],
  ]);
  expect((await left()).sort()).toEqual([closed, open]);
  expect(await files.salvage('camera0', SESSION, never)).toEqual(parts);
  const finished = await files.finalise(order, never);
  expect(finished.warning).toBe('4 empty files were removed.');
});

test('a torn tail counts up to its last whole frame and stays as it is', async () => {
  const { files, partsFolder, write } = await startSession();
  const [file] = write({ seconds: 3, closed: false });
  const path = join(partsFolder, file!);
  const bytes = await readFile(path);
  // Into the pictures of the third second.
  const tear = bytes.lastIndexOf('mdat') + Math.floor((bytes.length - bytes.lastIndexOf('mdat')) / 2);
  await truncate(path, tear);
  const before = await readFile(path);
  const [part] = await files.salvage('camera0', SESSION, never);
  expect(part!.durationMs).toBeGreaterThanOrEqual(2000);
  expect(part!.durationMs).toBeLessThan(3000);
  expect(part!.durationMs! % 100).toBe(0);
  expect(await readFile(path)).toEqual(before);
  // A player shows exactly these frames, and at most the torn one besides.
  const shown = playFile(path).frames - part!.durationMs! / 100;
  expect([0, 1]).toContain(shown);
});

test('a part torn within an index plays again after salvage, with all its whole seconds', async () => {
  const { files, partsFolder, write } = await startSession();
  const [file] = write({ seconds: 3, closed: false });
  const path = join(partsFolder, file!);
  await truncate(path, (await readFile(path)).lastIndexOf('moof') + 40);
  expect(playFile(path).frames).toBe(0);
  const [part] = await files.salvage('camera0', SESSION, never);
  expect(part).toMatchObject({ file, durationMs: 2000 });
  expect(playFile(path)).toMatchObject({ frames: 20, errors: '' });
});

test('a part that was closed although the disk had refused its end is measured, not believed', async () => {
  const { files, partsFolder, write } = await startSession();
  const [file] = write({ seconds: 3 });
  const path = join(partsFolder, file!);
  const bytes = await readFile(path);
  await truncate(
    path,
    bytes.lastIndexOf('mdat') + Math.floor((bytes.length - bytes.lastIndexOf('mdat')) / 2),
  );
  const [part] = await files.salvage('camera0', SESSION, never);
  expect(part!.durationMs).toBeGreaterThanOrEqual(2000);
  expect(part!.durationMs).toBeLessThan(3000);
  // Its own header says so, too, and it stays so.
  expect(await files.parts('camera0', SESSION, never)).toMatchObject([{ durationMs: part!.durationMs }]);
  expect(await files.salvage('camera0', SESSION, never)).toEqual([part]);
});

test('a closed part that is torn within an index plays again', async () => {
  const { files, partsFolder, write } = await startSession();
  const [file] = write({ seconds: 3 });
  const path = join(partsFolder, file!);
  await truncate(path, (await readFile(path)).lastIndexOf('moof') + 40);
  expect(playFile(path).frames).toBe(0);
  expect(await files.finalise(order, never)).toMatchObject({ durationMs: 2000, outcome: 'completed' });
});

test('without ffprobe a broken-off part gets an estimate, and the recording says so', async () => {
  const { files, write } = await startSession({ ffprobe: 'no-such-ffprobe' });
  write({ seconds: 1 }, { seconds: 1, closed: false });
  const parts = await files.salvage('camera0', SESSION, never);
  expect(parts).toHaveLength(2);
  expect(parts[1]!.durationMs).toBeGreaterThan(0);
  expect((await files.finalise(order, never)).warning).toContain('"no-such-ffprobe" was not found');
});

test('an aborted call is cancelled', async () => {
  const { files, write } = await startSession();
  write({ seconds: 1, closed: false });
  const aborted = AbortSignal.abort();
  await expect(files.parts('camera0', SESSION, aborted)).rejects.toMatchObject({ code: 'cancelled' });
  await expect(files.salvage('camera0', SESSION, aborted)).rejects.toMatchObject({ code: 'cancelled' });
  await expect(files.finalise(order, aborted)).rejects.toMatchObject({ code: 'cancelled' });
});
