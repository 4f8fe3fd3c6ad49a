import { mkdir, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskShelf } from '../../../src/adapters/files/disk-shelf.ts';
import { SnapshotFolder } from '../../../src/adapters/files/snapshot-folder.ts';
import { partBytes } from '../../support/mp4.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { never, order, partName, SESSION, STARTED_AT_MS, startSession } from './session.ts';

const all = { limit: 1000, offset: 0 };

async function startShelf() {
  const session = await startSession();
  const snapshotsFolder = join(await temporaryFolder(), 'snapshots');
  const shelf = new DiskShelf({ recordingsFolder: session.recordingsFolder, snapshotsFolder });
  return { ...session, snapshotsFolder, shelf };
}

test('missing folders hold nothing', async () => {
  const folder = await temporaryFolder();
  const shelf = new DiskShelf({ recordingsFolder: join(folder, 'a'), snapshotsFolder: join(folder, 'b') });
  expect(await shelf.listRecordings(all)).toEqual({ files: [], total: 0 });
  expect(await shelf.listSnapshots(all)).toEqual({ files: [], total: 0 });
  expect(await shelf.findRecording('camera0_2026-11-23_04-28-13')).toBeUndefined();
});

test('a finished recording is listed as its sidecar says and found by its name', async () => {
  const { shelf, files, write } = await startShelf();
  expect((await shelf.listRecordings(all)).total).toBe(0);
  write({ seconds: 1 });
  const finished = await files.finalise(order, never);
  expect(await shelf.listRecordings(all)).toEqual({ files: [finished], total: 1 });
  expect(await shelf.findRecording(SESSION)).toEqual(finished);
  expect(await shelf.findRecording('camera0')).toBeUndefined();
});

test('a recording that had to take another name is found by that name', async () => {
  const { shelf, files, write } = await startShelf();
  write({ seconds: 1 });
  const older = await files.finalise(order, never);
  write({ seconds: 1 });
  const newer = await files.finalise({ ...order, orderedAtMs: order.orderedAtMs + 1 }, never);
  expect(await shelf.findRecording(SESSION)).toEqual(older);
  expect(await shelf.findRecording(`${SESSION}-2`)).toEqual(newer);
});

test('recordings come newest first, page by page', async () => {
  const { shelf, recordingsFolder, files, write } = await startShelf();
  write({ seconds: 1 });
  const finished = await files.finalise(order, never);
  for (let day = 10; day < 20; day += 1) {
    const session = `camera1_2026-10-${day}_00-00-00`;
    const startedAtMs = Date.parse(`2026-10-${day}T00:00:00Z`);
    const parts = [{ file: `${session}.mp4`, startedAtMs, durationMs: 1000, sizeBytes: 1 }];
    const recording = { ...finished, session, cameraId: 'camera1', startedAtMs, parts };
    await writeFile(join(recordingsFolder, `${session}.mp4`), 'x');
    await writeFile(join(recordingsFolder, `${session}.json`), JSON.stringify({ version: 1, recording }));
  }
  const page = await shelf.listRecordings({ limit: 3, offset: 0 });
  expect(page.total).toBe(11);
  expect(page.files.map((file) => file.session)).toEqual([
    SESSION,
    'camera1_2026-10-19_00-00-00',
    'camera1_2026-10-18_00-00-00',
  ]);
  const last = await shelf.listRecordings({ limit: 3, offset: 9 });
  expect(last.files.map((file) => file.session)).toEqual([
    'camera1_2026-10-11_00-00-00',
    'camera1_2026-10-10_00-00-00',
  ]);
  expect((await shelf.listRecordings({ limit: 3, offset: 11 })).files).toEqual([]);
});

test('what others put into the folder, and what is not finished, is not seen', async () => {
  const { shelf, recordingsFolder, write } = await startShelf();
  write({ seconds: 1 });
  await writeFile(join(recordingsFolder, 'holiday.mp4'), 'x');
  await writeFile(join(recordingsFolder, 'package.json'), '{"version":1}');
  await writeFile(join(recordingsFolder, 'broken.json'), '{');
  await writeFile(join(recordingsFolder, '.camera0_2026-11-23_04-28-13.mp4'), 'x');
  const outside = { file: '../../etc/passwd', startedAtMs: 1, durationMs: 1, sizeBytes: 1 };
  await writeFile(
    join(recordingsFolder, 'evil.json'),
    JSON.stringify({
      version: 1,
      recording: {
        ...order,
        startedAtMs: 1,
        overrunMs: 0,
        sizeBytes: 1,
        durationMs: 1,
        warning: null,
        parts: [outside],
      },
    }),
  );
  await mkdir(join(recordingsFolder, 'camera0_2026-11-23_04-28-13'));
  expect(await shelf.listRecordings(all)).toEqual({ files: [], total: 0 });
});

test('without its sidecar a recording is listed from its files', async () => {
  const { shelf, recordingsFolder, files, write } = await startShelf();
  write({ seconds: 2 }, { seconds: 1 });
  const finished = await files.finalise(order, never);
  await unlink(join(recordingsFolder, `${SESSION}.json`));
  const [found, ...others] = (await shelf.listRecordings(all)).files;
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    session: SESSION,
    cameraId: 'camera0',
    format: 'fmp4',
    orderedAtMs: Date.parse('2026-11-23T04:28:13Z'),
    durationMs: 3000,
    sizeBytes: finished.sizeBytes,
    parts: [
      { file: `${SESSION}.mp4`, durationMs: 2000 },
      { file: `${SESSION}_2.mp4`, durationMs: 1000 },
    ],
  });
  expect(found?.warning).toContain('missing');
});

