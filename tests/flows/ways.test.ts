/** How cameras that compress themselves are captured: what the plan says, what viewers and recordings get. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { probeStream } from '../support/frames.ts';
import { rolling } from '../support/rolling.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

interface Plan {
  readonly format: string;
  readonly encoder: string;
  readonly tap_from: string;
  readonly reasons: readonly string[];
}
interface Explained {
  readonly plan: Plan;
  readonly explain_plan: { readonly ways: readonly { readonly to_examine: boolean }[] };
}

describeMediaServers('a camera with its own H.264', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 3,
      config: { camera: { synthetic_compressed: ['MJPG', 'H264'] } },
    });
  }, 60_000);
  afterAll(() => service?.dispose());

  const status = (device = 'camera0') =>
    service.call<Explained>('get_camera_status', { device, explain_plan: true });
  const examinations = () =>
    service.transitions.filter(({ actor, to }) => actor === 'stream:camera0' && to.startsWith('examining'));

  test('is looked at once, copied, recorded without a missing picture, and so after a kill -9 of the service', async () => {
    expect((await status()).explain_plan.ways[0]).toMatchObject({ encoder: 'copy', to_examine: true });
    const recording = await rolling(service);
    expect((await status()).plan).toMatchObject({
      ...{ format: 'H264', encoder: 'copy', tap_from: 'keyframes' },
      reasons: ['its own H.264 is copied', 'only keyframes are decoded, for snapshots'],
    });
    expect(await probeStream(service.rtspUrl('camera0'), ['profile', 'level', 'has_b_frames'])).toEqual({
      ...{ profile: 'Constrained Baseline', level: 30, has_b_frames: 0 },
    });
    await recording.snapshot();
    expect(examinations().length).toBeGreaterThan(0);
    const before = examinations().length;

    await service.end('SIGKILL');
    await service.start();
    await recording.untilBack();
    const played = await recording.stop();
    expect(played.jumps).toEqual([]);
    expect(played.gaps).toEqual([]);

    // What was seen of its H.264 outlives the service.
    await until(async () => (await service.untilStream('camera0', 'idle')).ready === false, {
      what: 'the stream at rest',
    });
    await service.call('start_streaming', { device: 'camera0' });
    await service.untilStream('camera0', 'live.flowing');
    expect((await status()).plan.encoder).toBe('copy');
    expect(examinations()).toHaveLength(before);
    await service.call('stop_streaming', { device: 'camera0' });
  }, 120_000);

  test('that is broken off while it is looked at comes back when it is plugged in', async () => {
    const device = 'camera1';
    const started = service.call('start_streaming', { device }).catch((error: unknown) => error);
    await until(
      () =>
        service.transitions.some(
          ({ actor, to }) => actor === `stream:${device}` && to.startsWith('examining'),
        ),
      {
        what: 'the examination',
        timeoutMs: 20_000,
      },
    );
    await service.call('inject_fault', { fault: 'unplug', device });
    await started;
    await service.untilStream(device, 'unavailable');
    await service.call('inject_fault', { fault: 'plug', device });
    await service.untilStream(device, 'idle');
    await service.call('start_streaming', { device });
    await service.untilStream(device, 'live.flowing');
    expect((await status(device)).plan.encoder).toBe('copy');
  }, 90_000);
  test('that gives nothing is let go of by the next life of a service that was killed while looking at it', async () => {
    const device = 'camera2';
    await service.call('inject_fault', { fault: 'mute', device });
    void service.call('start_streaming', { device }).catch(() => undefined);
    const looking = () => service.processes('examine');
    await until(() => looking().length === 1, { what: 'the examination', timeoutMs: 20_000 });
    const [left] = looking();
    await service.end('SIGKILL');
    expect(looking(), 'it would hold the camera for ever').toEqual([left]);
    await service.start();
    await until(() => !looking().some(({ pid }) => pid === left?.pid), { what: 'it is ended' });
    await service.call('inject_fault', { fault: 'unmute', device });
    await until(() => service.call('start_streaming', { device }).catch(() => null), {
      what: 'the camera can be streamed again',
      timeoutMs: 40_000,
    });
    await service.untilStream(device, 'live.flowing');
    expect((await status(device)).plan.encoder).toBe('copy');
    expect(looking()).toEqual([]);
  }, 90_000);
});
