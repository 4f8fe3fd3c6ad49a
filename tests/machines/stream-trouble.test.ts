/** The stream in trouble: failures and waits, the three levels of liveness, a lost server, an unplug, the end. */
import { describe, expect, test } from 'vitest';
import type { Trouble } from '../../src/machines/errors.ts';
import { lateTrouble } from '../../src/machines/stream-causes.ts';
import type { StreamLimits } from '../../src/machines/stream-values.ts';
import type { WatchdogSubject } from '../../src/machines/watchdog.ts';
import { type StreamRig, startStream } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { ladder, order, streamLimits } from '../support/machine-fixtures.ts';
import { STREAM_STATES, streamIn } from '../support/stream-states.ts';

const trouble = (code: Trouble['code']): Trouble => ({
  code,
  reason: code.replaceAll('-', '_'),
  message: `Fake: ${code}.`,
});
const ready = { type: 'camera.ready', ladder: ladder() };

async function live(limits: Partial<StreamLimits> = {}, world = new FakeWorld()) {
  const rig = await startStream(world, { limits: { ...streamLimits, ...limits } });
  await world.send(ready);
  await world.send({ type: 'stream.start' });
  await world.advance(2000);
  expect(rig.state()).toBe('live.flowing');
  return rig;
}

/** Lets time pass until it is there. */
async function reaches(rig: StreamRig, state: string, withinMs: number): Promise<void> {
  for (let waitedMs = 0; rig.state() !== state && waitedMs < withinMs; waitedMs += 10)
    await rig.world.advance(10);
  expect(rig.state()).toBe(state);
}

describe('failures', () => {
  test('a device that never works is tried six times with growing waits, then faulted, then tried slowly', async () => {
    const world = new FakeWorld();
    const rig = await startStream(world);
    world.startTrouble = trouble('capture-failed');
    await world.send(ready);
    const startsAtMs: number[] = [];
    await world.send({ type: 'stream.start' });
    for (let seen = 0; rig.state() !== 'faulted'; await world.advance(1)) {
      if (world.starts.length > seen) startsAtMs.push(world.clock.now());
      seen = world.starts.length;
    }
    const waits = startsAtMs.map((atMs, n) => atMs - (startsAtMs[n - 1] ?? 0)).slice(1);
    // Each try takes 1 ms to end and 50 ms to be cleared away.
    expect(waits).toEqual([1051, 2051, 4051, 8051, 16_051]);
    expect(rig.context()).toMatchObject({ attempts: 6, trouble: { code: 'capture-failed' } });
    await world.advance(59_900);
    expect(world.starts).toHaveLength(6);
    await world.advance(100);
    expect(world.starts).toHaveLength(7);
    await world.advance(100);
    expect(rig.state()).toBe('faulted');
  });

  test.each(['device-busy', 'no-permission', 'no-bandwidth', 'missing-program'] as const)(
    'a capture that ends with %s is not worth retrying fast',
    async (code) => {
      const rig = await live();
      await rig.world.captureEnds(trouble(code));
      await rig.world.advance(100);
      expect(rig.state()).toBe('faulted');
      expect(rig.context().trouble?.code).toBe(code);
      await rig.world.advance(60_000 + 3000);
      expect(rig.state()).toBe('live.flowing');
    },
  );

  test('faulted costs nothing: no process, no quick looks', async () => {
    const rig = await streamIn('faulted');
    expect(rig.world.capture).toBeNull();
    expect(rig.world.told('watch.fast')).toHaveLength(rig.world.told('watch.slow').length);
  });

  test.each(['backoff', 'faulted'])(
    'an order to retry ends %s at once and forgets the failures',
    async (state) => {
      const rig = await streamIn(state);
      await rig.world.send({ type: 'stream.retry' });
      expect(rig.state()).toBe('starting.waiting.publishing');
      expect(rig.context().attempts).toBe(0);
    },
  );

  test('a capture that is killed is noticed, cleared away, waited for, and live again with another pid', async () => {
    const rig = await live();
    const pid = rig.world.capture?.process.pid;
    await rig.world.captureEnds();
    expect(rig.state()).toBe('clearing');
    await rig.world.advance(50);
    expect(rig.state()).toBe('backoff');
    await rig.world.advance(999);
    expect(rig.state()).toBe('backoff');
    await rig.world.advance(2500);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.capture?.process.pid).not.toBe(pid);
    expect(rig.world.violations).toEqual([]);
  });

  test('what cannot be cleared away does not stop the retries', async () => {
    const rig = await live();
    rig.world.stopFails = true;
    await rig.world.captureEnds();
    await rig.world.advance(50);
    expect(rig.state()).toBe('backoff');
  });

  test('a stream that nobody needs any more goes back to idle from backoff and from faulted', async () => {
    for (const state of ['backoff', 'faulted']) {
      const rig = await streamIn(state);
      await rig.world.send({ type: 'stream.stop' });
      await rig.world.advance(60_100);
      expect(rig.state()).toBe('idle');
      expect(rig.world.capture).toBeNull();
    }
  });
});

