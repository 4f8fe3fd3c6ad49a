import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { partBytes, playFile, writePart } from '../../support/mp4.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { never, order, partName, SESSION, STARTED_AT_MS, startSession } from './session.ts';

test('fragmented parts get the final names, unchanged, and a sidecar beside them', async () => {
  const { files, recordingsFolder, partsFolder, write, visible, left } = await startSession();
  const [first] = write({ seconds: 2 }, { seconds: 1 });
  const inode = (await stat(join(partsFolder, first!))).ino;
  const gaps = [{ fromAtMs: STARTED_AT_MS + 2000, toAtMs: STARTED_AT_MS + 10_000, cause: 'capture_lost' }];
  const finished = await files.finalise({ ...order, gaps, adoptions: 1 }, never);
  const { durationMs: _, partOrder: __, ...asked } = order;
  expect(finished).toEqual({
    ...asked,
    gaps,
    adoptions: 1,
    startedAtMs: STARTED_AT_MS,
    durationMs: 3000,
    sizeBytes: partBytes({ seconds: 2 }).length + partBytes({ seconds: 1 }).length,
    overrunMs: 0,
    warning: null,
    parts: [
      {
        file: `${SESSION}.mp4`,
        startedAtMs: STARTED_AT_MS,
        durationMs: 2000,
        sizeBytes: partBytes({ seconds: 2 }).length,
      },
      {
        file: `${SESSION}_2.mp4`,
        startedAtMs: STARTED_AT_MS + 10_000,
        durationMs: 1000,
        sizeBytes: partBytes({ seconds: 1 }).length,
      },
    ],
  });
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`, `${SESSION}_2.mp4`]);
  expect(await left()).toEqual([]);
  expect((await stat(join(recordingsFolder, `${SESSION}.mp4`))).ino).toBe(inode);
  expect(JSON.parse(await readFile(join(recordingsFolder, `${SESSION}.json`), 'utf8')).recording).toEqual(
    finished,
  );
});

test('parts are taken in the order in which they were recorded, whatever their names say; unknown ones come last', async () => {
  const { files, write } = await startSession();
  const [first, second] = write({ seconds: 1 }, { seconds: 2 }, { seconds: 3 });
  const finished = await files.finalise(
    { ...order, partOrder: [{ file: second! }, { file: first! }] },
    never,
  );
  expect(finished.parts.map(({ durationMs }) => durationMs)).toEqual([2000, 1000, 3000]);
  expect(finished.startedAtMs).toBe(STARTED_AT_MS + 10_000);
});

test('finishing again changes nothing and answers the same', async () => {
  const { files, write, visible } = await startSession();
  write({ seconds: 1 });
  const finished = await files.finalise(order, never);
  expect(await files.finalise(order, never)).toEqual(finished);
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`]);
});

