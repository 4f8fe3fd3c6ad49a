/** A plug with a bad contact: pulled out and put back in 20 times in 10 s, with its stream on and being recorded. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { filedRecording } from '../support/witness.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const REPLUGS = 20;
const CHANGES = 2 * REPLUGS;
const FOR_MS = 10_000;
/** What one change may cost a reader of the log: camera, stream and recording each take a few steps. */
const LINES_PER_CHANGE = 12;

describeMediaServers('a flapping plug', (kind) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(kind);
  });
  afterAll(() => service?.dispose());

  const device = 'camera0';
  const flap = async () => {
    const fromMs = performance.now();
    for (let change = 0; change < CHANGES; change += 1) {
      await until(() => performance.now() - fromMs >= (change * FOR_MS) / CHANGES, {
        what: 'the next change',
      });
      await service.call('inject_fault', { fault: change % 2 === 0 ? 'unplug' : 'plug', device });
    }
  };

  test('ends settled: the same camera, one capture, the recording goes on; then out for good, and nothing runs', async () => {
    await service.call('start_streaming', { device });
    const { session_id } = await service.call<{ session_id: string }>('start_recording', { device });
    await service.untilRecording(device, 'RECORDING');
    const logged = service.log.length;
    const before = service.story(`camera:${device}`).length;
    await flap();
    await service.untilStream(device, 'live.flowing', 40_000);
    await service.untilRecording(device, 'RECORDING', 40_000);
    // The ledger's disk may be slower than the picture: until then the process has no name.
    const pid = await until(
      async () => (await service.untilStream(device, 'live.flowing')).ffmpeg_process.pid,
      { timeoutMs: 10_000, what: 'the pid of the capture' },
    );
    expect(service.processes('capture')).toEqual([{ pid, owner: device }]);
    const lines = service.log.slice(logged).trimEnd().split('\n');
    console.info(`${REPLUGS} re-plugs: ${lines.length} lines of the log`);
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(CHANGES * LINES_PER_CHANGE);
    const loud = lines.filter((line) => ['error', 'fatal'].includes(JSON.parse(line).level));
    expect(loud, 'nothing is broken').toEqual([]);
    const steps = service.story(`camera:${device}`).slice(before);
    const lastPlug = steps.findLastIndex(({ event }) => event === 'device.attached');
    expect(steps.filter(({ event }) => event === 'device.attached')).toHaveLength(REPLUGS);
    expect(steps.filter(({ event }) => event === 'device.detached')).toHaveLength(REPLUGS);
    const since = steps.slice(lastPlug).map(({ to }) => to);
    expect(
      since.filter((state) => state === 'ready.provisional'),
      'it settles once',
    ).toHaveLength(1);
    const { cameras } = await service.call<{ cameras: { device: string; status: string }[] }>(
      'get_camera_list',
    );
    expect(cameras.map((camera) => [camera.device, camera.status])).toEqual([[device, 'CONNECTED']]);
    await service.call('stop_recording', { device });
    const filed = await filedRecording(service, device, session_id);
    expect(filed).toMatchObject({ reason: 'requested', outcome: 'completed' });
    expect(new Set(filed.gaps.map(({ cause }) => cause))).toEqual(new Set(['camera_disconnected']));
    for (const { filename } of filed.parts)
      expect(jumpsIn(await barcodesOf(join(service.recordingsFolder, filename))), filename).toEqual([]);
    await service.call('inject_fault', { fault: 'unplug', device });
    await service.untilStream(device, 'unavailable');
    await until(() => service.processes('capture').length === 0, {
      timeoutMs: 10_000,
      what: 'no capture of a camera that is gone',
    });
  });
});
