/**
 * The media server stands still (SIGSTOP): for 15 s, for ever, or just long enough that orders to it time out and are
 * carried out later, newer ones before older ones. The capture keeps its process, snapshots go on, and in the end the
 * server does what was wanted last.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { play, type Session, untilListed } from '../support/recordings.ts';
import { rolling } from '../support/rolling.ts';
import { statusThat, wellServer } from '../support/server-status.ts';
import { startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';
import { controlApi } from '../support/witness.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const PAUSE_MS = 15_000;
const SLACK_MS = 15_000;
const COMPARE_MS = 1500;
const HEALTH = {
  request_timeout_ms: 1000,
  health_check_interval_ms: 500,
  health_failing_interval_ms: 200,
  health_open_ms: 500,
  health_open_max_ms: 500,
  health_confirm_interval_ms: 100,
  health_jitter: [1, 1],
};
/** Three answers that do not come, and the waits between them. */
const NOTICED_MS = 500 + 3 * 1000 + 2 * 200;

/** Stands still until it is told to go on, at the latest when the test ends. */
function freeze(pid: number): () => void {
  const thaw = () => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Ended meanwhile.
    }
  };
  process.kill(pid, 'SIGSTOP');
  onTestFinished(thaw);
  return thaw;
}

const isOpen = (service: TestService) =>
  statusThat(
    service,
    ({ media_server }) => media_server.state.startsWith('tripped'),
    'the breaker opens',
    NOTICED_MS + SLACK_MS,
  );

describeMediaServers('a media server that stands still', (kind) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind, {
      config: { mediamtx: { ...HEALTH, restart_after_open_ms: 60_000 } },
    });
  });
  afterAll(() => service?.dispose());

  test('for 15 s: the breaker opens, nothing is ended, and all comes back in the same server when it goes on', async () => {
    const pid = await wellServer(service);
    const recording = await rolling(service);
    const frozenAtMs = performance.now();
    const thaw = freeze(pid);
    expect(await isOpen(service)).toMatchObject({
      status: 'UNHEALTHY',
      state: 'partial',
      media_server: { pid, process_state: 'running', trouble: { reason: 'media_server_deadline' } },
      missing_parts: [
        { part: 'media_server', sentence: expect.stringMatching(/^The media server did not answer/) },
      ],
    });
    await service.untilRecording('camera0', 'INTERRUPTED');
    await recording.snapshot();
    await until(() => performance.now() - frozenAtMs > PAUSE_MS, {
      timeoutMs: PAUSE_MS + 5000,
      what: 'the pause is over',
      intervalMs: 200,
    });
    await recording.snapshot();
    thaw();
    await recording.untilBack();
    expect(await wellServer(service)).toBe(pid);
    const filed = await recording.stop();
    // Where the capture had to publish anew there is a gap; where its connection outlived the pause there is none.
    expect(filed.gaps.length).toBe(filed.parts.length - 1);
    for (const { cause } of filed.gaps)
      expect(cause).toMatch(/^(media_server_lost|publisher_replaced|publisher_lost)$/);
    expect(filed.frames.length).toBeGreaterThan(10);
  });
});

describeMediaServers('a media server that hangs for ever', (kind) => {
  let service: TestService;
  const restartMs = 2000;
  beforeAll(async () => {
    service = await startService(kind, {
      config: { mediamtx: { ...HEALTH, restart_after_open_ms: restartMs, stop_timeout_ms: 500 } },
    });
  });
  afterAll(() => service?.dispose());

  test('is ended and launched again in its time; the recording goes on as a further part', async () => {
    const pid = await wellServer(service);
    const recording = await rolling(service);
    freeze(pid);
    await isOpen(service);
    const { media_server: next } = await statusThat(
      service,
      ({ media_server }) => ![pid, null].includes(media_server.pid) && media_server.state === 'healthy',
      'another media server',
      restartMs + 500 + SLACK_MS,
    );
    expect(service.processes('media-server').map((one) => one.pid)).toContain(next.pid);
    expect(service.processes('media-server').map((one) => one.pid)).not.toContain(pid);
    await recording.untilBack();
    await recording.snapshot();
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost']);
    expect(filed.jumps.length).toBeLessThanOrEqual(1);
  });
});

