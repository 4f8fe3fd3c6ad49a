/**
 * The media server ends without being asked: killed -9 at any moment, twice in a row, by a broken file; or it throws a
 * publisher out. The capture keeps its process and its camera all the time: snapshots go on, the stream comes back by
 * itself, and a recording goes on as a further part. Lost is what was on its way meanwhile, and the gap says so.
 * Files are broken here while MediaMTX reloads them; the service itself has no reload of its own file. External servers
 * that end are in tests/flows/external.test.ts.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodeOf, barcodesOf } from '../support/frames.ts';
import { rolling } from '../support/rolling.ts';
import { statusOf, statusThat, wellServer } from '../support/server-status.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { controlApi } from '../support/witness.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

async function actorOf(service: TestService, name: string) {
  const { actors } = await service.call<{
    actors: { actor: string; state: string; facts: Record<string, unknown> }[];
  }>('get_actors');
  return actors.find((one) => one.actor === name);
}

const fileOf = (service: TestService) => join(service.dataFolder, 'media-server', 'mediamtx.yml');

const anotherServer = (service: TestService, than: number) =>
  statusThat(
    service,
    ({ media_server: { pid, state } }) => ![than, null].includes(pid) && state === 'healthy',
    'another media server that is well',
  );

describeMediaServers('a media server that ends', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 2,
      config: {
        mediamtx: { restart_forget_ms: 1500 },
        stream: { bytes_limit_ms: 1500, suspect_limit_ms: 1000 },
      },
    });
  });
  afterAll(() => service.dispose());

  /** Its earlier ends are forgotten: the next launch comes at once. */
  const settled = async () => {
    const pid = await wellServer(service);
    await until(async () => (await actor('media-server'))?.facts.restarts === 0, {
      timeoutMs: 10_000,
      what: 'earlier ends are forgotten',
    });
    return pid;
  };
  const actor = (name: string) => actorOf(service, name);
  const another = (than: number) => anotherServer(service, than);

  test('killed while a stream starts: the start goes on with the same capture, nothing is counted against it', async () => {
    const pid = await settled();
    const started = service.call('start_streaming', { device: 'camera1' });
    const spawned = await until(() => service.processes('capture').find(({ owner }) => owner === 'camera1'), {
      what: 'a capture that starts',
      timeoutMs: 10_000,
    });
    expect((await actor('stream:camera1'))?.state).toMatch(/^starting/);
    process.kill(pid, 'SIGKILL');
    await started;
    const live = await service.untilStream('camera1', 'live.flowing', 30_000);
    expect(live.ffmpeg_process.pid).toBe(spawned.pid);
    expect(live.stream.attempts).toBe(0);
    expect((await barcodesOf(service.rtspUrl('camera1'), { frames: 3 })).length).toBe(3);
  });

  test('killed while a stream stops: the capture ends all the same, and the next viewer gets a picture', async () => {
    const pid = await settled();
    await service.untilStream('camera1', 'live.flowing');
    await service.call('stop_streaming', { device: 'camera1' });
    process.kill(pid, 'SIGKILL');
    await until(() => service.processes('capture').length === 0, { timeoutMs: 15_000, what: 'no capture' });
    await another(pid);
    await service.untilStream('camera1', 'idle');
    expect((await barcodesOf(service.rtspUrl('camera1'), { frames: 3 })).length).toBe(3);
  });

  test('killed while a recording begins: it begins all the same', async () => {
    const pid = await settled();
    await service.call('start_streaming', { device: 'camera0' });
    await service.untilStream('camera0', 'live.flowing');
    const ordered = service.call<{ session_id: string }>('start_recording', { device: 'camera0' });
    process.kill(pid, 'SIGKILL');
    const { session_id: session } = await ordered;
    await service.untilRecording('camera0', 'RECORDING');
    expect(await actor(`recording:${session}`)).toMatchObject({ state: expect.stringMatching(/^rolling/) });
    await service.call('stop_recording', { device: 'camera0' });
  });

  test('killed while a recording ends: it ends complete, and the next server does not record it on', async () => {
    const pid = await settled();
    const recording = await rolling(service);
    const stopped = recording.stop();
    process.kill(pid, 'SIGKILL');
    const filed = await stopped;
    expect(filed.gaps).toEqual([]);
    expect(filed.jumps).toEqual([]);
    expect(filed.frames.length).toBeGreaterThan(5);
    await another(pid);
    await until(
      async () => {
        const { body } = await controlApi(service, 'GET', '/v3/config/paths/get/camera0');
        return (body as { record?: boolean }).record === false;
      },
      { what: 'an entry that does not record' },
    );
    expect(readdirSync(join(service.recordingsFolder, '.parts', 'camera0'))).toEqual([]);
  });

  test('somebody breaks its file: it reads it, gives up with code 0, and is launched again with a good one', async () => {
    const pid = await settled();
    const recording = await rolling(service);
    writeFileSync(fileOf(service), 'paths: {camera0: {nonsense: true}}\n');
    await another(pid);
    await recording.untilBack();
    await recording.snapshot();
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost']);
    expect(readFileSync(fileOf(service), 'utf8')).not.toContain('nonsense');
  });

  test('somebody empties its file: it forgets every path in the same incarnation, and has them back in seconds', async () => {
    const pid = await settled();
    const recording = await rolling(service);
    const [rest] = readFileSync(fileOf(service), 'utf8').split(/^paths:/m);
    writeFileSync(fileOf(service), `${rest}paths: {}\n`);
    await until(async () => (await service.untilRecording('camera0', 'RECORDING')).parts === 2, {
      timeoutMs: 20_000,
      what: 'a further part',
    });
    await recording.untilBack();
    expect(await wellServer(service)).toBe(pid);
    expect((await barcodesOf(service.rtspUrl('camera1'), { frames: 3 })).length).toBe(3);
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual([expect.stringMatching(/^publisher_/)]);
  });

  test('it throws the publisher out: the capture comes back with the same process, the gap is noted', async () => {
    await settled();
    const recording = await rolling(service);
    const sessions = await controlApi(service, 'GET', '/v3/rtspsessions/list');
    const { items } = sessions.body as { items: { id: string; state: string; path: string }[] };
    const publisher = items.find(({ state, path }) => state === 'publish' && path === 'camera0');
    const kicked = await controlApi(service, 'POST', `/v3/rtspsessions/kick/${publisher?.id}`);
    expect(kicked.status).toBe(200);
    await until(async () => (await service.untilRecording('camera0', 'RECORDING')).parts === 2, {
      timeoutMs: 20_000,
      what: 'a further part',
    });
    await recording.untilBack();
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual([expect.stringMatching(/^publisher_/)]);
    expect(filed.jumps.length).toBeLessThanOrEqual(1);
  });
});

