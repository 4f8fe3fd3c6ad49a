/**
 * The media server's API answers wrongly, half, slowly or to somebody else, while the server itself relays and records.
 * The service says which it is, keeps the capture, and takes snapshots; a recording rolls on however long it takes, and
 * nothing of it is lost. When the answers are good again, all is back by itself.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import {
  type Fault,
  type FaultProxy,
  faultProxy,
  half,
  html,
  pass,
  refusing,
  slow,
  status,
  version,
} from '../support/fault-proxy.ts';
import { barcodesOf } from '../support/frames.ts';
import { startMediaServer, type TestMediaServer } from '../support/media-server.ts';
import { type Rolling, rolling } from '../support/rolling.ts';
import { statusThat } from '../support/server-status.ts';
import { startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const LIMITS = {
  request_timeout_ms: 1000,
  health_check_interval_ms: 500,
  health_failing_interval_ms: 200,
  health_open_ms: 500,
  health_open_max_ms: 500,
  health_confirm_interval_ms: 100,
  health_refused_interval_ms: 500,
  health_jitter: [1, 1],
};
/** Three answers that do not come in time, and the waits between them; then slack for a loaded machine. */
const SLACK_MS = 15_000;
const NOTICED_MS = 500 + 3 * 1000 + 2 * 200 + SLACK_MS;
const BACK_MS = 500 + 3 * (1000 + 100) + SLACK_MS;
const RESUME_MS = 4000;

const FAULTS: readonly [what: string, fault: Fault, state: string, reason: string, sentence: RegExp][] = [
  ['401', status(401), 'refused', 'unauthorized', /^The media server refuses our API user or password\. /],
  ['500', status(500), 'tripped', 'server_error', /^The media server answered with status 500\. /],
  ['a web page', html, 'refused', 'not_mediamtx', /^What answers at .* is not MediaMTX\. /],
  [
    'half a body',
    half,
    'tripped',
    'connection_lost',
    /^The media server ended the connection before its answer/,
  ],
  [
    '5 s too late',
    slow(5000),
    'tripped',
    'media_server_deadline',
    /did not answer GET \/v3\/info within 1000 mill/,
  ],
  ['another version', version('v1.9.3'), 'refused', 'wrong_version', /^MediaMTX 1\.9\.3 is not a release/],
];

