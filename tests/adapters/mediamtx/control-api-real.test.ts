/** The client, the path entry and the file against servers that run: real ffmpeg publishes and reads. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishHost, publishUrl } from '../../../src/adapters/mediamtx/addresses.ts';
import { ControlApi } from '../../../src/adapters/mediamtx/control-api.ts';
import type { PathObservation } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';
import { buildHouse, type House, never, servers } from './house.ts';

const entry = { name: 'camera0', demandStartTimeoutMs: 8000, record: null };
const recording = { ...entry, record: { session: 'camera0_session', segmentDurationMs: 60_000 } };

describe.each(servers)('%s', (_, which) => {
  let house: House;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    house = await buildHouse(which);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await house.close();
  });

  const launch = async (...entries: (typeof entry | typeof recording)[]) => {
    const identity = await house.server.launch(entries, never);
    await house.ready();
    return identity;
  };
  const ffmpeg = (...args: string[]) => {
    const child = spawn('ffmpeg', ['-nostdin', '-loglevel', 'error', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    return child;
  };
  const publish = (url: string) => {
    const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=10'];
    const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5'];
    return ffmpeg(...input, ...codec, '-pix_fmt', 'yuv420p', '-f', 'rtsp', '-rtsp_transport', 'tcp', url);
  };
  const publisherUrl = (name: string) => {
    const { viewerAddress, rtspPort } = house.addresses;
    const { publisher } = house.config.credentials;
    return publishUrl({ host: publishHost(viewerAddress), rtspPort, publisher }, name);
  };
  const viewerUrl = (name: string) => `rtsp://127.0.0.1:${house.addresses.rtspPort}/${name}`;
  const read = (name: string) => ffmpeg('-rtsp_transport', 'tcp', '-i', viewerUrl(name), '-f', 'null', '-');
  const seen = async (name: string, is: (path: PathObservation) => boolean, what: string) =>
    until(async () => (await house.api.listPaths(never)).find((path) => path.name === name && is(path)), {
      ...{ what, timeoutMs: 10_000, intervalMs: 25 },
    });
  const parts = () => readdir(join(house.folder, 'recordings/.parts/camera0')).catch(() => [] as string[]);

  test('a reader raises demand, is held until a capture publishes, and anybody may watch', async () => {
    await launch(entry);
    const reader = read('camera0');
    await until(() => stat(join(house.demandFolder, 'camera0')), { what: 'the demand file appears' });
    publish(publisherUrl('camera0'));
    const live = await seen(
      'camera0',
      (path) => path.available && path.readers === 1,
      'live with one reader',
    );
    expect(live.sourceId).toMatch(/^[0-9a-f-]{36}$/);
    expect(live.availableTime).not.toBeNull();
    await seen('camera0', (path) => path.inboundBytes > live.inboundBytes, 'bytes grow');
    reader.kill('SIGKILL');
    await seen('camera0', (path) => path.readers === 0, 'the reader is gone');
  });

  test('nobody publishes without the password', async () => {
    await launch(entry);
    const stranger = publish(viewerUrl('camera0'));
    const [code] = await once(stranger, 'exit');
    expect(code).not.toBe(0);
    expect((await house.api.listPaths(never))[0]).toMatchObject({ available: false, sourceId: null });
  });

  test('recording is switched while it runs, and neither publisher nor reader notices', async () => {
    await launch(entry);
    publish(publisherUrl('camera0'));
    const before = await seen('camera0', (path) => path.available, 'published');
    const reader = read('camera0');
    await seen('camera0', (path) => path.readers === 1, 'read');
    await house.api.replacePath(recording, never);
    await until(() => house.api.agrees('camera0', recording, never), {
      what: 'the write is in the configuration',
    });
    const [file] = await until(async () => ((await parts()).length > 0 ? parts() : false), {
      ...{ what: 'a part is on disk', timeoutMs: 10_000 },
    });
    expect(file).toMatch(/^camera0_session_\d{10}-\d{6}\.mp4$/);
    await house.api.replacePath(entry, never);
    await until(() => house.api.agrees('camera0', entry, never), {
      what: 'recording is off in the configuration',
    });
    const after = await seen('camera0', (path) => path.available, 'still published');
    expect(after).toMatchObject({
      sourceId: before.sourceId,
      availableTime: before.availableTime,
      readers: 1,
    });
    expect(reader.exitCode).toBeNull();
  });

  test('paths come, differ, and go', async () => {
    await launch(entry);
    await house.api.replacePath({ ...entry, name: 'camera7' }, never);
    await until(() => house.api.agrees('camera7', { ...entry, name: 'camera7' }, never), {
      what: 'camera7 is there',
    });
    expect(await house.api.compare([recording], never)).toEqual({
      differing: ['camera0'],
      unwanted: ['camera7'],
    });
    await house.api.deletePath('camera7', never);
    await until(() => house.api.agrees('camera7', null, never), { what: 'camera7 is gone' });
    await house.api.deletePath('camera7', never);
    expect(await house.api.compare([entry], never)).toEqual({ differing: [], unwanted: [] });
  });

  test('an entry it cannot take is refused with its own words and harms nothing', async () => {
    await launch(entry);
    const days = { ...entry, record: { session: 's', segmentDurationMs: 172_800_000 } };
    const refused = house.api.replacePath(days, never);
    await expect(refused).rejects.toMatchObject({
      code: 'media-server-refused',
      reason: 'configuration_rejected',
    });
    await house.api.replacePath(recording, never);
    await until(() => house.api.agrees('camera0', recording, never), { what: 'the next write works' });
  });

  test('more paths than fit on a page are all listed', async () => {
    const entries = Array.from({ length: 7 }, (_, n) => ({ ...entry, name: `camera${n}` }));
    await launch(...entries);
    const { user, password } = house.config.credentials.api;
    const paged = new ControlApi({
      ...{
        host: '127.0.0.1',
        port: house.addresses.apiPort,
        user,
        password,
        requestTimeoutMs: 5000,
        pageSize: 3,
      },
      paths: house.config.paths,
    });
    expect((await paged.listPaths(never)).map((path) => path.name)).toEqual(entries.map((one) => one.name));
    expect(await paged.compare(entries, never)).toEqual({ differing: [], unwanted: [] });
    await paged.close();
  });

  test('a hanging server leaves a write unknown, and only looking tells what became of it', async () => {
    const { pid } = await launch(entry);
    const { user, password } = house.config.credentials.api;
    const hasty = new ControlApi({
      ...{ host: '127.0.0.1', port: house.addresses.apiPort, user, password, requestTimeoutMs: 200 },
      paths: house.config.paths,
    });
    await freeze(pid);
    await expect(hasty.replacePath(recording, never)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(hasty.info(never)).rejects.toMatchObject({ code: 'deadline' });
    process.kill(pid, 'SIGCONT');
    await until(() => house.api.agrees('camera0', recording, never), {
      what: 'the late write was applied after all',
    });
    await hasty.close();
  });

  test('a restart is another incarnation that knows the paths it was launched with', async () => {
    await launch(entry);
    const { started } = await house.api.info(never);
    await house.api.replacePath({ ...entry, name: 'camera7' }, never);
    await launch(recording);
    expect((await house.api.info(never)).started).not.toBe(started);
    expect(await house.api.compare([recording], never)).toEqual({ differing: [], unwanted: [] });
  });
});

/** Until every thread stands still: one that still runs could answer. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const stateOf = async (thread: string) => {
    const text = await readFile(`/proc/${pid}/task/${thread}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2)[0];
  };
  await until(
    async () =>
      (await Promise.all((await readdir(`/proc/${pid}/task`)).map(stateOf))).every((state) => state === 'T'),
    { what: 'all threads are stopped' },
  );
}