describe('signs of life', () => {
  test('bytes that stand still are suspect after 3 s, and end the capture 5 s later', async () => {
    const rig = await live();
    rig.world.bytesStandStill = true;
    await rig.world.advance(2900);
    expect(rig.state()).toBe('live.flowing');
    await rig.world.advance(1100);
    expect(rig.state()).toBe('live.suspect.waiting');
    expect(rig.context().late).toEqual(['bytes']);
    await rig.world.advance(5000);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().trouble?.reason).toBe('stream_stalled');
    expect(rig.world.starts).toHaveLength(1);
  });

  test('a server that does not answer says nothing about the bytes: the capture is left alone', async () => {
    const rig = await live();
    rig.world.answersLooks = false;
    await rig.world.advance(60_000);
    expect(rig.state()).toBe('live.flowing');
    rig.world.answersLooks = true;
    rig.world.bytesStandStill = true;
    await rig.world.advance(4100);
    expect(rig.state(), 'and is looked at again').toBe('live.suspect.waiting');
    rig.world.answersLooks = false;
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.starts).toHaveLength(1);
  });

  test('bytes that come back in time are forgiven', async () => {
    const rig = await streamIn('live.suspect.waiting');
    await rig.world.advance(1100);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.context()).toMatchObject({ late: [], attempts: 0 });
  });

  test('pictures that stop are suspect after 4 s; with a healthy disk that ends the capture', async () => {
    const rig = await live();
    rig.world.frames = false;
    await rig.world.advance(4100);
    expect(rig.state()).toBe('live.suspect.waiting');
    await rig.world.advance(5100);
    expect(rig.state()).toBe('backoff');
  });

  test('pictures that stop because the disk under the tap is full say nothing about the stream', async () => {
    const rig = await live();
    rig.world.tapProblem = 'The runtime folder is full.';
    await rig.world.advance(120_000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.context().tapTrouble?.message).toBe('The runtime folder is full.');
    rig.world.tapProblem = null;
    await rig.world.advance(1000);
    expect(rig.context().tapTrouble).toBeNull();
    rig.world.frames = false;
    await rig.world.advance(4100);
    expect(rig.state()).toBe('live.suspect.waiting');
  });

  test('pictures that come back in time are forgiven', async () => {
    const rig = await live();
    rig.world.frames = false;
    await rig.world.advance(5000);
    rig.world.frames = true;
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.flowing');
  });

  test('a frozen picture is reported after 30 s and, by policy, nothing more', async () => {
    const rig = await live();
    rig.world.frozen = true;
    await rig.world.advance(32_000);
    expect(rig.state()).toBe('live.suspect.waiting');
    expect(rig.context().late).toEqual(['picture']);
    expect(lateTrouble(rig.context())).toMatchObject({
      reason: 'picture_frozen',
      message: 'The camera has sent the very same picture for 30 s.',
    });
    await rig.world.advance(300_000 - 40_000);
    expect(rig.state()).toBe('live.suspect.waiting');
    expect(rig.world.starts).toHaveLength(1);
    rig.world.frozen = false;
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.flowing');
  });

  test('a frozen picture restarts the capture where the policy says so', async () => {
    const rig = await live({ picturePolicy: 'restart' });
    rig.world.frozen = true;
    await rig.world.advance(32_000);
    expect(rig.state()).toBe('live.suspect.waiting');
    await reaches(rig, 'backoff', 5100);
    expect(rig.context().trouble).toMatchObject({ reason: 'picture_frozen' });
  });

  test('each sign of life that is late has its own sentence, and none of them none', async () => {
    const rig = await live();
    const said = (late: readonly WatchdogSubject[]) => lateTrouble({ ...rig.context(), late })?.message;
    expect(said([])).toBeUndefined();
    expect(new Set([said(['bytes']), said(['frames']), said(['picture'])]).size).toBe(3);
    expect(said(['picture', 'bytes', 'frames'])).toBe(said(['frames']));
  });

  test('a frozen picture does not hide bytes that stop', async () => {
    const rig = await live();
    rig.world.frozen = true;
    await rig.world.advance(32_000);
    rig.world.bytesStandStill = true;
    await reaches(rig, 'backoff', 4000 + 5100);
  });

  test('in suspect a lost reason ends the capture, and a lost server makes it republish', async () => {
    const rig = await streamIn('live.suspect.waiting');
    await rig.world.send({ type: 'stream.stop' });
    expect(rig.state()).toBe('stopping');
    const other = await streamIn('live.suspect.waiting');
    await other.world.serverDies();
    expect(other.state()).toBe('live.republishing.serverDown');
  });
});

