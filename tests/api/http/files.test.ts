import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attachment, judgeFileName } from '../../../src/api/http/file-name.ts';
import { openApi } from '../../support/open-api.ts';
import { rawHttp } from '../../support/raw-http.ts';
import { until } from '../../support/until.ts';

const VIDEO = randomBytes(10_000);
const NAME = 'camera0_2026-11-23_04-28-13.mp4';

async function shelf() {
  const opened = await openApi();
  await writeFile(join(opened.shelf.recordingsFolder, NAME), VIDEO);
  await writeFile(join(opened.shelf.snapshotsFolder, 'door.jpg'), 'a picture');
  await writeFile(join(opened.dataDirectory, 'outside.mp4'), 'outside');
  const get = (path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
    rawHttp(opened.port, path, {
      ...options,
      headers: { 'X-API-Key': opened.keyOf.viewer, ...options.headers },
    });
  return { ...opened, get };
}

describe('a file', () => {
  test('comes whole, as attachment, with its type, length and ranges offered', async () => {
    const { get } = await shelf();
    const { status, headers, body } = await get(`/files/recordings/${NAME}`);
    expect(status).toBe(200);
    expect(body.equals(VIDEO)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '10000',
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="${NAME}"; filename*=UTF-8''${NAME}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    });
    const picture = await get('/files/snapshots/door.jpg');
    expect(picture).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg' } });
  });

  test('is described by HEAD without being sent', async () => {
    const { get } = await shelf();
    const { status, headers, body } = await get(`/files/recordings/${NAME}`, { method: 'HEAD' });
    expect(status).toBe(200);
    expect(headers['content-length']).toBe('10000');
    expect(body).toHaveLength(0);
  });

  test.each([
    ['bytes=0-99', 206, 0, 100, 'bytes 0-99/10000'],
    ['bytes=9990-', 206, 9990, 10_000, 'bytes 9990-9999/10000'],
    ['bytes=-10', 206, 9990, 10_000, 'bytes 9990-9999/10000'],
    ['bytes=9000-99999', 206, 9000, 10_000, 'bytes 9000-9999/10000'],
    ['bytes=0-1,5-6', 200, 0, 10_000, undefined],
    ['lines=1-2', 200, 0, 10_000, undefined],
  ])('asked for %s answers %i', async (range, status, from, to, contentRange) => {
    const { get } = await shelf();
    const part = await get(`/files/recordings/${NAME}`, { headers: { Range: range } });
    expect(part.status).toBe(status);
    expect(part.headers['content-range']).toBe(contentRange);
    expect(part.body.equals(VIDEO.subarray(from, to))).toBe(true);
  });

  test('asked for what lies beyond its end answers 416 with its length', async () => {
    const { get } = await shelf();
    const { status, headers } = await get(`/files/recordings/${NAME}`, {
      headers: { Range: 'bytes=10000-' },
    });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe('bytes */10000');
  });

  test('that the client has already is not sent again', async () => {
    const { get } = await shelf();
    const { headers } = await get(`/files/recordings/${NAME}`);
    expect(
      (await get(`/files/recordings/${NAME}`, { headers: { 'If-None-Match': headers.etag ?? '' } })).status,
    ).toBe(304);
  });

  test('of no bytes comes as no bytes', async () => {
    const { get, shelf: files } = await shelf();
    await writeFile(join(files.recordingsFolder, 'empty.mp4'), '');
    expect(await get('/files/recordings/empty.mp4')).toMatchObject({
      status: 200,
      headers: { 'content-length': '0' },
    });
  });

  test('with odd characters in its name is found by its escaped address', async () => {
    const { get, shelf: files } = await shelf();
    await writeFile(join(files.snapshotsFolder, 'Tür (1).png'), 'x');
    const { status, headers } = await get(`/files/snapshots/${encodeURIComponent('Tür (1).png')}`);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toBe(
      `attachment; filename="T_r (1).png"; filename*=UTF-8''T%C3%BCr%20%281%29.png`,
    );
  });

  test('that the service may not read answers 403', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read everything');
    const { get, shelf: files } = await shelf();
    await writeFile(join(files.recordingsFolder, 'locked.mp4'), 'x');
    await chmod(join(files.recordingsFolder, 'locked.mp4'), 0o000);
    expect((await get('/files/recordings/locked.mp4')).status).toBe(403);
  });
});

describe('a login', () => {
  test('is needed, by key or token, and may come either way', async () => {
    const { port, keyOf, tokens } = await shelf();
    const path = `/files/recordings/${NAME}`;
    const get = (headers: Record<string, string>) => rawHttp(port, path, { headers });
    const none = await get({});
    expect(none).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(none.json()).toMatchObject({
      status: 401,
      reason: 'not_authenticated',
      error: 'Auth Failed',
      timestamp: expect.any(String),
    });
    const statuses = await Promise.all(
      [
        { 'X-API-Key': keyOf.viewer },
        { Authorization: `Bearer ${keyOf.operator}` },
        { Authorization: `bearer ${tokens.sign('eve', 'viewer', 60_000)}` },
        { 'X-API-Key': 'csk_wrong' },
        { Authorization: `Bearer ${tokens.sign('eve', 'viewer', -1000)}` },
        { Authorization: 'Bearer ' },
        { Authorization: 'Basic YTpi' },
      ].map(async (headers) => (await get(headers as Record<string, string>)).status),
    );
    expect(statuses).toEqual([200, 200, 200, 401, 401, 401, 401]);
  });

  test('is asked for before anything is said about names', async () => {
    const { port } = await shelf();
    for (const name of ['nothing.mp4', '..%2foutside.mp4', '.hidden.mp4']) {
      expect((await rawHttp(port, `/files/recordings/${name}`)).status).toBe(401);
    }
  });
});

