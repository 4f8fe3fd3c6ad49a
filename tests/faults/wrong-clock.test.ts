/**
 * Somebody sets the host's clock by an hour, forwards and backwards. No state, no limit and no length follows it; only
 * what is about the wall clock itself (stamps, the end of a token) does. The service's own process is what gets the
 * wrong clock here: Date is set off, monotonic time is not. (The lab sets a real kernel's clock.)
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { afterEach, expect, test, vi } from 'vitest';
import { connect } from '../../src/cli/client.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { play, untilListed } from '../support/recordings.ts';
import { type StreamStatus, startService, type TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { throughout, until } from '../support/until.ts';
import { WallClock } from '../support/wall-clock.ts';
import { listen } from '../support/witness.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const BACKOFF_MS = 3000;
/** Between two looks of ours on a loaded machine; far below the step. */
const SLACK_MS = 3000;
const DURATION_MS = 10_000;

interface ActorAnswer {
  readonly actor: string;
  readonly state: string;
  readonly since: string;
}

describeMediaServers('a wrong clock', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  async function begin(cameras: number): Promise<WallClock> {
    const clock = new WallClock(await temporaryFolder());
    service = await startService(server, {
      cameras,
      ...clock.options,
      config: {
        stream: { backoff_ms: BACKOFF_MS, backoff_max_ms: BACKOFF_MS },
        storage: { check_interval_ms: 500 },
      },
    });
    return clock;
  }

  async function record(device: string, params: object = {}): Promise<string> {
    const order = { device, ...params };
    const { session_id } = await service.call<{ session_id: string }>('start_recording', order);
    await service.untilRecording(device, 'RECORDING');
    return session_id;
  }

  const actors = async () => (await service.call<{ actors: ActorAnswer[] }>('get_actors')).actors;
  const states = (all: readonly ActorAnswer[]) => all.map(({ actor, state }) => `${actor} ${state}`);
  const sinceMs = (all: readonly ActorAnswer[]) => all.map(({ since }) => Date.parse(since));
  /** Seconds and milliseconds that the service tells about things that have lasted for a while. */
  async function ages(device: string) {
    const [status, stream, recording, health] = await Promise.all([
      service.call<{ uptime: number }>('get_status'),
      service.call<StreamStatus & { ffmpeg_process: { uptime: number } }>('get_stream_status', { device }),
      service.call<{ duration_ms: number }>('get_recording_status', { device }),
      service.get('/health').then((answer) => answer.json() as Promise<{ uptime: number }>),
    ]);
    return {
      service: status.uptime * 1000,
      health: health.uptime * 1000,
      capture: stream.ffmpeg_process.uptime * 1000,
      recording: recording.duration_ms,
    };
  }

  test('set while everything runs: no state, no age and no notification, and stamps move together', async () => {
    const clock = await begin(2);
    const session = await record('camera0');
    await service.call('start_streaming', { device: 'camera1' });
    await service.untilStream('camera1', 'live.flowing');
    await until(
      async () => {
        const now = states(await actors());
        return now.includes('camera:camera1 ready.confirmed') && !now.some((one) => one.includes('/warmup'));
      },
      { what: 'camera1 to be confirmed, and both to have warmed up', timeoutMs: 20_000 },
    );
    const before = await actors();
    const steps = service.transitions.length;
    const heard = ['camera_status_update', 'recording_status_update'].map((kind) => listen(service, kind));
    const aged = await ages('camera0');
    const agedAtMs = performance.now();

    for (const offByMs of [HOUR_MS, -HOUR_MS, 0]) {
      await clock.set(service, offByMs);
      await throughout(async () => states(await actors()).join() === states(before).join(), {
        durationMs: 1000,
        what: `states as before ${offByMs} ms`,
        intervalMs: 100,
      });
      const moved = sinceMs(await actors()).map((ms, index) => ms - sinceMs(before)[index]! - offByMs);
      expect(Math.max(...moved.map(Math.abs)), 'since, by the clock as it is set now').toBeLessThan(SLACK_MS);
      expect(Math.max(...moved) - Math.min(...moved), 'one before the other as ever').toBeLessThan(10);
      const passedMs = performance.now() - agedAtMs;
      for (const [what, ms] of Object.entries(await ages('camera0'))) {
        const off = ms - aged[what as keyof typeof aged] - passedMs;
        expect(Math.abs(off), `${what} after ${offByMs} ms`).toBeLessThan(SLACK_MS);
      }
    }
    expect(service.transitions.slice(steps).map(({ msg }) => msg)).toEqual([]);
    expect(heard.flatMap((one) => one.heard)).toEqual([]);

    await clock.set(service, HOUR_MS);
    const stopped = await service.call<{ duration: number }>('stop_streaming', { device: 'camera1' });
    expect(stopped.duration).toBeLessThan(120);
    await service.call('stop_recording', { device: 'camera0' });
    const recording = await untilListed(service, session);
    expect(recording).toMatchObject({ outcome: 'completed', gaps: [], warning: null });
    const { jumps, lengthsMs } = await play(service.recordingsFolder, recording);
    expect(jumps).toEqual([]);
    expect(Math.abs(recording.duration_ms - lengthsMs[0]!)).toBeLessThan(50);
  });

  test('set while the service is dead, too: an ordered length ends on time, a retry comes when it is due', async () => {
    const clock = await begin(2);
    await service.call('start_streaming', { device: 'camera1' });
    await service.untilStream('camera1', 'live.flowing');
    const session = await record('camera0', { duration: DURATION_MS / 1000 });
    const fromMs = performance.now();
    await clock.set(service, -HOUR_MS);
    await clock.set(service, HOUR_MS);
    await service.crashAndRestart();
    const again = await service.untilRecording('camera0', 'RECORDING');
    const passedMs = performance.now() - fromMs;
    expect(Math.abs(Number(again.duration_ms) - passedMs)).toBeLessThan(SLACK_MS);

    // A wait that lies between two steps.
    const { pid } = (await service.untilStream('camera1', 'live.flowing')).ffmpeg_process;
    process.kill(pid ?? 0, 'SIGKILL');
    const killedMs = performance.now();
    const retryIn = async (offByMs: number) => {
      const { stream } = await service.untilStream('camera1', 'backoff', 5000);
      const { retry_at } = stream as unknown as { retry_at: string };
      return Date.parse(retry_at) - (Date.now() + offByMs);
    };
    expect(Math.abs(await retryIn(HOUR_MS))).toBeLessThan(BACKOFF_MS + SLACK_MS);
    await clock.set(service, -HOUR_MS);
    expect(Math.abs(await retryIn(-HOUR_MS))).toBeLessThan(BACKOFF_MS + SLACK_MS);
    await service.untilStream('camera1', 'live.flowing', 30_000);
    console.log(`${server}: live again ${Math.round(performance.now() - killedMs)} ms after the kill, -1 h`);

    const recording = await untilListed(service, session);
    expect(performance.now() - fromMs).toBeGreaterThan(DURATION_MS - 1500);
    expect(recording).toMatchObject({
      outcome: 'completed',
      reason: 'duration_reached',
      gaps: [],
      adoptions: 1,
    });
    expect(recording.duration_ms).toBeGreaterThan(DURATION_MS - 700);
    expect(recording.duration_ms).toBeLessThan(DURATION_MS + 700);
    expect((await play(service.recordingsFolder, recording)).jumps).toEqual([]);
  });

  test('expires a token and gives it back; the looks at disk and media server go on', async () => {
    const clock = await begin(1);
    const secret = readFileSync(join(service.dataFolder, 'jwt-secret'), 'utf8').trim();
    const token = (offByMs: number) =>
      jwt.sign({ user_id: 'anna', role: 'viewer', iat: Math.floor((Date.now() + offByMs) / 1000) }, secret, {
        expiresIn: '30m',
      });
    const guest = await connect(service.ready!.ws, token(0));
    const listing = () =>
      guest.call('get_camera_list').then(
        () => 'answered',
        (error: { message: string; data?: { reason?: string } }) => error.data?.reason ?? error.message,
      );
    expect(await listing()).toBe('answered');
    await clock.set(service, HOUR_MS);
    expect(await listing()).toBe('token_expired');
    await clock.set(service, -HOUR_MS);
    expect(await listing()).toBe('answered');
    await clock.set(service, HOUR_MS);
    await guest.call('authenticate', { auth_token: token(HOUR_MS) });
    expect(await listing()).toBe('answered');
    guest.close();

    const storage = async () =>
      (await service.call<{ storage: { state: string } }>('get_status')).storage.state;
    for (const offByMs of [HOUR_MS, -HOUR_MS]) {
      await clock.set(service, offByMs);
      renameSync(service.recordingsFolder, `${service.recordingsFolder}.away`);
      await until(async () => (await storage()) === 'missing', {
        what: 'storage missing',
        timeoutMs: 15_000,
      });
      renameSync(`${service.recordingsFolder}.away`, service.recordingsFolder);
      await until(async () => (await storage()) === 'ok', { what: 'storage ok', timeoutMs: 15_000 });
      const [ended] = service.processes('media-server');
      process.kill(ended?.pid ?? 0, 'SIGKILL');
      await until(() => service.processes('media-server').some(({ pid }) => pid !== ended?.pid), {
        what: 'another media server',
        timeoutMs: 15_000,
      });
      await service.untilStream('camera0', 'idle');
      expect(await service.call('get_system_status')).toMatchObject({ status: 'ready' });
    }
  });
});
