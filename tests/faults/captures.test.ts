/**
 * What a capture can do wrong: hang, show the same picture, print garbage, end at once, never publish, be refused its
 * device. Each is noticed within its limit and said with a state, a reason and a sentence of its own; and what becomes of
 * a recording that runs.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { rolling } from '../support/rolling.ts';
import { type StreamStatus, startService, type TestService } from '../support/service.ts';
import { smallDisk } from '../support/small-disk.ts';
import { ffmpegThatMayFail } from '../support/stand-in.ts';
import { throughout, until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const START_LIMIT_MS = 3000;
const PICTURE_LIMIT_MS = 3000;
const SIGN_LIMIT_MS = 1500;
const SUSPECT_LIMIT_MS = 1000;
const FAULTED_RETRY_MS = 2000;
/** What a loaded machine may need on top of any limit. */
const SLACK_MS = 10_000;

const LIMITS = {
  start_timeout_ms: START_LIMIT_MS,
  frames_limit_ms: SIGN_LIMIT_MS,
  bytes_limit_ms: SIGN_LIMIT_MS,
  picture_limit_ms: PICTURE_LIMIT_MS,
  suspect_limit_ms: SUSPECT_LIMIT_MS,
  backoff_ms: 100,
  backoff_max_ms: 200,
  attempts: 2,
  faulted_retry_ms: FAULTED_RETRY_MS,
  forget_ms: 300,
};

/** Everything that a stream says of itself, each time it changes. */
interface Said {
  readonly state: string;
  readonly reason: string;
  readonly message: string;
}

const device = 'camera0';
const statusOf = (service: TestService) => service.call<StreamStatus>('get_stream_status', { device });

/** Waits until the stream says this reason in this state. */
function untilSaid(service: TestService, state: string, reason: string, timeoutMs: number): Promise<Said> {
  return until(
    async () => {
      const { stream } = await statusOf(service);
      const fits = stream.state.startsWith(state) && stream.trouble?.reason === reason;
      return fits && { state: stream.state, reason, message: stream.trouble?.message ?? '' };
    },
    { timeoutMs, what: `${reason} in ${state}`, intervalMs: 20 },
  );
}

/** Opens a synthetic camera as another program would, as soon as it is free, and keeps it. */
function grabbed(path: string): Promise<Socket> {
  return until(
    () =>
      new Promise<Socket | null>((resolve) => {
        const socket = connect(path);
        socket.once('data', () => resolve(socket));
        socket.once('error', () => resolve(null));
        socket.once('close', () => resolve(null));
      }),
    { timeoutMs: 10_000, what: 'the camera to be free' },
  );
}

const PERMISSION_DENIED = `
[video4linux2,v4l2 @ 0x55ad68a47940] Cannot open video device /dev/video9: Permission denied
/dev/video9: Permission denied`;
const NO_BANDWIDTH = `
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_STREAMON): No space left on device
/dev/video9: No space left on device`;

const NO_ANSWER = `
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_STREAMON): Connection timed out
/dev/video9: Connection timed out`;
const NO_JPEG = '[mjpeg @ 0x564002650280] No JPEG data found in image';

/** What a stand-in for ffmpeg does, the reason and the sentence that follow. */
const WRONGS = [
  {
    title: 'ends at once with exit code 0',
    script: 'exit 0',
    reason: 'capture_ended',
    sentence: /^The capture ended by itself/,
  },
  {
    title: 'prints garbage and ends',
    script: 'head -c 300000 /dev/urandom; head -c 300000 /dev/urandom >&2; exit 3',
    reason: 'capture_failed',
    sentence: /^The capture ended with exit code 3\.$/,
  },
  {
    title: 'prints garbage and stays',
    script: 'head -c 300000 /dev/urandom; exec sleep 60',
    reason: 'not_published_in_time',
    sentence: /^The capture runs but nothing arrived/,
  },
  {
    title: 'says that the device may not be opened',
    script: `echo '${PERMISSION_DENIED}' >&2; exit 1`,
    reason: 'no_permission',
    sentence: /^The camera may not be opened/,
  },
  {
    title: 'says ENOSPC of the USB bus',
    script: `echo '${NO_BANDWIDTH}' >&2; exit 1`,
    reason: 'no_bandwidth',
    sentence: /^The USB bus has no bandwidth/,
  },
  {
    title: 'says that the camera does not answer',
    script: `echo '${NO_ANSWER}' >&2; exit 1`,
    reason: 'device_timeout',
    sentence: /^The camera did not answer in time\.$/,
  },
  {
    title: 'lives and cannot decode what comes',
    script: `for n in 1 2 3 4 5 6; do echo '${NO_JPEG}' >&2; done; exec sleep 60`,
    reason: 'undecodable',
    sentence: /^What the camera sends cannot be decoded\.$/,
  },
];

