/** The client against servers that misbehave. What a good one does is in control-api-real.test.ts. */
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { against, apiAt, failure, info, never, open } from './odd-api.ts';
import { closedPort, type Handler, half, json } from './odd-server.ts';

describe('info', () => {
  test('gives the version without its v, and tells MediaMTX from the simulator', async () => {
    const real = await info({ version: 'v1.20.1', started: '2026-11-23T04:28:13.5Z' });
    expect(await real.api.info(never)).toEqual({
      kind: 'mediamtx',
      version: '1.20.1',
      started: '2026-11-23T04:28:13.5Z',
    });
    const stand = await info({ version: 'v1.20.1', started: 'x', simulator: true });
    expect(await stand.api.info(never)).toMatchObject({ kind: 'simulator' });
  });

  test('sends the API user and password', async () => {
    let seen: string | undefined;
    const { api } = await against(
      (request, response) => {
        seen = request.headers.authorization;
        json(response, 200, { version: 'v1.20.1', started: 'x' });
      },
      { user: 'u', password: 'p' },
    );
    await api.info(never);
    expect(seen).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  test('says which kind of refusal it met', async () => {
    const unauthorized = await info({ status: 'error', error: 'authentication error' }, 401);
    expect(await failure(unauthorized.api.info(never))).toBe('media-server-refused unauthorized');
    const old = await info({ version: 'v1.9.0', started: 'x' });
    expect(await failure(old.api.info(never))).toBe('media-server-refused wrong_version');
    const older = await info({ status: 'error' }, 404);
    expect(await failure(older.api.info(never))).toBe('media-server-refused wrong_version');
    const other = await info({ name: 'another service' });
    expect(await failure(other.api.info(never))).toBe('media-server-refused not_mediamtx');
    const page = await against((_, response) => response.end('<html>hello</html>'));
    expect(await failure(page.api.info(never))).toBe('media-server-refused not_mediamtx');
    const missing = await against((_, response) => response.writeHead(404).end('404 page not found'));
    expect(await failure(missing.api.info(never))).toBe('media-server-refused not_mediamtx');
  });

  test('accepts the versions it is told to', async () => {
    const accepts = { acceptsVersion: (version: string) => version === '1.9.0' };
    const { api } = await against(
      (_, response) => json(response, 200, { version: 'v1.9.0', started: 'x' }),
      accepts,
    );
    expect(await api.info(never)).toMatchObject({ version: '1.9.0' });
  });

  test('a port that does not speak HTTP is not MediaMTX', async () => {
    const server = createServer((socket) => socket.resume().end('RTSP/1.0 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as { port: number };
    expect(await failure(apiAt(port).info(never))).toBe('media-server-refused not_mediamtx');
  });
});

describe('a server in trouble is unreachable, with the reason', () => {
  test.each<[string, Handler, string]>([
    ['500', (_, response) => json(response, 500, { status: 'error', error: 'terminated' }), 'server_error'],
    ['502 as HTML', (_, response) => response.writeHead(502).end('<html>bad gateway</html>'), 'server_error'],
    ['half a body', (_, response) => half(response, '{"version":"v1.20.1",'), 'connection_lost'],
    ['half a body, well framed', (_, response) => response.end('{"version":"v1.2'), 'unexpected_answer'],
    ['no answer but a hang-up', (_, response) => response.destroy(), 'connection_lost'],
  ])('%s', async (_, handler, reason) => {
    const { api } = await against(handler);
    expect(await failure(api.info(never))).toBe(`media-server-unreachable ${reason}`);
  });

  test('nothing listens', async () => {
    expect(await failure(apiAt(await closedPort()).info(never))).toBe(
      'media-server-unreachable connection_refused',
    );
  });

  test('HTML or other JSON instead of a list', async () => {
    const page = await against((_, response) => response.end('<html></html>'));
    expect(await failure(page.api.listPaths(never))).toBe('media-server-unreachable unexpected_answer');
    const other = await against((_, response) =>
      json(response, 200, { pageCount: 1, items: [{ name: 'camera0' }] }),
    );
    expect(await failure(other.api.listPaths(never))).toBe('media-server-unreachable unexpected_answer');
  });

  test('an answer over the bound is refused before it is read whole', async () => {
    let sentBytes = 0;
    const { api } = await against(
      (_, response) => {
        response.on('error', () => undefined);
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536))) sentBytes += 65_536;
        };
        response.on('drain', pour);
        pour();
      },
      { maxAnswerBytes: 100_000 },
    );
    expect(await failure(api.info(never))).toBe('media-server-unreachable answer_too_large');
    expect(sentBytes).toBeLessThan(50_000_000);
  });

  test('a server that never answers, or stops in the middle, ends at the deadline', async () => {
    const silent = await against(() => undefined, { requestTimeoutMs: 80 });
    expect(await failure(silent.api.info(never))).toBe('deadline media_server_deadline');
    const stuck = await against((_, response) => void response.write('{"version":'), {
      requestTimeoutMs: 80,
    });
    expect(await failure(stuck.api.info(never))).toBe('deadline media_server_deadline');
    expect(stuck.api.load).toEqual({ inFlight: 0, writes: 0 });
  });

  test('a call that was called off ends at once, before or during the request', async () => {
    const { api, server } = await against(() => undefined);
    const calling = new AbortController();
    const answer = failure(api.info(calling.signal));
    await until(() => server.requests.length === 1, { what: 'the request arrives' });
    calling.abort();
    expect(await answer).toBe('cancelled cancelled');
    expect(await failure(api.info(AbortSignal.abort()))).toBe('cancelled cancelled');
    expect(server.requests).toHaveLength(1);
  });
});

describe('lists', () => {
  const line = (name: string) => ({
    ...{ name, available: true, availableTime: 't', source: { type: 'rtspSession', id: 'a' } },
    ...{ inboundBytes: 7, readers: [{}, {}], ready: true, tracks: [] },
  });

  test('all pages are read', async () => {
    const all = Array.from({ length: 5 }, (_, n) => line(`camera${n}`));
    const { api, server } = await against(
      (request, response) => {
        const query = new URL(request.url ?? '', 'http://x').searchParams;
        const size = Number(query.get('itemsPerPage'));
        const from = Number(query.get('page')) * size;
        json(response, 200, { itemCount: 5, pageCount: 3, items: all.slice(from, from + size) });
      },
      { pageSize: 2 },
    );
    const found = await api.listPaths(never);
    expect(found.map((path) => path.name)).toEqual(['camera0', 'camera1', 'camera2', 'camera3', 'camera4']);
    expect(found[0]).toEqual({
      ...{ name: 'camera0', available: true, availableTime: 't', sourceId: 'a', inboundBytes: 7, readers: 2 },
    });
    expect(server.requests).toHaveLength(3);
    expect(server.connections()).toBeLessThan(3);
  });

  test('an empty list has no pages', async () => {
    const { api } = await against((_, response) =>
      json(response, 200, { itemCount: 0, pageCount: 0, items: [] }),
    );
    expect(await api.listPaths(never)).toEqual([]);
  });
});
