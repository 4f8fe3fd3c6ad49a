/** Nobody needs a stream: nothing runs. Somebody reads: it is there. The last one leaves: it ends. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

  test('a viewer whose capture is killed before its picture is held on and gets it; one that was thrown out returns and gets it', async () => {
    const killCapture = async () => {
      const [capture] = await until(
        () => {
          const found = service.processes('capture');
          return found.length > 0 && found;
        },
        { timeoutMs: 20_000, what: 'a capture' },
      );
      process.kill(capture!.pid, 'SIGKILL');
    };
    const [held] = await Promise.all([watch('camera0', 5), killCapture()]);
    expect(held.filter((frame) => frame !== null).length).toBeGreaterThan(0);
    // Then whoever is counted is the next one.
    await service.untilStream('camera0', 'idle', 30_000);
    const long = watch('camera0', 1000).catch(() => []);
    await until(async () => (await service.untilStream('camera0', 'live')).mediamtx_path.readers > 0, {
      timeoutMs: 20_000,
      what: 'the viewer is counted',
    });
    await killCapture();
    const killedAtMs = Date.now();
    expect((await long).length, 'thrown out').toBeLessThan(1000);
    const again = await watch('camera0', 5);
    expect(again.at(-1)?.epochMs).toBeGreaterThan(killedAtMs);
    expect(service.processes('capture')).toHaveLength(1);
    await service.untilStream('camera0', 'idle', 30_000);
  }, 90_000);

  test('a stale demand file costs one closing time', async () => {
    await service.untilStream('camera0', 'idle', 30_000);
    const file = join(service.runtimeFolder, 'demand', 'camera0');
    writeFileSync(file, '');
    await service.untilStream('camera0', 'live.flowing');
    const liveMs = performance.now();
    await service.untilStream('camera0', 'idle', 30_000);
    // The closing time is 2 s; the rest is the end of the capture on a loaded machine.
    expect(performance.now() - liveMs).toBeLessThan(10_000);
    expect(existsSync(file)).toBe(false);
    expect(service.processes('capture')).toEqual([]);
  }, 60_000);
});