test('what a media server that woke up late records after the end of its session is removed, with the next end or the next life', async () => {
  const { files, recordingsFolder, partsFolder, write, left, visible } = await startSession();
  write({ seconds: 1 });
  await files.finalise(order, never);
  const empty = `${SESSION}-5`;
  await files.finalise({ ...order, session: empty }, never);
  const late = partName(1);
  const lateOfEmpty = partName(1, empty);
  const unfiled = partName(0, `${SESSION}-7`);
  for (const name of [late, lateOfEmpty, unfiled]) writePart(join(partsFolder, name), { seconds: 1 });
  expect((await left()).sort()).toEqual([late, lateOfEmpty, unfiled].sort());

  const { files: nextLife } = await startSession({ recordingsFolder });
  await nextLife.removeLateParts();
  expect((await left()).sort(), 'a session without a sidecar may be unfiled').toEqual(
    [lateOfEmpty, unfiled].sort(),
  );
  await files.finalise({ ...order, session: `${SESSION}-9` }, never);
  expect(await left()).toEqual([unfiled]);
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`]);
});

test('a session without a picture leaves nothing behind', async () => {
  const { files, partsFolder, visible, left } = await startSession();
  await mkdir(partsFolder, { recursive: true });
  await writeFile(join(partsFolder, `${SESSION}_1795408093-250417.mp4`), '');
  const failed = { ...order, outcome: 'failed', reason: 'not_ready_in_time' } as const;
  const finished = await files.finalise(failed, never);
  expect(finished).toMatchObject({
    outcome: 'failed',
    startedAtMs: null,
    durationMs: 0,
    sizeBytes: 0,
    parts: [],
  });
  expect(finished.warning).toBe('1 empty file was removed.');
  expect([await visible(), await left()]).toEqual([[], []]);
});

test.each([`${SESSION}.mp4`, `${SESSION}_2.mkv`, `${SESSION}.json`])(
  'a foreign %s is never overwritten: the recording takes another name',
  async (foreign) => {
    const { files, recordingsFolder, write, visible } = await startSession();
    await writeFile(join(recordingsFolder, foreign), 'foreign');
    write({ seconds: 1 }, { seconds: 1 });
    const finished = await files.finalise(order, never);
    const names = [`${SESSION}-2.json`, `${SESSION}-2.mp4`, `${SESSION}-2_2.mp4`];
    expect(finished.parts.map((part) => part.file)).toEqual(names.slice(1));
    expect(await visible()).toEqual([...names, foreign].sort());
    expect(await readFile(join(recordingsFolder, foreign), 'utf8')).toBe('foreign');
    expect(await files.finalise(order, never)).toEqual(finished);
  },
);

test('an older recording of the same name (the clock was set back) keeps its files', async () => {
  const { files, write, visible } = await startSession();
  write({ seconds: 1 });
  const older = await files.finalise(order, never);
  write({ seconds: 2 });
  const newer = await files.finalise({ ...order, orderedAtMs: order.orderedAtMs + 5 }, never);
  expect(newer).toMatchObject({ durationMs: 2000, parts: [{ file: `${SESSION}-2.mp4` }] });
  expect(await files.finalise(order, never)).toEqual(older);
  expect(await visible()).toHaveLength(4);
});

test('a sidecar that cannot be written costs the sidecar only', async () => {
  const { files, recordingsFolder, write, visible, left } = await startSession();
  write({ seconds: 1 });
  await mkdir(join(recordingsFolder, `${SESSION}.json.tmp`));
  const finished = await files.finalise(order, never);
  expect(finished.warning).toMatch(/^The description of the recording could not be written: /);
  expect(finished).toMatchObject({ outcome: 'completed', durationMs: 1000 });
  expect(await visible()).toEqual([`${SESSION}.json.tmp`, `${SESSION}.mp4`]);
  expect(await left()).toEqual([]);
});

test.each([
  ['mp4', 'mp4'],
  ['mkv', 'mkv'],
  ['mpegts', 'ts'],
] as const)('parts become one %s file that plays from end to end', async (format, extension) => {
  const { files, recordingsFolder, write, visible, left } = await startSession();
  write({ seconds: 2 }, { seconds: 1 }, { seconds: 1, closed: false });
  const finished = await files.finalise({ ...order, format }, never);
  expect(finished).toMatchObject({ format, durationMs: 4000, warning: null, startedAtMs: STARTED_AT_MS });
  expect(finished.parts).toMatchObject([{ file: `${SESSION}.${extension}`, durationMs: 4000 }]);
  const path = join(recordingsFolder, `${SESSION}.${extension}`);
  expect(finished.sizeBytes).toBe((await stat(path)).size);
  expect(playFile(path)).toEqual({ frames: 40, durationMs: 4000, errors: '' });
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.${extension}`].sort());
  expect(await left()).toEqual([]);
});

