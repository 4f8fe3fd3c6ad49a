/** What a viewer gets, and the calls that start, stop and show streams. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { copyStream, packetsOf, pictureTypesOf, probeStream } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** Little enough that the synthetic picture needs all of it. */
const BITRATE_BPS = 100_000;

describeMediaServers('a stream', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 4,
      config: { capture: { bitrate_bps: BITRATE_BPS }, stream: { call_close_after_ms: 6000 } },
    });
  }, 60_000);
  afterAll(() => service?.dispose());

  test.concurrent('is H.264 Constrained Baseline of the lowest level, with a keyframe each second, and keeps its bit rate over 20 s', async () => {
    const url = service.rtspUrl('camera0');
    const file = `${service.folder}/copied.mkv`;
    const copying = copyStream(url, file, 20);
    const entries = ['codec_name', 'profile', 'level', 'pix_fmt', 'has_b_frames', 'width', 'height'];
    // 300 macroblocks, 10 times a second, 100 kbit/s: level 1.1 is the first that holds them.
    expect(await probeStream(url, entries)).toEqual({
      codec_name: 'h264',
      profile: 'Constrained Baseline',
      level: 11,
      pix_fmt: 'yuv420p',
      has_b_frames: 0,
      width: 320,
      height: 240,
    });
    await copying;

    const packets = await packetsOf(file);
    const lengthS = packets.at(-1)!.timeS - packets[0]!.timeS;
    expect(lengthS).toBeGreaterThan(19);
    const keyframes = packets.flatMap(({ keyframe }, index) => (keyframe ? [index] : []));
    const apart = keyframes.slice(1).map((index, i) => index - keyframes[i]!);
    // Ten pictures are a second; a picture that a busy machine delivers late must not count against the encoder.
    expect(Math.max(...apart)).toBeLessThanOrEqual(10);
    expect(packets.length - keyframes.at(-1)!).toBeLessThanOrEqual(10);
    const bps = (8 * packets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) / lengthS;
    console.log(`${server}: ${Math.round(bps)} of ${BITRATE_BPS} bit/s over ${lengthS.toFixed(1)} s`);
    expect(bps).toBeLessThanOrEqual(1.2 * BITRATE_BPS);
    expect(bps).toBeGreaterThan(0.5 * BITRATE_BPS);
    expect(await pictureTypesOf(file)).toEqual(['I', 'P']);
  }, 90_000);

  test.concurrent('starts by call and stays live without a viewer until it is stopped by call', async () => {
    const device = 'camera1';
    expect(await service.call('get_stream_url', { device })).toMatchObject({
      stream_url: service.rtspUrl(device),
      available: false,
      stream_status: 'NOT_READY',
    });
    const started = await service.call<{ start_time: string }>('start_streaming', { device });
    expect(started).toMatchObject({
      device,
      stream_name: device,
      stream_url: service.rtspUrl(device),
      status: 'STARTED',
      auto_close_after: '6s',
    });
    const live = await service.untilStream(device, 'live.flowing');
    expect(live).toMatchObject({ status: 'ACTIVE', ready: true, stream: { reasons: ['call'] } });
    expect(service.processes('capture').filter(({ owner }) => owner === device)).toEqual([
      { pid: live.ffmpeg_process.pid, owner: device },
    ]);
    expect(await service.call('get_stream_url', { device })).toMatchObject({
      available: true,
      stream_status: 'READY',
      streams: { rtsp: service.rtspUrl(device) },
    });
    const streams = await service.call<Record<string, unknown>[]>('get_streams');
    // Tests of other cameras run beside this one, so which others are there is left open.
    const shown = streams.filter(({ name }) => name === device);
    expect(shown).toMatchObject([{ source: 'ffmpeg', ready: true, status: 'ACTIVE', readers: 0 }]);

    // Again: harmless, and the same stream.
    expect(await service.call('start_streaming', { device })).toMatchObject({
      status: 'STARTED',
      start_time: started.start_time,
    });
    expect((await service.untilStream(device, 'live.flowing')).ffmpeg_process.pid).toBe(
      live.ffmpeg_process.pid,
    );

    expect(await service.call('stop_streaming', { device })).toMatchObject({
      device,
      status: 'STOPPED',
      start_time: started.start_time,
      stream_continues: false,
    });
    const idle = await service.untilStream(device, 'idle');
    expect(idle).toMatchObject({ status: 'INACTIVE', ready: false, ffmpeg_process: { running: false } });
    expect(service.processes('capture').map(({ owner }) => owner)).not.toContain(device);
    await expect(service.call('stop_streaming', { device })).rejects.toMatchObject({
      data: { reason: 'not_streaming' },
    });
  }, 90_000);

  test.concurrent('a start that is taken back before there is a picture is answered at once', async () => {
    const device = 'camera3';
    await service.call('inject_fault', { fault: 'mute', device });
    const starting = service.call('start_streaming', { device }).then(
      () => 'live',
      (error: { data?: { reason?: string } }) => error.data?.reason,
    );
    await service.untilStream(device, 'starting');
    const fromMs = performance.now();
    expect(await service.call('stop_streaming', { device })).toMatchObject({ stream_continues: false });
    expect(await starting).toBe('called_off');
    expect(performance.now() - fromMs, 'long before the start would have been given up').toBeLessThan(5000);
    await service.untilStream(device, 'idle');
  }, 60_000);

  test.concurrent('stopped by call it goes on for its viewers; left alone it closes by itself', async () => {
    const device = 'camera2';
    await service.call('start_streaming', { device });
    const { ffmpeg_process } = await service.untilStream(device, 'live.flowing');
    const viewing = copyStream(service.rtspUrl(device), `${service.folder}/viewed.mkv`, 4);
    await until(async () => (await service.untilStream(device, 'live')).stream.reasons.includes('viewers'), {
      timeoutMs: 20_000,
      what: 'the viewer is a reason',
    });
    expect(await service.call('stop_streaming', { device })).toMatchObject({
      stream_continues: true,
      message: 'The stream goes on for: viewers.',
    });
    await viewing;
    expect((await packetsOf(`${service.folder}/viewed.mkv`)).length).toBeGreaterThan(30);
    await service.untilStream(device, 'idle', 30_000);
    await service.call('start_streaming', { device });
    const again = await service.untilStream(device, 'live.flowing');
    expect(again.ffmpeg_process.pid).not.toBe(ffmpeg_process.pid);
    expect(await service.untilStream(device, 'idle', 30_000)).toMatchObject({ stream: { reasons: [] } });
  }, 90_000);
});