describe('republishing', () => {
  test('a path that goes while pictures arrive keeps the capture and comes back with it', async () => {
    const rig = await streamIn('live.republishing.serverUp');
    const pid = rig.world.capture?.process.pid;
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.capture?.process.pid).toBe(pid);
    expect(rig.context().attempts).toBe(0);
  });

  test('a killed media server: the capture keeps its pid, pictures go on, live again when it is back', async () => {
    const rig = await streamIn('live.republishing.serverDown');
    const pid = rig.world.capture?.process.pid;
    const before = rig.context().frame?.seenMonoMs ?? 0;
    await rig.world.advance(200_000);
    expect(rig.state()).toBe('live.republishing.serverDown');
    expect(rig.context().frame?.seenMonoMs).toBeGreaterThan(before);
    await rig.world.serverReturns();
    expect(rig.state()).toBe('live.republishing.serverUp');
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.capture?.process.pid).toBe(pid);
  });

  test('a server that is well for 10 s without the capture ends it', async () => {
    const rig = await live();
    rig.world.publishing = false;
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.republishing.serverUp');
    await rig.world.advance(10_000 + 50);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().trouble?.reason).toBe('not_republished');
  });

  test('the 10 s begin anew when the server goes again', async () => {
    const rig = await live();
    rig.world.publishing = false;
    await rig.world.advance(9000);
    await rig.world.serverDies();
    await rig.world.advance(60_000);
    await rig.world.serverReturns();
    await rig.world.advance(9900);
    expect(rig.state()).toBe('live.republishing.serverUp');
  });

  test('pictures that stop while the server is away are judged when it is back, not before', async () => {
    const rig = await streamIn('live.republishing.serverDown');
    rig.world.frames = false;
    await rig.world.advance(20_000);
    expect(rig.state()).toBe('live.republishing.serverDown');
    expect(rig.context().late).toEqual(['frames']);
    await rig.world.serverReturns();
    await rig.world.advance(1000);
    expect(rig.state()).toBe('live.suspect.waiting');
    await rig.world.advance(6000);
    expect(rig.world.starts).toHaveLength(2);
  });

  test('pictures that stop while the capture should republish are suspect', async () => {
    const rig = await streamIn('live.republishing.serverUp');
    rig.world.publishing = false;
    rig.world.frames = false;
    await rig.world.advance(5000);
    expect(rig.state()).toBe('live.suspect.waiting');
    await reaches(rig, 'backoff', 6000);
    expect(rig.context().trouble?.reason).toBe('stream_stalled');
  });

  test('nobody left to publish for: the capture is ended', async () => {
    const rig = await streamIn('live.republishing.serverDown');
    await rig.world.send({ type: 'stream.stop' });
    await rig.world.advance(100);
    expect(rig.state()).toBe('unavailable');
    expect(rig.world.capture).toBeNull();
  });

  test('a publisher that is replaced between two looks is an interruption that nobody saw otherwise', async () => {
    const rig = await live();
    await rig.world.send({ type: 'recording.order', order: order() });
    await rig.world.advance(3050);
    expect(rig.child(`recording:${order().session}`)).toContain('rolling.growing');
    const lookedAtMs = rig.context().observedAtMs;
    const path = { ...rig.context().observation!, sourceId: 'another', inboundBytes: 100 };
    await rig.world.send({ type: 'path.observed', path, monoMs: 1, atMs: rig.world.wallMs() });
    expect(rig.state()).toBe('live.flowing');
    const recording = rig.actor.getSnapshot().children[`recording:${order().session}`] as never as {
      getSnapshot(): { context: { interruptions: { cause: string }[] } };
    };
    // After the last look: the new publisher may have been recorded since.
    expect(lookedAtMs).toBeLessThan(rig.world.wallMs());
    expect(recording.getSnapshot().context.interruptions).toMatchObject([
      { cause: 'publisher_replaced', atMs: lookedAtMs },
    ]);
  });
});