describeMediaServers('an order that is carried out after its timeout', (kind) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind, {
      config: {
        mediamtx: {
          ...HEALTH,
          request_timeout_ms: 700,
          // The server is not taken for lost: each order stands for itself.
          health_failure_threshold: 100,
          compare_interval_ms: COMPARE_MS,
        },
        stream: { bytes_limit_ms: 60_000 },
        recording: { ready_timeout_ms: 30_000 },
      },
    });
    await service.call('start_streaming', { device: 'camera0' });
    await service.untilStream('camera0', 'live.flowing');
  });
  afterAll(() => service?.dispose());

  const timedOut = (from: number) =>
    until(
      () =>
        service
          .story('stream:camera0/path')
          .slice(from)
          .find(({ from: state, event }) => state === 'writing' && event.startsWith('xstate.error')),
      { timeoutMs: SLACK_MS, what: 'an order without an answer' },
    );
  /** Wrong for no longer than until the next comparison. */
  const throughoutComparisons = async (holds: () => Promise<boolean>) => {
    await until(
      () => throughout(holds, { durationMs: COMPARE_MS + 500, what: 'as wanted' }).then(() => true),
      {
        timeoutMs: 3 * COMPARE_MS + SLACK_MS,
        what: 'it stays as wanted',
      },
    );
  };
  const written = () => service.story('stream:camera0/path').length;
  const entry = async () =>
    (await controlApi(service, 'GET', '/v3/config/paths/get/camera0')).body as {
      record?: boolean;
      recordPath?: string;
    };

  test('record and do not record: the last one is what holds in the end', async () => {
    const thaw = freeze(await wellServer(service));
    const from = written();
    const started = service.call('start_recording', { device: 'camera0' }).catch((error: unknown) => error);
    await timedOut(from);
    const stopped = service.call('stop_recording', { device: 'camera0' }).catch((error: unknown) => error);
    await until(() => service.story('stream:camera0/path').at(-1)?.to === 'writing', {
      timeoutMs: SLACK_MS,
      what: 'the newer order on its way',
    });
    thaw();
    await Promise.all([started, stopped]);
    await until(
      async () =>
        (await service.call('get_stream_status', { device: 'camera0' })) && (await entry()).record === false,
      {
        timeoutMs: SLACK_MS,
        what: 'an entry that does not record',
      },
    );
    // The late one may still overtake it: then the next comparison finds it.
    await throughoutComparisons(async () => (await entry()).record === false);
    await service.untilStream('camera0', 'live.flowing');
  });

  // Found by chaos, seed 12001: nothing else ended afterwards, so nobody looked.
  test('a file that it writes after the end of its session is removed, though nothing else is recorded', async () => {
    const recording = await rolling(service);
    const { parts } = await recording.stop();
    const folder = join(service.recordingsFolder, '.parts', 'camera0');
    const late = join(folder, `${recording.session}_${Math.floor(Date.now() / 1000)}-123456.mp4`);
    copyFileSync(join(service.recordingsFolder, parts[0]!.filename), late);
    await until(() => !existsSync(late), { timeoutMs: 30_000, what: 'the late part is gone' });
    expect(
      (await play(service.recordingsFolder, await untilListed(service, recording.session))).jumps,
    ).toEqual([]);
  });

  test('do not record and record: the new recording is not lost', async () => {
    const before = await rolling(service);
    const thaw = freeze(await wellServer(service));
    const from = written();
    await service.call('stop_recording', { device: 'camera0' });
    await timedOut(from);
    const old = await untilListed(service, before.session);
    const ordered = service.call<Session>('start_recording', { device: 'camera0' });
    const afterwards = written();
    await until(
      () =>
        service
          .story('stream:camera0/path')
          .slice(afterwards)
          .some(({ to }) => to === 'writing'),
      {
        timeoutMs: SLACK_MS,
        what: 'the newer order on its way',
      },
    );
    thaw();
    const next = await ordered;
    await until(
      async () => {
        const now = await service.call<Session>('get_recording_status', { device: 'camera0' });
        return now.session_id === next.session_id && now.status === 'RECORDING' && now.duration_ms > 3000;
      },
      { timeoutMs: 30_000, what: 'the next recording rolls', intervalMs: 50 },
    );
    const { record, recordPath } = await entry();
    expect(record).toBe(true);
    expect(recordPath).toContain(next.session_id);
    const { ffmpeg_process: capture } = await service.untilStream('camera0', 'live.flowing');
    expect(capture.pid).toBe(before.pid);
    await service.call('stop_recording', { device: 'camera0' });
    const filed = await untilListed(service, next.session_id);
    expect(old).toMatchObject({ reason: 'requested', outcome: 'completed' });
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed' });
    const { jumps, frames } = await play(service.recordingsFolder, filed);
    expect(frames.length).toBeGreaterThan(10);
    expect(jumps.length, 'pictures are missing only in the gaps').toBeLessThanOrEqual(filed.gaps.length);
  });
});
