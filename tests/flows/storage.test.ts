/** A disk that is almost full, or gone: no new recording, and the running one ends while it can still be finished. */
import { mkdirSync, renameSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { mountSmallDisk, type SmallDisk } from '../support/mounted-disk.ts';
import { play, type Session, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';

const DISK_KILOBYTES = 16_384;
const CHECK_MS = 200;

interface Status {
  readonly state: string;
  readonly storage: { readonly state: string; readonly used_percent: number };
  readonly missing_parts: readonly { readonly part: string; readonly sentence: string }[];
}

describeMediaServers('storage', (server) => {
  let disk: SmallDisk | null = null;
  let service: TestService | undefined;
  beforeAll(async () => {
    disk = await mountSmallDisk(DISK_KILOBYTES);
    if (disk !== null) mkdirSync(recordings());
    service = await startService(server, {
      config: {
        paths: disk === null ? {} : { recordings_directory: recordings() },
        // Where no disk can be mounted, the one there is counts as full.
        storage: {
          check_interval_ms: CHECK_MS,
          ...(disk === null ? { low_percent: 1, critical_percent: 1 } : {}),
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await service?.dispose();
    await disk?.remove();
  });

  const recordings = () => join(disk!.folder, 'recordings');
  const call = <T>(method: string, params: object = {}) => service!.call<T>(method, params);
  const start = () => call<Session>('start_recording', { device: 'camera0' });

  /** Makes the disk so full, in percent of its size. */
  function fill(percent: number): void {
    const file = join(disk!.folder, 'other-data');
    writeFileSync(file, '', { flag: 'a' });
    truncateSync(file, 0);
    const { bsize, blocks, bfree } = statfsSync(disk!.folder);
    const wanted = Math.round((blocks * percent) / 100) - (blocks - bfree);
    writeFileSync(file, Buffer.alloc(Math.max(0, wanted) * bsize));
  }

  const storageIs = (level: string) =>
    until(
      async () => {
        const status = await call<Status>('get_status');
        return status.storage.state === level && status;
      },
      { timeoutMs: 20_000, what: `storage to be ${level}`, intervalMs: 50 },
    );

  async function rolling(): Promise<Session> {
    const started = await start();
    await until(
      async () => (await call<Session>('get_recording_status', { device: 'camera0' })).duration_ms > 2000,
      {
        timeoutMs: 30_000,
        what: 'two seconds to be recorded',
        intervalMs: 100,
      },
    );
    return started;
  }

  test('almost full it refuses a new recording, ends the running one with its reason, and the file plays', async ({
    skip,
  }) => {
    if (disk === null) {
      await storageIs('critical');
      await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_critical' } });
      skip('mounting a small disk needs root: only the refusal was tested');
      return;
    }
    await call('start_streaming', { device: 'camera0' });
    const { session_id } = await rolling();
    fill(85);
    await storageIs('low');
    expect(await call('get_recording_status', { device: 'camera0' })).toMatchObject({ status: 'RECORDING' });
    fill(93);
    const recording = await untilListed(service!, session_id);
    expect(recording).toMatchObject({
      outcome: 'completed',
      reason: 'storage_critical',
      gaps: [],
      warning: null,
    });
    const { frames, jumps } = await play(recordings(), recording);
    expect(jumps).toEqual([]);
    expect(frames.length).toBeGreaterThan(20);

    const status = await storageIs('critical');
    expect(status.state).toBe('partial');
    expect(status.missing_parts.map(({ part }) => part)).toContain('storage');
    await expect(start()).rejects.toMatchObject({
      code: -32060,
      data: {
        reason: 'storage_critical',
        available_bytes: expect.any(Number),
        suggestion: expect.any(String),
      },
    });
    // The stream itself needs no disk.
    expect(await call('take_snapshot', { device: 'camera0' })).toMatchObject({
      status: 'SUCCESS',
      tier: 'tap',
    });

    // A little below the limit is not yet well below it.
    fill(89);
    await throughout(async () => (await call<Status>('get_status')).storage.state === 'critical', {
      durationMs: 6 * CHECK_MS,
      what: 'critical until well below the limit',
    });
    fill(85);
    await storageIs('low');
    await rolling();
    await call('stop_recording', { device: 'camera0' });
    fill(0);
    expect(await storageIs('ok')).toMatchObject({ state: 'ready', missing_parts: [] });
  }, 120_000);

  test('gone it refuses a new recording and ends the running one; when it is back the file is finished and plays', async ({
    skip,
  }) => {
    if (disk === null) {
      skip('mounting a small disk needs root');
      return;
    }
    const away = join(disk.folder, 'away');
    const { session_id } = await rolling();
    renameSync(recordings(), away);
    expect((await storageIs('missing')).state).toBe('partial');
    await until(
      async () =>
        !(await call<{ recording: boolean }>('get_recording_status', { device: 'camera0' })).recording,
      {
        timeoutMs: 30_000,
        what: 'the recording to end',
      },
    );
    await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_missing' } });
    renameSync(away, recordings());
    await storageIs('ok');
    await rolling();
    await call('stop_recording', { device: 'camera0' });
    // What could not be collected is, at the latest by the next life of the service.
    expect((await service!.end('SIGTERM')).code).toBe(0);
    await service!.start();
    const recording = await untilListed(service!, session_id);
    expect(recording).toMatchObject({ outcome: 'completed', reason: 'storage_missing' });
    const { frames, jumps } = await play(recordings(), recording);
    expect(jumps).toEqual([]);
    expect(frames.length).toBeGreaterThan(20);
  }, 120_000);
});