test.each(['false', 'true', 'no-such-ffmpeg'])(
  'a remux by "%s" fails, the fragmented parts stay and say why',
  async (ffmpeg) => {
    const { files, recordingsFolder, write, visible, left } = await startSession({ ffmpeg });
    write({ seconds: 1 }, { seconds: 1 });
    const finished = await files.finalise({ ...order, format: 'mkv' }, never);
    expect(finished).toMatchObject({ format: 'fmp4', outcome: 'completed', durationMs: 2000 });
    expect(finished.warning).toContain('the parts are kept as fragmented MP4');
    expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`, `${SESSION}_2.mp4`]);
    expect(playFile(join(recordingsFolder, `${SESSION}.mp4`)).frames).toBe(10);
    expect(await left()).toEqual([]);
  },
);

test('parts with different pictures are not joined into a file that shows only one of them', async () => {
  const { files, write } = await startSession();
  write({ seconds: 1 }, { seconds: 1, size: '160x120' });
  const finished = await files.finalise({ ...order, format: 'mp4' }, never);
  expect(finished).toMatchObject({ format: 'fmp4', durationMs: 2000 });
  expect(finished.parts).toHaveLength(2);
  expect(finished.warning).toContain('picture format changed');
});

test('what lies beyond the wished duration is cut off to the frame', async () => {
  const { files, recordingsFolder, write, visible, left } = await startSession();
  write({ seconds: 2 }, { seconds: 2 }, { seconds: 1 });
  const finished = await files.finalise({ ...order, durationMs: 2700 }, never);
  expect(finished).toMatchObject({ format: 'fmp4', durationMs: 2700, overrunMs: 2300, warning: null });
  expect(finished.parts).toMatchObject([
    { file: `${SESSION}.mp4`, durationMs: 2000 },
    { file: `${SESSION}_2.mp4`, durationMs: 700, startedAtMs: STARTED_AT_MS + 10_000 },
  ]);
  const cut = join(recordingsFolder, `${SESSION}_2.mp4`);
  expect(playFile(cut)).toMatchObject({ frames: 7, errors: '' });
  // Closed like one of the recorder's own: its length is in the header.
  const header = await readFile(cut);
  expect(header.readUInt32BE(header.indexOf('mvhd') + 20)).toBe(700);
  expect(await visible()).toHaveLength(3);
  expect(await left()).toEqual([]);
  expect(await files.finalise({ ...order, durationMs: 2700 }, never)).toEqual(finished);
});

test('a cut and another container are one copy', async () => {
  const { files, recordingsFolder, write } = await startSession();
  write({ seconds: 2 }, { seconds: 2 }, { seconds: 1 });
  const finished = await files.finalise({ ...order, format: 'mkv', durationMs: 2700 }, never);
  expect(finished).toMatchObject({ format: 'mkv', durationMs: 2700, overrunMs: 2300 });
  expect(playFile(join(recordingsFolder, `${SESSION}.mkv`))).toMatchObject({ frames: 27, errors: '' });
});

test('a cut between two parts copies nothing', async () => {
  const { files, write, visible } = await startSession({ ffmpeg: 'no-such-ffmpeg' });
  write({ seconds: 2 }, { seconds: 2 });
  const finished = await files.finalise({ ...order, durationMs: 2000 }, never);
  expect(finished).toMatchObject({ durationMs: 2000, overrunMs: 2000, warning: null });
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`]);
});

test('a little beyond the wished duration is not worth a copy', async () => {
  const { files, write } = await startSession({ ffmpeg: 'no-such-ffmpeg' });
  write({ seconds: 2 });
  const finished = await files.finalise({ ...order, durationMs: 1600 }, never);
  expect(finished).toMatchObject({ durationMs: 2000, overrunMs: 0, warning: null });
});

test('a cut that fails keeps everything', async () => {
  const { files, write } = await startSession({ ffmpeg: 'false' });
  write({ seconds: 2 });
  const finished = await files.finalise({ ...order, durationMs: 1000 }, never);
  expect(finished).toMatchObject({ durationMs: 2000, overrunMs: 0 });
  expect(finished.warning).toContain('ffmpeg gave up');
});

test('an aborted remux leaves the parts, and a later call finishes the session', async () => {
  const { files, write, visible, left } = await startSession();
  const parts = write({ seconds: 2 }, { seconds: 1 });
  const control = new AbortController();
  const finishing = files.finalise({ ...order, format: 'mkv' }, control.signal);
  setImmediate(() => control.abort());
  await expect(finishing).rejects.toMatchObject({ code: 'cancelled' });
  expect(await visible()).toEqual([]);
  expect(await left()).toEqual(parts);
  expect(await files.finalise({ ...order, format: 'mkv' }, never)).toMatchObject({
    format: 'mkv',
    durationMs: 3000,
  });
});

test.for(['fmp4', 'mkv'] as const)(
  'on a full disk a %s session is left as it is, and is whole, reason and all, when there is space again',
  async (format, context) => {
    const folder = await smallDisk(1024);
    if (folder === null) return context.skip('mounting a small file system needs root');
    const { files, recordingsFolder, write, visible, left } = await startSession({
      recordingsFolder: folder,
    });
    const parts = write({ seconds: 2 }, { seconds: 1 });
    await writeFile(join(recordingsFolder, 'big'), Buffer.alloc(2_000_000)).catch(() => {});
    const ended = { ...order, format, reason: 'storage_critical' } as const;
    await expect(files.finalise(ended, never)).rejects.toMatchObject({ reason: 'disk_full' });
    expect(await visible()).toEqual(['big']);
    expect(await left()).toEqual(parts);
    await rm(join(recordingsFolder, 'big'));
    const finished = await files.finalise(ended, never);
    expect(finished).toMatchObject({ format, durationMs: 3000, reason: 'storage_critical', warning: null });
    expect(await left()).toEqual([]);
  },
);
