/**
 * The control plane dies, stops or hands over. What streams and records belongs to the data plane: it goes on without a
 * missing frame, and the next life takes it over.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';
import { filedRecording, listen, type RecordingEntry, untilTold } from '../support/witness.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const IDLE = {
  list: 'CONNECTED INACTIVE/idle none',
  status: 'CONNECTED INACTIVE/idle none',
  streams: 'CONNECTED INACTIVE/idle none',
  actors: 'ready.confirmed idle none',
  server: { configured: true, record: false, available: false },
  captures: 0,
  health: 'healthy',
};
const ROLES = ['capture', 'media-server', 'cameras'];

describeMediaServers('the control plane', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const dataPlane = () => ROLES.flatMap((role) => service.processes(role));

  async function record(device: string, params: object = {}): Promise<string> {
    const order = { device, ...params };
    const { session_id } = await service.call<{ session_id: string }>('start_recording', order);
    await service.untilRecording(device, 'RECORDING');
    return session_id;
  }

  /** Frames of all parts as one; the counters follow each other. */
  async function framesOf(filed: RecordingEntry) {
    const files = filed.parts.map(({ filename }) => join(service.recordingsFolder, filename));
    return (await Promise.all(files.map((file) => barcodesOf(file)))).flat();
  }

  test('killed -9 three times during a recording: no frame is missing, and the session says that it was adopted', async () => {
    service = await startService(server);
    const durationMs = 14_000;
    const session = await record('camera0', { duration: durationMs / 1000 });
    const before = dataPlane();
    expect(before).toHaveLength(ROLES.length);
    for (let life = 1; life <= 3; life += 1) {
      await service.crashAndRestart();
      expect(dataPlane(), 'the processes of the data plane').toEqual(before);
      const live = await service.untilStream('camera0', 'live.flowing');
      expect(live.ffmpeg_process).toMatchObject({ running: true, adopted: true });
      const { adoptions, session_id } = await service.untilRecording('camera0', 'RECORDING');
      expect({ adoptions, session_id }).toEqual({ adoptions: life, session_id: session });
    }
    const filed = await filedRecording(service, 'camera0', session);
    expect(filed).toMatchObject({
      reason: 'duration_reached',
      outcome: 'completed',
      adoptions: 3,
      gaps: [],
      overrun_ms: 0,
      warning: null,
    });
    expect(filed.parts).toHaveLength(1);
    expect(filed.duration_ms).toBeGreaterThan(durationMs - 500);
    expect(filed.duration_ms).toBeLessThan(durationMs + 2000);
    const frames = await framesOf(filed);
    expect(jumpsIn(frames)).toEqual([]);
    expect(frames.length).toBeGreaterThan((durationMs / 1000 - 1) * 10);
    await untilTold(service, 'camera0', IDLE);
  });

  test('killed -9 at random moments after start_recording: the next life arrives where the order left off', async () => {
    service = await startService(server);
    for (const delayMs of [0, randomInt(30), randomInt(400), 300 + randomInt(1000)]) {
      const told = service.call('start_recording', { device: 'camera0' }).then(
        () => 'answered',
        () => 'not answered',
      );
      await throughout(() => service.processes('media-server').length === 1, {
        durationMs: delayMs,
        what: 'the media server lives',
      });
      await service.crashAndRestart();
      const moment = `killed after ${delayMs} ms, when the call was ${await told}`;
      const status = await service.call<{ recording: boolean }>('get_recording_status', {
        device: 'camera0',
      });
      if (status.recording) {
        await service.untilRecording('camera0', 'RECORDING');
        expect(service.processes('capture'), moment).toHaveLength(1);
        const stopped = await service.call('stop_recording', { device: 'camera0' });
        expect(stopped, moment).toMatchObject({ status: 'STOPPED', reason: 'requested' });
      } else expect(await told, moment).toBe('not answered');
      await untilTold(service, 'camera0', IDLE);
    }
  });

  test('a capture that nobody can own any more is ended at the next start', async () => {
    service = await startService(server, { cameras: 3 });
    for (const device of ['camera0', 'camera1', 'camera2']) {
      await service.call('start_streaming', { device });
      await service.untilStream(device, 'live.flowing');
    }
    const [kept] = service.processes('capture').filter(({ owner }) => owner === 'camera0');
    await service.end('SIGKILL');
    const file = join(service.dataFolder, 'wishes.json');
    const wishes = JSON.parse(readFileSync(file, 'utf8')) as { cameras: { id: string; disabled: boolean }[] };
    wishes.cameras = wishes.cameras
      .filter(({ id }) => id !== 'camera2')
      .map((camera) => (camera.id === 'camera1' ? { ...camera, disabled: true } : camera));
    writeFileSync(file, JSON.stringify(wishes));
    await service.start();
    await until(() => service.processes('capture').length === 1, {
      timeoutMs: 10_000,
      what: 'the captures of a disabled and of an unknown camera are ended',
    });
    expect(service.processes('capture')).toEqual([kept]);
    const { cameras } = await service.call<{ cameras: { device: string; state: string }[] }>(
      'get_camera_list',
    );
    const states = cameras.map(({ device, state }) => `${device} ${state.split('.')[0]}`);
    expect(states).toEqual(['camera0 ready', 'camera1 disabled', 'camera2 ready']);
    expect((await service.untilStream('camera0', 'live.flowing')).ffmpeg_process.adopted).toBe(true);
  });

  test('SIGUSR2 hands over without a missing frame; SIGTERM finalises everything and leaves nothing running; both end with 0', async () => {
    service = await startService(server, { cameras: 2 });
    const session = await record('camera0');
    await record('camera1', { format: 'mkv' });
    const before = dataPlane();
    expect(before).toHaveLength(4);
    const askedMs = performance.now();
    expect(await service.end('SIGUSR2')).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedMs).toBeLessThan(3000);
    expect(dataPlane()).toEqual(before);
    await service.start();
    expect(dataPlane()).toEqual(before);
    await service.untilRecording('camera0', 'RECORDING');
    await service.untilRecording('camera1', 'RECORDING');

    const recordings = listen(service, 'recording_status_update');
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(dataPlane()).toEqual([]);
    expect(recordings.heard.map(({ params }) => params.status)).toEqual(['STOPPED', 'STOPPED']);
    await service.start();
    const filed = await filedRecording(service, 'camera0', session);
    expect(filed).toMatchObject({ reason: 'service_stopped', outcome: 'completed', adoptions: 1, gaps: [] });
    expect(jumpsIn(await framesOf(filed))).toEqual([]);
    const { files } = await service.call<{ files: { filename: string; reason: string }[] }>(
      'list_recordings',
    );
    expect(files.map(({ filename, reason }) => [filename.split('.')[1], reason]).sort()).toEqual([
      ['mkv', 'service_stopped'],
      ['mp4', 'service_stopped'],
    ]);
    await untilTold(service, 'camera0', IDLE);
  });
});
