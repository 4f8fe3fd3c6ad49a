/**
 * The control plane is killed -9 again and again at random moments: with orders under way, while it starts, and right
 * after its last death. What streams and records goes on without a missing frame, nothing runs twice, no order that was
 * answered is lost. `CONTROL_PLANE_SEED` repeats the moments of a failure, `CONTROL_PLANE_KILLS` asks for more of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { CaptureGuard } from '../support/capture-guard.ts';
import { type Dice, throwDice } from '../support/dice.ts';
import { mainProcesses, withoutDoubles } from '../support/main-processes.ts';
import { play, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { throughout, until } from '../support/until.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const FRAME_MS = 100;
const SHORT_MS = 2000;
/** Half a second beyond the wished length is not cut; a keyframe may be that far away. */
const LENGTH_SLACK_MS = 700;

describeMediaServers('the control plane, killed -9', (server) => {
  const kills = Number(process.env.CONTROL_PLANE_KILLS ?? (server === 'mediamtx' ? 20 : 6));
  let service: TestService;
  afterEach(() => service.dispose());

  /** The data plane does not notice that nobody is there, or who is. */
  const dataPlaneGoesOn = (durationMs: number) =>
    throughout(() => ['media-server', 'cameras'].every((role) => service.processes(role).length === 1), {
      durationMs,
      what: 'media server and cameras live on',
    });

  /** Orders short recordings of a camera without waiting for answers; notes what was answered. */
  class ShortOrders {
    readonly answered = new Set<string>();
    readonly stopped = new Set<string>();

    async next(device: string, dice: Dice): Promise<void> {
      const running = await service.call<{ recording: boolean; session_id: string | null }>(
        'get_recording_status',
        { device },
      );
      if (!running.recording) {
        const order = { device, duration: SHORT_MS / 1000, format: 'mkv' };
        void service.call<{ session_id: string }>('start_recording', order).then(
          ({ session_id }) => this.answered.add(session_id),
          () => {}, // killed meanwhile
        );
      } else if (dice.below(3) === 0 && running.session_id !== null) {
        this.stopped.add(running.session_id);
        void service.call('stop_recording', { device }).catch(() => {});
      }
    }
  }

  /** Every second death comes during the start that follows the one before. @returns how often it was killed while ready */
  async function killAgainAndAgain(dice: Dice, orders: ShortOrders): Promise<void> {
    let startTookMs = 1500;
    for (let kill = 1; kill <= kills; kill += 1) {
      if (kill % 2 === 1) await orders.next('camera1', dice);
      await dataPlaneGoesOn(dice.below(kill % 2 === 1 ? 2500 : startTookMs));
      await service.end('SIGKILL');
      if (kill % 4 === 0) await dataPlaneGoesOn(dice.below(SHORT_MS));
      const launchedMs = performance.now();
      service.launch();
      if (kill % 2 === 1 && kill < kills) continue;
      await service.untilReady();
      startTookMs = performance.now() - launchedMs;
    }
  }

  test(`${kills} times at random moments while two cameras are recorded: no frame is missing, nothing runs twice, no order is lost`, async () => {
    const dice = throwDice('CONTROL_PLANE_SEED');
    console.log(`${server}: ${kills} kills at the moments of CONTROL_PLANE_SEED=${dice.seed}`);
    try {
      await survives(dice);
    } catch (error) {
      const again = `CONTROL_PLANE_SEED=${dice.seed} CONTROL_PLANE_KILLS=${kills} repeats it`;
      throw new Error(`${error instanceof Error ? error.message : error}\n${again}`, { cause: error });
    }
  });

  const wishedRecordings = (): unknown[] =>
    JSON.parse(readFileSync(join(service.dataFolder, 'wishes.json'), 'utf8')).recordings;

  async function survives(dice: Dice): Promise<void> {
    const guard = new CaptureGuard(await temporaryFolder());
    service = await startService(server, { cameras: 2, config: { capture: { ffmpeg: guard.standIn.file } } });
    const orders = new ShortOrders();
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: 'camera0',
    });
    await service.untilRecording('camera0', 'RECORDING');
    const [capture] = service.processes('capture');
    const fromMs = performance.now();

    await withoutDoubles(service.dataFolder, killAgainAndAgain(dice, orders));

    expect(service.processes('capture').find(({ owner }) => owner === 'camera0')).toEqual(capture);
    const isRecorded = async (device: string) =>
      (await service.call<{ recording: boolean }>('get_recording_status', { device })).recording;
    await until(async () => !(await isRecorded('camera1')), {
      timeoutMs: 30_000,
      what: 'camera1 to be done',
    });
    await service.untilRecording('camera0', 'RECORDING');
    const recordedMs = performance.now() - fromMs;
    await service.call('stop_recording', { device: 'camera0' });

    const long = await untilListed(service, session_id);
    expect(long).toMatchObject({ outcome: 'completed', reason: 'requested', gaps: [], warning: null });
    expect(long.adoptions).toBeGreaterThanOrEqual(kills / 2);
    expect(long.adoptions).toBeLessThanOrEqual(kills);
    await expectWhole(long);
    expect(long.duration_ms).toBeGreaterThan(recordedMs - 1000);
    const { files } = await service.call<{ files: { device: string; session_id: string }[] }>(
      'list_recordings',
    );
    const shorts = files.filter(({ device }) => device === 'camera1').map((file) => file.session_id);
    expect(shorts).toEqual(expect.arrayContaining([...orders.answered]));
    for (const session of shorts) {
      const short = await untilListed(service, session);
      expect(short, session).toMatchObject({ outcome: 'completed', gaps: [], warning: null });
      await expectWhole(short);
      expect(short.duration_ms, session).toBeLessThan(SHORT_MS + LENGTH_SLACK_MS);
      if (orders.stopped.has(session)) continue;
      expect(short.reason, session).toBe('duration_reached');
      expect(short.duration_ms, session).toBeGreaterThan(SHORT_MS - LENGTH_SLACK_MS);
    }
    console.log(
      `${server}: ${kills} kills, ${long.adoptions} adoptions, ${long.duration_ms} ms in one piece, ${shorts.length} short ones`,
    );

    // A recording is listed a moment before its wish is dropped.
    await until(() => wishedRecordings().length === 0, { timeoutMs: 10_000, what: 'no wish is left' });
    expect(guard.doubles).toEqual([]);
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(mainProcesses(service.dataFolder)).toEqual([]);
  }

  /** One file, every picture from the first to the last, as long as the sidecar says. */
  async function expectWhole(recording: Awaited<ReturnType<typeof untilListed>>): Promise<void> {
    expect(recording.parts, recording.session_id).toHaveLength(1);
    const { frames, jumps } = await play(service.recordingsFolder, recording);
    expect(jumps, recording.session_id).toEqual([]);
    const stamps = frames.map((frame) => frame?.epochMs ?? Number.NaN);
    const shownMs = Math.max(...stamps) - Math.min(...stamps) + FRAME_MS;
    expect(Math.abs(shownMs - recording.duration_ms), recording.session_id).toBeLessThan(4 * FRAME_MS);
  }
});