describe('the media server goes', () => {
  const after: Record<string, string> = {
    provisioning: 'unavailable',
    idle: 'unavailable',
    unavailable: 'unavailable',
    backoff: 'unavailable',
    faulted: 'unavailable',
    'starting.waiting.publishing': 'starting.paused',
    'starting.waiting.tapping': 'starting.paused',
    'live.flowing': 'live.republishing.serverDown',
    'live.republishing.serverUp': 'live.republishing.serverDown',
  };

  test.each(Object.entries(after))('in %s: %s, and it recovers', async (state, expected) => {
    const rig = await streamIn(state);
    await rig.world.serverDies();
    expect(rig.state()).toBe(expected);
    await rig.world.advance(30_000);
    expect(rig.state()).toBe(expected);
    await rig.world.serverReturns();
    if (state === 'unavailable') await rig.world.send(ready);
    await rig.world.send({ type: 'stream.start' });
    await rig.world.advance(64_000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.violations).toEqual([]);
  });

  test('while stopping: finishes into unavailable', async () => {
    const rig = await streamIn('stopping');
    await rig.world.serverDies();
    await rig.world.advance(100);
    expect(rig.state()).toBe('unavailable');
    expect(rig.world.capture).toBeNull();
  });

  test('attempts are kept over it, and backoff is where it goes on', async () => {
    const rig = await streamIn('backoff');
    await rig.world.serverDies();
    await rig.world.serverReturns();
    expect(rig.state()).toBe('backoff');
    expect(rig.context().attempts).toBe(1);
    await rig.world.advance(1000);
    expect(rig.state()).toBe('starting.waiting.publishing');
  });

  test('faulted is where it goes on when it was faulted', async () => {
    const rig = await streamIn('faulted');
    await rig.world.serverDies();
    await rig.world.serverReturns();
    expect(rig.state()).toBe('faulted');
  });

  test('a start stands still meanwhile: the limit begins anew and nothing is counted', async () => {
    const rig = await streamIn('starting.waiting.publishing');
    await rig.world.advance(200);
    await rig.world.serverDies();
    await rig.world.advance(60_000);
    expect(rig.state()).toBe('starting.paused');
    rig.world.publishing = false;
    await rig.world.serverReturns();
    await rig.world.advance(9999);
    expect(rig.state()).toBe('starting.waiting.publishing');
    expect(rig.context().attempts).toBe(0);
    rig.world.publishing = true;
    await rig.world.advance(1);
    expect(rig.state()).not.toBe('live.flowing');
  });

  test('a paused start whose capture ends, or that nobody needs any more, goes on', async () => {
    const ended = await streamIn('starting.paused');
    await ended.world.captureEnds();
    await ended.world.advance(100);
    expect(ended.state()).toBe('unavailable');
    const unneeded = await streamIn('starting.paused');
    await unneeded.world.send({ type: 'stream.stop' });
    await unneeded.world.advance(100);
    expect(unneeded.state()).toBe('unavailable');
    expect(unneeded.world.capture).toBeNull();
  });
});

