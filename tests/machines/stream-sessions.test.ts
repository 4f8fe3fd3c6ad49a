/** What a stream does for its recordings and snapshots, in a world whose recorder writes (simulated) files. */

import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { recordingMachine } from '../../src/machines/recording.ts';
import type { snapshotMachine } from '../../src/machines/snapshot.ts';
import type { StreamInput } from '../../src/machines/stream-values.ts';
import type { RecordingWish } from '../../src/machines/values.ts';
import {
  childState,
  kill,
  streamIn as machineIn,
  type StreamRig,
  startStream,
} from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import {
  ladder,
  order,
  part,
  recordingLimits,
  serverInfo,
  streamLimits,
} from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';
import { streamIn } from '../support/stream-states.ts';

const session = order().session;
const child = `recording:${session}`;
const ready = { type: 'camera.ready', ladder: ladder() };

async function recording(
  fields: Partial<typeof order extends () => infer O ? O : never> = {},
  world = new FakeWorld(),
) {
  const rig = await startStream(world);
  await world.send(ready);
  await world.send({ type: 'recording.order', order: order(fields) });
  await world.advance(4000);
  expect(rig.child(child)).toBe('rolling.growing');
  return rig;
}

const unplug = (rig: StreamRig, cause = 'camera_disconnected') =>
  rig.world.send({ type: 'camera.lost', cause, atMs: rig.world.wallMs() });

