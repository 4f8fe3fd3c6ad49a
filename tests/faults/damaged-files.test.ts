/**
 * Files of the data directory that are damaged while the service is dead and its data plane records on. The ledger only
 * explains, so it is put aside. Without the wishes nobody knows what is wanted: the service says what to do and touches
 * nothing.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { play, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { runService } from '../support/service-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describeMediaServers('damaged', (server) => {
  let service: TestService;
  let session: string;
  afterEach(() => service.dispose());

  const dataPlane = () => ['capture', 'media-server', 'cameras'].flatMap((role) => service.processes(role));
  const file = (name: string) => join(service.dataFolder, name);

  async function recordAndDie(): Promise<void> {
    service = await startService(server);
    const order = { device: 'camera0' };
    session = (await service.call<{ session_id: string }>('start_recording', order)).session_id;
    await service.untilRecording('camera0', 'RECORDING');
    await service.end('SIGKILL');
  }

  async function goesOnWithoutAMissingFrame(before: unknown): Promise<void> {
    expect(dataPlane()).toEqual(before);
    await service.untilRecording('camera0', 'RECORDING');
    expect((await service.untilStream('camera0', 'live.flowing')).ffmpeg_process.adopted).toBe(true);
    await service.call('stop_recording', { device: 'camera0' });
    const recording = await untilListed(service, session);
    expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested', gaps: [], adoptions: 1 });
    expect((await play(service.recordingsFolder, recording)).jumps).toEqual([]);
  }

  test.each([
    ['torn', (path: string) => truncateSync(path, 100)],
    ['gone', (path: string) => rmSync(path)],
  ])('a ledger that is %s: everything is found by its marks and goes on', async (how, damage) => {
    await recordAndDie();
    const before = dataPlane();
    damage(file('ledger.json'));
    await service.start();
    await goesOnWithoutAMissingFrame(before);
    expect(existsSync(file('ledger.json.broken'))).toBe(how === 'torn');
    expect(service.log.includes('ledger.json.broken'), 'it says so').toBe(how === 'torn');
    // The new one knows what was adopted as little as the scan tells; a stop finds it all the same.
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(dataPlane()).toEqual([]);
  });

  test('wishes that cannot be read: it does not start, says what to do and touches nothing; mended, everything goes on', async () => {
    await recordAndDie();
    const before = dataPlane();
    const wishes = file('wishes.json');
    const good = readFileSync(wishes, 'utf8');
    const damages: readonly (readonly [() => void, RegExp])[] = [
      [() => writeFileSync(wishes, good.slice(0, -20)), /is unusable: it is not JSON\./],
      [() => writeFileSync(wishes, ''), /is unusable: it is not JSON\./],
      [() => writeFileSync(wishes, good.replace('"version": 1', '"version": 7')), /version is 7, not 1\./],
      [() => writeFileSync(wishes, good.replace('"cameraId"', '"camId"')), /recordings\.0\.order\.cameraId/],
      [
        () => {
          rmSync(wishes);
          mkdirSync(wishes);
        },
        /cannot be read \(EISDIR\)/,
      ],
    ];
    for (const [damage, words] of damages) {
      damage();
      const end = await runService(['--config', service.configFile, '--ready-line']).ended;
      expect(end).toMatchObject({ code: 1, signal: null, out: '' });
      expect(end.said).toHaveLength(1);
      expect(end.said[0]).toMatch(words);
      expect(end.said[0]).toMatch(
        /Mend wishes\.json or move it away; without it .* no recording is resumed\./,
      );
      expect(dataPlane()).toEqual(before);
    }
    renameSync(wishes, `${wishes}.damaged`);
    writeFileSync(wishes, good);
    await service.start();
    await goesOnWithoutAMissingFrame(before);
  });
});
