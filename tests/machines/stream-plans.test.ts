/** Which way a camera is captured: its own H.264 is looked at first, and where one way fails the next is taken. */
import { describe, expect, test } from 'vitest';
import type { Trouble } from '../../src/machines/errors.ts';
import type { CapturePlan, H264Stream } from '../../src/machines/values.ts';
import { kill, startCamera, startStream } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { capabilities, device, failure, known, ladder, probed } from '../support/machine-fixtures.ts';

const trouble = (code: Trouble['code']): Trouble => ({
  code,
  reason: code.replaceAll('-', '_'),
  message: code,
});
const conforming: H264Stream = {
  ...{ profile: 'Constrained Baseline', level: 3, widthPx: 640, heightPx: 480 },
  ...{ pixelFormat: 'yuv420p', reordered: false, keyframeIntervalMs: 1000 },
};

const seen = (stream: H264Stream | null) => (plan: CapturePlan) => ({ plan, stream });

async function wanted(world: FakeWorld, ...rungs: Partial<CapturePlan>[]) {
  const rig = await startStream(world);
  await world.send({ type: 'camera.ready', ladder: ladder(...rungs) });
  await world.send({ type: 'stream.start' });
  return rig;
}

describe('where a way fails', () => {
  const MJPG = { fourcc: 'MJPG' };
  const YUYV = { fourcc: 'YUYV' };
  const fails =
    (fourcc: string, code: Trouble['code']) =>
    (plan: CapturePlan): Trouble | null =>
      plan.fourcc === fourcc ? trouble(code) : null;

  test('the next is taken at once, and what failed with why is kept', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'invalid-format');
    const { state, context } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.map(({ fourcc }) => fourcc)).toEqual(['MJPG', 'YUYV']);
    expect(context()).toMatchObject({
      failedPlans: [{ plan: { fourcc: 'MJPG' }, trouble: { code: 'invalid-format' } }],
      attempts: 0,
    });
  });

  test('another plan is no cure for what every plan would meet', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'device-busy');
    const { state, context } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    expect(state()).toBe('faulted');
    expect(context().failedPlans).toEqual([]);
    expect(world.starts).toHaveLength(1);
  });

  test('with none left it is tried again slowly, from the best way on', async () => {
    const world = new FakeWorld();
    world.planTrouble = () => trouble('no-bandwidth');
    const { state, context } = await startedWithBusUse(world);
    await world.advance(3000);
    expect(state()).toBe('faulted');
    expect(world.starts.map(({ widthPx }) => widthPx)).toEqual([640, 320]);
    world.planTrouble = () => null;
    await world.advance(300_000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.at(-1)?.widthPx).toBe(640);
    expect(context().failedPlans).toEqual([]);
  });

  test.for(['backoff', 'faulted'] as const)(
    "an operator's retry in %s begins with the best way",
    async (where) => {
      const world = new FakeWorld();
      world.planTrouble = (plan) =>
        trouble(
          plan.fourcc === 'MJPG' ? 'invalid-format' : where === 'faulted' ? 'device-busy' : 'capture-failed',
        );
      const { state } = await wanted(world, MJPG, YUYV);
      await world.advance(200);
      expect(state()).toBe(where);
      world.planTrouble = () => null;
      await world.send({ type: 'stream.retry' });
      await world.advance(2000);
      expect(world.starts.map(({ fourcc }) => fourcc)).toEqual(['MJPG', 'YUYV', 'MJPG']);
    },
  );

  test('at rest it is forgotten: the next start begins with the best way', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'invalid-format');
    const { state } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    await world.send({ type: 'stream.stop' });
    await world.advance(1000);
    expect(state()).toBe('idle');
    world.planTrouble = () => null;
    await world.send({ type: 'stream.start' });
    await world.advance(3000);
    expect(world.starts.at(-1)?.fourcc).toBe('MJPG');
  });

  test('pictures that could not be decoded once are no reason to leave a format, twice in a row they are', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'decoder-errors');
    const { state } = await wanted(world, MJPG, YUYV);
    await world.advance(300);
    expect(state()).toBe('backoff');
    await world.advance(4000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.map(({ fourcc }) => fourcc)).toEqual(['MJPG', 'MJPG', 'YUYV']);
  });

  test('again and again without a clear reason, another one is tried before it is given up', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'capture-failed');
    const { state } = await wanted(world, MJPG, YUYV);
    await world.send({ type: 'viewers.came' });
    await world.advance(60_000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.map(({ fourcc }) => fourcc)).toEqual([...Array(6).fill('MJPG'), 'YUYV']);
  });

  test('because the media server refused it, no other one is tried', async () => {
    const world = new FakeWorld();
    world.planTrouble = () => ({ ...trouble('capture-failed'), reason: 'publish_refused' });
    const { state } = await wanted(world, MJPG, YUYV);
    await world.advance(40_000);
    expect(state()).toBe('faulted');
    expect(new Set(world.starts.map(({ fourcc }) => fourcc))).toEqual(new Set(['MJPG']));
  });

  test('a retry of a stream that lives on a lower way begins with the best one', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'invalid-format');
    const { state } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    world.planTrouble = () => null;
    await world.send({ type: 'stream.retry' });
    await world.advance(4000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.at(-1)?.fourcc).toBe('MJPG');
    await world.send({ type: 'stream.retry' });
    expect(state(), 'nothing better is left: nothing is disturbed').toBe('live.flowing');
  });

  test('a capture of an earlier life is told as what it captures', async () => {
    const world = new FakeWorld();
    const first = await wanted(world, YUYV);
    await world.advance(3000);
    kill(first.actor);
    const later = await startStream(world, { expected: true, callWanted: true });
    await world.send({ type: 'camera.ready', ladder: ladder(MJPG, YUYV) });
    await world.send({ type: 'camera.present', devicePaths: ['/dev/video0'] });
    await world.advance(1000);
    expect(later.state()).toBe('live.flowing');
    expect(later.context().plan?.fourcc).toBe('YUYV');
    await world.captureEnds();
    await world.advance(5000);
    expect(world.starts.at(-1)?.fourcc).toBe('MJPG');
  });

  test('a ladder that comes anew does not write the path again: it would disturb who is held on it', async () => {
    const world = new FakeWorld();
    const { context } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    const { revision } = context();
    await world.send({ type: 'camera.ready', ladder: ladder(YUYV) });
    expect(context().revision).toBe(revision);
  });

  test('a camera that was renamed is the same one', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'invalid-format');
    const { context } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    const renamed = { cameraName: 'Front door' };
    const ways = [MJPG, YUYV].map((way) => ({ ...way, ...renamed }));
    await world.send({ type: 'camera.ready', ladder: ladder(...ways) });
    await world.captureEnds();
    await world.advance(4000);
    expect(world.starts.at(-1)?.fourcc).toBe('YUYV');
    expect(context().failedPlans).toHaveLength(1);
  });

  test('a crash of the working way does not lead back to one that failed', async () => {
    const world = new FakeWorld();
    world.planTrouble = fails('MJPG', 'invalid-format');
    const { state } = await wanted(world, MJPG, YUYV);
    await world.advance(3000);
    // The second probe told the same.
    await world.send({ type: 'camera.ready', ladder: ladder(MJPG, YUYV) });
    await world.captureEnds();
    await world.advance(4000);
    expect(state()).toBe('live.flowing');
    expect(world.starts.map(({ fourcc }) => fourcc)).toEqual(['MJPG', 'YUYV', 'YUYV']);
  });
});

