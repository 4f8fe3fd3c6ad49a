/** Nobody needs a stream: nothing runs. Somebody reads: it is there. The last one leaves: it ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

describeMediaServers('streams on demand', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server);
  }, 60_000);
  afterAll(() => service?.dispose());

  /** A plain player, until it has seen so many frames. */
  const watch = (camera: string, frames: number) =>
    barcodesOf(service.rtspUrl(camera), { frames, timeoutMs: 40_000 });

  test('no capture runs while nobody needs the stream; a plain reader is held and gets a picture; it ends after the last reader', async () => {
    expect(service.processes('capture')).toEqual([]);
    const look = async () => {
      const live = await service.untilStream('camera0', 'live.flowing');
      return { live, owners: service.processes('capture').map(({ owner }) => owner) };
    };
    // Three seconds of picture, so that it still reads while the state is looked at.
    const [frames, { live, owners }] = await Promise.all([watch('camera0', 30), look()]);
    expect(frames.filter((frame) => frame !== null).length).toBeGreaterThan(20);
    expect(live.stream.reasons).toEqual(['viewers']);
    expect(owners).toEqual(['camera0']);
    await service.untilStream('camera0', 'idle', 30_000);
    // Demand is withdrawn once: deleting its file must not look like another touch.
    const withdrawals = service.story('stream:camera0/viewers').filter(({ to }) => to === 'withdrawing');
    expect(withdrawals).toHaveLength(1);
    expect(service.processes('capture')).toEqual([]);
  }, 60_000);

  test('a viewer who joined while a recording kept the camera live keeps its picture when the recording ends', async () => {
    await service.call('start_recording', { device: 'camera0' });
    const { ffmpeg_process } = await service.untilStream('camera0', 'live.flowing');
    const watching = watch('camera0', 60);
    const stop = async () => {
      await until(async () => (await service.untilStream('camera0', 'live')).mediamtx_path.readers > 0, {
        timeoutMs: 20_000,
        what: 'the viewer is counted',
      });
      await service.call('stop_recording', { device: 'camera0' });
      return service.untilStream('camera0', 'live.flowing');
    };
    const [frames, after] = await Promise.all([watching, stop()]);
    expect(after.stream.reasons).toEqual(['viewers']);
    expect(after.ffmpeg_process.pid).toBe(ffmpeg_process.pid);
    expect(frames).toHaveLength(60);
    expect(jumpsIn(frames)).toEqual([]);
  }, 60_000);
});
