/**
 * A camera is pulled out and put back in, in every state of its stream and recording. Whoever is asked tells the same
 * story, because one actor owns it. Each story has a camera of its own; all of them share one service.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { filedRecording, type Hearing, listen, untilTold, type Witnesses } from '../support/witness.ts';

/** What everybody says of an unplugged camera once its capture has ended. */
const GONE = {
  list: 'DISCONNECTED INACTIVE/unavailable none',
  status: 'DISCONNECTED INACTIVE/unavailable none',
  streams: 'DISCONNECTED INACTIVE/unavailable none',
  actors: 'disconnected unavailable none',
  server: { configured: false, record: false, available: false },
  captures: 0,
  health: 'healthy',
};
const BACK = {
  list: 'CONNECTED INACTIVE/idle none',
  status: 'CONNECTED INACTIVE/idle none',
  streams: 'CONNECTED INACTIVE/idle none',
  actors: 'ready.confirmed idle none',
  server: { configured: true, record: false, available: false },
  captures: 0,
  health: 'healthy',
};

describeMediaServers('unplug', (server) => {
  let service: TestService;
  let news: Hearing;
  let recordings: Hearing;
  const readers: ChildProcess[] = [];
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 9,
      // Long enough for a re-plug on a loaded machine, short enough to wait for.
      config: { recording: { resume_ms: 8000 } },
    });
    news = listen(service, 'camera_status_update');
    recordings = listen(service, 'recording_status_update');
  }, 60_000);
  afterAll(async () => {
    for (const reader of readers) reader.kill('SIGKILL');
    await service.dispose();
  });

  const inject = (fault: string, device: string) => service.call('inject_fault', { fault, device });
  const told = (device: string, expected: Witnesses) => untilTold(service, device, expected);

  /** Pulls it out; everybody is told at once, with the classic fields and no others. */
  async function unplug(device: string): Promise<void> {
    const { name } = await service.call<{ name: string }>('get_camera_status', { device });
    const from = news.heard.length;
    const pulledMs = performance.now();
    await inject('unplug', device);
    const gone = { device, status: 'DISCONNECTED', name, resolution: '', fps: 0, streams: {} };
    expect(await news.next((params) => params.device === device, `${device} is gone`, from)).toEqual(gone);
    const told = news.heard.slice(from).find(({ params }) => params.device === device);
    expect((told?.atMs ?? Number.NaN) - pulledMs).toBeLessThan(1000);
  }

  /** Puts it back in and waits until it is known again; it is the same camera. */
  async function plug(device: string): Promise<void> {
    const from = news.heard.length;
    await inject('plug', device);
    const fits = (params: Record<string, unknown>) => params.device === device && params.resolution !== '';
    const heard = await news.next(fits, `${device} is back`, from);
    const urls = { rtsp: service.rtspUrl(device), hls: expect.stringContaining(`/${device}/index.m3u8`) };
    const name = `Synthetic Camera ${device.replace('camera', '')}`;
    expect(heard).toEqual({
      device,
      status: 'CONNECTED',
      name,
      resolution: '320x240',
      fps: 10,
      streams: urls,
    });
    const known = await until(
      async () => {
        const found = await service.call('get_camera_capabilities', { device });
        return found.capability_state === 'confirmed' && found;
      },
      { timeoutMs: 10_000, what: `capabilities of ${device}` },
    );
    expect(known).toMatchObject({ formats: ['YUYV'], resolutions: ['320x240', '160x120'] });
  }

  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => 'none',
      (error: { data?: { reason?: string } }) => error.data?.reason,
    );

  test.concurrent('idle: its path goes, orders are refused with the reason, and it comes back as the same camera', async () => {
    await told('camera0', BACK);
    await unplug('camera0');
    await told('camera0', GONE);
    const device = 'camera0';
    expect(await reasonOf(service.call('take_snapshot', { device }))).toBe('camera_disconnected');
    expect(await reasonOf(service.call('start_recording', { device }))).toBe('camera_disconnected');
    expect(await reasonOf(service.call('start_streaming', { device }))).toBe('camera_disconnected');
    const viewer = barcodesOf(service.rtspUrl('camera0'), { frames: 1 });
    await expect(viewer, 'a viewer is told and not held').rejects.toThrow(/returned 40/);
    await plug('camera0');
    await told('camera0', BACK);
  });

  test.concurrent('starting: the call is answered at once, the capture ends', async () => {
    await inject('mute', 'camera1'); // it can be opened, but gives no picture
    const call = reasonOf(service.call('start_streaming', { device: 'camera1' }));
    await service.untilStream('camera1', 'starting');
    await unplug('camera1');
    expect(await call).toBe('camera_disconnected');
    await told('camera1', GONE);
    await inject('unmute', 'camera1');
    await plug('camera1');
    await told('camera1', BACK);
  });

  test.concurrent('live: viewers are let go; what was switched on is live again after the re-plug', async () => {
    await service.call('start_streaming', { device: 'camera2' });
    const before = await service.untilStream('camera2', 'live.flowing');
    const play = [
      '-v',
      'error',
      '-rtsp_transport',
      'tcp',
      '-i',
      service.rtspUrl('camera2'),
      '-f',
      'null',
      '-',
    ];
    const viewer = spawn('ffmpeg', play, { stdio: 'ignore' });
    readers.push(viewer);
    const left = once(viewer, 'exit');
    await until(async () => (await service.untilStream('camera2', 'live')).mediamtx_path.readers === 1, {
      timeoutMs: 10_000,
      what: 'the viewer is counted',
    });
    await unplug('camera2');
    await left;
    await told('camera2', GONE);
    await plug('camera2');
    const after = await service.untilStream('camera2', 'live.flowing', 30_000);
    expect(after.ffmpeg_process.pid).not.toBe(before.ffmpeg_process.pid);
    expect(after.stream.reasons).toContain('call');
    await service.call('stop_streaming', { device: 'camera2' });
  });

  test.concurrent('recording: it goes on as a further part after the re-plug, the gap and its cause are noted', async () => {
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: 'camera3',
    });
    await service.untilRecording('camera3', 'RECORDING');
    await unplug('camera3');
    const interrupted = 'DISCONNECTED INACTIVE/unavailable INTERRUPTED';
    await told('camera3', {
      ...GONE,
      list: interrupted,
      status: interrupted,
      streams: interrupted,
      actors: 'disconnected unavailable interrupted',
    });
    await plug('camera3');
    await service.untilRecording('camera3', 'RECORDING');
    const stopped = await service.call('stop_recording', { device: 'camera3' });
    const filed = await filedRecording(service, 'camera3', session_id);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed', adoptions: 0, warning: null });
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['camera_disconnected']);
    expect(filed.parts).toHaveLength(2);
    expect(stopped).toMatchObject({ status: 'STOPPED', duration_ms: filed.duration_ms, gaps: filed.gaps });
    const [first, second] = await Promise.all(
      filed.parts.map((part) => barcodesOf(join(service.recordingsFolder, part.filename))),
    );
    expect(jumpsIn(first ?? []), 'frames missing in the first part').toEqual([]);
    expect(jumpsIn(second ?? []), 'frames missing in the second part').toEqual([]);
    expect(second?.[0]?.counter).toBeGreaterThan(first?.at(-1)?.counter ?? Number.NaN);
    // In the classic words it never stopped meanwhile.
    const words = recordings.heard.filter(({ params }) => params.device === 'camera3');
    expect(words.map(({ params }) => params.status)).toEqual(['STARTED', 'STOPPED']);
    await told('camera3', BACK);
  });

  test.concurrent('a recording being started: the call is answered at once, no session is left', async () => {
    await inject('mute', 'camera4');
    const call = reasonOf(service.call('start_recording', { device: 'camera4' }));
    await service.untilStream('camera4', 'starting');
    await unplug('camera4');
    expect(await call).toBe('camera_disconnected');
    await told('camera4', GONE);
    await inject('unmute', 'camera4');
    await plug('camera4');
    await told('camera4', BACK);
  });

  test.concurrent('a recording being stopped: it ends as asked, with its file', async () => {
    const device = 'camera5';
    const { session_id } = await service.call<{ session_id: string }>('start_recording', { device });
    await service.untilRecording(device, 'RECORDING');
    const [stopped] = await Promise.all([
      service.call('stop_recording', { device }),
      inject('unplug', device),
    ]);
    expect(stopped).toMatchObject({ status: 'STOPPED', reason: 'requested' });
    const filed = await filedRecording(service, device, session_id);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed', gaps: [] });
    const frames = await barcodesOf(join(service.recordingsFolder, filed.filename));
    expect(frames.length * 100).toBeGreaterThan(filed.duration_ms - 500);
    await told(device, GONE);
  });

  test.concurrent('a stream being stopped: a capture that hangs is ended all the same', async () => {
    await service.call('start_streaming', { device: 'camera6' });
    const { pid } = (await service.untilStream('camera6', 'live.flowing')).ffmpeg_process;
    process.kill(pid ?? 0, 'SIGSTOP');
    await service.call('stop_streaming', { device: 'camera6' });
    await service.untilStream('camera6', 'stopping');
    await unplug('camera6');
    await told('camera6', GONE);
    await plug('camera6');
    await told('camera6', BACK);
  });

  test.concurrent('a snapshot being taken: the call is answered at once with the reason', async () => {
    await inject('mute', 'camera7');
    const call = reasonOf(service.call('take_snapshot', { device: 'camera7' }));
    await service.untilStream('camera7', 'starting');
    const pulledMs = performance.now();
    await unplug('camera7');
    expect(await call).toBe('camera_disconnected');
    expect(performance.now() - pulledMs).toBeLessThan(5000);
    await told('camera7', GONE);
  });

  test.concurrent('not put back in time: the session ends with its file and its reason, and a later re-plug starts nothing', async () => {
    const device = 'camera8';
    const { session_id } = await service.call<{ session_id: string }>('start_recording', { device });
    await service.untilRecording(device, 'RECORDING');
    await unplug(device);
    const filed = await filedRecording(service, device, session_id);
    expect(filed).toMatchObject({ reason: 'camera_disconnected', outcome: 'completed', gaps: [] });
    const ended = await recordings.next(
      (params) => params.device === device && params.status === 'STOPPED',
      'the session has ended',
    );
    const duration = Math.round(filed.duration_ms / 1000);
    expect(ended).toEqual({ device, status: 'STOPPED', filename: filed.filename, duration });
    const frames = await barcodesOf(join(service.recordingsFolder, filed.filename));
    expect(jumpsIn(frames)).toEqual([]);
    expect(frames.length).toBeGreaterThan(0);
    await told(device, GONE);
    await plug(device);
    await told(device, BACK);
  });
});
