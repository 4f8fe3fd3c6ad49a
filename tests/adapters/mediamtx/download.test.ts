/** Downloads from a local server that behaves as a test says; the archive is a small one with the release's layout. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DownloadSettings, downloadMediaMtx } from '../../../src/adapters/mediamtx/download.ts';
import { closedPort, type Handler, type OddServer, oddServer } from './odd-server.ts';

const never = new AbortController().signal;
// A proxy of this machine is none of the tests' business.
process.env.NO_PROXY = '127.0.0.1';

const ARCHIVE = 'mediamtx_v1.20.1_linux_amd64.tar.gz';
let place: string;
let cacheFolder: string;
let archive: Buffer;
let sha256: string;
let server: OddServer | undefined;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'download-'));
  cacheFolder = join(place, 'cache/deeper');
  const source = join(place, 'source');
  await mkdir(source);
  await writeFile(join(source, 'mediamtx'), '#!/bin/sh\necho v1.20.1\n', { mode: 0o755 });
  await writeFile(join(source, 'mediamtx.yml'), 'paths:\n');
  await writeFile(join(source, 'LICENSE'), 'MIT');
  // Long enough to be cut off in the middle.
  await writeFile(join(source, 'padding'), createHash('sha512').update('x').digest('hex').repeat(2000));
  await create({ gzip: { level: 0 }, cwd: source, file: join(place, 'archive') }, await readdir(source));
  archive = await readFile(join(place, 'archive'));
  sha256 = createHash('sha256').update(archive).digest('hex');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(place, { recursive: true, force: true });
});

/** Serves ranges of the archive, as the real place does. */
const serve: Handler = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= archive.length) {
    response.writeHead(416, { 'content-range': `bytes */${archive.length}` }).end();
    return;
  }
  const range = { 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` };
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': archive.length - from,
    ...(from > 0 ? range : {}),
  });
  response.end(archive.subarray(from));
};

async function download(handler: Handler, more: Partial<DownloadSettings> = {}, signal = never) {
  server ??= await oddServer((request, response) => current(request, response));
  current = handler;
  const baseUrl = `http://127.0.0.1:${server.port}/releases`;
  const settings = {
    cacheFolder,
    baseUrl,
    architecture: 'amd64' as const,
    sha256: { amd64: sha256 },
    limitMs: 5000,
  };
  return downloadMediaMtx({ ...settings, ...more }, signal);
}
let current: Handler = serve;

const cached = () => readdir(cacheFolder).then((names) => names.toSorted());

test('puts the program and its licence into the cache, and leaves nothing else behind', async () => {
  const progress: (number | null)[][] = [];
  const done = await download(serve, { progress: (...seen) => progress.push(seen) });
  expect(done).toEqual({ command: join(cacheFolder, 'mediamtx-1.20.1/mediamtx'), notice: null });
  expect((await stat(done.command)).mode & 0o777).toBe(0o755);
  expect(await readFile(done.command, 'utf8')).toContain('echo v1.20.1');
  expect((await readdir(join(cacheFolder, 'mediamtx-1.20.1'))).toSorted()).toEqual(['LICENSE', 'mediamtx']);
  expect(await cached()).toEqual(['mediamtx-1.20.1']);
  expect(progress.at(-1)).toEqual([archive.length, archive.length]);
  expect(server!.requests).toEqual([`GET /releases/${ARCHIVE}`]);
});

test('a second download takes the place of the first', async () => {
  await download(serve);
  await writeFile(join(cacheFolder, 'mediamtx-1.20.1/mediamtx'), 'broken');
  const { command } = await download(serve);
  expect(await readFile(command, 'utf8')).toContain('echo');
});

test('follows redirects', async () => {
  const { command } = await download((request, response) => {
    if (request.url?.startsWith('/elsewhere')) return serve(request, response);
    response.writeHead(302, { location: `/elsewhere/${ARCHIVE}` }).end();
  });
  expect(await readFile(command, 'utf8')).toContain('echo');
});

test('a wrong hash is refused: the partial file is removed and nothing is unpacked', async () => {
  const wrong = download(serve, { sha256: { amd64: '0'.repeat(64) } });
  await expect(wrong).rejects.toMatchObject({ code: 'missing-program', reason: 'download_wrong_hash' });
  expect(await cached()).toEqual([]);
});

