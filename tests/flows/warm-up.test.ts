/** The first pictures of a camera that was just opened are dark: a snapshot waits for its light, or says that it did not. */
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { startService, type TestService } from '../support/service.ts';

interface Snapshot {
  readonly filename: string;
  readonly tier: string;
  readonly settled: boolean;
}

const WARM_UP_MS = 1500;

describeMediaServers('a camera that begins dark', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, {
      cameras: 2,
      config: { camera: { synthetic_warm_up_ms: WARM_UP_MS }, stream: { warm_up_ms: 8000 } },
    });
  }, 60_000);
  afterAll(() => service?.dispose());

  const take = (device: string, params: object = {}) =>
    service.call<Snapshot>('take_snapshot', { device, ...params });

  /** Mean luma, 0 to 255. */
  async function brightness({ filename }: Snapshot): Promise<number> {
    const file = join(service.dataFolder, 'snapshots', filename);
    const one = ['-vf', 'scale=1:1:flags=area,format=gray', '-frames:v', '1', '-f', 'rawvideo', '-'];
    const { stdout } = await execa('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, ...one], {
      encoding: 'buffer',
    });
    return stdout[0]!;
  }

  test('is waited for until it has settled, and not afterwards', async () => {
    const first = await take('camera0');
    expect(first).toMatchObject({ tier: 'activated', settled: true });
    const later = await take('camera0', { max_age_ms: 0 });
    expect(later.settled).toBe(true);
    expect(Math.abs((await brightness(first)) - (await brightness(later)))).toBeLessThan(12);
  }, 60_000);

  test('is not waited for when the caller does not want it: the picture is dark, and the answer says so', async () => {
    const early = await take('camera1', { wait_settled: false });
    expect(early).toMatchObject({ tier: 'activated', settled: false });
    const lit = await take('camera1', { max_age_ms: 0 });
    expect(lit.settled).toBe(true);
    expect((await brightness(lit)) - (await brightness(early))).toBeGreaterThan(12);
  }, 60_000);
});
