/**
 * The control plane is killed by the very process that it is starting: before that process stands in the ledger, and
 * after. The next life finds it by its mark and adopts it. There is never a second one, and no order is lost.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { PINNED_VERSION } from '../../src/adapters/mediamtx/version.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { compiled } from '../support/build.ts';
import { CaptureGuard } from '../support/capture-guard.ts';
import { mainProcesses } from '../support/main-processes.ts';
import { realMediaServer } from '../support/media-server.ts';
import { play, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { type ParentKill, StandIn } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const MOMENTS: readonly ParentKill[] = ['at once', 'when its pid is in the ledger'];

interface LedgerFile {
  readonly version: number;
  readonly entries: readonly { readonly role: string; readonly pid: number | null }[];
}

describeMediaServers('the control plane, killed by what it spawns', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const ledgerFile = () => join(service.dataFolder, 'ledger.json');
  const readLedger = () => JSON.parse(readFileSync(ledgerFile(), 'utf8')) as LedgerFile;
  /** What the ledger knows of this role: a pid, or null for an intent. */
  const pidsInLedger = (role: string) =>
    readLedger()
      .entries.filter((entry) => entry.role === role)
      .map(({ pid }) => pid);

  /** Killed at once it may have been quicker than its end: the ledger is put back to what stood there a moment before. */
  function forgetPid(role: string): void {
    const { version, entries } = readLedger();
    const intents = entries.map((entry) =>
      entry.role === role ? { ...entry, pid: null, startTicks: null } : entry,
    );
    writeFileSync(ledgerFile(), JSON.stringify({ version, entries: intents }));
  }

  /** Waits for the kill. @returns the one process that is left, of which the ledger knows what it should */
  async function leftBehind(role: string, when: ParentKill) {
    expect(await service.untilEnded()).toEqual({ code: null, signal: 'SIGKILL' });
    const left = service.processes(role);
    expect(left).toHaveLength(1);
    if (when === 'at once') forgetPid(role);
    expect(pidsInLedger(role)).toEqual([when === 'at once' ? null : left[0]!.pid]);
    return left;
  }

  test.each(MOMENTS)(
    'a capture, %s: adopted by the next life, the order is kept, no picture is missing',
    async (when) => {
      const guard = new CaptureGuard(await temporaryFolder());
      service = await startService(server, { config: { capture: { ffmpeg: guard.standIn.file } } });
      guard.standIn.killParent(when, ledgerFile());
      const answer = service.call('start_recording', { device: 'camera0' }).then(
        () => 'answered',
        () => 'not answered',
      );
      const left = await leftBehind('capture', when);
      expect(await answer).toBe('not answered');

      await service.start();
      const { session_id } = await service.untilRecording('camera0', 'RECORDING');
      expect(service.processes('capture')).toEqual(left);
      const live = await service.untilStream('camera0', 'live.flowing');
      expect(live.ffmpeg_process).toMatchObject({ pid: left[0]!.pid, adopted: true });
      await service.call('stop_recording', { device: 'camera0' });
      const recording = await untilListed(service, String(session_id));
      expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested', gaps: [], adoptions: 1 });
      expect((await play(service.recordingsFolder, recording)).jumps).toEqual([]);
      await service.untilStream('camera0', 'idle');
      expect(service.processes('capture')).toEqual([]);
      expect(guard.started).toHaveLength(1);
      expect(guard.doubles).toEqual([]);
    },
  );

  async function startWithStandIn(): Promise<StandIn> {
    const program =
      server === 'mediamtx'
        ? [realMediaServer() ?? '']
        : [process.execPath, compiled('simulators/media-server/main.ts')];
    const name = { name: 'mediamtx', version: `v${PINNED_VERSION}` };
    const standIn = new StandIn(await temporaryFolder(), { ...name, program });
    service = await startService(server, { config: { mediamtx: { binary: standIn.file } } });
    return standIn;
  }

  test.each(MOMENTS)(
    'a media server, %s: adopted by the next life, also in the middle of a recording',
    async (when) => {
      const standIn = await startWithStandIn();
      const order = { device: 'camera0' };
      const { session_id } = await service.call<{ session_id: string }>('start_recording', order);
      await service.untilRecording('camera0', 'RECORDING');
      const capture = service.processes('capture');
      standIn.killParent(when, ledgerFile());
      for (const { pid } of service.processes('media-server')) process.kill(pid, 'SIGKILL');
      const left = await leftBehind('media-server', when);
      await service.start();
      await service.untilRecording('camera0', 'RECORDING');
      expect(service.processes('media-server'), 'adopted').toEqual(left);
      expect(service.processes('capture')).toEqual(capture);
      await service.call('stop_recording', { device: 'camera0' });
      const recording = await untilListed(service, session_id);
      expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested', adoptions: 1 });
      expect(recording.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost']);
      const { jumps } = await play(service.recordingsFolder, recording);
      expect(jumps.length, 'pictures are missing between the parts only').toBeLessThanOrEqual(1);

      // And at a start from nothing.
      expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
      standIn.killParent(when, ledgerFile());
      service.launch();
      const fresh = await leftBehind('media-server', when);
      await service.start();
      expect(service.processes('media-server')).toEqual(fresh);
      expect(await service.call('get_system_status')).toMatchObject({ status: 'ready' });
      expect(service.log).not.toContain('port_taken');
      expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(mainProcesses(service.dataFolder)).toEqual([]);
    },
  );
});