describe('a way out of the folder', () => {
  test.each([
    '/files/recordings/../outside.mp4',
    '/files/recordings/..%2foutside.mp4',
    '/files/recordings/%2e%2e/outside.mp4',
    '/files/recordings/%2e%2e%2foutside.mp4',
    '/files/recordings/%2E%2E%5Coutside.mp4',
    '/files/recordings/..\\outside.mp4',
    '/files/recordings/%252e%252e%252foutside.mp4',
    '/files/recordings/....//outside.mp4',
    '/files/recordings//etc/passwd',
    '/files/recordings/%2fetc%2fpasswd',
    '/files/recordings/a%00.mp4',
    '/files/recordings/a%0a.mp4',
    '/files/recordings/sub/camera0.mp4',
    '/files/recordings/',
    '/files/recordings/%ff.mp4',
    '/files/recordings/%c0%ae%c0%ae%2foutside.mp4',
    `/files/recordings/${'x'.repeat(300)}.mp4`,
  ])('%s answers 400 with JSON', async (path) => {
    const { get } = await shelf();
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(response.json()).toMatchObject({ status: 400, reason: expect.any(String) });
    expect(response.body.toString()).not.toMatch(/outside|root:|\/tmp|ENOENT/);
  });

  test.each([
    '/files/../outside.mp4',
    '/files/recordings',
    '/files/other/x.mp4',
    '/files/',
    '/etc/passwd',
    '//etc/passwd',
  ])('%s is simply not there', async (path) => {
    const { get } = await shelf();
    expect((await get(path)).status).toBe(404);
  });

  test('as an absolute address of another host ends the same way', async () => {
    const { port, keyOf } = await shelf();
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(
      `GET http://x/files/recordings/../../outside.mp4 HTTP/1.1\r\nHost: x\r\nX-API-Key: ${keyOf.viewer}\r\nConnection: close\r\n\r\n`,
    );
    await until(() => text.includes('\r\n\r\n'), { what: 'an answer' });
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1.1 40[04] /);
    expect(text).not.toContain('\r\n\r\noutside');
  });

  test('through a link is closed, to a file and to a folder', async () => {
    const { get, shelf: files, dataDirectory } = await shelf();
    await symlink(join(dataDirectory, 'outside.mp4'), join(files.recordingsFolder, 'link.mp4'));
    await symlink('/', join(files.recordingsFolder, 'folder.mp4'));
    await mkdir(join(files.recordingsFolder, 'real.mp4'));
    for (const name of ['link.mp4', 'folder.mp4', 'real.mp4'])
      expect((await get(`/files/recordings/${name}`)).status).toBe(404);
    await link(join(files.recordingsFolder, NAME), join(files.recordingsFolder, 'hard.mp4'));
    expect((await get('/files/recordings/hard.mp4')).status).toBe(200);
  });

  test.each(['.hidden.mp4', '.mp4', 'sidecar.json', 'noextension', 'half.mp4.tmp', 'door.jpg'])(
    'by the name %s in the folder of recordings finds nothing',
    async (name) => {
      const { get, shelf: files } = await shelf();
      await writeFile(join(files.recordingsFolder, name), 'x');
      expect((await get(`/files/recordings/${name}`)).status).toBe(404);
    },
  );
});

test('other verbs than GET and HEAD are not there', async () => {
  const { get } = await shelf();
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
    expect((await get(`/files/recordings/${NAME}`, { method })).status).toBe(404);
});

test('every access is logged with who, what and how it ended', async () => {
  const { get, log, port } = await shelf();
  await get(`/files/recordings/${NAME}`, { headers: { Range: 'bytes=0-9' } });
  await get('/files/recordings/..%2foutside.mp4');
  await rawHttp(port, `/files/recordings/${NAME}`);
  const lines = await until(
    () => {
      const found = log.filter(({ facts }) => facts.event === 'file_access');
      return found.length === 3 ? found : undefined;
    },
    { what: 'three lines' },
  );
  expect(lines).toMatchObject([
    {
      level: 'info',
      facts: {
        folder: 'recordings',
        file: NAME,
        status: 206,
        bytes: 10,
        user: 'the viewer',
        address: '127.0.0.1',
      },
    },
    { facts: { file: '../outside.mp4', status: 400, user: 'the viewer' } },
    { facts: { file: NAME, status: 401, user: null } },
  ]);
});

test('a name is judged without a look at the disk', () => {
  expect(judgeFileName('recordings', 'a.MKV')).toEqual({ type: 'video/x-matroska' });
  expect(judgeFileName('recordings', 'a.ts')).toEqual({ type: 'video/mp2t' });
  expect(judgeFileName('snapshots', 'a.png')).toEqual({ type: 'image/png' });
  expect(judgeFileName('snapshots', 'a.constructor')).toBe('hidden');
  expect(judgeFileName('snapshots', 'a..png')).toBe('traversal');
  expect(attachment('a"b\r\n.mp4')).toBe(
    `attachment; filename="a_b__.mp4"; filename*=UTF-8''a%22b%0D%0A.mp4`,
  );
});
