/**
 * explain_camera in the situations that an operator meets at night, each made for real: the sentence is right, what is
 * wrong is named, and so is what moves it on.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { rolling } from '../support/rolling.ts';
import { camctl } from '../support/run-camctl.ts';
import { startService, type TestService } from '../support/service.ts';
import { ffmpegThatMayFail } from '../support/stand-in.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

interface Told {
  readonly summary: string;
  readonly places: readonly {
    readonly what: string;
    readonly state: string;
    readonly sentence: string;
    readonly trouble: { readonly reason: string } | null;
    readonly next: readonly {
      readonly sentence: string;
      readonly delay: string | null;
      readonly remaining_ms: number | null;
    }[];
    readonly guards: readonly { readonly guard: string; readonly facts: object }[];
  }[];
  readonly chain: readonly { readonly actor: string; readonly event: string; readonly to: string }[];
  readonly allowed_methods: readonly string[];
}

const device = 'camera0';
const DENIED = '[video4linux2,v4l2 @ 0x55] Cannot open video device /dev/video9: Permission denied';

describeMediaServers('an explanation', (kind) => {
  const { file, wrong, remove } = ffmpegThatMayFail();
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind, {
      config: {
        capture: { ffmpeg: file, stop_timeout_ms: 500 },
        stream: { backoff_ms: 4000, backoff_max_ms: 4000, attempts: 6, faulted_retry_ms: 60_000 },
        recording: { resume_ms: 60_000, ready_timeout_ms: 30_000 },
        mediamtx: {
          health_check_interval_ms: 300,
          health_open_ms: 5000,
          restart_after_open_ms: 60_000,
          request_timeout_ms: 500,
        },
      },
    });
  });
  afterAll(async () => {
    await service?.dispose();
    remove();
  });
  afterEach(() => rmSync(wrong, { force: true }));

  const explain = () => service.call<Told>('explain_camera', { device });
  const placeOf = ({ places }: Told, what: string) => places.find((place) => place.what === what)!;
  /** Asked until it says so: an explanation is of this moment. */
  const untilTold = (fits: (told: Told) => boolean, what: string) =>
    until(
      async () => {
        const told = await explain();
        return fits(told) && told;
      },
      { what: () => what, timeoutMs: 40_000, intervalMs: 50 },
    );
  const inState = (what: string, state: RegExp) =>
    untilTold((told) => state.test(placeOf(told, what)?.state ?? ''), `${what} in ${state}`);
  const quiet = async () => {
    rmSync(wrong, { force: true });
    await service.call('stop_streaming', { device }).catch(() => undefined);
    await service.call('stop_recording', { device }).catch(() => undefined);
    await service.call('retry_camera', { device }).catch(() => undefined);
    await service.untilStream(device, 'idle', 40_000);
  };

  test('of a camera at rest: nobody needs it, and what would start it', async () => {
    await service.untilStream(device, 'idle');
    const told = await explain();
    expect(told.summary).toMatch(/^camera0 \(.+\): Stream: Nobody needs it, so nothing runs\. A viewer, /);
    expect(told.places.map(({ what }) => what)).toEqual(['camera', 'stream', 'media-server', 'storage']);
    expect(placeOf(told, 'stream').guards.map(({ guard }) => guard)).toContain('hasReason');
    expect(told.allowed_methods).toContain('start_recording');
    const printed = await camctl(['explain', device, '--data', service.dataFolder]);
    expect(printed.out).toMatch(/^camera0 .*\n\nCamera: ready\..*since/);
  });

  test('in backoff: how many attempts have failed, why, and when the next one begins', async () => {
    await service.call('start_streaming', { device });
    const { ffmpeg_process } = await service.untilStream(device, 'live.flowing');
    writeFileSync(wrong, 'exit 3');
    process.kill(ffmpeg_process.pid!, 'SIGKILL');
    const told = await untilTold(
      ({ summary }) => /Attempt 3 of 6 has failed/.test(summary),
      'the third attempt has failed',
    );
    expect(told.summary).toMatch(
      /Attempt 3 of 6 has failed; the next one waits\. The capture ended with exit code 3\. In \d+ m?s the next attempt begins\.$/,
    );
    const { next } = placeOf(told, 'stream');
    expect(next[0]).toMatchObject({ delay: 'backoff' });
    expect(next[0]!.remaining_ms).toBeLessThanOrEqual(5000);
    expect(next.map(({ sentence }) => sentence)).toContain('retry_camera begins it at once.');
    expect(told.allowed_methods).toContain('retry_camera');
    // The chain begins with the end of the process and leads to the wait.
    expect(told.chain.at(-1)).toMatchObject({ actor: `stream:${device}`, to: 'backoff' });
    await quiet();
  });

  test('without permission: faulted, why, and when it is tried again', async () => {
    await service.call('start_streaming', { device });
    const { ffmpeg_process } = await service.untilStream(device, 'live.flowing');
    writeFileSync(wrong, `echo '${DENIED}' >&2; exit 1`);
    process.kill(ffmpeg_process.pid!, 'SIGKILL');
    const told = await inState('stream', /^faulted/);
    expect(placeOf(told, 'stream')).toMatchObject({ trouble: { reason: 'no_permission' } });
    expect(told.summary).toMatch(/The camera may not be opened by this user.*In \d+ s it is tried again\.$/);
    await quiet();
  });

  test('of a recording: growing, then interrupted with what it waits for, then gone on', async () => {
    const recording = await rolling(service);
    expect((await explain()).summary).toMatch(
      /Recording: It is recorded, and the file grows\. It ends with stop_recording\.$/,
    );
    writeFileSync(wrong, 'exit 3');
    process.kill(recording.pid, 'SIGKILL');
    const told = await inState('recording', /^interrupted/);
    expect(told.summary).toMatch(/Recording: It is interrupted: the stream is lost/);
    expect(placeOf(told, 'recording').next.map(({ sentence }) => sentence)).toContain(
      'It goes on as a further part when the stream is back in time.',
    );
    rmSync(wrong);
    await service.call('retry_camera', { device }).catch(() => undefined);
    await untilTold(({ summary }) => /it has 2 parts so far/.test(summary), 'two parts');
    await quiet();
  });

  test('of a capture that outlived the service: adopted, and the chain tells how', async () => {
    await service.call('start_streaming', { device });
    await service.untilStream(device, 'live.flowing');
    await service.end('SIGKILL');
    await service.start();
    const told = await inState('stream', /^live\.flowing/);
    expect(placeOf(told, 'stream').sentence).toMatch(/an earlier life of the service started \(adopted\)/);
    await quiet();
  });

  test('of a camera that is switched off, and of one that is not plugged in', async () => {
    await service.call('disable_camera', { device });
    expect((await explain()).summary).toMatch(/switched off by an operator.*enable_camera switches it on\.$/);
    await service.call('enable_camera', { device });
    await service.untilStream(device, 'idle');
    await service.call('inject_fault', { fault: 'unplug', device });
    const told = await inState('camera', /^disconnected/);
    expect(told.summary).toMatch(/It is not plugged in\. A plug brings it back/);
    await service.call('inject_fault', { fault: 'plug', device });
    await service.untilStream(device, 'idle');
  });

  test('of a media server that hangs under a wanted stream: the breaker is open, and when it is asked again', async () => {
    await service.call('start_streaming', { device });
    await service.untilStream(device, 'live.flowing');
    const [server] = service.processes('media-server');
    process.kill(server!.pid, 'SIGSTOP');
    try {
      const told = await untilTold(
        (now) => placeOf(now, 'media-server').state.includes('tripped.open'),
        'the breaker is open',
      );
      expect(placeOf(told, 'media-server').sentence).toMatch(/the breaker is open/);
      expect(placeOf(told, 'media-server').next[0]).toMatchObject({ delay: 'openTime' });
      expect(told.summary).toMatch(/Media server: .*In \d+ m?s it is asked again\.$/);
      expect(placeOf(told, 'stream').state).toMatch(/^live\.republishing/);
    } finally {
      process.kill(server!.pid, 'SIGCONT');
    }
    await service.untilStream(device, 'live.flowing', 40_000);
    await quiet();
  });
});
