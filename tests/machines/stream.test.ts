/** The stream alone: how it comes to be live, what keeps it so, how it comes back. Trouble has its own file. */
import { describe, expect, test } from 'vitest';
import { CameraError } from '../../src/machines/errors.ts';
import type { StreamInput } from '../../src/machines/stream-values.ts';
import { kill, startStream, streamIn } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import {
  ladder,
  order,
  plan,
  recordingLimits,
  serverInfo,
  streamLimits,
} from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

const start = (fields: Partial<StreamInput> = {}, world = new FakeWorld()) => startStream(world, fields);

async function idle(fields: Partial<StreamInput> = {}, world = new FakeWorld()) {
  const rig = await start(fields, world);
  await world.send({ type: 'camera.ready', ladder: ladder() });
  await world.advance(50);
  return rig;
}

/** Live by a call of start_streaming. */
async function live(fields: Partial<StreamInput> = {}, world = new FakeWorld()) {
  const rig = await idle(fields, world);
  await world.send({ type: 'stream.start' });
  await world.advance(2000);
  expect(rig.state()).toBe('live.flowing');
  return rig;
}

describe('becoming ready', () => {
  test('without a camera it is unavailable, and no path is there', async () => {
    const { state, world } = await start();
    await world.advance(10_000);
    expect(state()).toBe('unavailable');
    expect(world.config.size).toBe(0);
  });

  test('without a media server it is unavailable', async () => {
    const world = new FakeWorld();
    world.server = null;
    const { state } = await idle({}, world);
    expect(state()).toBe('unavailable');
    await world.serverReturns();
    await world.advance(50);
    expect(state()).toBe('idle');
  });

  test('with both it makes its path, and is idle only when the path was seen', async () => {
    const world = new FakeWorld();
    const { state } = await start({}, world);
    await world.send({ type: 'camera.ready', ladder: ladder() });
    expect(state()).toBe('idle');
    expect(world.config.get('camera0')).toEqual({
      name: 'camera0',
      demandStartTimeoutMs: 10_000,
      record: null,
    });
    expect(world.told('entry.wanted')).toHaveLength(1);
  });

  test('a path that has to be written anew and is refused is a fault, and over as soon as it is taken', async () => {
    const { state, context, world } = await idle();
    world.writeFailure = new CameraError('media-server-refused', 'Invalid path.');
    world.config.clear();
    await world.send({ type: 'entry.drifted' });
    await world.advance(100);
    expect(state()).toBe('faulted');
    expect(context().trouble?.message).toBe('Invalid path.');
    world.writeFailure = null;
    await world.advance(1100);
    expect(state()).toBe('idle');
    expect(world.config.has('camera0')).toBe(true);
  });

  test('a refused path is a fault that says why, with its slow retry', async () => {
    const world = new FakeWorld();
    world.writeFailure = new CameraError('media-server-refused', 'Invalid path.');
    const { state, context } = await idle({}, world);
    expect(state()).toBe('faulted');
    expect(context().trouble?.message).toBe('Invalid path.');
    world.writeFailure = null;
    await world.advance(60_000);
    expect(state()).toBe('idle');
  });

  test('while its path gets no answer it stays in provisioning', async () => {
    const world = new FakeWorld();
    world.writeFailure = new CameraError('outcome-unknown', 'No answer.');
    const { state } = await idle({}, world);
    expect(state()).toBe('provisioning');
    world.writeFailure = null;
    await world.advance(2000);
    expect(state()).toBe('idle');
  });

  test('idle runs nothing, however long', async () => {
    const { state, world } = await idle();
    await world.advance(120_000);
    expect(state()).toBe('idle');
    expect(world.starts).toEqual([]);
  });
});

