/**
 * The host was booted anew: every process is gone and the runtime directory is empty, but wishes and ledger are full.
 * What the ledger names is adopted by nobody and touched by nobody, and what was wanted goes on as a further part.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readStat } from '../../src/adapters/process/proc-table.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { mainProcesses } from '../support/main-processes.ts';
import { play, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const ROLES = ['capture', 'media-server', 'cameras'];

interface Entry {
  readonly role: string;
  readonly pid: number | null;
  readonly startTicks: number | null;
  readonly bootId: string;
}

describeMediaServers('a reboot', (server) => {
  let service: TestService;
  const strangers: ChildProcess[] = [];
  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
    await service.dispose();
  });

  /** Somebody else's process; it leads a group of its own, as ours do. */
  function stranger(): { child: ChildProcess; pid: number; startTicks: number } {
    const child = spawn('sleep', ['300'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: process.env.PATH },
    });
    strangers.push(child);
    return { child, pid: child.pid ?? 0, startTicks: readStat(child.pid ?? 0)?.startTicks ?? 0 };
  }

  const ledgerFile = () => join(service.dataFolder, 'ledger.json');
  const readLedger = () =>
    (JSON.parse(readFileSync(ledgerFile(), 'utf8')) as { entries: readonly Entry[] }).entries;

  /** Power is cut: no process of ours, nothing in the runtime directory. @param change of the ledger */
  async function reboot(change: (entry: Entry) => Entry): Promise<void> {
    await service.end('SIGKILL');
    for (const role of ROLES) for (const { pid } of service.processes(role)) process.kill(pid, 'SIGKILL');
    await until(() => mainProcesses(service.dataFolder).length === 0, { what: 'every process to be gone' });
    rmSync(service.runtimeFolder, { recursive: true });
    const entries = readLedger();
    expect(entries.map(({ role }) => role).sort()).toEqual(['cameras', 'capture', 'capture', 'media-server']);
    writeFileSync(ledgerFile(), JSON.stringify({ version: 1, entries: entries.map(change) }));
  }

  const SAME_PIDS = 'a ledger of another boot, whose pids are those of strangers by now';
  const SAME_BOOT = 'a ledger that names strangers as ours, in this very boot';
  test.each([
    [SAME_PIDS, 'f3b1c9d8-0000-4000-8000-000000000000'],
    [SAME_BOOT, null],
  ])('%s: adopts nothing, ends nobody, and the recording goes on', async (_, otherBoot) => {
    service = await startService(server, { cameras: 2 });
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: 'camera0',
    });
    await service.untilRecording('camera0', 'RECORDING');
    await service.call('start_streaming', { device: 'camera1' });
    await service.untilStream('camera1', 'live.flowing');
    const before = new Set(ROLES.flatMap((role) => service.processes(role).map(({ pid }) => pid)));

    await reboot((entry) => {
      const { pid, startTicks } = stranger();
      return { ...entry, pid, startTicks, bootId: otherBoot ?? entry.bootId };
    });
    await service.start();

    const recorded = await service.untilStream('camera0', 'live.flowing');
    expect(recorded.ffmpeg_process).toMatchObject({ running: true, adopted: false });
    // start_streaming is a wish, too.
    expect((await service.untilStream('camera1', 'live.flowing')).ffmpeg_process.adopted).toBe(false);
    const { adoptions } = await service.untilRecording('camera0', 'RECORDING');
    expect(adoptions).toBe(1);
    await service.call('stop_recording', { device: 'camera0' });
    const recording = await untilListed(service, session_id);
    expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested' });
    expect(recording.parts).toHaveLength(2);
    expect(recording.gaps).toHaveLength(1);
    const { frames } = await play(service.recordingsFolder, recording);
    expect(frames.length).toBeGreaterThan(10);

    expect(mainProcesses(service.dataFolder).toSorted()).toEqual([
      'cameras cameras',
      'capture camera1',
      'media-server media-server',
    ]);
    const pids = readLedger().flatMap(({ pid }) => pid ?? []);
    expect(pids.filter((pid) => before.has(pid) || strangers.some((one) => one.pid === pid))).toEqual([]);
    expect(new Set(readLedger().map(({ bootId }) => bootId)).size).toBe(1);

    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(strangers.filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)).toEqual(
      [],
    );
    expect(strangers.every(({ pid }) => readStat(pid ?? 0)?.alive)).toBe(true);
  });
});