describe('a recording', () => {
  test('makes an idle stream live, is written under its session, and its end is told', async () => {
    const rig = await recording();
    const { world } = rig;
    expect(rig.state()).toBe('live.flowing');
    expect(world.recording).toBe(session);
    expect(world.told('recording.started')).toEqual([
      { type: 'recording.started', session, cameraId: 'camera0' },
    ]);
    await world.send({ type: 'recording.stop', reason: 'requested' });
    await world.advance(1000);
    expect(world.recording).toBeNull();
    expect(world.told('recording.ended')).toMatchObject([
      { session, cameraId: 'camera0', failed: false, finished: { reason: 'requested' } },
    ]);
    expect(rig.context()).toMatchObject({ session: null, record: null, reasons: [] });
    expect(world.wishes.recordings.size).toBe(0);
    await world.advance(1000);
    expect(rig.state()).toBe('idle');
  });

  test('a second order is not taken while one runs', async () => {
    const rig = await recording();
    expect(rig.actor.getSnapshot().can({ type: 'recording.order', order: order({ session: 'other' }) })).toBe(
      false,
    );
    await rig.world.send({ type: 'recording.order', order: order({ session: 'other' }) });
    expect(rig.context().session).toBe(session);
    expect(rig.actor.getSnapshot().children).not.toHaveProperty('recording:other');
  });

  test('nothing to stop is nothing to do', async () => {
    const rig = await streamIn('live.flowing');
    expect(rig.actor.getSnapshot().can({ type: 'recording.stop', reason: 'requested' })).toBe(false);
    await rig.world.send({ type: 'storage.changed', level: 'critical' });
    expect(rig.state()).toBe('live.flowing');
  });

  test.each([
    ['critical', 'storage_critical'],
    ['missing', 'storage_missing'],
  ])('a disk that becomes %s ends it cleanly with %s', async (level, reason) => {
    const rig = await recording();
    await rig.world.send({ type: 'storage.changed', level: 'low' });
    expect(rig.child(child)).toBe('rolling.growing');
    await rig.world.send({ type: 'storage.changed', level });
    await rig.world.advance(1000);
    expect(rig.world.finished).toMatchObject([{ reason, outcome: 'completed' }]);
  });

  test("ordered on a faulted stream fails at once with the stream's reason", async () => {
    const rig = await streamIn('faulted');
    await rig.world.send({ type: 'stream.stop' });
    await rig.world.send({ type: 'recording.order', order: order() });
    expect(rig.world.told('recording.ended')).toMatchObject([{ failed: true, finished: null }]);
    expect(rig.context()).toMatchObject({ session: null, reasons: [] });
  });

  test.each(['live.suspect.waiting', 'live.flowing'])('ordered in %s is armed at once', async (state) => {
    const rig = await streamIn(state);
    await rig.world.send({ type: 'recording.order', order: order() });
    expect(rig.child(child)).toContain('rolling');
    expect(rig.world.recording).toBe(session);
  });

  test('resumes as a further part after a re-plug within 30 s, with the gap and its cause', async () => {
    const rig = await recording();
    await unplug(rig);
    await rig.world.advance(20_000);
    expect(rig.child(child)).toMatch(/^interrupted/);
    await rig.world.send(ready);
    await rig.world.advance(4000);
    expect(rig.child(child)).toBe('rolling.growing');
    await rig.world.send({ type: 'recording.stop', reason: 'requested' });
    await rig.world.advance(1000);
    expect(rig.world.finished[0]?.parts).toHaveLength(2);
    expect(rig.world.finished[0]?.gaps).toMatchObject([{ cause: 'camera_disconnected' }]);
    expect(rig.world.finished[0]?.reason).toBe('requested');
  });

  test('ends with the cause when the camera is away for more than 30 s; a later re-plug starts nothing', async () => {
    const rig = await recording();
    await unplug(rig);
    await rig.world.advance(33_000);
    expect(rig.world.finished).toMatchObject([{ reason: 'camera_disconnected', outcome: 'completed' }]);
    await rig.world.send(ready);
    await rig.world.advance(10_000);
    expect(rig.state()).toBe('idle');
    expect(rig.world.recording).toBeNull();
    expect(rig.world.finished).toHaveLength(1);
  });

  test('a killed media server is a gap, and the session goes on as a further part', async () => {
    const rig = await recording();
    await rig.world.serverDies();
    expect(rig.child(child)).toMatch(/^interrupted/);
    await rig.world.advance(10_000);
    await rig.world.serverReturns();
    await rig.world.advance(4000);
    expect(rig.child(child)).toBe('rolling.growing');
    await rig.world.send({ type: 'recording.stop', reason: 'requested' });
    await rig.world.advance(1000);
    expect(rig.world.finished[0]).toMatchObject({
      gaps: [{ cause: 'media_server_lost' }],
      outcome: 'completed',
    });
    expect(rig.world.starts).toHaveLength(1);
  });

  test('a killed capture is a gap, and the session goes on as a further part', async () => {
    const rig = await recording();
    await rig.world.captureEnds();
    await rig.world.advance(6000);
    expect(rig.child(child)).toBe('rolling.growing');
    await rig.world.send({ type: 'recording.stop', reason: 'requested' });
    await rig.world.advance(1000);
    expect(rig.world.finished[0]).toMatchObject({ gaps: [{ cause: 'capture_lost' }] });
  });

  test('a path that goes and comes back by way of suspect goes on being recorded', async () => {
    const rig = await recording();
    const { world } = rig;
    world.publishing = false;
    await world.advance(1000);
    expect(rig.state()).toBe('live.republishing.serverUp');
    expect(rig.child(child)).toMatch(/^interrupted/);
    expect(interruptions(rig)).toEqual(['publisher_lost']);
    world.frames = false;
    while (!rig.state().includes('suspect')) await world.advance(50);
    world.publishing = true;
    world.republish();
    await world.advance(500);
    world.frames = true;
    await world.advance(5000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.child(child)).toBe('rolling.growing');
  });

  test('a path that goes while it is suspect for a full disk under the tap is an interruption too', async () => {
    const rig = await recording();
    const { world } = rig;
    world.tapCheckTakesMs = 1500;
    world.tapProblem = 'Full.';
    while (rig.state() !== 'live.suspect.checkingTap') await world.advance(50);
    world.publishing = false;
    await world.advance(2000);
    expect(rig.state()).toBe('live.republishing.serverUp');
    expect(rig.child(child)).toMatch(/^interrupted/);
    world.publishing = true;
    world.republish();
    await world.advance(4000);
    expect(rig.child(child)).toBe('rolling.growing');
  });

  test('a publisher that is replaced while it is suspect is noted like any other', async () => {
    const rig = await recording();
    rig.world.bytesStandStill = true;
    while (!rig.state().includes('suspect')) await rig.world.advance(50);
    const path = { ...rig.context().observation!, sourceId: 'another', inboundBytes: 100 };
    await rig.world.send({ type: 'path.observed', path, monoMs: 1, atMs: rig.world.wallMs() });
    expect(interruptions(rig)).toEqual(['publisher_replaced']);
  });

  test('bytes that shrink are a new publisher, whatever it calls itself', async () => {
    const rig = await recording();
    const path = { ...rig.context().observation!, inboundBytes: 100 };
    await rig.world.send({ type: 'path.observed', path, monoMs: 1, atMs: rig.world.wallMs() });
    expect(interruptions(rig)).toEqual(['publisher_replaced']);
  });

  test('disabling the camera ends it at once', async () => {
    const rig = await recording();
    await unplug(rig, 'camera_disabled');
    await rig.world.advance(4000);
    expect(rig.world.finished).toMatchObject([{ reason: 'camera_disabled' }]);
  });

  test('a camera that goes in the moment of arming gets no path', async () => {
    const rig = await streamIn('unavailable');
    await rig.world.send({ type: 'stream.stop' });
    await rig.world.send({ type: 'recording.order', order: order() });
    await rig.world.send({ type: 'record.arm', order: order() });
    expect(rig.world.told('entry.wanted').filter(({ entry }) => entry !== null)).toEqual([]);
  });

  test('that ends by a defect takes its reason and its recorder with it', async () => {
    const world = new FakeWorld();
    const broken = setup({ types: {} as { events: { type: string } } }).createMachine({
      entry: ({ self }) => {
        (self as never as { _parent: { send(event: unknown): void } })._parent.send({
          type: 'reason.add',
          reason: child,
        });
      },
      on: {
        'recording.stop': {
          actions: assign(() => {
            throw new Error('defect');
          }),
        },
      },
    });
    const machine = machineIn(world).provide({
      actors: { recording: broken as never as typeof recordingMachine },
    });
    const rig = await startMachine(machine, streamInput(), world.clock);
    world.stream = () => rig.actor;
    await rig.send(ready as never);
    await rig.send({ type: 'recording.order', order: order() });
    await rig.send({ type: 'record.arm', order: order() });
    await world.advance(3000);
    expect(rig.state()).toBe('live.flowing');
    expect(world.recording).toBe(session);
    await rig.send({ type: 'recording.stop', reason: 'requested' });
    await world.advance(1000);
    expect(rig.actor.getSnapshot().context).toMatchObject({ session: null, record: null, reasons: [] });
    expect(world.recording).toBeNull();
    expect(rig.state()).toBe('idle');
    expect(rig.reports.ofType('recording.ended')).toMatchObject([{ session, failed: true, finished: null }]);
  });
});

