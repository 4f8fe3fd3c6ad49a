/**
 * A disk that is almost full, full to the last byte, gone, removed or read-only while it is recorded: the recording ends
 * with its reason, what was recorded is playable, and the next one works once the fault is over, without a restart.
 * Lost is what the recorder could not write: at most its open part (1 s) where it had space, more where it had none.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf, jumpsIn } from '../support/frames.ts';
import { mountSmallDisk, type SmallDisk } from '../support/mounted-disk.ts';
import { play, type Session, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { throughout, until } from '../support/until.ts';
import { type Hearing, listen } from '../support/witness.ts';

const DISK_KILOBYTES = 16_384;
const CHECK_MS = 200;
const FILE_RETRY_MS = 1000;

interface Status {
  readonly state: string;
  readonly storage: { readonly state: string; readonly used_percent: number };
  readonly missing_parts: readonly { readonly part: string; readonly sentence: string }[];
}

describeMediaServers('storage', (server) => {
  let disk: SmallDisk | null = null;
  let service: TestService | undefined;
  let updates: Hearing;
  beforeAll(async () => {
    disk = await mountSmallDisk(DISK_KILOBYTES);
    if (disk !== null) mkdirSync(recordings(), { recursive: true });
    service = await startService(server, {
      config: {
        paths: disk === null ? {} : { recordings_directory: recordings() },
        recording: { file_retry_ms: FILE_RETRY_MS },
        // Where no disk can be mounted, the one there is counts as full.
        storage: {
          check_interval_ms: CHECK_MS,
          ...(disk === null ? { low_percent: 1, critical_percent: 1 } : {}),
        },
      },
    });
    updates = listen(service, 'recording_status_update');
  }, 60_000);
  afterAll(async () => {
    await service?.dispose();
    await disk?.remove();
  });

  const parent = () => join(disk!.folder, 'all');
  const recordings = () => join(parent(), 'recordings');
  const call = <T>(method: string, params: object = {}) => service!.call<T>(method, params);
  const start = () => call<Session>('start_recording', { device: 'camera0' });
  const stop = () => call<Session>('stop_recording', { device: 'camera0' });

  const filler = () => join(disk!.folder, 'other-data');

  /** Makes the disk so full, in percent of its size, without being less full on the way. */
  function fill(percent: number): void {
    writeFileSync(filler(), '', { flag: 'a' });
    const { bsize, blocks, bfree } = statfsSync(disk!.folder);
    const sizeBytes = statSync(filler()).size;
    const moreBytes = (Math.round((blocks * percent) / 100) - (blocks - bfree)) * bsize;
    if (moreBytes > 0) writeFileSync(filler(), Buffer.alloc(moreBytes), { flag: 'a' });
    else truncateSync(filler(), Math.max(0, sizeBytes + moreBytes));
  }

  /** Takes every byte there is, at once. */
  function fillUp(): void {
    fill(99);
    const file = openSync(filler(), 'a');
    const block = Buffer.alloc(statfsSync(disk!.folder).bsize);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      closeSync(file);
    }
  }

  const storageIs = (level: string) =>
    until(
      async () => {
        const status = await call<Status>('get_status');
        return status.storage.state === level && status;
      },
      { timeoutMs: 20_000, what: `storage to be ${level}`, intervalMs: 50 },
    );

  const isRecorded = async () =>
    (await call<{ recording: boolean }>('get_recording_status', { device: 'camera0' })).recording;

  const untilNotRecorded = () =>
    until(async () => !(await isRecorded()), { timeoutMs: 30_000, what: 'the recording to end' });

  /** Starts a recording, and waits until so much of it is on disk. */
  async function rolling(leastMs = 2000): Promise<Session> {
    const started = await start();
    await until(
      async () => (await call<Session>('get_recording_status', { device: 'camera0' })).duration_ms > leastMs,
      { timeoutMs: 30_000, what: `${leastMs} ms to be recorded`, intervalMs: 50 },
    );
    return started;
  }

  /** The status words that clients were told of this session. */
  const told = (session: string) =>
    updates.heard
      .filter(({ params }) => String(params.filename).startsWith(session))
      .map(({ params }) => params.status);

  const untilTold = (session: string, word: string) =>
    updates.next(
      ({ filename, status }) => String(filename).startsWith(session) && status === word,
      `${word} of ${session}`,
    );

  /** In the list with this reason; every picture between the first and the last is there. */
  async function expectWhole(session: string, reason: string): Promise<void> {
    const recording = await untilListed(service!, session);
    expect(recording).toMatchObject({ outcome: 'completed', reason, gaps: [] });
    const { frames, jumps } = await play(recordings(), recording);
    expect(jumps).toEqual([]);
    expect(frames.length).toBeGreaterThan(18);
  }

  /** As `expectWhole`, but the disk may have taken only a part of the last picture: a player shows all before it. */
  async function expectWholeToTheTear(session: string, reason: string): Promise<void> {
    const recording = await untilListed(service!, session);
    expect(recording).toMatchObject({ outcome: 'completed', reason, gaps: [] });
    const file = join(recordings(), recording.filename);
    const frames = await barcodesOf(file);
    const whole = frames.filter((frame) => frame !== null);
    expect(frames.length - whole.length).toBeLessThanOrEqual(1);
    expect(jumpsIn(whole)).toEqual([]);
    // The torn one, and the length of the last, which nothing follows.
    expect(Math.abs(recording.duration_ms / 100 - whole.length)).toBeLessThan(2.5);
    // The part that the recorder had in hand when the disk was full, a second by default, is lost with its write.
    expect(whole.length).toBeGreaterThan(18);
  }

  /** The fault is over: the next recording needs no restart. */
  async function expectNextToWork(): Promise<void> {
    await until(async () => (await call<Status>('get_status')).state === 'ready', {
      timeoutMs: 20_000,
      what: 'the service to be ready',
    });
    const { session_id } = await rolling(200);
    await stop();
    expect(await untilListed(service!, session_id)).toMatchObject({ outcome: 'completed', warning: null });
    await untilTold(session_id, 'STOPPED');
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

  test('gone it ends the running recording; back again the file is finished and plays, without a restart', async ({
    skip,
  }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const away = join(disk.folder, 'away');
    const { session_id } = await rolling();
    renameSync(recordings(), away);
    expect((await storageIs('missing')).state).toBe('partial');
    await untilTold(session_id, 'ERROR');
    await untilNotRecorded();
    await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_missing' } });
    renameSync(away, recordings());
    await expectWhole(session_id, 'storage_missing');
    expect(told(session_id)).toEqual(['STARTED', 'ERROR', 'STOPPED']);
    await expectNextToWork();
  }, 120_000);

  test('gone over a restart, the recording is finished all the same when it is back', async ({ skip }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const away = join(disk.folder, 'away');
    const { session_id } = await rolling();
    renameSync(recordings(), away);
    await untilTold(session_id, 'ERROR');
    // A session that waits for its disk holds no stop up.
    const stopped = performance.now();
    expect((await service!.end('SIGTERM')).code).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(15_000);
    await service!.start();
    updates = listen(service!, 'recording_status_update');
    await storageIs('missing');
    renameSync(away, recordings());
    await expectWhole(session_id, 'storage_missing');
    await expectNextToWork();
  }, 120_000);

  test.for([
    ['the recordings folder', () => recordings()],
    ['the folder above it', () => parent()],
  ] as const)(
    'with %s removed the recording ends as failed; made anew the next one works',
    { timeout: 120_000 },
    async ([, place], { skip }) => {
      if (disk === null) return skip('mounting a small disk needs root');
      const { session_id } = await rolling();
      rmSync(place(), { recursive: true });
      expect((await storageIs('missing')).state).toBe('partial');
      await untilTold(session_id, 'ERROR');
      await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_missing' } });
      mkdirSync(recordings(), { recursive: true });
      // Its pictures went with the folder: only now that is known.
      await untilTold(session_id, 'FAILED');
      expect(told(session_id)).toEqual(['STARTED', 'ERROR', 'FAILED']);
      await expectNextToWork();
    },
  );

  test('read-only it ends the recording; writable again everything recorded is there', async ({ skip }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const { session_id } = await rolling();
    // The whole disk cannot be made read-only while a file is open, so a read-only view of it is laid over the folder.
    execFileSync('mount', ['--bind', recordings(), recordings()]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', recordings()]);
      expect((await storageIs('missing')).state).toBe('partial');
      await untilTold(session_id, 'ERROR');
      await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_missing' } });
    } finally {
      execFileSync('umount', ['--lazy', recordings()]);
    }
    await expectWhole(session_id, 'storage_missing');
    expect(told(session_id)).toEqual(['STARTED', 'ERROR', 'STOPPED']);
    await expectNextToWork();
  }, 120_000);

  test('a folder in the place of its description does not harm the recording', async ({ skip }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const { session_id } = await rolling();
    const taken = join(recordings(), `${session_id}.json`);
    mkdirSync(taken);
    await stop();
    await expectWhole(session_id, 'requested');
    rmSync(taken, { recursive: true });
    await expectNextToWork();
  }, 120_000);

  test('with no space for anything more, a stopped recording waits for it and is finished', async ({
    skip,
  }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const { session_id } = await rolling(4000);
    fillUp();
    await stop();
    await untilTold(session_id, 'ERROR');
    fill(0);
    const recording = await untilListed(service!, session_id);
    expect(['requested', 'storage_critical']).toContain(recording.reason);
    await expectWholeToTheTear(session_id, recording.reason);
    await expectNextToWork();
  }, 120_000);

  test('full to the last byte, and noticed by the recorder first: what was recorded is whole when there is space again', async ({
    skip,
  }) => {
    if (disk === null) return skip('mounting a small disk needs root');
    const slowCheckMs = 4000;
    await service!.end('SIGTERM');
    const config = parse(readFileSync(service!.configFile, 'utf8')) as { storage: object };
    const storage = { ...config.storage, check_interval_ms: slowCheckMs };
    writeFileSync(service!.configFile, stringify({ ...config, storage }));
    await service!.start();
    updates = listen(service!, 'recording_status_update');
    await call('start_streaming', { device: 'camera0' });
    const { session_id } = await rolling(4000);
    fillUp();
    const fullMs = performance.now();
    const serverLog = join(service!.dataFolder, 'logs', 'media-server.log');
    await until(() => /no space left|ENOSPC/i.test(readFileSync(serverLog, 'utf8')), {
      timeoutMs: 20_000,
      what: 'the recorder to be refused',
    });
    await untilTold(session_id, 'ERROR');
    expect(performance.now() - fullMs).toBeLessThan(slowCheckMs + 15_000);
    expect((await storageIs('critical')).state).toBe('partial');
    await expect(start()).rejects.toMatchObject({ code: -32060, data: { reason: 'storage_critical' } });
    // The stream needs no disk.
    expect((await service!.untilStream('camera0', 'live')).ready).toBe(true);
    fill(0);
    await expectWholeToTheTear(session_id, 'storage_critical');
    expect(told(session_id)).toEqual(['STARTED', 'ERROR', 'STOPPED']);
    await expectNextToWork();
  }, 120_000);
});
