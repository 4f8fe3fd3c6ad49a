import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SnapshotFolder, type SnapshotFolderSettings } from '../../../src/adapters/files/snapshot-folder.ts';
import type { SnapshotRequest } from '../../../src/machines/values.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const never = new AbortController().signal;
const TAKEN_AT_MS = Date.parse('2026-11-23T04:28:13.123Z');
const request: SnapshotRequest = { cameraId: 'camera0', format: 'jpg', quality: null, filename: null };
const jpeg = execFileSync('ffmpeg', [
  ...['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x240'],
  ...['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
]);

async function startSnapshots(settings: Partial<SnapshotFolderSettings> = {}) {
  const folder = await temporaryFolder();
  const [taps, snapshotsFolder] = [join(folder, 'taps'), join(folder, 'snapshots')];
  await mkdir(taps);
  const tapFile = (cameraId: string) => join(taps, `${cameraId}.jpg`);
  const tap = async (bytes: Uint8Array, atMs = TAKEN_AT_MS) => {
    await writeFile(`${tapFile('camera0')}.tmp`, bytes);
    await utimes(`${tapFile('camera0')}.tmp`, atMs / 1000, atMs / 1000);
    await rename(`${tapFile('camera0')}.tmp`, tapFile('camera0'));
  };
  await tap(jpeg);
  const snapshots = new SnapshotFolder({ snapshotsFolder, tapFile, ffmpeg: 'ffmpeg', ...settings });
  const visible = async () => (await readdir(snapshotsFolder)).filter((name) => name !== '.about').sort();
  return { snapshots, snapshotsFolder, tap, tapFile, visible };
}

function probe(path: string) {
  const args = ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', path];
  return execFileSync('ffprobe', args, { encoding: 'utf8' }).trim();
}

test('a snapshot as tapped is the very picture, named after camera and time, without any process', async () => {
  const { snapshots, snapshotsFolder, visible } = await startSnapshots({ ffmpeg: 'no-such-ffmpeg' });
  const saved = await snapshots.save(request, never);
  const filename = 'camera0_snapshot_2026-11-23_04-28-13-123.jpg';
  expect(saved).toEqual({ filename, sizeBytes: jpeg.length, takenAtMs: TAKEN_AT_MS });
  expect(await readFile(join(snapshotsFolder, filename))).toEqual(jpeg);
  expect(Math.round((await stat(join(snapshotsFolder, filename))).mtimeMs)).toBe(TAKEN_AT_MS);
  expect(await visible()).toEqual([filename]);
});

test('two snapshots of one picture are two files', async () => {
  const { snapshots, visible } = await startSnapshots();
  const saved = await Promise.all([
    snapshots.save(request, never),
    snapshots.save(request, never),
    snapshots.save(request, never),
  ]);
  expect(saved.map(({ filename }) => filename).sort()).toEqual(await visible());
  expect(await visible()).toHaveLength(3);
});

test('a wished name gets its extension once', async () => {
  const { snapshots } = await startSnapshots();
  for (const [wished, filename] of [
    ['front door', 'front door.jpg'],
    ['b.jpg', 'b.jpg'],
    ['c.JPEG', 'c.JPEG'],
    ['v1.2', 'v1.2.jpg'],
    ['Tür', 'Tür.jpg'],
    ['100%d$x', '100%d$x.jpg'],
    ['x'.repeat(251), `${'x'.repeat(251)}.jpg`],
  ]) {
    expect(await snapshots.save({ ...request, filename: wished! }, never)).toMatchObject({ filename });
  }
});

test.each([
  ['a/b', 'must not contain / or \\'],
  ['a\\b', 'must not contain / or \\'],
  ['../x', 'must not contain / or \\'],
  ['a..b', 'must not contain ..'],
  ['.hidden', 'must not begin with a dot'],
  ['.jpg', 'must not be empty'],
  ['', 'must not be empty'],
  ['a\nb', 'must not contain control characters'],
  ['a\0b', 'must not contain control characters'],
  ['x'.repeat(252), 'must not be longer than 255 bytes'],
  ['ü'.repeat(126), 'must not be longer than 255 bytes'],
  ['x.png', 'must not bear another extension'],
])('the name %j is refused with its rule, and nothing is written', async (filename, rule) => {
  const { snapshots, snapshotsFolder } = await startSnapshots();
  await expect(snapshots.save({ ...request, filename }, never)).rejects.toMatchObject({
    code: 'bad-params',
    reason: 'bad_filename',
    facts: { param: 'filename', rule: expect.stringContaining(rule) },
  });
  await expect(readdir(snapshotsFolder)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('an existing file is never overwritten', async () => {
  const { snapshots, snapshotsFolder, visible } = await startSnapshots();
  await mkdir(snapshotsFolder);
  await writeFile(join(snapshotsFolder, 'mine.jpg'), 'mine');
  await expect(snapshots.save({ ...request, filename: 'mine' }, never)).rejects.toMatchObject({
    code: 'bad-params',
    reason: 'file_exists',
  });
  expect(await readFile(join(snapshotsFolder, 'mine.jpg'), 'utf8')).toBe('mine');
  expect(await visible()).toEqual(['mine.jpg']);
});

test.each([
  ['png', null, 'x.png', 'png,320,240'],
  ['jpg', 10, 'x.jpg', 'mjpeg,320,240'],
  ['jpg', 100, 'x.jpg', 'mjpeg,320,240'],
] as const)('a %s of quality %s is encoded to a whole picture', async (format, quality, filename, what) => {
  const { snapshots, snapshotsFolder, visible } = await startSnapshots();
  const saved = await snapshots.save({ ...request, format, quality, filename }, never);
  const path = join(snapshotsFolder, filename);
  expect(saved).toEqual({ filename, sizeBytes: (await stat(path)).size, takenAtMs: TAKEN_AT_MS });
  expect(probe(path)).toBe(what);
  expect(await visible()).toEqual([filename]);
});

test('quality changes the size', async () => {
  const { snapshots } = await startSnapshots();
  const low = await snapshots.save({ ...request, quality: 1, filename: 'low' }, never);
  const high = await snapshots.save({ ...request, quality: 100, filename: 'high' }, never);
  expect(high.sizeBytes).toBeGreaterThan(low.sizeBytes * 2);
});

test('without a tapped picture there is nothing to save', async () => {
  const { snapshots } = await startSnapshots();
  await expect(snapshots.save({ ...request, cameraId: 'camera9' }, never)).rejects.toMatchObject({
    code: 'not-found',
    reason: 'no_frame',
    message: 'There is no picture of camera9 yet',
  });
});

test.each([jpeg.subarray(0, jpeg.length - 2), jpeg.subarray(1), Buffer.alloc(0)])(
  'a torn picture is not saved',
  async (bytes) => {
    const { snapshots, tap, snapshotsFolder } = await startSnapshots();
    await tap(bytes);
    await expect(snapshots.save(request, never)).rejects.toMatchObject({ reason: 'frame_incomplete' });
    await expect(readdir(snapshotsFolder)).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('a picture that is replaced all the time is always saved whole', async () => {
  const { snapshots, tap, snapshotsFolder } = await startSnapshots();
  let taps = 0;
  const control = new AbortController();
  const tapping = (async () => {
    while (!control.signal.aborted) await tap(jpeg, TAKEN_AT_MS + ++taps);
  })();
  for (let count = 0; count < 20; count += 1) {
    const { filename } = await snapshots.save(request, never);
    expect(await readFile(join(snapshotsFolder, filename))).toEqual(jpeg);
  }
  control.abort();
  await tapping;
  expect(taps).toBeGreaterThan(20);
});

test('a folder that cannot be written is a storage error without its path', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const { snapshots } = await startSnapshots({ snapshotsFolder: join(folder, 'file', 'snapshots') });
  const saved = snapshots.save(request, never);
  await expect(saved).rejects.toMatchObject({ code: 'storage', reason: 'folder_missing' });
  await expect(saved).rejects.not.toThrow(folder);
});

test('an encoder that fails leaves no file', async () => {
  const { snapshots, visible } = await startSnapshots({ ffmpeg: 'false' });
  await expect(snapshots.save({ ...request, format: 'png' }, never)).rejects.toMatchObject({
    reason: 'encode_failed',
  });
  expect(await visible()).toEqual([]);
});

test('an aborted snapshot is cancelled and leaves no file', async () => {
  const { snapshots, snapshotsFolder } = await startSnapshots();
  await expect(snapshots.save(request, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  await expect(readdir(snapshotsFolder)).rejects.toMatchObject({ code: 'ENOENT' });
});