const streamInput = (): StreamInput => ({
  cameraId: 'camera0',
  limits: streamLimits,
  recordingLimits,
  expected: false,
  callWanted: false,
  recordingWishes: [],
  server: serverInfo(),
});

function interruptions(rig: StreamRig): string[] {
  const ref = (rig.actor.getSnapshot().children as Record<string, unknown>)[child] as {
    getSnapshot(): { context: { interruptions: { cause: string }[] } };
  };
  return ref.getSnapshot().context.interruptions.map(({ cause }) => cause);
}

describe('a session of an earlier life', () => {
  const wish = (fields: Partial<RecordingWish> = {}): RecordingWish => ({
    order: order(),
    gaps: [],
    adoptions: 0,
    ending: null,
    deadlineMonoMs: null,
    openPart: null,
    ...fields,
  });

  async function nextLife(world: FakeWorld, rig: StreamRig): Promise<StreamRig> {
    const recordingWishes = [...world.wishes.recordings.values()];
    kill(rig.actor);
    await world.advance(3000);
    return startStream(world, { expected: true, recordingWishes });
  }

  test('goes on without a gap, three times over', async () => {
    const world = new FakeWorld();
    let rig = await recording({}, world);
    const pid = world.capture?.process.pid;
    for (let n = 1; n <= 3; n += 1) {
      rig = await nextLife(world, rig);
      await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
      await world.send(ready);
      await world.advance(4000);
      expect(rig.state()).toBe('live.flowing');
      expect(rig.child(child)).toBe('rolling.growing');
    }
    expect(world.capture?.process.pid).toBe(pid);
    await world.send({ type: 'recording.stop', reason: 'requested' });
    await world.advance(1000);
    expect(world.finished[0]).toMatchObject({ adoptions: 3, gaps: [], outcome: 'completed' });
    expect(world.finished[0]?.parts).toHaveLength(1);
  });

  test('whose camera stays away ends with that cause, 30 s after our start', async () => {
    const world = new FakeWorld();
    const rig = await nextLife(world, await recording({}, world));
    await unplug(rig);
    await world.advance(29_000);
    expect(rig.child(child)).toMatch(/^interrupted/);
    await world.advance(4000);
    expect(world.finished).toMatchObject([{ reason: 'camera_disconnected' }]);
  });

  test('whose end was decided is finished and not recorded on', async () => {
    const world = new FakeWorld();
    const first = await recording({}, world);
    kill(first.actor);
    const rig = await startStream(world, {
      expected: true,
      recordingWishes: [wish({ ending: 'requested' })],
    });
    await world.advance(2000);
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.advance(3000);
    expect(world.recording).toBeNull();
    expect(world.finished).toMatchObject([{ reason: 'requested', adoptions: 1 }]);
    expect(rig.context().session).toBeNull();
  });

  test('whose end was decided leaves alone the one that is ordered before it has ended', async () => {
    const world = new FakeWorld();
    const first = await startStream(world);
    await world.send(ready);
    await world.send({ type: 'recording.order', order: order() });
    kill(first.actor);
    const rig = await startStream(world, {
      expected: true,
      recordingWishes: [wish({ ending: 'requested' })],
    });
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.send(ready);
    await world.send({ type: 'recording.order', order: order({ session: 'next' }) });
    expect(rig.context()).toMatchObject({ session: 'next', closing: [session] });
    await world.advance(8000);
    expect(rig.context()).toMatchObject({ session: 'next', closing: [] });
    expect(rig.child('recording:next')).toBe('rolling.growing');
    expect(world.recording).toBe('next');
  });

  test('waits for a media server that takes longer than it takes to be ready', async () => {
    const world = new FakeWorld();
    const first = await recording({}, world);
    kill(first.actor);
    await world.serverDies();
    const rig = await startStream(world, { expected: true, recordingWishes: [wish()], server: null });
    await world.advance(50);
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.advance(20_000);
    await world.serverReturns();
    await world.advance(4000);
    expect(rig.child(child)).toBe('rolling.growing');
  });
});

