/**
 * The control plane is killed -9 in each state that a recording walks through: those of an ordinary one, and those that
 * it comes to when its capture or its media server dies meanwhile. The next life arrives where the order was going.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../src/cli/client.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { CaptureGuard } from '../support/capture-guard.ts';
import { mainProcesses } from '../support/main-processes.ts';
import { type ListedRecording, play } from '../support/recordings.ts';
import { type RecordingStatus, startService, type TestService, type Transition } from '../support/service.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 60_000 });

const DEVICE = 'camera0';
/** What a recording consists of; the others stand still meanwhile, or have suites of their own. */
const MACHINES = ['recording', 'stream', 'path', 'media-server'];

type Fault = 'none' | 'capture killed' | 'media server killed';
/** At most one gap, and which; none where the death came before the first picture or after the last. */
const GAP_OF = {
  'capture killed': /^(capture_lost|publisher_lost|publisher_replaced|unknown)?$/,
  'media server killed': /^(media_server_lost|publisher_lost|publisher_replaced|unknown)?$/,
} as const;

describeMediaServers('the control plane, killed -9', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const step = ({ machine, to }: Transition) => `${machine} ${to}`;
  const isOfRecording = ({ machine, to, from }: Transition) =>
    MACHINES.includes(machine) && from !== '' && to !== '';

  async function untilWord(client: Client, word: string): Promise<RecordingStatus> {
    return until(
      async () => {
        const status = await client.call<RecordingStatus>('get_recording_status', { device: DEVICE });
        return status.status === word && status;
      },
      { timeoutMs: 30_000, what: `the recording is ${word}`, intervalMs: 30 },
    );
  }

  /** Orders a recording, disturbs it, waits until it goes on, and stops it: as one client, in one life. */
  async function walk(fault: Fault): Promise<void> {
    const { client } = service;
    await client.call('start_recording', { device: DEVICE, format: 'mkv' });
    await untilWord(client, 'RECORDING');
    if (fault !== 'none') {
      const from = service.transitions.length;
      kill(fault);
      const isBack = () =>
        service.transitions.slice(from).some((t) => t.machine === 'recording' && t.to.includes('growing'));
      await until(isBack, { timeoutMs: 30_000, what: 'recorded again', intervalMs: 30 });
    }
    await client.call('stop_recording', { device: DEVICE });
    await until(() => service.story(`stream:${DEVICE}`).at(-1)?.to === 'idle', {
      timeoutMs: 20_000,
      what: 'an idle stream',
    });
  }

  function kill(fault: Exclude<Fault, 'none'>): void {
    const role = fault === 'capture killed' ? 'capture' : 'media-server';
    for (const { pid } of service.processes(role)) process.kill(pid, 'SIGKILL');
  }

  const listed = async () =>
    (await service.call<{ files: ListedRecording[] }>('list_recordings', { limit: 1000 })).files;

  /** In the next life: what was ordered goes on, ends well, and nothing is left of it. */
  async function arrives(fault: Fault, moment: string, { known, safe }: { known: number; safe: boolean }) {
    await service.start();
    // Its end may have been ordered already in the life before; then it comes by itself.
    await until(
      async () => {
        const { status, recording } = await service.call<RecordingStatus>('get_recording_status', {
          device: DEVICE,
        });
        if (status === 'RECORDING') await service.call('stop_recording', { device: DEVICE });
        return recording !== true;
      },
      { timeoutMs: 60_000, what: `${moment}: the recording to end`, intervalMs: 50 },
    );
    await service.untilStream(DEVICE, 'idle', 40_000);
    const saved = () => JSON.parse(readFileSync(join(service.dataFolder, 'wishes.json'), 'utf8'));
    await until(() => saved().recordings.length === 0, {
      timeoutMs: 20_000,
      what: `${moment}: no wish left`,
    });
    expect(mainProcesses(service.dataFolder).sort(), moment).toEqual([
      'cameras cameras',
      'media-server media-server',
    ]);

    const files = await listed();
    // Killed before the wish was safe, the order was never answered.
    expect(files.length - known, moment).toBeGreaterThanOrEqual(safe ? 1 : 0);
    expect(files.length - known, moment).toBeLessThanOrEqual(1);
    if (files.length === known) return;
    const file = files.reduce((newest, one) => (one.session_id > newest.session_id ? one : newest));
    expect(file, moment).toMatchObject({ outcome: 'completed', reason: 'requested', warning: null });
    expect(file.adoptions, moment).toBeLessThanOrEqual(1);
    const { jumps } = await play(service.recordingsFolder, file);
    const causes = file.gaps.map(({ cause }) => cause);
    if (fault === 'none') expect(causes, moment).toEqual([]);
    else expect(causes.join(), moment).toMatch(GAP_OF[fault]);
    // A gap may be shorter than a picture; each picture that is missing is in one.
    expect(jumps.length, moment).toBeLessThanOrEqual(causes.length);
  }

  // Some sixty lives: with the simulator only those of an ordinary recording.
  const faults: readonly Fault[] =
    server === 'mediamtx' ? ['none', 'capture killed', 'media server killed'] : ['none'];
  test.each(faults)('in each state of a recording, other fault: %s', async (fault) => {
    const guard = new CaptureGuard(await temporaryFolder());
    service = await startService(server, { config: { capture: { ffmpeg: guard.standIn.file } } });
    const from = service.transitions.length;
    await walk(fault);
    await until(async () => (await listed()).length === 1, { timeoutMs: 20_000, what: 'the first file' });
    const states = [...new Set(service.transitions.slice(from).filter(isOfRecording).map(step))];
    console.log(`${server}, ${fault}: ${states.length} states: ${states.join(', ')}`);

    for (const state of states) {
      const known = (await listed()).length;
      const seen = service.transitions.length;
      const dying = service.killWhen(
        (transition) => isOfRecording(transition) && step(transition) === state,
        `the walk comes to ${state}`,
      );
      await Promise.all([dying, walk(fault).catch(() => {})]);
      const steps = service.transitions.slice(seen).map(step);
      expect(steps).toContain(state);
      await arrives(fault, state, { known, safe: steps.includes('recording waitingForStream') });
    }
    expect(guard.doubles).toEqual([]);
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(mainProcesses(service.dataFolder)).toEqual([]);
  });
});