describe('an interrupted download', () => {
  const cutAt = (bytes: number): Handler => {
    return (_, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, bytes), () => response.destroy());
    };
  };

  test('is gone on with from where it stopped', async () => {
    await expect(download(cutAt(100_000))).rejects.toMatchObject({
      ...{ code: 'media-server-unreachable', reason: 'download_interrupted' },
    });
    expect(await cached()).toEqual([`${ARCHIVE}.part`]);
    const haveBytes = (await stat(join(cacheFolder, `${ARCHIVE}.part`))).size;
    expect(haveBytes).toBeGreaterThan(0);
    let range: string | undefined;
    const received: number[] = [];
    await download(
      (request, response) => {
        range = request.headers.range;
        serve(request, response);
      },
      { progress: (bytes) => received.push(bytes) },
    );
    expect(range).toBe(`bytes=${haveBytes}-`);
    expect(received[0]).toBeGreaterThan(haveBytes);
    expect(await cached()).toEqual(['mediamtx-1.20.1']);
  });

  test('begins again where the server knows no ranges', async () => {
    await download(cutAt(50_000)).catch(() => undefined);
    await download((_, response) => response.end(archive));
    expect(await cached()).toEqual(['mediamtx-1.20.1']);
  });

  test('that was complete only needs its check', async () => {
    await mkdir(cacheFolder, { recursive: true });
    await writeFile(join(cacheFolder, `${ARCHIVE}.part`), archive);
    await download(serve);
    expect(server!.requests).toHaveLength(1);
    expect(await cached()).toEqual(['mediamtx-1.20.1']);
  });

  test('that grew beyond the file begins again', async () => {
    await mkdir(cacheFolder, { recursive: true });
    await writeFile(join(cacheFolder, `${ARCHIVE}.part`), archive);
    appendFileSync(join(cacheFolder, `${ARCHIVE}.part`), 'more');
    await download(serve);
    expect(await cached()).toEqual(['mediamtx-1.20.1']);
  });
});

test('gives up at its limit with a sentence, and keeps what it got', async () => {
  const stalled = download(
    (_, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 60_000));
    },
    { limitMs: 300 },
  );
  await expect(stalled).rejects.toMatchObject({
    ...{
      code: 'deadline',
      reason: 'download_too_slow',
      message: expect.stringContaining('within 0.3 seconds'),
    },
  });
  expect((await stat(join(cacheFolder, `${ARCHIVE}.part`))).size).toBe(60_000);
});

test('says when the release is not there, the server refuses, or there is no network', async () => {
  const answer = (status: number) => download((_, response) => response.writeHead(status).end('no'));
  await expect(answer(404)).rejects.toMatchObject({ code: 'missing-program', reason: 'download_not_found' });
  await expect(answer(403)).rejects.toMatchObject({ code: 'missing-program', reason: 'download_refused' });
  const baseUrl = `http://127.0.0.1:${await closedPort()}`;
  await expect(download(serve, { baseUrl })).rejects.toMatchObject({
    ...{ code: 'media-server-unreachable', reason: 'download_interrupted' },
  });
  await expect(download(serve, { cacheFolder: join(place, 'archive/cache') })).rejects.toMatchObject({
    code: 'storage',
  });
});

test('refuses what is larger than any release', async () => {
  const huge = download((_, response) => {
    response.writeHead(200, { 'content-length': 200 * 1024 * 1024 });
    response.write('x');
  });
  await expect(huge).rejects.toMatchObject({ reason: 'download_too_large' });
});

test('an archive without the program is not taken, whatever it hashes to', async () => {
  const file = join(place, 'other');
  await create({ gzip: true, cwd: join(place, 'source'), file }, ['LICENSE']);
  archive = await readFile(file);
  const amd64 = createHash('sha256').update(archive).digest('hex');
  await expect(download(serve, { sha256: { amd64 } })).rejects.toMatchObject({
    reason: 'download_unreadable',
  });
  expect(await cached()).toEqual([]);
});

test('can be called off', async () => {
  const calling = new AbortController();
  const work = download(() => calling.abort(), {}, calling.signal);
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  await expect(download(serve, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
});

describe('an archive whose hash is not known beforehand', () => {
  const listing = (list: string): Handler => {
    return (request, response) => {
      if (request.url?.endsWith('checksums.sha256')) return void response.end(list);
      serve(request, response);
    };
  };
  const name = 'mediamtx_v1.20.1_linux_armv7.tar.gz';
  const armv7 = { architecture: 'armv7' as const };

  test('is checked by the list of the release, and says that this is weaker', async () => {
    const done = await download(listing(`${'0'.repeat(64)}  other.tar.gz\n${sha256}  ${name}\n`), armv7);
    expect(done.notice).toMatch(/weaker/);
  });

  test('is refused where the list says otherwise or says nothing', async () => {
    await expect(download(listing(`${'0'.repeat(64)}  ${name}\n`), armv7)).rejects.toMatchObject({
      reason: 'download_wrong_hash',
    });
    await expect(download(listing('nothing'), armv7)).rejects.toMatchObject({ reason: 'download_no_hash' });
    const missing: Handler = (_, response) => response.writeHead(404).end();
    await expect(download(missing, armv7)).rejects.toMatchObject({ reason: 'download_no_hash' });
  });
});