describeMediaServers('captures that go wrong', (kind) => {
  const { file, wrong, remove } = ffmpegThatMayFail();
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind, {
      config: { stream: LIMITS, capture: { ffmpeg: file, stop_timeout_ms: 500, log_limit_bytes: 100_000 } },
    });
  });
  afterAll(async () => {
    await service?.dispose();
    remove();
  });

  afterEach(() => rmSync(wrong, { force: true }));

  /** Switched on by an operator, which stays a reason whatever becomes of it. @returns the capture's pid */
  const live = async () => {
    await service.call('start_streaming', { device });
    return until(
      async () => {
        const { stream, ffmpeg_process } = await statusOf(service);
        return stream.state === 'live.flowing' && stream.attempts === 0 && ffmpeg_process.pid;
      },
      { timeoutMs: 30_000, what: 'live, with earlier failures forgotten', intervalMs: 50 },
    );
  };
  const unwanted = async () => {
    await service.call('stop_streaming', { device });
    await service.untilStream(device, 'idle', 30_000);
  };

  test.each(WRONGS)('an ffmpeg that $title: $reason, and live by itself once it works', async (one) => {
    const pid = await live();
    writeFileSync(wrong, one.script);
    process.kill(pid, 'SIGKILL');
    const fromMs = performance.now();
    const said = await untilSaid(service, 'faulted', one.reason, 60_000);
    expect(said.message).toMatch(one.sentence);
    expect(performance.now() - fromMs).toBeLessThan(START_LIMIT_MS + SLACK_MS);
    rmSync(wrong);
    await service.untilStream(device, 'live.flowing', 30_000);
    await unwanted();
  });

  test('the reasons and sentences of all of them differ', () => {
    expect(new Set(WRONGS.map(({ reason }) => reason)).size).toBe(WRONGS.length);
  });

  test('a device that another program has open: busy, and live by itself when it is free', async () => {
    const pid = await live();
    writeFileSync(wrong, 'sleep 1'); // the next one comes too late
    process.kill(pid, 'SIGKILL');
    const other = await grabbed(join(service.runtimeFolder, 'synthetic', 'synthetic0.sock.320x240@10'));
    rmSync(wrong);
    try {
      const said = await untilSaid(service, 'faulted', 'device_busy', 60_000);
      expect(said.message).toBe('Another process uses the camera.');
    } finally {
      other.destroy();
    }
    await service.untilStream(device, 'live.flowing', 30_000);
    await unwanted();
  });

  test('a capture that is killed, and its device refused to the next: the recording waits, and goes on when it is allowed', async () => {
    const recording = await rolling(service);
    writeFileSync(wrong, `echo '${PERMISSION_DENIED}' >&2; exit 1`);
    process.kill(recording.pid, 'SIGKILL');
    await untilSaid(service, 'faulted', 'no_permission', 30_000);
    await service.untilRecording(device, 'INTERRUPTED');
    rmSync(wrong);
    await service.untilRecording(device, 'RECORDING');
    const { gaps } = await recording.stop();
    expect(gaps.map(({ cause }) => cause)).toEqual(['capture_lost']);
    await service.untilStream(device, 'idle', 30_000);
  });

  test('a capture that is stopped (SIGSTOP): suspect with its sentence within the limit, then another one; the gap says capture_lost', async () => {
    const recording = await rolling(service);
    process.kill(recording.pid, 'SIGSTOP');
    const stoppedMs = performance.now();
    const said = await untilSaid(service, 'live.suspect', 'stream_stalled', 20_000);
    expect(performance.now() - stoppedMs).toBeLessThan(SIGN_LIMIT_MS + SLACK_MS);
    expect(said.message).toMatch(
      /^The capture (process lives but its picture stopped|gives pictures but nothing)/,
    );
    const next = await until(
      async () => {
        const { stream, ffmpeg_process } = await statusOf(service);
        return stream.state === 'live.flowing' && ffmpeg_process.pid !== recording.pid && ffmpeg_process;
      },
      { timeoutMs: 40_000, what: 'another capture', intervalMs: 50 },
    );
    expect(service.processes('capture')).toEqual([{ pid: next.pid, owner: device }]);
    await service.untilRecording(device, 'RECORDING');
    const { gaps } = await recording.stop();
    expect(gaps.map(({ cause }) => cause)).toEqual(['capture_lost']);
    await service.untilStream(device, 'idle', 30_000);
  });

  test('a frozen picture is said, and by policy nothing more: the recording goes on without a gap', async () => {
    const recording = await rolling(service);
    await service.call('inject_fault', { fault: 'freeze', device });
    const said = await untilSaid(service, 'live.suspect', 'picture_frozen', PICTURE_LIMIT_MS + SLACK_MS);
    expect(said.message).toBe('The camera has sent the very same picture for 3 s.');
    await throughout(async () => (await statusOf(service)).ffmpeg_process.pid === recording.pid, {
      durationMs: 2 * SUSPECT_LIMIT_MS,
      what: 'the capture is left alone',
    });
    await service.call('inject_fault', { fault: 'thaw', device });
    const well = await service.untilStream(device, 'live.flowing');
    expect(well.stream.trouble).toBeNull();
    expect(await recording.stop()).toMatchObject({ gaps: [] });
    await service.untilStream(device, 'idle', 30_000);
  });
});