describe('unplug', () => {
  test.each(Object.keys(STREAM_STATES))(
    'in %s: no capture, no path, and a re-plug makes it live again',
    async (state) => {
      const rig = await streamIn(state);
      const { world } = rig;
      await world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: world.wallMs() });
      // The device is gone, so the capture cannot go on for long whatever the state was.
      await world.advance(3000);
      expect(rig.state()).toBe('unavailable');
      expect(world.capture).toBeNull();
      expect(rig.context()).toMatchObject({ process: null, plan: null, attempts: 0, late: [] });
      expect(rig.actor.getSnapshot().children).not.toHaveProperty('capture');
      expect(rig.actor.getSnapshot().children).not.toHaveProperty('tap');
      if (world.server === null) await world.serverReturns();
      expect(world.config.size).toBe(0);
      expect(world.told('entry.wanted').at(-1)?.entry).toBeNull();
      await world.send(ready);
      await world.send({ type: 'stream.start' });
      await world.advance(3000);
      expect(rig.state()).toBe('live.flowing');
      expect(world.violations).toEqual([]);
    },
  );

  test('a re-plug that is quicker than the end of the capture waits for it', async () => {
    const rig = await streamIn('unplugging');
    await rig.world.send({ type: 'camera.ready', ladder: ladder({ devicePath: '/dev/video4' }) });
    expect(rig.state()).toBe('unplugging');
    await rig.world.advance(3000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.world.violations).toEqual([]);
    expect(rig.world.config.size).toBe(1);
  });

  test('a capture that cannot be ended does not hold it up', async () => {
    const rig = await live();
    rig.world.stopFails = true;
    await rig.world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: 1 });
    await rig.world.advance(100);
    expect(rig.state()).toBe('unavailable');
  });
});

describe('release', () => {
  test.each(Object.keys(STREAM_STATES))('in %s: ends with nothing left behind', async (state) => {
    const rig = await streamIn(state);
    const { world } = rig;
    await world.send({ type: 'stream.release', reason: 'service_stopped' });
    await world.advance(2000);
    expect(rig.actor.getSnapshot().status).toBe('done');
    expect(world.told('stream.released')).toHaveLength(1);
    expect(world.capture).toBeNull();
    expect(world.config.size).toBe(0);
  });

  test('finalises a running session first', async () => {
    const rig = await live();
    await rig.world.send({ type: 'recording.order', order: order() });
    await rig.world.advance(3000);
    await rig.world.send({ type: 'stream.release', reason: 'service_stopped' });
    await rig.world.advance(2000);
    expect(rig.actor.getSnapshot().status).toBe('done');
    expect(rig.world.finished).toMatchObject([{ reason: 'service_stopped', outcome: 'completed' }]);
  });

  test('takes no new order and no late news of the camera', async () => {
    const rig = await live();
    rig.world.stopTakesMs = 1000;
    await rig.world.send({ type: 'stream.release', reason: 'camera_forgotten' });
    await rig.world.send({ type: 'recording.order', order: order() });
    await rig.world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: 1 });
    expect(rig.state()).toBe('releasing.capture');
    await rig.world.advance(2000);
    expect(rig.actor.getSnapshot().status).toBe('done');
    expect(rig.world.wishes.recordings.size).toBe(0);
  });

  test('ends in its time even when the capture cannot be ended and the path cannot be written', async () => {
    const rig = await live();
    rig.world.stopTakesMs = 3_600_000;
    await rig.world.send({ type: 'stream.release', reason: 'service_stopped' });
    await rig.world.advance(14_999);
    expect(rig.state()).toBe('releasing.capture');
    await rig.world.advance(1);
    expect(rig.actor.getSnapshot().status).toBe('done');
  });

  test('goes on when the capture cannot be ended', async () => {
    const rig = await live();
    rig.world.stopFails = true;
    await rig.world.send({ type: 'stream.release', reason: 'service_stopped' });
    await rig.world.advance(200);
    expect(rig.actor.getSnapshot().status).toBe('done');
  });
});