describe('a session that is being put away', () => {
  /** Collecting its files takes as long as the test wants. */
  async function filing() {
    const world = new FakeWorld();
    const finalise = new FakeCall<never, never>();
    const machine = machineIn(world).provide({
      actors: {
        recording: recordingMachine.provide({
          actors: { ...(world.recorder as never as object), finalise: finalise.logic as never },
        }),
      },
    });
    const rig = await startMachine(machine, streamInput(), world.clock);
    world.stream = () => rig.actor;
    await rig.send(ready as never);
    await rig.send({ type: 'recording.order', order: order() });
    await world.advance(4000);
    await rig.send({ type: 'recording.stop', reason: 'requested' });
    await world.advance(1000);
    const context = () => rig.actor.getSnapshot().context;
    expect(context()).toMatchObject({ session: null, closing: [session] });
    return { ...rig, world, finalise, context };
  }

  test('does not hold the next one back', async () => {
    const rig = await filing();
    await rig.send({ type: 'recording.order', order: order({ session: 'next' }) });
    expect(rig.context()).toMatchObject({ session: 'next', closing: [session] });
    await rig.world.advance(4000);
    expect(rig.world.recording).toBe('next');
    await rig.finalise.reject(new Error('EIO'));
    expect(rig.context()).toMatchObject({ session: 'next', closing: [], unfiled: [session] });
    expect(rig.world.recording).toBe('next');
  });

  test.each(['ok', 'low', 'critical'] as const)(
    'and failed is done again when the disk becomes %s',
    async (level) => {
      const rig = await filing();
      await rig.finalise.reject(new Error('EIO'));
      const unfiled = { type: 'recording.unfiled', session, cameraId: 'camera0' };
      expect(rig.reports.events).toContainEqual(unfiled);
      await rig.send({ type: 'storage.changed', level: 'missing' });
      expect(childState(rig.actor, child)).toBe('unfiled.waiting');
      await rig.send({ type: 'storage.changed', level });
      expect(childState(rig.actor, child)).toBe('unfiled.filing');
      await rig.finalise.resolve({ session, parts: [part({ durationMs: 2000 })] } as never);
      expect(rig.context()).toMatchObject({ closing: [], unfiled: [] });
      const ended = { type: 'recording.ended', session, failed: false };
      expect(rig.reports.events.at(-1)).toMatchObject(ended);
    },
  );

  test('and failed, and then ended by a defect, is forgotten', async () => {
    const rig = await filing();
    await rig.finalise.reject(new Error('EIO'));
    await rig.send({ type: `xstate.error.actor.${child}`, error: new Error('defect'), actorId: child });
    expect(rig.context().unfiled).toEqual([]);
  });

  test('and failed holds no release back', async () => {
    const rig = await filing();
    await rig.finalise.reject(new Error('EIO'));
    await rig.send({ type: 'stream.release', reason: 'service_stopped' });
    await rig.world.advance(100);
    expect(rig.actor.getSnapshot().status).toBe('done');
  });

  test('holds a release back', async () => {
    const rig = await filing();
    await rig.send({ type: 'stream.release', reason: 'service_stopped' });
    expect(rig.state()).toBe('releasing.recording');
    await rig.finalise.reject(new Error('EIO'));
    await rig.world.advance(100);
    expect(rig.actor.getSnapshot().status).toBe('done');
  });

  test('and ends by a defect is forgotten', async () => {
    const rig = await filing();
    await rig.send({ type: `xstate.error.actor.${child}`, error: new Error('defect'), actorId: child });
    expect(rig.context().closing).toEqual([]);
  });

  test('asks for a recorder that is not its own, and is told that there is none', async () => {
    const rig = await filing();
    await rig.send({ type: 'record.disarm', session });
    expect(rig.context().armRevision).toBeNull();
  });
});

