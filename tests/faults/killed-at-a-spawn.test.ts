/**
 * The control plane is killed by the very process that it is starting: before that process stands in the ledger, and
 * after. The next life finds it by its mark and adopts it. There is never a second one, and no order is lost.
 */
import { readFileSync } from 'node:fs';
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

/** Killed at once, it may have written the ledger nevertheless: so often it is tried again. */
const MOST_TRIES = 8;
const MOMENTS: readonly ParentKill[] = ['at once', 'when its pid is in the ledger'];

describeMediaServers('the control plane, killed by what it spawns', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const ledgerFile = () => join(service.dataFolder, 'ledger.json');
  /** What the ledger knows of this role: a pid, or null for an intent. */
  const pidsInLedger = (role: string) => {
    const { entries } = JSON.parse(readFileSync(ledgerFile(), 'utf8')) as {
      entries: { role: string; pid: number | null }[];
    };
    return entries.filter((entry) => entry.role === role).map(({ pid }) => pid);
  };
  const isGap = (when: ParentKill, role: string) =>
    when !== 'at once' || pidsInLedger(role).every((pid) => pid === null);

  test.each(MOMENTS)(
    'a capture, %s: adopted by the next life, the order is kept, no picture is missing',
    async (when) => {
      const guard = new CaptureGuard(await temporaryFolder());
      service = await startService(server, { config: { capture: { ffmpeg: guard.standIn.file } } });
      for (let attempt = 1; ; attempt += 1) {
        guard.standIn.killParent(when, ledgerFile());
        const answer = service.call('start_recording', { device: 'camera0' }).then(
          () => 'answered',
          () => 'not answered',
        );
        expect(await service.untilEnded()).toMatchObject({ signal: 'SIGKILL' });
        expect(await answer).toBe('not answered');
        const met = isGap(when, 'capture');
        const left = service.processes('capture');
        expect(left).toHaveLength(1);
        if (when !== 'at once') expect(pidsInLedger('capture')).toEqual([left[0]!.pid]);

        await service.start();
        const { session_id } = (await service.untilRecording('camera0', 'RECORDING')) as unknown as {
          session_id: string;
        };
        expect(service.processes('capture')).toEqual(left);
        const live = await service.untilStream('camera0', 'live.flowing');
        expect(live.ffmpeg_process).toMatchObject({ pid: left[0]!.pid, adopted: true });
        await service.call('stop_recording', { device: 'camera0' });
        const recording = await untilListed(service, session_id);
        expect(recording).toMatchObject({
          outcome: 'completed',
          reason: 'requested',
          gaps: [],
          adoptions: 1,
        });
        expect((await play(service.recordingsFolder, recording)).jumps).toEqual([]);
        await service.untilStream('camera0', 'idle');
        expect(service.processes('capture')).toEqual([]);
        if (met) break;
        expect(attempt, 'killed before the ledger knew the pid').toBeLessThan(MOST_TRIES);
      }
      expect(guard.doubles).toEqual([]);
    },
  );

  test.each(MOMENTS)(
    'a media server, %s: adopted by the next life, also in the middle of a recording',
    async (when) => {
      const program =
        server === 'mediamtx'
          ? [realMediaServer() ?? '']
          : [process.execPath, compiled('simulators/media-server/main.ts')];
      const folder = await temporaryFolder();
      const standIn = new StandIn(folder, { name: 'mediamtx', program, version: `v${PINNED_VERSION}` });
      service = await startService(server, { config: { mediamtx: { binary: standIn.file } } });
      const { session_id } = await service.call<{ session_id: string }>('start_recording', {
        device: 'camera0',
      });
      await service.untilRecording('camera0', 'RECORDING');
      const [capture] = service.processes('capture');

      let lives = 0;
      for (let met = false; !met; lives += 1) {
        expect(lives, 'killed before the ledger knew the pid').toBeLessThan(MOST_TRIES);
        standIn.killParent(when, ledgerFile());
        for (const { pid } of service.processes('media-server')) process.kill(pid, 'SIGKILL');
        expect(await service.untilEnded()).toMatchObject({ signal: 'SIGKILL' });
        met = isGap(when, 'media-server');
        const left = service.processes('media-server');
        expect(left).toHaveLength(1);
        if (when !== 'at once') expect(pidsInLedger('media-server')).toEqual([left[0]!.pid]);

        await service.start();
        await service.untilRecording('camera0', 'RECORDING');
        expect(service.processes('media-server'), 'adopted').toEqual(left);
        expect(service.processes('capture')).toEqual([capture]);
      }
      await service.call('stop_recording', { device: 'camera0' });
      const recording = await untilListed(service, session_id);
      expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested', adoptions: lives });
      expect(recording.gaps.map(({ cause }) => cause)).toEqual(Array(lives).fill('media_server_lost'));
      const lost = (await play(service.recordingsFolder, recording)).jumps;
      expect(lost.length, 'pictures are missing between the parts only').toBeLessThanOrEqual(lives);

      // And at a start from nothing.
      expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
      standIn.killParent(when, ledgerFile());
      service.launch();
      expect(await service.untilEnded()).toMatchObject({ signal: 'SIGKILL' });
      const left = service.processes('media-server');
      expect(left).toHaveLength(1);
      await service.start();
      expect(service.processes('media-server')).toEqual(left);
      expect(await service.call('get_system_status')).toMatchObject({ status: 'ready' });
      expect(service.log).not.toContain('port_taken');
      expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(mainProcesses(service.dataFolder)).toEqual([]);
    },
  );
});