describeMediaServers('a media server that ends again and again', (server) => {
  let service: TestService;
  beforeAll(async () => {
    // The second launch in a row waits, so that the outage can be looked at.
    const mediamtx = { restart_backoff_ms: 3000, health_jitter: [1, 1] };
    service = await startService(server, { cameras: 2, config: { mediamtx } });
  });
  afterAll(() => service.dispose());

  const health = async (path: string) => (await fetch(`${service.ready?.http}${path}`)).status;

  test('killed twice in a row while recording: the recording goes on with the gaps noted, and the status tells it all', async () => {
    const recording = await rolling(service);
    const first = await wellServer(service);
    process.kill(first, 'SIGKILL');
    // In the middle of it, whatever state that is.
    await recording.snapshot();
    const second = (await anotherServer(service, first)).media_server.pid ?? 0;
    await recording.untilBack();

    process.kill(second, 'SIGKILL');
    const down = await statusThat(
      service,
      ({ media_server }) => media_server.process_state === 'restartBackoff',
      'the wait before the second launch',
    );
    expect(down).toMatchObject({
      state: 'partial',
      media_server: { pid: null, state: 'unknown', trouble: { reason: 'media_server_killed' } },
      missing_parts: [
        {
          part: 'media_server',
          sentence: expect.stringMatching(/^The media server was ended by SIGKILL\. .*recordings pause/),
        },
      ],
    });
    expect(await service.call('get_system_status')).toMatchObject({ status: 'partial' });
    expect(await health('/health/ready')).toBe(503);
    expect(await health('/health/live')).toBe(200);
    expect((await actorOf(service, 'stream:camera0'))?.state).toBe('live.republishing.serverDown');
    expect((await actorOf(service, 'stream:camera1'))?.state).toBe('unavailable');
    expect((await actorOf(service, `recording:${recording.session}`))?.state).toMatch(/^interrupted/);
    const camera = await service.call('get_camera_status', { device: 'camera0' });
    expect(camera).toMatchObject({ status: 'CONNECTED', recording_status: 'INTERRUPTED' });
    await expect(service.call('start_streaming', { device: 'camera1' })).rejects.toMatchObject({
      data: { reason: 'media_server_down' },
    });
    const picture = await service.call<{ filename: string }>('take_snapshot', {
      device: 'camera0',
      max_age_ms: 0,
    });
    const shown = await barcodeOf(join(service.dataFolder, 'snapshots', picture.filename));
    expect(Date.now() - shown.epochMs).toBeLessThan(2000);
    expect((await statusOf(service)).media_server.process_state, 'all of this during the outage').toBe(
      'restartBackoff',
    );

    await recording.untilBack();
    await statusThat(
      service,
      ({ state, status }) => state === 'ready' && status === 'HEALTHY',
      'all is well',
    );
    expect(await health('/health/ready')).toBe(200);
    await service.untilStream('camera1', 'idle');
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost', 'media_server_lost']);
    expect(filed.parts).toHaveLength(3);
    expect(filed.jumps.length, 'pictures are missing only in the gaps').toBeLessThanOrEqual(2);
  });
});
