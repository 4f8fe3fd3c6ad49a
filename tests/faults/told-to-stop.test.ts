/**
 * SIGTERM and SIGUSR2 at bad moments: while the service starts, while a recording is being finished, twice, one after
 * the other. It ends with 0 in bounded time; what it was doing is done, or is done by the next life. And an order whose
 * end comes while nobody is there.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { mainProcesses } from '../support/main-processes.ts';
import { type ListedRecording, type PlayedRecording, play, untilListed } from '../support/recordings.ts';
import { startService, type TestService, type Transition } from '../support/service.ts';
import { throughout } from '../support/until.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const DEVICE = 'camera0';
const WELL = { code: 0, signal: null };
/** `service.stop_timeout_ms` as shipped, and a machine that others keep busy. */
const STOP_LIMIT_MS = 25_000;
const DATA_PLANE = ['cameras cameras', 'capture camera0', 'media-server media-server'];
const IDLE_PLANE = DATA_PLANE.filter((process) => !process.startsWith('capture'));

describeMediaServers('told to stop', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const runs = () => mainProcesses(service.dataFolder).sort();
  const enters = (machine: string, state: string) => (transition: Transition) =>
    transition.machine === machine && transition.to.startsWith(state);

  async function record(order: object = {}): Promise<string> {
    const { session_id } = await service.call<{ session_id: string }>('start_recording', {
      device: DEVICE,
      ...order,
    });
    await service.untilRecording(DEVICE, 'RECORDING');
    return session_id;
  }

  /** The signal as the actor comes to this state; the life ends well, in bounded time. */
  async function endsAt(
    signals: readonly NodeJS.Signals[],
    [machine, state]: readonly [string, string],
    bring: () => void,
  ): Promise<void> {
    const [first, ...further] = signals;
    const sent = service.signalWhen(first!, enters(machine, state), `${machine} in ${state}`);
    bring();
    await sent;
    for (const signal of further) service.signal(signal);
    expect(await service.untilEnded(STOP_LIMIT_MS), `${signals.join(', ')} in ${state}`).toEqual(WELL);
  }

  /** Told as this and completed, without a gap and without a missing picture. */
  async function expectWhole(
    recording: ListedRecording,
    told: object,
    moment = '',
  ): Promise<PlayedRecording> {
    expect(recording, moment).toMatchObject({ outcome: 'completed', gaps: [], ...told });
    const played = await play(service.recordingsFolder, recording);
    expect(played.jumps, moment).toEqual([]);
    return played;
  }

  /** A recording of the life before, of which nothing is missing, is stopped and whole. */
  async function goesOnWhole(session: string, adoptions: number): Promise<void> {
    expect(await service.untilRecording(DEVICE, 'RECORDING')).toMatchObject({ session_id: session });
    await service.call('stop_recording', { device: DEVICE });
    await expectWhole(await untilListed(service, session), { reason: 'requested', adoptions });
  }

  /** In the next life. An end that was not yet safe on disk is not known to it: then it goes on, and is stopped here. */
  async function finished(session: string): Promise<ListedRecording> {
    const { recording } = await service.call<{ recording: boolean }>('get_recording_status', {
      device: DEVICE,
    });
    if (recording) await service.call('stop_recording', { device: DEVICE });
    return untilListed(service, session);
  }

  const DURING_START = [
    ['service', 'working.starting.reaping'],
    ['service', 'working.starting.reconciling'],
    ['media-server', 'process launching'],
    ['service', 'working.ready'],
  ] as const;

  test('SIGTERM while it starts: it ends with 0, nothing runs, and the next start is a plain one', async () => {
    service = await startService(server);
    expect(await service.end('SIGTERM')).toEqual(WELL);
    for (const state of DURING_START) {
      await endsAt(['SIGTERM'], state, () => service.launch());
      expect(runs(), state.join(' ')).toEqual([]);
    }
    await service.start();
    await goesOnWhole(await record(), 0);
  });

  test('SIGUSR2 while it starts: the recording goes on without it, and with it again', async () => {
    service = await startService(server);
    const session = await record();
    const before = service.processes('capture');
    expect(await service.end('SIGUSR2')).toEqual(WELL);
    const moments = DURING_START.filter(([, state]) => !state.includes('launching'));
    for (const state of moments) {
      await endsAt(['SIGUSR2'], state, () => service.launch());
      expect(runs(), state.join(' ')).toEqual(DATA_PLANE);
    }
    await service.start();
    expect(service.processes('capture')).toEqual(before);
    const { adoptions } = await service.untilRecording(DEVICE, 'RECORDING');
    expect(adoptions).toBeGreaterThanOrEqual(1);
    await goesOnWhole(session, Number(adoptions));
  });

  test('SIGTERM while a recording is taken over by a start: it is finished, with this as its reason', async () => {
    service = await startService(server);
    const session = await record();
    await service.end('SIGKILL');
    await endsAt(['SIGTERM'], ['service', 'working.starting.reconciling'], () => service.launch());
    expect(runs()).toEqual([]);
    await service.start();
    await expectWhole(await untilListed(service, session), { reason: 'service_stopped' });
  });

  test.each([
    ['SIGTERM', 'stopping'],
    ['SIGTERM', 'finalising'],
    ['SIGUSR2', 'stopping'],
    ['SIGUSR2', 'finalising'],
  ] as const)(
    '%s while a recording is %s: it is one whole file all the same, in this life or the next',
    async (signal, state) => {
      service = await startService(server);
      const session = await record({ format: 'mp4' });
      await endsAt([signal], ['recording', state], () => {
        void service.call('stop_recording', { device: DEVICE }).catch(() => {}); // its end may come first
      });
      if (signal === 'SIGTERM') expect(runs()).toEqual([]);
      await service.start();
      const recording = await finished(session);
      await expectWhole(recording, { reason: 'requested', format: 'mp4' });
      expect(recording.parts).toHaveLength(1);
      await service.untilStream(DEVICE, 'idle');
      expect(runs()).toEqual(IDLE_PLANE);
    },
  );

  test.each([[['SIGTERM', 'SIGTERM', 'SIGINT']], [['SIGTERM', 'SIGUSR2']]] as const)(
    '%j while it records: the first one counts, the file is whole',
    async (signals) => {
      service = await startService(server);
      const session = await record();
      await endsAt(signals, ['service', 'stopping'], () => service.signal(signals[0]));
      expect(runs()).toEqual([]);
      await service.start();
      await expectWhole(await untilListed(service, session), { reason: 'service_stopped', adoptions: 0 });
    },
  );

  test('killed -9 while it stops: the next start finishes the recording and ends what is left', async () => {
    service = await startService(server);
    for (const [machine, state] of [
      ['service', 'stopping.cameras'],
      ['recording', 'finalising'],
      ['service', 'stopping.mediaServer'],
    ] as const) {
      const session = await record();
      const killed = service.killWhen(enters(machine, state), `${machine} in ${state}`);
      service.signal('SIGTERM');
      await killed;
      await service.start();
      await expectWhole(await finished(session), {}, state);
      await service.untilStream(DEVICE, 'idle');
      expect(runs(), state).toEqual(IDLE_PLANE);
    }
  });

  test('an order whose end comes while nobody is there is cut to its length by the next life', async () => {
    service = await startService(server);
    const durationMs = 3000;
    const session = await record({ duration: durationMs / 1000, format: 'mkv' });
    await service.end('SIGKILL');
    await throughout(() => service.processes('capture').length === 1, {
      durationMs: 2 * durationMs,
      what: 'the data plane records on',
    });
    await service.start();
    const recording = await untilListed(service, session);
    const { lengthsMs } = await expectWhole(recording, { reason: 'duration_reached', warning: null });
    expect(recording.parts).toHaveLength(1);
    // Cut at a keyframe; there is one each second, and half a second is let be.
    expect(recording.duration_ms).toBeGreaterThan(durationMs - 700);
    expect(recording.duration_ms).toBeLessThan(durationMs + 1200);
    expect(Math.abs(lengthsMs[0]! - recording.duration_ms)).toBeLessThan(500);
    await service.untilStream(DEVICE, 'idle');
    expect(runs()).toEqual(IDLE_PLANE);
  });
});