test('a recording is not listed while its files are still getting their names', async () => {
  const { shelf, recordingsFolder, partsFolder, files, write } = await startShelf();
  write({ seconds: 1 });
  const finished = await files.finalise(order, never);
  await unlink(join(recordingsFolder, `${SESSION}.json`));
  const draft = join(partsFolder, `${SESSION}.draft.json`);
  await writeFile(draft, '{}');
  expect(await shelf.listRecordings(all)).toEqual({ files: [], total: 0 });
  await unlink(draft);
  expect((await shelf.listRecordings(all)).files).toMatchObject([
    { parts: finished.parts.map(({ file }) => ({ file })) },
  ]);
});

test('names with milliseconds are recordings, too', async () => {
  const { shelf, recordingsFolder } = await startShelf();
  const session = 'source3_2026-11-23_04-28-13-123';
  await writeFile(join(recordingsFolder, `${session}.mp4`), partBytes({ seconds: 1 }));
  expect((await shelf.listRecordings(all)).files).toMatchObject([
    { session, cameraId: 'source3', durationMs: 1000 },
  ]);
});

test('a recording whose files were deleted by hand is gone, one that lost a part lists the rest', async () => {
  const { shelf, recordingsFolder, files, write } = await startShelf();
  write({ seconds: 2 }, { seconds: 1 });
  await files.finalise(order, never);
  await unlink(join(recordingsFolder, `${SESSION}.mp4`));
  expect((await shelf.listRecordings(all)).files).toMatchObject([
    { durationMs: 1000, parts: [{ file: `${SESSION}_2.mp4` }] },
  ]);
  await unlink(join(recordingsFolder, `${SESSION}_2.mp4`));
  expect((await shelf.listRecordings(all)).total).toBe(0);
});

test('changes are seen at once, also many in one tick of the clock', async () => {
  const { shelf, snapshotsFolder } = await startShelf();
  await mkdir(snapshotsFolder);
  for (let count = 1; count <= 50; count += 1) {
    await writeFile(join(snapshotsFolder, `s${count}.jpg`), '');
    expect((await shelf.listSnapshots(all)).total).toBe(count);
  }
});

test('an unchanged folder is not read again', async () => {
  const { shelf, recordingsFolder, files, write } = await startShelf();
  write({ seconds: 1 });
  await files.finalise(order, never);
  await utimes(recordingsFolder, 1_700_000_000, 1_700_000_000);
  const first = await shelf.listRecordings(all);
  expect((await shelf.listRecordings(all)).files[0]).toBe(first.files[0]);
  await rm(join(recordingsFolder, `${SESSION}.json`));
  await utimes(recordingsFolder, 1_700_000_000, 1_700_000_000);
  // The stamp was set back by hand: the kept list proves that nothing was read.
  expect((await shelf.listRecordings(all)).files[0]).toBe(first.files[0]);
});

test('snapshots are listed newest first with their camera, whatever their name', async () => {
  const { shelf, snapshotsFolder } = await startShelf();
  const tap = join(await temporaryFolder(), 'tap.jpg');
  await writeFile(tap, Buffer.from([0xff, 0xd8, 1, 2, 0xff, 0xd9]));
  const snapshots = new SnapshotFolder({ snapshotsFolder, tapFile: () => tap, ffmpeg: 'ffmpeg' });
  const save = async (cameraId: string, filename: string | null, atSeconds: number) => {
    await utimes(tap, atSeconds, atSeconds);
    return snapshots.save({ cameraId, filename, format: 'jpg', quality: null }, never);
  };
  const named = await save('camera1', 'front door', 1_700_000_000);
  const plain = await save('camera0', null, 1_700_000_010);
  const lying = await save('camera2', 'camera0_snapshot_2026-11-23_04-28-13-123', 1_700_000_005);
  await writeFile(join(snapshotsFolder, 'foreign.png'), 'abc');
  await utimes(join(snapshotsFolder, 'foreign.png'), 1_600_000_000, 1_600_000_000);
  await writeFile(join(snapshotsFolder, 'notes.txt'), '');
  await mkdir(join(snapshotsFolder, 'folder.jpg'));
  await symlink('/nowhere', join(snapshotsFolder, 'broken.jpg'));
  expect(await shelf.listSnapshots(all)).toEqual({
    total: 4,
    files: [
      { ...plain, cameraId: 'camera0' },
      { ...lying, cameraId: 'camera2' },
      { ...named, cameraId: 'camera1' },
      { filename: 'foreign.png', cameraId: null, sizeBytes: 3, takenAtMs: 1_600_000_000_000 },
    ],
  });
  expect((await shelf.listSnapshots({ limit: 1, offset: 1 })).files).toMatchObject([
    { filename: lying.filename },
  ]);
});

test('a running session does not show', async () => {
  const { shelf, files, write } = await startShelf();
  write({ seconds: 1 });
  expect(await files.parts('camera0', SESSION, never)).toMatchObject([
    { file: partName(0), startedAtMs: STARTED_AT_MS },
  ]);
  expect((await shelf.listRecordings(all)).total).toBe(0);
});
