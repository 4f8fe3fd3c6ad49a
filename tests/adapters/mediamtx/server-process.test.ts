/** A managed server from launch to end, real processes throughout. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ServerAddresses } from '../../../src/adapters/mediamtx/addresses.ts';
import { ControlApi } from '../../../src/adapters/mediamtx/control-api.ts';
import { until } from '../../support/until.ts';
import { buildHouse, type House, never, servers } from './house.ts';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const entry = { name: 'camera0', demandStartTimeoutMs: 5000, record: null };
const recorded = { ...entry, name: 'camera1', record: { session: 'camera1_s', segmentDurationMs: 60_000 } };

describe.each(servers)('%s', (_, which) => {
  const build = async (more: Partial<ServerAddresses> = {}) => {
    const house = await buildHouse(which, more);
    houses.push(house);
    return house;
  };

  test('holds every path from its first answer, and only ours may use the API', async () => {
    const house = await build();
    await house.server.launch([entry, recorded], never);
    await house.ready();
    expect(await house.api.compare([entry, recorded], never)).toEqual({ differing: [], unwanted: [] });
    expect((await house.api.info(never)).kind).toBe(which.kind);
    await until(async () => (await house.api.listPaths(never)).length === 2, {
      what: 'both paths are listed',
    });
    const paths = await house.api.listPaths(never);
    expect(paths[0]).toEqual({
      ...{
        name: 'camera0',
        available: false,
        availableTime: null,
        sourceId: null,
        inboundBytes: 0,
        readers: 0,
      },
    });
    const stranger = new ControlApi({
      ...{ host: '127.0.0.1', port: house.addresses.apiPort, user: '', password: '', requestTimeoutMs: 5000 },
      paths: house.config.paths,
    });
    await expect(stranger.info(never)).rejects.toMatchObject({ reason: 'unauthorized' });
    await stranger.close();
    expect((await stat(house.configFile)).mode & 0o777).toBe(0o600);
  });

  test('has nothing of our environment but what it needs, and the mark', async () => {
    process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET = 'not-for-others';
    const house = await build();
    const { pid } = await house.server.launch([], never).finally(() => {
      delete process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET;
    });
    const lines = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line !== '');
    const names = lines.map((line) => line.split('=')[0]!);
    expect(names).toContain('CAMERA_SERVICE_MARK');
    expect(names.filter((name) => !/^(PATH|HOME|LANG|TZ|CAMERA_SERVICE_MARK)$/.test(name))).toEqual([]);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    expect(command).not.toContain(house.config.credentials.api.password);
  });

  test('a next life finds it, talks to it with the kept users, sees its end and says who did it', async () => {
    const house = await build();
    const launched = await house.server.launch([entry], never);
    await house.ready();
    const next = await house.nextLife();
    const adopted = await next.server.find(never);
    expect(adopted).toEqual({ ...launched, adopted: true });
    expect(await next.api.agrees('camera0', entry, never)).toBe(true);
    const both = [house.server.ended(launched, never), next.server.ended(adopted!, never)] as const;
    process.kill(launched.pid, 'SIGKILL');
    expect(await both[0]).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      trouble: { reason: 'media_server_killed' },
    });
    expect(await both[1]).toMatchObject({
      exitCode: null,
      signal: null,
      trouble: { reason: 'media_server_exited' },
    });
    expect(await next.server.find(never)).toBeNull();
  });

  test('a launch ends what is left of an earlier one, and empties the demand folder', async () => {
    const house = await build();
    const first = await house.server.launch([entry], never);
    await house.ready();
    await writeFile(join(house.demandFolder, 'camera0'), '');
    const gone = house.server.ended(first, never);
    const second = await house.server.launch([recorded], never);
    await gone;
    expect(second.pid).not.toBe(first.pid);
    await house.ready();
    expect(await house.api.compare([recorded], never)).toEqual({ differing: [], unwanted: [] });
    await expect(stat(join(house.demandFolder, 'camera0'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await house.server.find(never))?.pid).toBe(second.pid);
  });

  test('stop ends it within its deadline also when it hangs, and stopping nothing is fine', async () => {
    const house = await build();
    const launched = await house.server.launch([], never);
    await house.ready();
    process.kill(launched.pid, 'SIGSTOP');
    const ended = house.server.ended(launched, never);
    await house.server.stop(never);
    expect((await ended).signal).toBe('SIGKILL');
    await house.server.stop(never);
    expect(await house.server.find(never)).toBeNull();
  });

  test('a file it cannot take ends it, with its own last words and no host path', async () => {
    const house = await build();
    const launched = await house.server.launch(
      [{ ...entry, record: { session: 's', segmentDurationMs: 172_800_000 } }],
      never,
    );
    const end = await house.server.ended(launched, AbortSignal.timeout(10_000));
    expect(end.exitCode).toBe(1);
    expect(end.trouble.message).toMatch(/^The media server ended with code 1: .+/);
    expect(end.trouble.message).not.toContain(house.folder);
  });

  test('waiting for its end can be called off, and leaves it alone', async () => {
    const house = await build();
    const launched = await house.server.launch([], never);
    await expect(house.server.ended(launched, AbortSignal.timeout(20))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await house.server.find(never))?.pid).toBe(launched.pid);
  });
});

test('a taken port is named with its key before anything is launched', async () => {
  const house = await buildHouse(servers.at(-1)![1]);
  houses.push(house);
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(house.addresses.rtspPort, '127.0.0.1', resolve));
  const launch = house.server.launch([], never);
  await expect(launch).rejects.toMatchObject({
    code: 'media-server-unreachable',
    reason: 'port_taken',
    message: expect.stringMatching(/mediamtx\.rtsp_port.*something else listens there/),
    facts: { key: 'mediamtx.rtsp_port', port: house.addresses.rtspPort },
  });
  await new Promise((resolve) => squatter.close(resolve));
  await expect(stat(house.configFile)).rejects.toMatchObject({ code: 'ENOENT' });
});