describe('becoming live', () => {
  test('is live once the path is available, bytes grew and a picture was tapped', async () => {
    const { state, world, context } = await idle();
    await world.send({ type: 'stream.start' });
    expect(state()).toBe('starting.waiting.publishing');
    await world.advance(600);
    expect(state()).toBe('starting.waiting.tapping');
    await world.advance(1000);
    expect(state()).toBe('live.flowing');
    expect(context().process?.pid).toBe(world.capture?.process.pid);
    expect(world.starts).toEqual([plan()]);
  });

  test('bytes that were on the path before the start do not count', async () => {
    const { state, world } = await idle();
    world.publishing = false;
    await world.send({ type: 'stream.start' });
    const path = {
      name: 'camera0',
      available: true,
      availableTime: 't',
      sourceId: 's',
      inboundBytes: 5000,
      readers: 0,
    };
    await world.send({ type: 'path.observed', path, monoMs: 1, atMs: 1 });
    expect(state()).toBe('starting.waiting.publishing');
    await world.send({ type: 'path.observed', path: { ...path, inboundBytes: 5001 }, monoMs: 2, atMs: 2 });
    expect(state()).toBe('starting.waiting.tapping');
  });

  test('gives up after the start timeout, exactly, and says why', async () => {
    const { state, world, context } = await idle();
    world.publishing = false;
    await world.send({ type: 'stream.start' });
    await world.advance(9999);
    expect(state()).toBe('starting.waiting.publishing');
    await world.advance(1 + world.stopTakesMs);
    expect(state()).toBe('backoff');
    expect(context().trouble?.reason).toBe('not_published_in_time');
    expect(world.capture).toBeNull();
  });

  test('a capture that publishes without a picture fails when the tap could have been written', async () => {
    const { state, world, context } = await idle();
    world.frames = false;
    await world.send({ type: 'stream.start' });
    await world.advance(600 + 4000 + world.tapCheckTakesMs + world.stopTakesMs);
    expect(state()).toBe('backoff');
    expect(context().trouble?.reason).toBe('no_first_frame');
  });

  test('a tap that cannot be written counts neither for nor against', async () => {
    const { state, world, context } = await idle();
    world.tapProblem = 'The runtime folder is full.';
    await world.send({ type: 'stream.start' });
    await world.advance(600 + 4000 + world.tapCheckTakesMs);
    expect(state()).toBe('live.flowing');
    expect(context().tapTrouble?.reason).toBe('tap_unavailable');
    await world.advance(60_000);
    expect(state()).toBe('live.flowing');
    world.tapProblem = null;
    await world.advance(1000);
    expect(context().tapTrouble).toBeNull();
  });

  test('the reason may go before it is live: the capture is ended', async () => {
    const { state, world } = await idle();
    await world.send({ type: 'stream.start' });
    await world.send({ type: 'stream.stop' });
    expect(state()).toBe('stopping');
    await world.advance(100);
    expect(state()).toBe('idle');
    expect(world.capture).toBeNull();
  });
});

