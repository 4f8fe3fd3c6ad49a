/** A way into every state of the stream in a fake world, for tests of what must hold in each of them. */
import { kill, type StreamRig, startStream } from './fake-camera.ts';
import { FakeWorld } from './fake-world.ts';
import { ladder } from './machine-fixtures.ts';

type Way = (world: FakeWorld) => Promise<StreamRig>;

const ready = { type: 'camera.ready', ladder: ladder() };
const wanted = { type: 'stream.start' };

const idle: Way = async (world) => {
  const rig = await startStream(world);
  await world.send(ready);
  return rig;
};

const starting: Way = async (world) => {
  const rig = await idle(world);
  await world.send(wanted);
  return rig;
};

const live: Way = async (world) => {
  const rig = await starting(world);
  await world.advance(2000);
  return rig;
};

/** The first life was killed; its capture runs. */
const adopting: Way = async (world) => {
  const first = await live(world);
  kill(first.actor);
  return startStream(world, { expected: true, callWanted: true });
};

/** Every state of the stream that it can rest in, and how to get there; `call` is a reason in all of them. */
export const STREAM_STATES: Readonly<Record<string, Way>> = {
  'adopting.looking': adopting,
  'adopting.waitingForCamera': async (world) => {
    const rig = await adopting(world);
    await world.advance(20);
    return rig;
  },
  unavailable: async (world) => {
    const rig = await startStream(world);
    await world.send(wanted);
    return rig;
  },
  provisioning: async (world) => {
    world.writesTakeMs = 1000;
    const rig = await idle(world);
    await world.send(wanted);
    world.writesTakeMs = 0;
    return rig;
  },
  idle,
  'starting.waiting.publishing': starting,
  'starting.waiting.tapping': async (world) => {
    const rig = await starting(world);
    await world.advance(600);
    return rig;
  },
  'starting.waiting.checkingTap': async (world) => {
    world.frames = false;
    const rig = await starting(world);
    while (rig.state().startsWith('starting') && !rig.state().endsWith('checkingTap'))
      await world.advance(10);
    world.frames = true;
    return rig;
  },
  'starting.paused': async (world) => {
    const rig = await starting(world);
    await world.serverDies();
    return rig;
  },
  'live.flowing': live,
  'live.suspect.waiting': async (world) => {
    const rig = await live(world);
    world.publishing = true;
    world.bytesStandStill = true;
    await world.advance(4000);
    world.bytesStandStill = false;
    return rig;
  },
  'live.suspect.checkingTap': async (world) => {
    const rig = await live(world);
    world.frames = false;
    while (rig.state() === 'live.flowing') await world.advance(10);
    world.frames = true;
    return rig;
  },
  'live.republishing.serverUp': async (world) => {
    const rig = await live(world);
    world.publishing = false;
    await world.advance(1000);
    world.publishing = true;
    return rig;
  },
  'live.republishing.serverDown': async (world) => {
    const rig = await live(world);
    await world.serverDies();
    return rig;
  },
  'live.lastLook.asking': async (world) => {
    const rig = await live(world);
    world.answersAfterMs = 5000;
    await world.send({ type: 'stream.stop' });
    world.answersAfterMs = 0;
    return rig;
  },
  stopping: async (world) => {
    const rig = await live(world);
    await world.send({ type: 'stream.stop' });
    await world.send(wanted);
    return rig;
  },
  clearing: async (world) => {
    const rig = await live(world);
    await world.captureEnds();
    return rig;
  },
  backoff: async (world) => {
    const rig = await live(world);
    await world.captureEnds();
    await world.advance(100);
    return rig;
  },
  faulted: async (world) => {
    world.startTrouble = { code: 'device-busy', reason: 'device_busy', message: 'Held by another program.' };
    const rig = await starting(world);
    await world.advance(100);
    world.startTrouble = null;
    return rig;
  },
  unplugging: async (world) => {
    const rig = await live(world);
    await world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: world.wallMs() });
    return rig;
  },
};

/** A stream that rests in this state. @throws Error when the way there does not lead there */
export async function streamIn(state: string, world = new FakeWorld()): Promise<StreamRig> {
  const rig = await STREAM_STATES[state]!(world);
  if (rig.state() !== state) throw new Error(`The way to ${state} led to ${rig.state()}.`);
  return rig;
}
