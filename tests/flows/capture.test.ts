/**
 * A capture is killed, hangs, or never works. It is noticed within its limit, the status says why and when it is tried
 * again, and recordings go on as a further part. Each story has a camera of its own where they share a service.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { type StreamStatus, startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';
import { filedRecording, listen } from '../support/witness.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describeMediaServers('captures that end', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 2,
      config: {
        // The waits are long enough to be seen from outside.
        stream: { backoff_ms: 1500, backoff_max_ms: 1500, frames_limit_ms: 2000, suspect_limit_ms: 1000 },
      },
    });
  });
  afterAll(() => service.dispose());

  async function record(device: string): Promise<{ session: string; pid: number }> {
    const { session_id } = await service.call<{ session_id: string }>('start_recording', { device });
    await service.untilRecording(device, 'RECORDING');
    const { pid } = (await service.untilStream(device, 'live.flowing')).ffmpeg_process;
    return { session: session_id, pid: pid ?? 0 };
  }

  /** Ends the recording; it has two parts without a hole in either, and one gap with this cause between them. */
  async function endsInTwoParts(device: string, session: string, cause: string): Promise<void> {
    await service.untilRecording(device, 'RECORDING');
    await service.call('stop_recording', { device });
    const filed = await filedRecording(service, device, session);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed' });
    expect(filed.gaps.map((gap) => gap.cause)).toEqual([cause]);
    expect(filed.parts).toHaveLength(2);
    for (const { filename } of filed.parts)
      expect(jumpsIn(await barcodesOf(join(service.recordingsFolder, filename))), filename).toEqual([]);
  }

  test.concurrent('killed -9: noticed at once, the wait is in the status, live again, the recording goes on', async () => {
    const { session, pid } = await record('camera0');
    process.kill(pid, 'SIGKILL');
    const waiting = await service.untilStream('camera0', 'backoff', 5000);
    expect(waiting).toMatchObject({ status: 'ERROR', ready: false, ffmpeg_process: { running: false } });
    expect(waiting.stream).toMatchObject({ attempts: 1, trouble: { reason: expect.any(String) } });
    const waitMs = Date.parse(retryAt(waiting)) - Date.now();
    expect(waitMs).toBeGreaterThan(-1000);
    expect(waitMs).toBeLessThan(3000);
    expect((await service.untilRecording('camera0', 'INTERRUPTED')).recording).toBe(true);
    const camera = await service.call('get_camera_status', { device: 'camera0' });
    expect(camera).toMatchObject({ status: 'CONNECTED', recording_status: 'INTERRUPTED' });
    const after = await service.untilStream('camera0', 'live.flowing');
    expect(service.processes('capture').filter(({ owner }) => owner === 'camera0')).toEqual([
      { pid: after.ffmpeg_process.pid, owner: 'camera0' },
    ]);
    await endsInTwoParts('camera0', session, 'capture_lost');
  });

  test.concurrent('stopped (SIGSTOP): noticed within its limits, ended and started again, the recording goes on', async () => {
    const { session, pid } = await record('camera1');
    const stoppedMs = performance.now();
    process.kill(pid, 'SIGSTOP');
    await until(() => service.story('stream:camera1').some(({ to }) => to === 'clearing'), {
      timeoutMs: 15_000,
      what: 'a hanging capture is noticed',
    });
    // 2 s without pictures and 1 s of hope, seen by looks a second apart.
    expect(performance.now() - stoppedMs).toBeLessThan(10_000);
    const live = await service.untilStream('camera1', 'live.flowing', 30_000);
    expect(live.ffmpeg_process.pid).not.toBe(pid);
    expect(service.processes('capture').filter(({ owner }) => owner === 'camera1')).toHaveLength(1);
    await endsInTwoParts('camera1', session, 'capture_lost');
  });
});

describeMediaServers('captures that never work', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  /** Nothing is tried and nothing moves, for a while. */
  async function expectQuiet(): Promise<void> {
    const lines = service.story('stream:camera0').length;
    await throughout(() => service.processes('capture').length === 0, {
      durationMs: 1500,
      what: 'no process while it is faulted',
    });
    expect(service.story('stream:camera0')).toHaveLength(lines);
  }

  test('an ffmpeg that ends at once: faulted after its attempts, with the reason, and nothing runs', async () => {
    const stream = { backoff_ms: 100, backoff_max_ms: 200, attempts: 3 };
    service = await startService(server, { config: { capture: { ffmpeg: '/bin/false' }, stream } });
    const news = listen(service, 'camera_status_update');
    const device = 'camera0';
    await expect(service.call('start_streaming', { device })).rejects.toThrow();
    await service.call('start_streaming', { device }).catch(() => undefined);
    await expect(service.call('start_recording', { device })).rejects.toThrow();
    const faulted = await service.untilStream(device, 'faulted');
    expect(faulted).toMatchObject({ status: 'ERROR', stream: { attempts: 3 } });
    expect(faulted.stream.trouble?.message).toMatch(/^[A-Z].*\.$/);
    expect(Date.parse(retryAt(faulted))).toBeGreaterThan(Date.now() + 30_000);
    await news.next(({ status }) => status === 'ERROR', 'the camera does not work');
    const refused = (await service.call('start_streaming', { device }).catch((error) => error)) as {
      data: { reason: string; details: string };
    };
    expect(refused.data.reason).toBe(faulted.stream.trouble?.reason);
    await expectQuiet();
  });

  test('a camera that gives no picture: faulted with the reason, and live by itself once it works', async () => {
    const stream = { start_timeout_ms: 2500, backoff_ms: 100, attempts: 2, faulted_retry_ms: 3000 };
    service = await startService(server, { config: { stream, capture: { stop_timeout_ms: 500 } } });
    const device = 'camera0';
    await service.call('inject_fault', { fault: 'mute', device });
    const call = service.call('start_recording', { device }).then(
      () => 'started',
      (error: { data: { reason: string } }) => error.data.reason,
    );
    const faulted = await service.untilStream(device, 'faulted');
    expect(faulted.stream.trouble).toMatchObject({ reason: 'not_published_in_time' });
    expect(await call).toBe('not_published_in_time');
    await expectQuiet();
    await service.call('inject_fault', { fault: 'unmute', device });
    const frames = await until(() => barcodesOf(service.rtspUrl(device), { frames: 3 }), {
      timeoutMs: 40_000,
      what: 'a picture after the slow retry',
    });
    expect(frames.filter((frame) => frame !== null).length).toBeGreaterThan(0);
  });
});

function retryAt(status: StreamStatus): string {
  return String((status.stream as { retry_at?: string | null }).retry_at);
}