async function startedWithBusUse(world: FakeWorld) {
  const rig = await startStream(world);
  const { rungs } = ladder({}, { widthPx: 320, heightPx: 240 });
  const busMbps = [70, 18];
  const asked = rungs.map((rung, index) => ({ ...rung, busMbps: busMbps[index]! }));
  await world.send({ type: 'camera.ready', ladder: { rungs: asked, rejected: [] } });
  await world.send({ type: 'viewers.came' });
  return rig;
}

describe("a camera's own H.264", () => {
  /** A camera with H.264 and, unless it is alone, plain pictures. */
  async function camera(world: FakeWorld, fields: { alone?: boolean } = {}) {
    const [yuyv] = capabilities().formats;
    const h264 = { ...yuyv!, fourcc: 'H264' };
    const formats = fields.alone === true ? [h264] : [h264, yuyv!];
    const rig = await startCamera(world);
    rig.probe.answers = () => ({ ...probed(), capabilities: { ...capabilities(), formats } });
    await world.advance(100);
    await world.send({ type: 'viewers.came' });
    await world.advance(100);
    return rig;
  }

  test('is looked at once, remembered, and copied', async () => {
    const world = new FakeWorld();
    world.examine.answers = null;
    const rig = await camera(world);
    expect(rig.stream()).toBe('examining.looking');
    expect(world.capture).toBeNull();
    await world.examine.resolve({ plan: world.examine.inputs[0]!, stream: conforming });
    await world.advance(3000);
    expect(rig.stream()).toBe('live.flowing');
    expect(world.starts).toMatchObject([{ fourcc: 'H264', encoder: 'copy', tapFrom: 'keyframes' }]);
    const examined = [
      { card: 'HD Webcam C270', widthPx: 640, heightPx: 480, rateFps: 15, stream: conforming },
    ];
    expect(world.wishes.cameras.get('camera0')).toEqual(known({ examined }));
    await world.captureEnds();
    await world.advance(5000);
    expect(rig.stream()).toBe('live.flowing');
    expect(world.examine.calls).toBe(1);
  });

  test('that may not be copied gives way to plain pictures', async () => {
    const world = new FakeWorld();
    world.examine.answers = seen({ ...conforming, profile: 'High' });
    const rig = await camera(world);
    await world.advance(3000);
    expect(rig.stream()).toBe('live.flowing');
    expect(world.starts).toMatchObject([{ fourcc: 'YUYV', encoder: 'libx264' }]);
  });

  test('without parameter sets and nothing else is looked at again and again, slower and slower, and says so', async () => {
    const world = new FakeWorld();
    const rig = await camera(world, { alone: true });
    expect(rig.stream()).toBe('backoff');
    expect(rig.streamRef().getSnapshot().context.trouble).toMatchObject({
      code: 'decoder-errors',
      reason: 'parameters_missing',
      suggestion: 'Choose another format of the camera (MJPEG or raw), or re-plug it.',
    });
    await world.advance(40_000);
    expect(rig.stream()).toBe('faulted');
    expect(world.examine.calls).toBe(6);
    world.examine.answers = seen(conforming);
    await world.advance(300_000);
    expect(rig.stream()).toBe('live.flowing');
  });

  test.for(['deadline', 'capture-failed', 'missing-program', 'device-failing', 'internal'] as const)(
    'that cannot be looked at (%s) gives way to plain pictures, and is not looked at again after a rest',
    async (code) => {
      const world = new FakeWorld();
      world.examine.answers = () => {
        throw failure(code);
      };
      const rig = await camera(world);
      await world.advance(4000);
      expect(rig.stream()).toBe('live.flowing');
      expect(world.starts).toMatchObject([{ fourcc: 'YUYV' }]);
      await world.send({ type: 'viewers.left' });
      await world.advance(2000);
      expect(rig.stream()).toBe('idle');
      await world.send({ type: 'viewers.came' });
      await world.advance(4000);
      expect(rig.stream()).toBe('live.flowing');
      expect(world.examine.calls).toBe(1);
    },
  );

  test('is remembered in the mode that was looked at, whatever a second probe says meanwhile', async () => {
    const world = new FakeWorld();
    world.examine.answers = null;
    const rig = await camera(world);
    const [examinedPlan] = world.examine.inputs;
    const [format] = capabilities().formats;
    const sizes = [{ widthPx: 320, heightPx: 240, frameRatesFps: [15] }];
    const small = { ...format!, fourcc: 'H264', sizes };
    rig.probe.answers = () => ({ ...probed(), capabilities: { ...capabilities(), formats: [small] } });
    await world.advance(1000);
    expect(rig.stream()).toBe('examining.looking');
    await world.examine.resolve({ plan: examinedPlan!, stream: conforming });
    expect(world.wishes.cameras.get('camera0')?.examined).toMatchObject([{ widthPx: 640, heightPx: 480 }]);
  });

  test('without parameter sets is looked at again after a re-plug', async () => {
    const world = new FakeWorld();
    const rig = await camera(world);
    await world.advance(3000);
    expect(world.starts.at(-1)?.fourcc).toBe('YUYV');
    world.examine.answers = seen(conforming);
    await rig.send({ type: 'device.detached', atMs: 1 });
    await rig.send({ type: 'device.attached', device: device(), atMs: 2 });
    await world.advance(4000);
    expect(rig.stream()).toBe('live.flowing');
    expect(world.starts.at(-1)).toMatchObject({ fourcc: 'H264', encoder: 'copy' });
  });

  test('of a camera that is held by somebody is a failure like any other', async () => {
    const world = new FakeWorld();
    world.examine.answers = () => {
      throw failure('device-busy');
    };
    const rig = await camera(world);
    expect(rig.stream()).toBe('faulted');
    expect(rig.streamRef().getSnapshot().context.trouble?.code).toBe('device-busy');
  });

  test('that takes too long to look at gives way to plain pictures', async () => {
    const world = new FakeWorld();
    world.examine.answers = null;
    const rig = await camera(world);
    await world.advance(10_100);
    expect(world.examine.aborted).toBe(1);
    expect(rig.streamRef().getSnapshot().context.failedPlans).toMatchObject([
      { trouble: { reason: 'not_examined_in_time' } },
    ]);
    await world.advance(3000);
    expect(rig.stream()).toBe('live.flowing');
  });

  test('an unplug in the middle of it ends it', async () => {
    const world = new FakeWorld();
    world.examine.answers = null;
    const rig = await camera(world);
    await rig.send({ type: 'device.detached', atMs: 1 });
    await world.advance(200);
    expect(rig.stream()).toBe('unavailable');
    expect(world.examine.aborted).toBe(1);
  });
});