describeMediaServers('an API that answers', (kind) => {
  let server: TestMediaServer;
  let proxy: FaultProxy;
  let service: TestService;
  let recording: Rolling;
  beforeAll(async () => {
    server = await startMediaServer(kind);
    proxy = await faultProxy(server.apiPort);
    service = await startService('simulator', {
      cameras: 2,
      config: {
        mediamtx: { mode: 'external', api_port: proxy.port, rtsp_port: server.rtspPort, ...LIMITS },
        recording: { resume_ms: RESUME_MS, heartbeat_ms: 300 },
        stream: { faulted_retry_ms: 60_000 },
      },
    });
    await well();
    recording = await rolling(service);
  });
  afterAll(async () => {
    await service?.dispose();
    await proxy?.close();
    await server?.dispose();
  });

  // A fault that was not seen through does not fail the next.
  beforeEach(() => healthIs('healthy', BACK_MS));

  const well = () =>
    statusThat(
      service,
      ({ state, media_server: { folders } }) => state === 'ready' && folders.state === 'shared',
      'all is well',
      BACK_MS,
    );
  const healthIs = (state: string, timeoutMs: number) =>
    statusThat(service, ({ media_server }) => media_server.state.startsWith(state), state, timeoutMs);
  const become = (fault: Fault) => {
    proxy.fault = fault;
    onTestFinished(() => {
      proxy.fault = pass;
    });
  };

  test.each(FAULTS)(
    '%s: said by name within its limit, nothing ends, and all is back when it is over',
    async (_, fault, state, reason, sentence) => {
      become(fault);
      const seen = await healthIs(state, NOTICED_MS);
      expect(seen).toMatchObject({
        status: 'UNHEALTHY',
        state: 'partial',
        components: { mediamtx: 'ERROR' },
        media_server: { trouble: { reason } },
        missing_parts: [{ part: 'media_server', sentence: expect.stringMatching(sentence) }],
      });
      await recording.snapshot();
      await expect(service.call('start_streaming', { device: 'camera1' })).rejects.toMatchObject({
        code: -32050,
        data: { reason: state === 'refused' ? reason : 'media_server_down' },
      });
      // It looks at the file itself: that grows on.
      await service.untilRecording('camera0', 'RECORDING');
      proxy.fault = pass;
      await healthIs('healthy', BACK_MS);
      await recording.untilBack(BACK_MS);
      await well();
    },
  );

  test('500, then 401, then 500 for long: what is told is what it is now, and the recording rolls on', async () => {
    become(status(500));
    await healthIs('tripped', NOTICED_MS);
    proxy.fault = status(401);
    await healthIs('refused', BACK_MS);
    proxy.fault = status(500);
    const open = await healthIs('tripped', NOTICED_MS);
    await service.untilRecording('camera0', 'RECORDING');
    const rolls = async () => {
      const now = await service.call<{ status: string }>('get_recording_status', { device: 'camera0' });
      return now.status === 'RECORDING';
    };
    await throughout(rolls, { durationMs: RESUME_MS + 1000, what: 'longer than it may be interrupted' });
    expect(open.missing_parts).toMatchObject([{ sentence: expect.stringMatching(/status 500/) }]);
    proxy.fault = pass;
    await healthIs('healthy', BACK_MS);
    await recording.untilBack(BACK_MS);
  });

  test('the recording that ran through all of this is one file and misses no picture', async () => {
    const filed = await recording.stop();
    expect(filed.parts).toHaveLength(1);
    expect(filed.gaps).toEqual([]);
    expect(filed.jumps).toEqual([]);
  });

  test('late but in time: all works, only later', async () => {
    become(slow(400));
    const late = await rolling(service);
    const filed = await late.stop();
    expect(filed.jumps).toEqual([]);
    expect((await barcodesOf(service.rtspUrl('camera1'), { frames: 3 })).length).toBe(3);
    await healthIs('healthy', 0);
  });

  test('a stop while nobody answers: it ends complete in its time, and the recorder is told when it answers again', async () => {
    const stopped = await rolling(service);
    become(status(500));
    await healthIs('tripped', NOTICED_MS);
    const filed = await stopped.stop();
    expect(filed.jumps).toEqual([]);
    proxy.fault = pass;
    await healthIs('healthy', BACK_MS);
    await until(async () => (await server.api('GET', '/v3/config/paths/get/camera0')).body.record === false, {
      what: 'an entry that does not record',
      timeoutMs: 10_000,
    });
    // What it went on to write until then belongs to nobody.
    expect(readdirSync(join(service.recordingsFolder, '.parts', 'camera0'))).toEqual([]);
  });

  test('400 for one path: its stream says so and comes back by itself, the other one never notices', async () => {
    const other = await rolling(service);
    become(refusing(/replace\/camera1$/));
    // Its entry has to be written anew.
    await server.api('DELETE', '/v3/config/paths/delete/camera1');
    const refused = await service.untilStream('camera1', 'faulted', 30_000);
    expect(refused).toMatchObject({
      status: 'ERROR',
      stream: {
        trouble: { reason: 'configuration_rejected', message: expect.stringMatching(/invalid path/) },
      },
    });
    expect((await service.untilStream('camera0', 'live.flowing')).ffmpeg_process.pid).toBe(other.pid);
    await healthIs('healthy', 0);
    proxy.fault = pass;
    await service.untilStream('camera1', 'idle', 10_000);
    expect((await barcodesOf(service.rtspUrl('camera1'), { frames: 3 })).length).toBe(3);
    const filed = await other.stop();
    expect([filed.gaps, filed.jumps]).toEqual([[], []]);
  });
});