describe('who needs it', () => {
  test('stop_streaming ends it when nobody else needs it, after one look at the readers', async () => {
    const { state, world } = await live();
    await world.send({ type: 'stream.stop' });
    expect(state()).toBe('stopping');
    await world.advance(100);
    expect(state()).toBe('idle');
    expect(world.told('call.changed').map(({ wanted }) => wanted)).toEqual([true, false]);
  });

  test('a call without readers lapses after its time; one with readers does not', async () => {
    const { state, world, context } = await live();
    world.readers = 1;
    await world.advance(300_000);
    expect(context().reasons).toContain('call');
    world.readers = 0;
    await world.advance(300_000);
    expect(context().reasons).not.toContain('call');
    expect(state()).toBe('idle');
    expect(world.told('call.changed').at(-1)).toMatchObject({ wanted: false });
  });

  test('a second call starts its time anew, and stopping twice is harmless', async () => {
    const { world, context } = await live();
    await world.advance(200_000);
    await world.send({ type: 'stream.start' });
    await world.advance(200_000);
    expect(context().reasons).toEqual(['call']);
    await world.send({ type: 'stream.stop' });
    await world.send({ type: 'stream.stop' });
    expect(context().reasons).toEqual([]);
  });

  test('a call of an earlier life still holds, and still lapses', async () => {
    const world = new FakeWorld();
    const { state } = await idle({ callWanted: true }, world);
    await world.advance(2000);
    expect(state()).toBe('live.flowing');
    await world.advance(300_000);
    expect(state()).toBe('idle');
  });

  test('a held viewer starts it, sees the picture, and it ends one closing time after the last reader', async () => {
    const { state, world, child } = await idle();
    await world.send({ type: 'demand.touched' });
    expect(state()).toBe('starting.waiting.publishing');
    await world.advance(2000);
    expect(state()).toBe('live.flowing');
    world.readers = 1;
    await world.advance(60_000);
    expect(child('viewers')).toBe('watching');
    world.readers = 0;
    await world.advance(1000);
    expect(child('viewers')).toBe('closing');
    await world.advance(9000);
    expect(state()).toBe('live.flowing');
    await world.advance(1100);
    expect(state()).toBe('idle');
    expect(world.capture).toBeNull();
  });

  test('a stale demand file costs one closing time, no more', async () => {
    const { state, world } = await idle();
    await world.send({ type: 'demand.touched' });
    await world.advance(1400);
    expect(state()).toBe('live.flowing');
    await world.advance(10_000);
    expect(['stopping', 'idle']).toContain(state());
  });

  test('a stale demand file that is found while something else keeps it live costs one closing time too', async () => {
    const { state, world, context } = await live();
    await world.send({ type: 'demand.touched' });
    await world.send({ type: 'stream.stop' });
    expect(context().reasons).toEqual(['viewers']);
    await world.advance(9999);
    expect(state()).toBe('live.flowing');
    await world.advance(100);
    expect(['stopping', 'idle']).toContain(state());
  });

  test('a viewer who joined while a recording kept it live keeps its picture when the recording ends', async () => {
    const { state, world, context } = await idle();
    await world.send({ type: 'recording.order', order: order() });
    await world.advance(3000);
    expect(state()).toBe('live.flowing');
    world.readers = 1;
    await world.advance(1000);
    await world.send({ type: 'recording.stop', reason: 'requested' });
    await world.advance(60_000);
    expect(context().session).toBeNull();
    expect(state()).toBe('live.flowing');
    expect(context().reasons).toEqual(['viewers']);
    world.readers = 0;
    await world.advance(12_000);
    expect(state()).toBe('idle');
  });

  test('a viewer who joins at the very end is found by the last look', async () => {
    const { state, world } = await live();
    world.readers = 1;
    await world.send({ type: 'stream.stop' });
    expect(state()).toBe('live.flowing');
    await world.advance(30_000);
    expect(state()).toBe('live.flowing');
  });

  test('the last look ends the capture when nobody can be asked', async () => {
    const { state, world } = await live();
    world.server = null;
    await world.send({ type: 'stream.stop' });
    expect(state()).toBe('stopping');
  });

  test('a server that answers slowly does not keep the last look going for ever', async () => {
    const world = new FakeWorld();
    const { state } = await live({}, world);
    world.answersAfterMs = 4000;
    await world.send({ type: 'stream.stop' });
    expect(state()).toContain('live.lastLook');
    await world.advance(4000 + 100);
    expect(state()).toBe('idle');
  });

  test('a new reason during the last look keeps the capture', async () => {
    const world = new FakeWorld();
    const { state } = await live({}, world);
    world.answersAfterMs = 4000;
    const pid = world.capture?.process.pid;
    await world.send({ type: 'stream.stop' });
    await world.advance(1500);
    await world.send({ type: 'stream.start' });
    expect(state()).toBe('live.flowing');
    await world.advance(10_000);
    expect(world.capture?.process.pid).toBe(pid);
  });

  test('what went late during the last look is not forgotten when it goes on', async () => {
    const world = new FakeWorld();
    const { state } = await live({}, world);
    world.answersAfterMs = 60_000;
    world.frames = false;
    await world.send({ type: 'stream.stop' });
    await world.advance(5000);
    await world.send({ type: 'stream.start' });
    expect(state()).toContain('live.suspect');
  });
});

describe('well for long', () => {
  test('forgets earlier failures only after 30 s of flowing', async () => {
    const world = new FakeWorld();
    const { state, context } = await idle({}, world);
    world.startTrouble = { code: 'capture-failed', reason: 'x', message: 'x' };
    await world.send({ type: 'stream.start' });
    await world.advance(100);
    expect(context().attempts).toBe(1);
    world.startTrouble = null;
    await world.advance(1000 + 1900);
    expect(state()).toBe('live.flowing');
    await world.advance(28_000);
    expect(context().attempts).toBe(1);
    await world.advance(3000);
    expect(context().attempts).toBe(0);
  });

  test('a plan that changes while it is live waits until it is started again', async () => {
    const { state, world } = await live();
    await world.send({ type: 'camera.ready', ladder: ladder({ fourcc: 'MJPG' }) });
    await world.advance(1000);
    expect(state()).toBe('live.flowing');
    expect(world.starts).toHaveLength(1);
    await world.captureEnds();
    await world.advance(4000);
    expect(world.starts.at(-1)?.fourcc).toBe('MJPG');
  });

  test('a refused entry while it is live is told as trouble and ends nothing', async () => {
    const world = new FakeWorld();
    const { state, context } = await live({}, world);
    world.writeFailure = new CameraError('media-server-refused', 'Invalid path.');
    await world.send({ type: 'entry.drifted' });
    world.config.delete('camera0');
    expect(context().trouble?.code).toBe('media-server-refused');
    expect(state()).toBe('live.flowing');
  });

  test('looks at the paths are quick only while it starts, republishes or stops', async () => {
    const { world } = await live();
    expect(world.told('watch.fast')).toHaveLength(1);
    expect(world.told('watch.slow')).toHaveLength(1);
    await world.send({ type: 'stream.stop' });
    await world.advance(100);
    expect(world.told('watch.fast')).toHaveLength(2);
    expect(world.told('watch.slow')).toHaveLength(2);
  });
});

