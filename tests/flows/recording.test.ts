/** Recordings: as long as ordered, without a hole, in the format wished, listed and downloaded. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { probeStream } from '../support/frames.ts';
import { containerOf, type ListedRecording, play, type Session, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const KEYFRAME_MS = 1000;
const FRAME_MS = 100;
/** What every order is answered in at the latest, also where the stream has to be started first. */
const READY_TIMEOUT_MS = 20_000;
const SHORT_READY_TIMEOUT_MS = 8000;

describeMediaServers('recordings', (server) => {
  let service: TestService;
  /** The same with files of 5 s and less patience. */
  let cutting: TestService;
  beforeAll(async () => {
    [service, cutting] = await Promise.all([
      startService(server, { cameras: 2 }),
      startService(server, {
        cameras: 3,
        config: { recording: { segment_duration_ms: 5000, ready_timeout_ms: SHORT_READY_TIMEOUT_MS } },
      }),
    ]);
  }, 60_000);
  afterAll(() => Promise.all([service?.dispose(), cutting?.dispose()]));

  const start = (device: string, params: object = {}) =>
    service.call<Session>('start_recording', { device, ...params });

  /** A recording has begun once bytes are on disk; then it runs for so long. */
  const rolling = (device: string, forMs: number, of = service) =>
    until(
      async () => {
        const status = await of.call<Session>('get_recording_status', { device });
        return status.status === 'RECORDING' && status.duration_ms >= forMs && status;
      },
      { timeoutMs: 30_000, what: `${device} to be recorded for ${forMs} ms`, intervalMs: 100 },
    );

  /** Every picture from the first to the last is there, and the lengths told are those of the files. */
  async function expectWhole(recording: ListedRecording, of = service) {
    const { frames, jumps, lengthsMs } = await play(of.recordingsFolder, recording);
    expect(jumps).toEqual([]);
    const readable = frames.filter((frame) => frame !== null);
    expect(readable).toHaveLength(frames.length);
    expect(Math.abs(frames.length * FRAME_MS - recording.duration_ms)).toBeLessThan(3 * FRAME_MS);
    // MPEG-TS does not say how long its last picture is shown.
    const tellsMs = lengthsMs.reduce((sum, ms) => sum + ms, 0);
    const offMs = recording.format === 'mpegts' ? 2 * FRAME_MS : 50;
    expect(Math.abs(tellsMs - recording.duration_ms)).toBeLessThan(offMs);
    for (const { filename, file_size } of recording.parts) {
      expect(statSync(join(of.recordingsFolder, filename)).size).toBe(file_size);
    }
    expect(recording).toMatchObject({ outcome: 'completed', gaps: [], adoptions: 0, warning: null });
    return readable;
  }

  test.concurrent('ordered for 10 s on an idle camera it has 10 s without a hole, ends by itself, is listed and downloaded', async () => {
    const device = 'camera0';
    const told: Record<string, unknown>[] = [];
    service.client.on('recording_status_update', ({ device: about, ...update }) => {
      if (about === device) told.push(update);
    });
    const from = performance.now();
    const started = await start(device, { duration: 10 });
    const tookMs = Math.round(performance.now() - from);
    console.log(`${server}: start_recording on an idle camera took ${tookMs} ms`);
    expect(tookMs).toBeLessThan(READY_TIMEOUT_MS + 2000);
    expect(started).toMatchObject({ device, format: 'fmp4', wanted_duration: 10, reason: null, gaps: [] });
    expect(['STARTING', 'RECORDING']).toContain(started.status);
    expect(started.filename).toBe(`${started.session_id}.mp4`);
    expect(started.filename).toMatch(/^camera0_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-\d{3}\.mp4$/);

    const status = await rolling(device, 2000);
    expect(status).toMatchObject({
      recording: true,
      session_id: started.session_id,
      filename: started.filename,
      wanted_duration: 10,
      parts: 1,
      trouble: null,
    });
    expect(status.file_size).toBeGreaterThan(0);
    const { stream } = await service.untilStream(device, 'live.flowing');
    expect(stream.reasons).toEqual([`recording:${started.session_id}`]);
    await expect(start(device)).rejects.toMatchObject({
      code: -32020,
      data: { reason: 'already_recording', allowed: expect.arrayContaining(['stop_recording']) },
    });

    const recording = await untilListed(service, started.session_id);
    expect(recording).toMatchObject({
      filename: started.filename,
      device,
      duration: 10,
      format: 'fmp4',
      reason: 'duration_reached',
    });
    expect(recording.parts).toHaveLength(1);
    expect(Math.abs(recording.duration_ms - 10_000)).toBeLessThanOrEqual(KEYFRAME_MS);
    console.log(`${server}: a recording of 10 s has ${recording.duration_ms} ms`);
    await expectWhole(recording);
    await until(() => told.length >= 2, { what: 'the end to be told' });
    expect(told).toEqual([
      { status: 'STARTED', filename: started.filename, duration: 0 },
      { status: 'STOPPED', filename: started.filename, duration: 10 },
    ]);
    expect(await service.call('get_recording_status', { device })).toMatchObject({
      recording: false,
      status: 'STOPPED',
      session_id: null,
    });
    await service.untilStream(device, 'idle');

    const file = readFileSync(join(service.recordingsFolder, recording.filename));
    const whole = await service.get(recording.download_url);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await whole.arrayBuffer()).equals(file)).toBe(true);
    const middle = await service.get(recording.download_url, { range: 'bytes=1000-1999' });
    expect(middle.status).toBe(206);
    expect(middle.headers.get('content-range')).toBe(`bytes 1000-1999/${file.length}`);
    expect(Buffer.from(await middle.arrayBuffer()).equals(file.subarray(1000, 2000))).toBe(true);
    const last = await service.get(recording.download_url, { range: 'bytes=-500' });
    expect(Buffer.from(await last.arrayBuffer()).equals(file.subarray(-500))).toBe(true);
    expect((await service.get(recording.download_url, { range: `bytes=${file.length}-` })).status).toBe(416);
    expect((await service.get(recording.download_url, { 'X-API-Key': '' })).status).toBe(401);
  }, 90_000);

  test.concurrent('started and stopped by hand on a live camera, it is told exactly; other formats are copied, not encoded', async () => {
    const device = 'camera1';
    await service.call('start_streaming', { device });
    const live = await service.untilStream(device, 'live.flowing');
    const formats = [
      { format: 'fmp4', extension: 'mp4', container: 'mov,mp4,m4a,3gp,3g2,mj2' },
      { format: 'mp4', extension: 'mp4', container: 'mov,mp4,m4a,3gp,3g2,mj2' },
      { format: 'mkv', extension: 'mkv', container: 'matroska,webm' },
      { format: 'mpegts', extension: 'ts', container: 'mpegts' },
    ];
    for (const { format, extension, container } of formats) {
      const orderedAtMs = Date.now();
      const started = await start(device, { format });
      const startMs = Date.now() - orderedAtMs;
      await rolling(device, 1500);
      const stoppedAtMs = Date.now();
      const stopped = await service.call<Session & { end_time: string }>('stop_recording', { device });
      const stopMs = Date.now() - stoppedAtMs;
      console.log(`${server}: ${format} on a live camera: start ${startMs} ms, stop ${stopMs} ms`);
      expect(stopped).toMatchObject({
        status: 'STOPPED',
        session_id: started.session_id,
        filename: `${started.session_id}.${extension}`,
        reason: 'requested',
      });
      expect(Date.parse(stopped.end_time) - Date.parse(stopped.start_time)).toBe(stopped.duration_ms);
      const recording = await untilListed(service, started.session_id);
      expect(recording).toMatchObject({ format, filename: stopped.filename, reason: 'requested' });
      // A copy into another container rounds its time stamps.
      expect(Math.abs(recording.duration_ms - stopped.duration_ms)).toBeLessThanOrEqual(
        format === 'fmp4' ? 0 : FRAME_MS,
      );
      if (format === 'fmp4') expect(recording.file_size).toBe(stopped.file_size);
      const frames = await expectWhole(recording);
      expect(frames[0]!.epochMs - orderedAtMs).toBeLessThan(2 * KEYFRAME_MS);
      expect(stoppedAtMs - frames.at(-1)!.epochMs).toBeLessThan(KEYFRAME_MS);
      const file = join(service.recordingsFolder, recording.filename);
      expect((await containerOf(file)).format).toBe(container);
      expect(await probeStream(file, ['codec_name', 'profile'])).toEqual({
        codec_name: 'h264',
        profile: 'Constrained Baseline',
      });
      // Fragments are what a crash leaves readable; a finished MP4 has its index in front.
      if (extension === 'mp4') expect(readFileSync(file).includes('moof')).toBe(format === 'fmp4');
      await expect(service.call('stop_recording', { device })).rejects.toMatchObject({
        code: -32020,
        data: { reason: 'not_recording' },
      });
    }
    expect(readdirSync(join(service.recordingsFolder, '.parts', device))).toEqual([]);
    // The camera was never let go of.
    expect((await service.untilStream(device, 'live.flowing')).ffmpeg_process.pid).toBe(
      live.ffmpeg_process.pid,
    );
  }, 120_000);

  test.concurrent('cut into files of 5 s it has no hole from one to the next, on two cameras at once; as mp4 it is one file', async () => {
    const [fragmented, joined] = await Promise.all([
      cutting.call<Session>('start_recording', { device: 'camera0' }),
      cutting.call<Session>('start_recording', { device: 'camera1', format: 'mp4' }),
    ]);
    const both = await Promise.all(['camera0', 'camera1'].map((device) => rolling(device, 11_500, cutting)));
    expect(both.map(({ status }) => status)).toEqual(['RECORDING', 'RECORDING']);
    await Promise.all(['camera0', 'camera1'].map((device) => cutting.call('stop_recording', { device })));
    const parts = await untilListed(cutting, fragmented.session_id);
    expect(parts.parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.parts.map(({ filename }) => filename)).toEqual(
      parts.parts.map((_, i) => `${fragmented.session_id}${i === 0 ? '' : `_${i + 1}`}.mp4`),
    );
    for (const { duration_ms } of parts.parts.slice(0, -1)) {
      expect(Math.abs(duration_ms - 5000)).toBeLessThanOrEqual(KEYFRAME_MS + FRAME_MS);
    }
    await expectWhole(parts, cutting);
    const one = await untilListed(cutting, joined.session_id);
    expect(one.parts).toHaveLength(1);
    await expectWhole(one, cutting);
  }, 90_000);

  test.concurrent('of a camera that gives no picture is refused when the readiness deadline is over, and leaves nothing behind', async () => {
    const device = 'camera2';
    await cutting.call('inject_fault', { fault: 'mute', device });
    const from = performance.now();
    await expect(cutting.call('start_recording', { device })).rejects.toMatchObject({
      code: -32050,
      data: { reason: 'not_ready_in_time', end_reason: 'not_ready_in_time', suggestion: expect.any(String) },
    });
    const tookMs = performance.now() - from;
    expect(tookMs).toBeGreaterThan(SHORT_READY_TIMEOUT_MS - 500);
    expect(tookMs).toBeLessThan(SHORT_READY_TIMEOUT_MS + 5000);
    await cutting.untilStream(device, 'idle');
    expect(cutting.processes('capture').map(({ owner }) => owner)).not.toContain(device);
    const { files } = await cutting.call<{ files: ListedRecording[] }>('list_recordings');
    expect(files.filter((file) => file.filename.startsWith(device))).toEqual([]);
  }, 60_000);
});