describeMediaServers('a frozen picture, policy restart', (kind) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind, { config: { stream: { ...LIMITS, picture_policy: 'restart' } } });
  });
  afterAll(() => service?.dispose());

  test('is said, then the capture is started again; the recording goes on as a further part', async () => {
    const recording = await rolling(service);
    await service.call('inject_fault', { fault: 'freeze', device });
    const said = await untilSaid(service, 'live.suspect', 'picture_frozen', PICTURE_LIMIT_MS + SLACK_MS);
    expect(said.state).toBe('live.suspect');
    await until(async () => (await statusOf(service)).ffmpeg_process.pid !== recording.pid, {
      timeoutMs: SUSPECT_LIMIT_MS + SLACK_MS,
      what: 'the capture is ended',
      intervalMs: 20,
    });
    await service.call('inject_fault', { fault: 'thaw', device });
    await service.untilStream(device, 'live.flowing', 30_000);
    await service.untilRecording(device, 'RECORDING');
    const { gaps } = await recording.stop();
    expect(gaps.map(({ cause }) => cause)).toContain('capture_lost');
  });
});

describeMediaServers('the disk under the tap is full', (kind) => {
  test('the stream goes on without a missing frame, the status says it, and snapshots return with space', async (ctx) => {
    const disk = await smallDisk(2048);
    if (disk === null) return ctx.skip('mounting a small disk needs root');
    const service = await startService(kind, {
      config: { stream: LIMITS, paths: { runtime_directory: disk } },
    });
    try {
      await service.call('start_streaming', { device });
      const { pid } = (await service.untilStream(device, 'live.flowing')).ffmpeg_process;
      const watching = barcodesOf(service.rtspUrl(device), { frames: 120, timeoutMs: 60_000 });
      await until(async () => (await statusOf(service)).mediamtx_path.readers > 0, {
        timeoutMs: 20_000,
        what: 'the viewer is counted',
      });
      const filler = join(disk, 'filler');
      expect(() => writeFileSync(filler, Buffer.alloc(4_194_304))).toThrow('ENOSPC');
      const unavailable = await until(
        async () => {
          const { stream } = await statusOf(service);
          return stream.tap === 'tap_unavailable' && stream;
        },
        { timeoutMs: SIGN_LIMIT_MS + 2 * SLACK_MS, what: 'tap_unavailable', intervalMs: 50 },
      );
      expect(unavailable.trouble).toEqual({
        reason: 'tap_unavailable',
        message: 'The runtime directory is full.',
      });
      const refused = await service.call('take_snapshot', { device }).catch((error) => error);
      expect(refused).toMatchObject({ data: { reason: 'tap_unavailable' } });
      const frames = await watching;
      expect(frames).toHaveLength(120);
      expect(jumpsIn(frames)).toEqual([]);
      expect((await service.untilStream(device, 'live.flowing')).ffmpeg_process.pid).toBe(pid);
      rmSync(filler);
      const taken = await until(() => service.call('take_snapshot', { device }), {
        timeoutMs: 20_000,
        what: 'a snapshot with space again',
      });
      expect(taken).toMatchObject({ tier: 'tap' });
      expect((await statusOf(service)).stream).toMatchObject({ tap: 'available', trouble: null });
      expect(service.story(`stream:${device}`).filter(({ to }) => to === 'clearing')).toEqual([]);
    } finally {
      await service.dispose();
    }
  });
});
