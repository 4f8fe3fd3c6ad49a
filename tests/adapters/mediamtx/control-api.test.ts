/** The client against servers that misbehave. What a good one does is in control-api-real.test.ts. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ControlApi, type ControlApiSettings } from '../../../src/adapters/mediamtx/control-api.ts';
import { CameraError } from '../../../src/machines/errors.ts';
import { until } from '../../support/until.ts';
import { closedPort, type Handler, half, json, type OddServer, oddServer } from './odd-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const never = new AbortController().signal;
const entry = { name: 'camera0', demandStartTimeoutMs: 10_000, record: null };
const paths = { demandFolder: '/run/x/demand', recordingsFolder: '/var/x', recordPartDurationMs: 1000 };

async function against(
  handler: Handler,
  settings: Partial<ControlApiSettings> = {},
): Promise<{ api: ControlApi; server: OddServer }> {
  const server = await oddServer(handler);
  const api = apiAt(server.port, settings);
  open.push(server);
  return { api, server };
}

function apiAt(port: number, settings: Partial<ControlApiSettings> = {}): ControlApi {
  const api = new ControlApi({
    ...{ host: '127.0.0.1', port, user: '', password: '', requestTimeoutMs: 2000, paths },
    ...settings,
  });
  open.push(api);
  return api;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CameraError)) throw error;
  return `${error.code} ${error.reason}`;
}

const good = (response: Parameters<Handler>[1]) => json(response, 200, { status: 'ok' });
const info = (answer: object, status = 200) => against((_, response) => json(response, status, answer));

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

describe('writes', () => {
  test('a refused entry carries the text of the server', async () => {
    const text = "'recordDeleteAfter' cannot be lower";
    const { api } = await against((_, response) => json(response, 400, { status: 'error', error: text }));
    const error = await api.replacePath(entry, never).catch((thrown: CameraError) => thrown);
    expect(error).toMatchObject({ code: 'media-server-refused', reason: 'configuration_rejected' });
    expect(error).toHaveProperty('message', expect.stringContaining(text));
  });

  test('deleting a path that is not there is a success; a missing route is not', async () => {
    const gone = await against((_, response) =>
      json(response, 404, { status: 'error', error: 'path not found' }),
    );
    await gone.api.deletePath('camera0', never);
    expect(await failure(gone.api.replacePath(entry, never))).toBe(
      'media-server-refused configuration_rejected',
    );
    const other = await against((_, response) => response.writeHead(404).end('404 page not found'));
    expect(await failure(other.api.deletePath('camera0', never))).toBe(
      'media-server-unreachable unexpected_answer',
    );
  });

  test('no answer, half of one or one that says nothing leaves the outcome unknown', async () => {
    const silent = await against(() => undefined, { requestTimeoutMs: 80 });
    expect(await failure(silent.api.replacePath(entry, never))).toBe('outcome-unknown no_answer_in_time');
    const cut = await against((_, response) => half(response, '{"status"'));
    expect(await failure(cut.api.deletePath('camera0', never))).toBe('outcome-unknown no_answer');
    const page = await against((_, response) => response.end('<html></html>'));
    expect(await failure(page.api.replacePath(entry, never))).toBe('outcome-unknown answer_unreadable');
  });

  test('what certainly did not happen is not called unknown', async () => {
    const port = await closedPort();
    expect(await failure(apiAt(port).deletePath('camera0', never))).toBe(
      'media-server-unreachable connection_refused',
    );
    const locked = await info({ status: 'error', error: 'authentication error' }, 401);
    expect(await failure(locked.api.replacePath(entry, never))).toBe('media-server-refused unauthorized');
  });

  test('one write is on the wire at a time, in the order they were given', async () => {
    let running = 0;
    let most = 0;
    const { api, server } = await against((_, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        good(response);
      }, 5);
    });
    const names = Array.from({ length: 8 }, (_, n) => `camera${n}`);
    const writes = names.map((name) => api.replacePath({ ...entry, name }, never));
    expect(api.load.writes).toBe(8);
    await Promise.all([...writes, api.info(never).catch(() => undefined)]);
    expect(server.requests.filter((line) => line.startsWith('POST'))).toEqual(
      names.map((name) => `POST /v3/config/paths/replace/${name}`),
    );
    expect(most).toBeLessThanOrEqual(2); // a write and the look beside it
    expect(api.load).toEqual({ inFlight: 0, writes: 0 });
  });

  test('the next write waits until the last one was given up, then goes on', async () => {
    const arrivedAtMs: number[] = [];
    const { api } = await against(
      (_, response) => {
        arrivedAtMs.push(performance.now());
        if (arrivedAtMs.length > 1) good(response);
      },
      { requestTimeoutMs: 150 },
    );
    const first = failure(api.replacePath(entry, never));
    await api.deletePath('camera0', never);
    expect(await first).toBe('outcome-unknown no_answer_in_time');
    expect(arrivedAtMs[1]! - arrivedAtMs[0]!).toBeGreaterThan(140);
  });

  test('a write that is called off while it waits is never sent', async () => {
    let answer: () => void = () => undefined;
    const { api, server } = await against((_, response) => {
      answer = () => good(response);
    });
    const first = api.replacePath(entry, never);
    await until(() => server.requests.length === 1, { what: 'the first write arrives' });
    const calling = new AbortController();
    const second = failure(api.deletePath('camera0', calling.signal));
    calling.abort();
    expect(await second).toBe('cancelled cancelled');
    answer();
    await first;
    await until(() => api.load.writes === 0, { what: 'the queue is empty' });
    expect(server.requests).toHaveLength(1);
  });

  test('a write that is called off on its way frees the caller, and the next one still waits for its answer', async () => {
    const answers: (() => void)[] = [];
    const { api, server } = await against((_, response) => answers.push(() => good(response)));
    const calling = new AbortController();
    const first = failure(api.replacePath(entry, calling.signal));
    await until(() => server.requests.length === 1, { what: 'the first write arrives' });
    calling.abort();
    expect(await first).toBe('cancelled cancelled');
    const second = api.deletePath('camera0', never);
    await api.agrees('camera0', null, AbortSignal.timeout(50)).catch(() => undefined);
    expect(server.requests.filter((line) => line.startsWith('DELETE'))).toHaveLength(0);
    answers[0]!();
    await until(() => server.requests.some((line) => line.startsWith('DELETE')), {
      what: 'the second write arrives',
    });
    answers.at(-1)!();
    await second;
  });
});

describe('comparing', () => {
  const configured = (name: string, more: object = {}) => ({
    ...{ name, source: 'publisher', overridePublisher: true, runOnDemand: `touch /run/x/demand/${name}` },
    ...{
      runOnDemandRestart: false,
      runOnDemandStartTimeout: '10s',
      runOnDemandCloseAfter: '1s',
      runOnUnDemand: '',
    },
    ...{ record: false, recordPath: '/var/x/.parts/%path/idle_%s-%f', recordFormat: 'fmp4' },
    ...{
      recordPartDuration: '1s',
      recordMaxPartSize: '50M',
      recordSegmentDuration: '1h0m0s',
      recordDeleteAfter: '',
    },
    ...more,
  });

  test('finds what differs, what is missing and what nobody wants, and leaves foreign paths alone', async () => {
    const items = [
      configured('camera0'),
      configured('camera1', { record: true }),
      configured('camera3'),
      configured('all_others'),
      configured('lobby'),
    ];
    const { api } = await against((_, response) =>
      json(response, 200, { itemCount: 5, pageCount: 1, items }),
    );
    const wanted = ['camera0', 'camera1', 'camera2'].map((name) => ({ ...entry, name }));
    expect(await api.compare(wanted, never)).toEqual({
      differing: ['camera1', 'camera2'],
      unwanted: ['camera3'],
    });
  });

  test('agrees by meaning, and a path that has to be absent agrees when it is', async () => {
    const { api } = await against((request, response) => {
      if (request.url?.endsWith('camera0')) return json(response, 200, configured('camera0'));
      json(response, 404, { status: 'error', error: 'path configuration not found' });
    });
    expect(await api.agrees('camera0', entry, never)).toBe(true);
    expect(await api.agrees('camera0', { ...entry, demandStartTimeoutMs: 9000 }, never)).toBe(false);
    expect(await api.agrees('camera0', null, never)).toBe(false);
    expect(await api.agrees('camera1', null, never)).toBe(true);
    expect(await api.agrees('camera1', { ...entry, name: 'camera1' }, never)).toBe(false);
  });

  test('a plain 404 says nothing about a path', async () => {
    const { api } = await against((_, response) => response.writeHead(404).end('404 page not found'));
    expect(await failure(api.agrees('camera0', null, never))).toBe(
      'media-server-unreachable unexpected_answer',
    );
  });
});
