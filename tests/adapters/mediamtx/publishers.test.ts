/** Who publishes beside our capture: with real ffmpegs at servers that run, and with answers of a small odd server. */
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { PublishersOnPaths } from '../../../src/adapters/mediamtx/publishers.ts';
import { isAlive, readStat } from '../../../src/adapters/process/proc-table.ts';
import type { ProcessIdentity } from '../../../src/machines/values.ts';
import { publish, type RunningFfmpeg } from '../../contract/ffmpeg.ts';
import { describeMediaServers, sharedServer } from '../../contract/servers.ts';
import { until } from '../../support/until.ts';
import { against, apiAt, failure, never } from './odd-api.ts';
import { json } from './odd-server.ts';

const identityOf = (pid: number): ProcessIdentity => ({
  pid,
  startTicks: readStat(pid)?.startTicks ?? 0,
  mark: `data/capture/camera0/${pid}`,
  adopted: false,
});
const nobody = identityOf(2 ** 30);

describeMediaServers('publishers on a path', (kind) => {
  const shared = sharedServer(kind, { paths: { camera0: {}, camera1: {} } });
  const running: RunningFfmpeg[] = [];
  afterEach(async () => {
    for (const each of running.splice(0)) await each.kill();
  });
  const publishers = () => new PublishersOnPaths(apiAt(shared.server.apiPort));
  const publishing = async (path: string) => {
    const ffmpeg = publish(`rtsp://127.0.0.1:${shared.server.rtspPort}/${path}`);
    running.push(ffmpeg);
    await until(async () => (await shared.server.path(path)).available, {
      what: `${path} available`,
      timeoutMs: 15_000,
    });
    return ffmpeg;
  };

  test('our own capture is none of them, and neither is one on another path', async () => {
    const ours = await publishing('camera0');
    await publishing('camera1');
    expect(await publishers().others('camera0', identityOf(ours.child.pid!), never)).toEqual([]);
  });

  test('somebody else is named by process and protocol; cut off, it is gone, and cutting again is no failure', async () => {
    const foreign = await publishing('camera0');
    const others = await publishers().others('camera0', nobody, never);
    expect(others).toMatchObject([
      {
        protocol: 'RTSP',
        kind: 'rtspSession',
        id: (await shared.server.path('camera0')).source?.id,
        process: { pid: foreign.child.pid, command: 'ffmpeg' },
      },
    ]);
    await publishers().disconnect(others[0]!, never);
    await until(async () => !(await shared.server.path('camera0')).available, {
      what: 'the path to be empty',
    });
    await publishers().disconnect(others[0]!, never);
    expect(await publishers().others('camera0', nobody, never)).toEqual([]);
  });

  test('its connection is cut, its process never touched', async () => {
    const foreign = await publishing('camera0');
    foreign.child.kill('SIGSTOP');
    const identity = identityOf(foreign.child.pid!);
    const others = await publishers().others('camera0', nobody, never);
    await publishers().disconnect(others[0]!, never);
    expect(isAlive(identity)).toBe(true);
  });

  test('nobody publishes on an idle path or one that does not exist', async () => {
    expect(await publishers().others('camera0', nobody, never)).toEqual([]);
    expect(await publishers().others('camera9', nobody, never)).toEqual([]);
  });
});

/** A server whose lists say this. */
async function lists(source: object | null, byList: Readonly<Record<string, object[]>>) {
  const kicked: string[] = [];
  const { api } = await against((request, response) => {
    const url = request.url ?? '';
    if (request.method === 'POST') {
      kicked.push(url);
      return json(response, 200, { status: 'ok' });
    }
    if (url.startsWith('/v3/paths/get/')) return json(response, 200, { name: 'camera0', source });
    const items = byList[url.split('/')[2] ?? ''];
    if (items === undefined) return response.writeHead(404).end('404 page not found');
    return json(response, 200, { itemCount: items.length, pageCount: 1, items });
  });
  return { publishers: new PublishersOnPaths(api), kicked };
}

const session = (fields: object) => ({ id: 'a', state: 'publish', path: 'camera0', ...fields });
const ownAddress = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('as the server tells it', () => {
  test.each([
    ['rtmpConn', 'rtmpconns', 'RTMP'],
    ['rtmpsConn', 'rtmpsconns', 'RTMPS'],
    ['srtConn', 'srtconns', 'SRT'],
    ['webRTCSession', 'webrtcsessions', 'WebRTC'],
    ['rtspsSession', 'rtspssessions', 'RTSPS'],
    ['moqSession', 'moqsessions', 'MoQ'],
  ])('a publisher of the kind %s is found in its list and kicked there', async (type, list, protocol) => {
    const { publishers, kicked } = await lists(
      { type, id: 'b' },
      { rtspsessions: [], [list]: [session({ id: 'b', remoteAddr: '192.0.2.7:4000' })] },
    );
    const others = await publishers.others('camera0', nobody, never);
    expect(others).toEqual([
      { protocol, kind: type, id: 'b', remoteAddress: '192.0.2.7:4000', process: null },
    ]);
    await publishers.disconnect(others[0]!, never);
    expect(kicked).toEqual([`/v3/${list}/kick/b`]);
  });

  test('RTSP from another host is somebody else', async () => {
    const { publishers } = await lists(null, {
      rtspsessions: [
        session({ remoteAddr: '192.0.2.7:4000' }),
        session({ id: 'reader', state: 'read', remoteAddr: '192.0.2.8:4000' }),
        session({ id: 'elsewhere', path: 'camera1', remoteAddr: '192.0.2.9:4000' }),
      ],
    });
    expect((await publishers.others('camera0', nobody, never)).map(({ id }) => id)).toEqual(['a']);
  });

  test.each(['127.0.0.1:1', '[::1]:1', 'nowhere', ...(ownAddress === undefined ? [] : [`${ownAddress}:1`])])(
    'RTSP that cannot be told from our own capture is left alone: %s',
    async (remoteAddr) => {
      const { publishers } = await lists(null, { rtspsessions: [session({ remoteAddr })] });
      expect(await publishers.others('camera0', nobody, never)).toEqual([]);
    },
  );

  test('a source of a kind that nobody knows is passed over', async () => {
    const { publishers } = await lists({ type: 'newConn', id: 'c' }, { rtspsessions: [] });
    expect(await publishers.others('camera0', nobody, never)).toEqual([]);
  });

  test('a list that is none is said, not guessed at', async () => {
    const { publishers } = await lists(null, { rtspsessions: [{ id: 1 }] });
    expect(await failure(publishers.others('camera0', nobody, never))).toBe(
      'media-server-unreachable unexpected_answer',
    );
  });
});
