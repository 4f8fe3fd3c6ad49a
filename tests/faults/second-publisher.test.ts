/** Somebody else publishes on a camera's path: who is it, how is it ended, and what is lost meanwhile? */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foreverArguments } from '../contract/ffmpeg.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { type Intruder, intrude, publishUrlOf } from '../support/intruder.ts';
import { type StreamStatus, startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { filedRecording } from '../support/witness.ts';

/** Two changes of the publisher within this time start the search. */
const WINDOW_MS = 5000;
/** A search that finds nobody for this long is over. */
const SEARCH_MS = 3000;

describeMediaServers('a second publisher', (kind) => {
  let service: TestService;
  let intruder: Intruder | null = null;

  beforeAll(async () => {
    service = await startService(kind, {
      cameras: 2,
      config: { stream: { rival_window_ms: WINDOW_MS, rival_search_ms: SEARCH_MS } },
    });
  });
  afterAll(async () => {
    await intruder?.stop();
    await service?.dispose();
  });

  const status = (device: string) => service.call<StreamStatus>('get_stream_status', { device });
  /** The trouble that names somebody else; generous: window, search and a loaded machine. */
  const accused = (device: string) =>
    until(
      async () => {
        const { trouble } = (await status(device)).stream;
        return trouble?.reason === 'foreign_publisher' && trouble;
      },
      { timeoutMs: WINDOW_MS + SEARCH_MS + 20_000, what: 'foreign_publisher', intervalMs: 50 },
    );
  const acquitted = (device: string) =>
    until(
      async () => {
        const { state, trouble } = (await status(device)).stream;
        return trouble === null && state === 'live.flowing';
      },
      { timeoutMs: 30_000, what: 'nobody else, and the picture flowing', intervalMs: 50 },
    );
  const rounds = (device: string) =>
    service.story(`stream:${device}/rivals`).filter(({ to }) => to === 'ending');

  test('a foreign ffmpeg that comes again and again is named and cut off each time it is found; the capture stays, and so does the recording, with its gaps', async () => {
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: 'camera0',
    });
    await service.untilRecording('camera0', 'RECORDING');
    const { pid } = (await status('camera0')).ffmpeg_process;
    intruder = intrude(publishUrlOf(service, 'camera0'));
    const { message } = await accused('camera0');
    expect(message).toMatch(
      /^Somebody else publishes on camera0: process \d+ \(ffmpeg\) on this host, by RTSP\./,
    );
    expect(intruder.pids).toContain(Number(/process (\d+)/.exec(message)?.[1]));
    await until(() => rounds('camera0').length >= 3, {
      timeoutMs: 60_000,
      what: 'the foreign one to be found again',
    });
    // Never a hot loop: each wait is the backoff at least (300 ms by this configuration, less jitter), and longer.
    const foundAtMs = rounds('camera0').map(({ time }) => Date.parse(time));
    const waitsMs = foundAtMs.slice(1).map((atMs, index) => atMs - foundAtMs[index]!);
    expect(Math.min(...waitsMs)).toBeGreaterThanOrEqual(200);
    await intruder.stop();
    await acquitted('camera0');
    expect((await status('camera0')).ffmpeg_process).toMatchObject({ running: true, pid });
    await service.untilRecording('camera0', 'RECORDING');
    await service.call('stop_recording', { device: 'camera0' });
    const filed = await filedRecording(service, 'camera0', session_id);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed' });
    const causes = new Set(filed.gaps.map(({ cause }) => cause));
    expect([...causes]).toContain('foreign_publisher');
    // One that came when it was thought to be gone, and went before it was found again.
    expect([...causes].filter((cause) => !/^(foreign_publisher|publisher_)/.test(cause))).toEqual([]);
  }, 150_000);

  test('a second capture of ours, started by hand with its mark, is found by it and ended; ours goes on', async () => {
    await service.call('start_streaming', { device: 'camera1' });
    const { pid } = (await service.untilStream('camera1', 'live.flowing')).ffmpeg_process;
    const dataId = readFileSync(join(service.dataFolder, 'id'), 'utf8').trim();
    const second = spawn('ffmpeg', foreverArguments(publishUrlOf(service, 'camera1')), {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, CAMERA_SERVICE_MARK: `${dataId}/capture/camera1/by-hand` },
    });
    const ended = new Promise((resolve) => second.once('exit', resolve));
    try {
      const { message } = await accused('camera1');
      expect(message).toBe(
        `A second capture with this service’s mark published on camera1: process ${second.pid}. It is ended.`,
      );
      await ended;
      await acquitted('camera1');
      expect((await status('camera1')).ffmpeg_process).toMatchObject({ running: true, pid });
      expect(rounds('camera1')).toHaveLength(1);
    } finally {
      second.kill('SIGKILL');
    }
  }, 90_000);
});
