/** What a stream makes of somebody else on its path, in a simulated world. */
import { expect, test } from 'vitest';
import type { Rival } from '../../src/machines/rival.ts';
import type { StreamRig } from '../support/fake-camera.ts';
import { order, processOf } from '../support/machine-fixtures.ts';
import { streamIn } from '../support/stream-states.ts';

const rival: Rival = {
  what: 'publisher',
  publisher: {
    protocol: 'RTSP',
    kind: 'rtspSession',
    id: 'a-b-c',
    remoteAddress: '127.0.0.1:40000',
    process: { pid: 4711, command: 'ffmpeg' },
  },
};

/** Live and recorded; somebody takes the path again and again until he is found. */
async function contested(): Promise<StreamRig> {
  const rig = await streamIn('live.flowing');
  const { world } = rig;
  await world.send({ type: 'recording.order', order: order() });
  await world.advance(3000);
  world.rivals = [rival];
  for (let change = 0; change < 3 && rig.context().contest === null; change += 1) {
    world.thrownOut();
    await world.advance(1000);
  }
  return rig;
}

const causes = (rig: StreamRig) => {
  const recording = rig.actor.getSnapshot().children[`recording:${order().session}`] as never as {
    getSnapshot(): { context: { interruptions: { cause: string }[] } };
  };
  return recording.getSnapshot().context.interruptions.map(({ cause }) => cause);
};

test('is found and ended, and the capture goes on as it was', async () => {
  const rig = await contested();
  const { world } = rig;
  expect(rig.context().contest).toMatchObject({ reason: 'foreign_publisher' });
  expect(world.rivalsEnded).toEqual([rival]);
  expect(rig.state()).toBe('live.flowing');
  expect(world.starts).toHaveLength(1);
  await world.advance(6000);
  expect(rig.context().contest).toBeNull();
});

test('a recording goes on, and each cut is theirs: those before they were found, too', async () => {
  const rig = await contested();
  expect(causes(rig)).toEqual(['foreign_publisher', 'foreign_publisher']);
  rig.world.thrownOut();
  await rig.world.advance(1000);
  expect(rig.child(`recording:${order().session}`)).toBe('rolling.growing');
  expect(causes(rig)).toEqual(['foreign_publisher', 'foreign_publisher', 'foreign_publisher']);
});

test('while it is known, a path that is empty is its doing', async () => {
  const rig = await contested();
  rig.world.publishing = false;
  await rig.world.advance(1000);
  expect(rig.state()).toBe('live.republishing.serverUp');
  expect(causes(rig).at(-1)).toBe('foreign_publisher');
});

test('a capture that is kept out is not given up while it is known', async () => {
  const rig = await contested();
  const { world } = rig;
  world.publishing = false;
  for (let second = 0; second < 25; second += 1) {
    world.rivals = [rival];
    await world.advance(1000);
  }
  expect(rig.state()).toBe('live.republishing.serverUp');
  world.rivals = [];
  world.publishing = true;
  world.republish();
  await world.advance(1000);
  expect(rig.state()).toBe('live.flowing');
  expect(world.starts).toHaveLength(1);
});

test('bytes that it keeps out are no fault of the capture; once it is gone the limit runs anew', async () => {
  const rig = await contested();
  const { world } = rig;
  world.bytesStandStill = true;
  world.rivals = [rival];
  while (!rig.state().startsWith('live.suspect')) await world.advance(100);
  while (rig.context().contest !== null) {
    expect(rig.state()).toBe('live.suspect.waiting');
    await world.advance(100);
  }
  await world.advance(4900);
  expect(rig.state()).toBe('live.suspect.waiting');
  await world.advance(200);
  expect(rig.context().trouble).toMatchObject({ reason: 'stream_stalled' });
});

test('pictures that stop are the capture’s fault, whoever else publishes', async () => {
  const rig = await contested();
  const { world } = rig;
  world.frames = false;
  while (!rig.state().startsWith('live.suspect')) await world.advance(100);
  for (let second = 0; second < 8; second += 1) {
    world.rivals = [rival];
    await world.advance(1000);
  }
  expect(rig.context().trouble).toMatchObject({ reason: 'stream_stalled' });
});

test('is forgotten with the capture', async () => {
  const rig = await contested();
  const { world } = rig;
  expect(rig.child('rivals')).toBe('waiting');
  await world.captureEnds();
  await world.advance(100);
  expect(rig.context().contest).toBeNull();
  expect(rig.child('rivals')).toBe('calm');
});

test('an adopted capture is guarded like one that was started', async () => {
  const rig = await streamIn('adopting.looking');
  const { world } = rig;
  await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
  await world.advance(3000);
  expect(rig.state()).toBe('live.flowing');
  world.rivals = [{ what: 'capture', process: processOf(99) }];
  for (let change = 0; change < 3; change += 1) {
    world.thrownOut();
    await world.advance(1000);
  }
  expect(world.rivalsEnded).toEqual([{ what: 'capture', process: processOf(99) }]);
});
