/**
 * The media server is killed, stands still, or throws the publisher out. The capture keeps its process and its camera
 * all the time: snapshots go on, the stream comes back by itself, and recordings go on as a further part.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodeOf, barcodesOf, jumpsIn } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { controlApi, filedRecording, type RecordingEntry } from '../support/witness.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

interface Status {
  readonly status: string;
  readonly state: string;
  readonly media_server: {
    readonly pid: number;
    readonly state: string;
    readonly process_state: string;
    readonly failures: number;
  };
  readonly missing_parts: { readonly part: string; readonly sentence: string }[];
}

describeMediaServers('the media server', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 2,
      config: {
        // The second launch in a row waits, so that an outage can be looked at; a stopped server trips the breaker soon.
        mediamtx: {
          restart_backoff_ms: 3000,
          health_jitter: [1, 1],
          request_timeout_ms: 1000,
          health_open_ms: 1500,
        },
        stream: { bytes_limit_ms: 1500, suspect_limit_ms: 1000 },
      },
    });
  });
  afterAll(() => service.dispose());

  const status = () => service.call<Status>('get_status');
  const health = async (path: string) => (await fetch(`${service.ready?.http}${path}`)).status;

  async function record(): Promise<{ session: string; pid: number }> {
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: 'camera0',
    });
    await service.untilRecording('camera0', 'RECORDING');
    const { pid } = (await service.untilStream('camera0', 'live.flowing')).ffmpeg_process;
    return { session: session_id, pid: pid ?? 0 };
  }

  /** Live again with the same capture, and recording again. */
  async function untilBack(pid: number): Promise<void> {
    const live = await service.untilStream('camera0', 'live.flowing', 40_000);
    expect(live.ffmpeg_process).toMatchObject({ running: true, pid });
    expect(service.processes('capture')).toEqual([{ pid, owner: 'camera0' }]);
    await service.untilRecording('camera0', 'RECORDING');
  }

  async function stopRecording(session: string): Promise<RecordingEntry> {
    await service.call('stop_recording', { device: 'camera0' });
    const filed = await filedRecording(service, 'camera0', session);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed' });
    return filed;
  }

  async function framesOf(filed: RecordingEntry) {
    const files = filed.parts.map(({ filename }) => join(service.recordingsFolder, filename));
    return Promise.all(files.map((file) => barcodesOf(file)));
  }

  test('throws the publisher out: the capture comes back with the same process, the gap is noted', async () => {
    const { session, pid } = await record();
    const sessions = await controlApi(service, 'GET', '/v3/rtspsessions/list');
    const { items } = sessions.body as { items: { id: string; state: string; path: string }[] };
    const publisher = items.find(({ state, path }) => state === 'publish' && path === 'camera0');
    const kicked = await controlApi(service, 'POST', `/v3/rtspsessions/kick/${publisher?.id}`);
    expect(kicked.status).toBe(200);
    await until(async () => (await service.untilRecording('camera0', 'RECORDING')).parts === 2, {
      timeoutMs: 20_000,
      what: 'a further part',
    });
    await untilBack(pid);
    const filed = await stopRecording(session);
    expect(filed.gaps.map(({ cause }) => cause)).toEqual([expect.stringMatching(/^publisher_/)]);
    for (const frames of await framesOf(filed)) expect(jumpsIn(frames)).toEqual([]);
  });

  test('stands still (SIGSTOP): the capture is left alone, the breaker opens, all comes back when it goes on', async () => {
    const { session, pid } = await record();
    const before = (await status()).media_server.pid;
    process.kill(before, 'SIGSTOP');
    await until(async () => (await status()).media_server.failures >= 2, {
      timeoutMs: 20_000,
      what: 'missing answers are counted',
      intervalMs: 50,
    });
    expect((await service.untilStream('camera0', 'live')).ffmpeg_process.pid).toBe(pid);
    await until(async () => (await status()).media_server.state.startsWith('tripped'), {
      timeoutMs: 20_000,
      what: 'the breaker opens',
      intervalMs: 50,
    });
    const system = await service.call('get_system_status');
    expect(system).toMatchObject({ status: 'partial', available_cameras: ['camera0', 'camera1'] });
    expect(await service.call('take_snapshot', { device: 'camera0' })).toMatchObject({ tier: 'tap' });
    process.kill(before, 'SIGCONT');
    await untilBack(pid);
    expect((await status()).media_server).toMatchObject({ pid: before, state: 'healthy' });
    const filed = await stopRecording(session);
    for (const frames of await framesOf(filed)) expect(frames.length).toBeGreaterThan(0);
  });

  test('is killed -9, twice: the capture keeps its pid, snapshots go on, the recording goes on with the gaps noted', async () => {
    const { session, pid } = await record();
    const first = (await status()).media_server.pid;
    process.kill(first, 'SIGKILL');
    // In the middle of it, whatever state that is.
    expect(await service.call('take_snapshot', { device: 'camera0' })).toMatchObject({ tier: 'tap' });
    await until(async () => ![first, null].includes((await status()).media_server.pid), {
      timeoutMs: 20_000,
      what: 'another media server',
    });
    await untilBack(pid);

    const second = (await status()).media_server.pid;
    process.kill(second, 'SIGKILL');
    const down = await until(
      async () => {
        const seen = await status();
        return seen.media_server.process_state === 'restartBackoff' && seen;
      },
      { timeoutMs: 10_000, what: 'the wait before the second launch' },
    );
    expect(down).toMatchObject({ state: 'partial', media_server: { pid: null } });
    expect(down.missing_parts).toMatchObject([{ part: 'media_server' }]);
    expect(await service.call('get_system_status')).toMatchObject({ status: 'partial' });
    expect(await health('/health/ready')).toBe(503);
    expect(await health('/health/live')).toBe(200);
    const { actors } = await service.call<{ actors: { actor: string; state: string }[] }>('get_actors');
    const stateOf = (name: string) => actors.find(({ actor }) => actor === name)?.state;
    expect(stateOf('stream:camera0')).toBe('live.republishing.serverDown');
    expect(stateOf('stream:camera1')).toBe('unavailable');
    expect(stateOf(`recording:${session}`)).toBe('interrupted');
    const camera = await service.call('get_camera_status', { device: 'camera0' });
    expect(camera).toMatchObject({ status: 'CONNECTED', recording_status: 'INTERRUPTED' });
    const refused = (await service
      .call('start_streaming', { device: 'camera1' })
      .catch((error) => error)) as {
      data: { reason: string };
    };
    expect(refused.data.reason).toBe('media_server_down');
    const picture = await service.call<{ filename: string; tier: string }>('take_snapshot', {
      device: 'camera0',
      max_age_ms: 0,
    });
    const shown = await barcodeOf(join(service.dataFolder, 'snapshots', picture.filename));
    expect(Date.now() - shown.epochMs).toBeLessThan(2000);
    expect((await status()).media_server.process_state, 'all of this during the outage').toBe(
      'restartBackoff',
    );

    await untilBack(pid);
    await until(async () => (await service.call('get_system_status')).status === 'ready', {
      timeoutMs: 5000,
      what: 'everything is there again',
    });
    expect(await health('/health/ready')).toBe(200);
    await service.untilStream('camera1', 'idle');
    const filed = await stopRecording(session);
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost', 'media_server_lost']);
    expect(filed.parts).toHaveLength(3);
    for (const frames of await framesOf(filed)) expect(jumpsIn(frames)).toEqual([]);
  });
});
