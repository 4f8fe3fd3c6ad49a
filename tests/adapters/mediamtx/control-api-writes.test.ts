/** Orders to a media server, and looking at what became of them, where the server misbehaves. */
import { describe, expect, test } from 'vitest';
import type { CameraError } from '../../../src/machines/errors.ts';
import { until } from '../../support/until.ts';
import { against, apiAt, entry, failure, good, info, never } from './odd-api.ts';
import { closedPort, half, json } from './odd-server.ts';

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
    let arrived = 0;
    let givenUp = false;
    let givenUpBeforeSecond = false;
    const { api } = await against(
      (_, response) => {
        arrived += 1;
        if (arrived < 2) return;
        givenUpBeforeSecond = givenUp;
        good(response);
      },
      { requestTimeoutMs: 150 },
    );
    const first = failure(api.replacePath(entry, never)).then((trouble) => {
      givenUp = true;
      return trouble;
    });
    await api.deletePath('camera0', never);
    expect(await first).toBe('outcome-unknown no_answer_in_time');
    expect(givenUpBeforeSecond).toBe(true);
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
    ...{ name, source: 'publisher', overridePublisher: true, useAbsoluteTimestamp: false },
    runOnDemand: `touch /run/x/demand/${name}`,
    ...{
      runOnDemandRestart: false,
      runOnDemandStartTimeout: '10s',
      runOnDemandCloseAfter: '10ms',
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