describe('adoption', () => {
  /** A first life that was killed: its actors are gone, its capture and its server are not. */
  async function secondLife(
    before: (world: FakeWorld) => Promise<unknown> = async () => undefined,
    fields: Partial<StreamInput> = {},
  ) {
    const world = new FakeWorld();
    const first = await live({}, world);
    world.readers = 1;
    await world.advance(1000);
    kill(first.actor);
    await before(world);
    const rig = await start({ expected: true, callWanted: true, ...fields }, world);
    await world.advance(20);
    return { ...rig, pid: first.context().process?.pid };
  }

  test('takes over a capture on the same device: same pid, never stopped, live again', async () => {
    const { state, world, context, pid } = await secondLife();
    expect(state()).toBe('adopting.waitingForCamera');
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.advance(1500);
    expect(state()).toBe('live.flowing');
    expect(context().process).toMatchObject({ pid, adopted: true });
    expect(world.starts).toHaveLength(1);
    await world.advance(60_000);
    expect(world.capture?.process.pid).toBe(pid);
  });

  test('waits for the media server when that is missing, and keeps the capture', async () => {
    const { state, world, pid } = await secondLife(async (w) => w.serverDies(), { server: null });
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.advance(60_000);
    expect(state()).toBe('live.republishing.serverDown');
    await world.serverReturns();
    await world.advance(1000);
    expect(state()).toBe('live.flowing');
    expect(world.capture?.process.pid).toBe(pid);
  });

  test('ends a capture whose camera came back under another node, and starts anew there', async () => {
    const { state, world, pid } = await secondLife();
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video4'] });
    await world.send({ type: 'camera.ready', ladder: ladder({ devicePath: '/dev/video4' }) });
    await world.advance(3000);
    expect(state()).toBe('live.flowing');
    expect(world.capture?.process.pid).not.toBe(pid);
    expect(world.starts.at(-1)?.devicePath).toBe('/dev/video4');
    expect(world.violations).toEqual([]);
  });

  test('ends a capture whose camera is gone', async () => {
    const { state, world } = await secondLife();
    await world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: world.wallMs() });
    await world.advance(100);
    expect(state()).toBe('unavailable');
    expect(world.capture).toBeNull();
    expect(world.config.size).toBe(0);
  });

  test('begins from nothing when no capture is left', async () => {
    const { state, world } = await secondLife(async (w) => w.captureEnds());
    expect(state()).toBe('unavailable');
    await world.send({ type: 'camera.ready', ladder: ladder() });
    await world.advance(2000);
    expect(state()).toBe('live.flowing');
  });

  test('begins from nothing when it cannot be found out', async () => {
    const world = new FakeWorld();
    const findCapture = new FakeCall<null, string>(() => {
      throw new Error('no /proc');
    });
    const machine = streamIn(world).provide({ actors: { findCapture: findCapture.logic as never } });
    const rig = await startMachine(machine, {
      cameraId: 'camera0',
      limits: streamLimits,
      recordingLimits,
      expected: true,
      callWanted: false,
      recordingWishes: [],
      server: serverInfo(),
    });
    expect(rig.state()).toBe('unavailable');
    expect(rig.actor.getSnapshot().context.trouble?.message).toBe('no /proc');
  });

  test('learns where the camera is while it still looks for the capture', async () => {
    const world = new FakeWorld();
    const first = await live({}, world);
    kill(first.actor);
    const findCapture = new FakeCall<unknown, string>();
    const machine = streamIn(world).provide({ actors: { findCapture: findCapture.logic as never } });
    const rig = await startMachine(
      machine,
      {
        cameraId: 'camera0',
        limits: streamLimits,
        recordingLimits,
        expected: true,
        callWanted: true,
        recordingWishes: [],
        server: serverInfo(),
      },
      world.clock,
    );
    await rig.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    expect(rig.state()).toBe('adopting.looking');
    await findCapture.resolve({ process: world.capture?.process, devicePath: '/dev/video0', plan: plan() });
    expect(rig.state()).toContain('live.republishing');
  });

  test('a capture that dies in the moment of adoption is a failure like any other', async () => {
    const { state, world, context } = await secondLife();
    world.capture = null;
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.send({ type: 'camera.ready', ladder: ladder() });
    await world.advance(100);
    expect(state()).toBe('backoff');
    expect(context().attempts).toBe(1);
    await world.advance(3000);
    expect(state()).toBe('live.flowing');
  });
});