describe('a snapshot', () => {
  const snapshot = (id = 'a1', orderedMonoMs = 0, maxAgeMs = 1000) => ({
    id,
    request: { cameraId: 'camera0', format: 'jpg', quality: null, filename: null } as const,
    maxAgeMs,
    waitSettled: false,
    deadlineMs: 10_000,
    orderedMonoMs,
  });
  const states = (rig: StreamRig) => rig.context().snapshots;

  test('of a live stream takes the picture that was tapped last: nothing starts', async () => {
    const rig = await streamIn('live.flowing');
    await rig.world.send({ type: 'snapshot.order', snapshot: snapshot('a1', rig.world.monoMs()) });
    expect(states(rig)).toEqual([]);
    expect(rig.world.starts).toHaveLength(1);
  });

  test('of an idle stream starts it, and the stream ends after it', async () => {
    const rig = await streamIn('idle');
    await rig.world.send({ type: 'snapshot.order', snapshot: snapshot() });
    expect(rig.state()).toBe('starting.waiting.publishing');
    await rig.world.advance(1500);
    expect(states(rig)).toEqual([]);
    await rig.world.advance(500);
    expect(rig.state()).toBe('idle');
  });

  test('of a camera that is pulled out fails at once; a capture that ends is waited for', async () => {
    const gone = await streamIn('starting.waiting.publishing');
    await gone.world.send({ type: 'snapshot.order', snapshot: snapshot() });
    await unplug(gone);
    expect(states(gone)).toEqual([]);
    const back = await streamIn('starting.waiting.publishing');
    await back.world.send({ type: 'snapshot.order', snapshot: snapshot() });
    await back.world.captureEnds();
    expect(states(back)).toEqual(['a1']);
    await back.world.advance(5000);
    expect(states(back)).toEqual([]);
  });

  test('goes on while the media server is down', async () => {
    const rig = await streamIn('live.republishing.serverDown');
    await rig.world.advance(30_010);
    await rig.world.send({ type: 'snapshot.order', snapshot: snapshot('a1', rig.world.monoMs(), 0) });
    expect(states(rig)).toEqual(['a1']);
    await rig.world.advance(1000);
    expect(states(rig)).toEqual([]);
  });

  test('fails at once when the camera goes, and waits when only its capture does', async () => {
    const world = new FakeWorld();
    const rig = await streamIn('live.flowing', world);
    world.frames = false;
    await world.advance(500);
    await world.send({ type: 'snapshot.order', snapshot: snapshot('a1', world.monoMs(), 0) });
    await world.captureEnds();
    expect(states(rig)).toEqual(['a1']);
    await unplug(rig);
    expect(states(rig)).toEqual([]);
  });

  test('of a faulted stream fails at once', async () => {
    const rig = await streamIn('faulted');
    await rig.world.send({ type: 'snapshot.order', snapshot: snapshot() });
    expect(states(rig)).toEqual([]);
  });

  test('fails at once where the tap cannot be written, and when that is found out', async () => {
    const world = new FakeWorld();
    const rig = await streamIn('live.flowing', world);
    world.tapProblem = 'Full.';
    await world.advance(500);
    await world.send({ type: 'snapshot.order', snapshot: snapshot('a1', world.monoMs(), 0) });
    expect(states(rig)).toEqual(['a1']);
    await world.advance(4000);
    expect(states(rig)).toEqual([]);
    await world.send({ type: 'snapshot.order', snapshot: snapshot('a2', world.monoMs(), 0) });
    expect(states(rig)).toEqual([]);
  });

  test('that ends by a defect takes its reason with it', async () => {
    const world = new FakeWorld();
    const broken = setup({ types: {} as { events: { type: string } } }).createMachine({
      entry: ({ self }) => {
        (self as never as { _parent: { send(event: unknown): void } })._parent.send({
          type: 'reason.add',
          reason: 'snapshot:a1',
        });
      },
      on: {
        'frame.seen': {
          actions: assign(() => {
            throw new Error('defect');
          }),
        },
      },
    });
    const machine = machineIn(world).provide({
      actors: { snapshot: broken as never as typeof snapshotMachine },
    });
    const rig = await startMachine(machine, streamInput(), world.clock);
    world.stream = () => rig.actor;
    await rig.send(ready as never);
    await rig.send({ type: 'snapshot.order', snapshot: snapshot() });
    await world.advance(3000);
    expect(rig.actor.getSnapshot().context).toMatchObject({ snapshots: [], reasons: [] });
    expect(rig.state()).toBe('idle');
  });
});
