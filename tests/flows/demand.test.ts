/** Nobody needs a stream: nothing runs. Somebody reads: it is there. The last one leaves: it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

describeMediaServers('streams on demand', (server) => {
  let service: TestService;
  const readers: ChildProcess[] = [];
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.kill('SIGKILL');
    await service.dispose();
  });

  /** A plain player: reads the stream and throws the picture away. */
  function read(camera: string): ChildProcess {
    const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', service.rtspUrl(camera), '-f', 'null', '-'];
    const reader = spawn('ffmpeg', args, { stdio: 'ignore' });
    readers.push(reader);
    return reader;
  }

  test('no capture runs while nobody needs the stream; a plain reader is held and gets a picture; it ends after the last reader', async () => {
    service = await startService(server);
    expect(service.processes('capture')).toEqual([]);
    const frames = await barcodesOf(service.rtspUrl('camera0'), { frames: 5 });
    expect(frames.filter((frame) => frame !== null).length).toBeGreaterThan(0);
    const live = await service.untilStream('camera0', 'live.flowing');
    expect(live.stream.reasons).toEqual(['viewers']);
    expect(service.processes('capture').map(({ owner }) => owner)).toEqual(['camera0']);
    await service.untilStream('camera0', 'idle', 15_000);
    expect(service.processes('capture')).toEqual([]);
  });

  test('a viewer who joined while a recording kept the camera live keeps its picture when the recording ends', async () => {
    service = await startService(server);
    await service.call('start_recording', { device: 'camera0' });
    await service.untilRecording('camera0', 'RECORDING');
    const reader = read('camera0');
    await until(async () => (await service.untilStream('camera0', 'live')).mediamtx_path.readers > 0, {
      timeoutMs: 10_000,
      what: 'the viewer is counted',
    });
    const { pid } = (await service.untilStream('camera0', 'live')).ffmpeg_process;
    await service.call('stop_recording', { device: 'camera0' });
    const after = await service.untilStream('camera0', 'live.flowing');
    expect(after.stream.reasons).toEqual(['viewers']);
    expect(after.ffmpeg_process.pid).toBe(pid);
    expect(reader.exitCode).toBeNull();
  });
});
