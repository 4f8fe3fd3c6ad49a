/** One camera with its stream and recording below it, in a fake world. */
import { describe, expect, test } from 'vitest';
import { planOf } from '../../src/machines/camera-setup.ts';
import { troubleOf } from '../../src/machines/errors.ts';
import { type CameraRig, childState, kill, startCamera } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import {
  cameraLimits,
  capabilities,
  device,
  failure,
  known,
  movedDevice,
  node,
  order,
  probed,
} from '../support/machine-fixtures.ts';

const session = order().session;
const atMs = 1;
const detached = { type: 'device.detached', atMs } as const;
const attached = (which = device()) => ({ type: 'device.attached', device: which, atMs }) as const;

async function ready(world = new FakeWorld()) {
  const rig = await startCamera(world);
  await world.advance(100);
  expect(rig.state()).toBe('ready.provisional');
  return rig;
}

const recordingState = (rig: CameraRig) => childState(rig.streamRef(), `recording:${session}`);

describe('from plug to ready', () => {
  test('a new camera is remembered, settles for 100 ms of quiet, is probed and is ready', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    expect(world.wishes.cameras.get('camera0')).toEqual(known());
    expect(rig.state()).toBe('settling');
    await world.advance(99);
    expect(rig.state()).toBe('settling');
    await world.advance(1);
    expect(rig.state()).toBe('ready.provisional');
    expect(rig.probe.inputs).toEqual([device()]);
    expect(rig.context().probe?.capabilities.card).toBe('HD Webcam C270');
    expect(rig.stream()).toBe('idle');
  });

  test('each further node starts the quiet time anew, and all of them are probed', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    await world.advance(80);
    const two = device([node(), node({ syspath: '/sys/second', devicePath: '/dev/video1' })]);
    await rig.send({ type: 'device.changed', device: two, atMs });
    await world.advance(99);
    expect(rig.state()).toBe('settling');
    await world.advance(1);
    expect(rig.probe.inputs).toEqual([two]);
  });

  test('a second probe that tells the same confirms it', async () => {
    const rig = await ready();
    await rig.world.advance(999);
    expect(rig.state()).toBe('ready.provisional');
    await rig.world.advance(1);
    expect(rig.state()).toBe('ready.confirmed');
    await rig.world.advance(120_000);
    expect(rig.probe.calls).toBe(2);
  });

  test('a second probe that tells something else is believed, and confirmed by a third', async () => {
    const rig = await ready();
    rig.probe.answers = () => probed('MJPG');
    await rig.world.advance(1000);
    expect(rig.state()).toBe('ready.provisional');
    expect(rig.streamRef().getSnapshot().context.plan?.fourcc).toBe('MJPG');
    await rig.world.advance(1000);
    expect(rig.state()).toBe('ready.confirmed');
  });

  test.each(['fails', 'is useless', 'hangs'])(
    'a second probe that %s changes nothing and is made again',
    async (how) => {
      const rig = await ready();
      if (how === 'fails')
        rig.probe.answers = () => {
          throw failure('probe-failed');
        };
      if (how === 'is useless') rig.probe.answers = () => probed('BA81');
      if (how === 'hangs') rig.probe.answers = null;
      await rig.world.advance(1000 + (how === 'hangs' ? 5000 : 0));
      expect(rig.state()).toBe('ready.provisional');
      expect(rig.streamRef().getSnapshot().context.plan?.fourcc).toBe('YUYV');
      rig.probe.answers = () => probed();
      await rig.world.advance(1000);
      expect(rig.state()).toBe('ready.confirmed');
    },
  );

  test('a failing second probe does not end a capture that works', async () => {
    const rig = await ready();
    rig.probe.answers = () => {
      throw failure('probe-failed');
    };
    rig.streamRef().send({ type: 'stream.start' });
    await rig.world.advance(20_000);
    expect(rig.stream()).toBe('live.flowing');
    expect(rig.world.starts).toHaveLength(1);
  });

  test('a camera that never tells the same twice is asked five times more, then what all answers had is used', async () => {
    const rig = await ready();
    const [yuyv] = capabilities().formats;
    let asked = 0;
    rig.probe.answers = () => {
      asked += 1;
      const extra = {
        ...yuyv!,
        fourcc: 'MJPG',
        sizes: [{ widthPx: 100 + asked, heightPx: 90, frameRatesFps: [5] }],
      };
      return { ...probed(), capabilities: { ...capabilities(), formats: [yuyv!, extra] } };
    };
    await rig.world.advance(4999);
    expect(rig.state()).toBe('ready.provisional');
    await rig.world.advance(1);
    expect(rig.state()).toBe('ready.unsteady');
    expect(rig.context()).toMatchObject({
      probe: { capabilities: { formats: [yuyv] } },
      trouble: { reason: 'capabilities_unsteady' },
    });
    await rig.world.advance(3_600_000);
    expect(asked).toBe(5);
  });

  test('where no two answers share anything that can be captured, the last one is used', async () => {
    const rig = await ready();
    let flips = 0;
    rig.probe.answers = () => {
      flips += 1;
      return probed(flips % 2 === 0 ? 'YUYV' : 'MJPG');
    };
    await rig.world.advance(5000);
    expect(rig.state()).toBe('ready.unsteady');
    expect(rig.context().probe).toEqual(probed('MJPG'));
    expect(rig.stream()).toBe('idle');
  });

  test.each(['an order', 'a device change', 'a re-plug'])(
    '%s has an unsteady camera asked afresh',
    async (how) => {
      const rig = await ready();
      rig.probe.answers = () => {
        throw failure('probe-failed');
      };
      await rig.world.advance(5000);
      expect(rig.state()).toBe('ready.unsteady');
      rig.probe.answers = (wanted) => probed('YUYV', wanted.nodes[0]!.devicePath);
      if (how === 'an order') await rig.send({ type: 'camera.retry' });
      if (how === 'a device change') await rig.send({ type: 'device.changed', device: movedDevice(), atMs });
      if (how === 'a re-plug') {
        await rig.send(detached);
        await rig.send(attached());
      }
      await rig.world.advance(1100);
      expect(rig.state()).toBe('ready.confirmed');
      expect(rig.context()).toMatchObject({ doubts: 0, trouble: null });
    },
  );

  test('an order has a confirmed camera asked once more', async () => {
    const rig = await ready();
    await rig.world.advance(1000);
    await rig.send({ type: 'camera.retry' });
    expect(rig.state()).toBe('ready.confirmed');
    expect(rig.probe.calls).toBe(3);
  });

  test('a change that leaves its nodes as they are has it not asked again', async () => {
    const rig = await ready();
    await rig.world.advance(1000);
    for (let n = 0; n < 100; n += 1) await rig.send({ type: 'device.changed', device: device(), atMs });
    await rig.world.advance(60_000);
    expect(rig.probe.calls).toBe(2);
  });

  test('what it is known by may change while it works, and is remembered', async () => {
    const rig = await ready();
    const identity = {
      ...device().identity,
      key: 'port:elsewhere',
      matchedBy: 'port',
      ambiguous: true,
    } as const;
    await rig.send({ type: 'camera.identified', identity });
    expect(rig.state()).toBe('ready.provisional');
    expect(rig.world.wishes.cameras.get('camera0')?.identity).toEqual(identity);
  });

  test('there is no plan without a device, without a probe, and without a usable format', () => {
    const parts = { known: known(), device: device(), probe: probed(), limits: cameraLimits };
    expect(planOf(parts)).toMatchObject({
      cameraId: 'camera0',
      devicePath: '/dev/video0',
      fourcc: 'YUYV',
      origin: 'v4l2',
    });
    expect(planOf({ ...parts, device: null })).toBeNull();
    expect(planOf({ ...parts, probe: null })).toBeNull();
    expect(planOf({ ...parts, probe: probed('BA81') })).toBeNull();
    expect(planOf({ ...parts, device: device([]) })?.origin).toBe('v4l2');
  });
});

describe('a camera that does not work', () => {
  async function failing(code: 'probe-failed' | 'no-permission' | 'missing-program' = 'probe-failed') {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    rig.probe.answers = () => {
      throw failure(code);
    };
    await world.advance(100);
    return rig;
  }

  test('is probed five times with growing waits, then faulted with the reason, then tried slowly', async () => {
    const rig = await failing();
    for (const waitMs of [1000, 2000, 4000, 8000]) {
      expect(rig.state()).toBe('probeBackoff');
      const { calls } = rig.probe;
      await rig.world.advance(waitMs - 1);
      expect(rig.probe.calls).toBe(calls);
      await rig.world.advance(1);
      expect(rig.probe.calls).toBe(calls + 1);
    }
    expect(rig.state()).toBe('faulted');
    expect(rig.context()).toMatchObject({ attempts: 5, trouble: { code: 'probe-failed' } });
    await rig.world.advance(299_999);
    expect(rig.probe.calls).toBe(5);
    rig.probe.answers = () => probed();
    await rig.world.advance(1);
    expect(rig.state()).toBe('ready.provisional');
    expect(rig.context()).toMatchObject({ attempts: 0, trouble: null });
  });

  test('does not answer: each probe is given up after 5 s', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    rig.probe.answers = null;
    await world.advance(100 + 4999);
    expect(rig.state()).toBe('probing');
    await world.advance(1);
    expect(rig.state()).toBe('probeBackoff');
    expect(rig.context().trouble?.reason).toBe('probe_timeout');
    expect(rig.probe.aborted).toBe(1);
  });

  test.each(['no-permission', 'missing-program'] as const)('%s is not worth retrying fast', async (code) => {
    const rig = await failing(code);
    expect(rig.state()).toBe('faulted');
    expect(rig.context().attempts).toBe(1);
  });

  test('has no usable format: faulted at once, and says so', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    rig.probe.answers = () => probed('BA81');
    await world.advance(100);
    expect(rig.state()).toBe('faulted');
    expect(rig.context().trouble?.reason).toBe('no_usable_format');
  });

  test('is asked again at once by an order, while it waits and when it is faulted', async () => {
    const waiting = await failing();
    waiting.probe.answers = () => probed();
    await waiting.send({ type: 'camera.retry' });
    expect(waiting.state()).toBe('ready.provisional');
    const faulted = await failing('no-permission');
    faulted.probe.answers = () => probed();
    await faulted.send({ type: 'camera.retry' });
    expect(faulted.state()).toBe('ready.provisional');
  });

  test.each(['probe-failed', 'no-permission'] as const)(
    'is asked again when its device changes (%s)',
    async (code) => {
      const rig = await failing(code);
      rig.probe.answers = () => probed();
      await rig.send({ type: 'device.changed', device: movedDevice(), atMs });
      expect(rig.state()).toBe('settling');
      await rig.world.advance(100);
      expect(rig.state()).toBe('ready.provisional');
      expect(rig.probe.inputs.at(-1)).toEqual(movedDevice());
    },
  );
});

describe('a device that changes', () => {
  test('while it is probed or ready settles again when its nodes are other ones, and not otherwise', async () => {
    const rig = await ready();
    await rig.send({ type: 'device.changed', device: device(), atMs });
    expect(rig.state()).toBe('ready.provisional');
    await rig.send({ type: 'device.changed', device: movedDevice(), atMs });
    expect(rig.state()).toBe('settling');
    rig.probe.answers = null;
    await rig.world.advance(100);
    expect(rig.state()).toBe('probing');
    await rig.send({ type: 'device.changed', device: movedDevice(), atMs });
    expect(rig.state()).toBe('probing');
    await rig.send({ type: 'device.changed', device: device(), atMs });
    expect(rig.state()).toBe('settling');
  });
});

/** A way into every state of the camera. */
const CAMERA_STATES: Readonly<Record<string, (world: FakeWorld) => Promise<CameraRig>>> = {
  expected: (world) => startCamera(world, { device: null }),
  settling: (world) => startCamera(world),
  probing: async (world) => {
    const rig = await startCamera(world);
    rig.probe.answers = null;
    await world.advance(100);
    return rig;
  },
  probeBackoff: async (world) => {
    const rig = await startCamera(world);
    rig.probe.answers = () => {
      throw failure('probe-failed');
    };
    await world.advance(100);
    return rig;
  },
  'ready.provisional': ready,
  'ready.confirming': async (world) => {
    const rig = await ready(world);
    rig.probe.answers = null;
    await world.advance(1000);
    return rig;
  },
  'ready.confirmed': async (world) => {
    const rig = await ready(world);
    await world.advance(1000);
    return rig;
  },
  faulted: async (world) => {
    const rig = await startCamera(world);
    rig.probe.answers = () => {
      throw failure('no-permission');
    };
    await world.advance(100);
    return rig;
  },
  disconnected: async (world) => {
    const rig = await ready(world);
    await rig.send(detached);
    return rig;
  },
  'disabled.present': async (world) => {
    const rig = await ready(world);
    await rig.send({ type: 'camera.disable', atMs });
    return rig;
  },
  'disabled.absent': (world) => startCamera(world, { known: known({ disabled: true }), device: null }),
};

async function cameraIn(state: string, world = new FakeWorld()): Promise<CameraRig> {
  const rig = await CAMERA_STATES[state]!(world);
  expect(rig.state()).toBe(state);
  return rig;
}

describe('unplug and re-plug', () => {
  const states = Object.keys(CAMERA_STATES);

  test.each(states.filter((state) => !state.startsWith('disabled')))(
    'in %s: disconnected, and ready again with the same number',
    async (state) => {
      const rig = await cameraIn(state);
      await rig.send(detached);
      expect(rig.state()).toBe('disconnected');
      expect(rig.context()).toMatchObject({ device: null, probe: null, trouble: null, attempts: 0 });
      expect(rig.world.config.size).toBe(0);
      await rig.world.advance(1000);
      expect(rig.stream()).toBe('unavailable');
      rig.probe.answers = (wanted) => probed('YUYV', wanted.nodes[0]!.devicePath);
      await rig.send(attached(movedDevice()));
      await rig.world.advance(1200);
      expect(rig.state()).toBe('ready.confirmed');
      expect(rig.context().known.id).toBe('camera0');
      expect(rig.stream()).toBe('idle');
      expect(rig.streamRef().getSnapshot().context.plan?.devicePath).toBe('/dev/video4');
    },
  );

  test.each(['disabled.present', 'disabled.absent'])('in %s only its presence is noted', async (state) => {
    const rig = await cameraIn(state);
    const { calls } = rig.probe;
    await rig.send(attached());
    expect(rig.state()).toBe('disabled.present');
    await rig.send({ type: 'device.changed', device: movedDevice(), atMs });
    expect(rig.context().device).toEqual(movedDevice());
    await rig.send(detached);
    expect(rig.state()).toBe('disabled.absent');
    await rig.send(attached());
    await rig.world.advance(60_000);
    expect(rig.probe.calls).toBe(calls);
    expect(rig.stream()).toBe('unavailable');
  });

  test('a flapping plug, 20 times in 10 s, ends where the plug ends', async () => {
    const rig = await ready();
    rig.streamRef().send({ type: 'stream.start' });
    await rig.world.advance(2000);
    for (let n = 0; n < 20; n += 1) {
      await rig.send(n % 2 === 0 ? detached : attached());
      await rig.world.advance(500);
    }
    await rig.world.advance(3000);
    expect(rig.stream()).toBe('live.flowing');
    expect(rig.world.violations).toEqual([]);
    await rig.send(detached);
    await rig.world.advance(1000);
    expect(rig.world.capture).toBeNull();
  });

  test('during a recording: resumed as a further part after a re-plug under another node', async () => {
    const rig = await ready();
    rig.streamRef().send({ type: 'recording.order', order: order() });
    await rig.world.advance(4000);
    expect(recordingState(rig)).toBe('rolling.growing');
    const pid = rig.world.capture?.process.pid;
    await rig.send({ ...detached, atMs: rig.world.wallMs() });
    expect(recordingState(rig)).toMatch(/^interrupted/);
    await rig.world.advance(10_000);
    await rig.send(attached(movedDevice()));
    await rig.world.advance(4000);
    expect(recordingState(rig)).toBe('rolling.growing');
    expect(rig.world.capture?.process.pid).not.toBe(pid);
    rig.streamRef().send({ type: 'recording.stop', reason: 'requested' });
    await rig.world.advance(1000);
    expect(rig.world.finished[0]).toMatchObject({
      outcome: 'completed',
      gaps: [{ cause: 'camera_disconnected' }],
    });
    expect(rig.world.finished[0]?.parts).toHaveLength(2);
    expect(rig.world.told('recording.ended')).toHaveLength(1);
  });
});

describe('disabled', () => {
  test.each(Object.keys(CAMERA_STATES).filter((state) => !state.startsWith('disabled')))(
    'in %s: the device is released and stays so',
    async (state) => {
      const rig = await cameraIn(state);
      await rig.send({ type: 'camera.disable', atMs });
      const present = !['expected', 'disconnected'].includes(state);
      expect(rig.state()).toBe(present ? 'disabled.present' : 'disabled.absent');
      expect(rig.world.wishes.cameras.get('camera0')?.disabled).toBe(true);
      await rig.world.advance(60_000);
      expect(rig.world.capture).toBeNull();
      expect(rig.stream()).toBe('unavailable');
      rig.probe.answers = () => probed();
      await rig.send({ type: 'camera.enable' });
      expect(rig.state()).toBe(present ? 'settling' : 'disconnected');
      expect(rig.world.wishes.cameras.get('camera0')?.disabled).toBe(false);
    },
  );

  test('ends a capture and a recording at once', async () => {
    const rig = await ready();
    rig.streamRef().send({ type: 'recording.order', order: order() });
    await rig.world.advance(4000);
    await rig.send({ type: 'camera.disable', atMs });
    await rig.world.advance(4500);
    expect(rig.world.capture).toBeNull();
    expect(rig.world.finished).toMatchObject([{ reason: 'camera_disabled', outcome: 'completed' }]);
  });

  test('after a service start it is not opened at all', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world, { known: known({ disabled: true }), device: null });
    await rig.send(attached());
    await world.advance(60_000);
    expect(rig.probe.calls).toBe(0);
    expect(world.starts).toEqual([]);
  });

  test('a capture and a recording that a crash left behind on it end, with that reason', async () => {
    const world = new FakeWorld();
    const first = await ready(world);
    first.streamRef().send({ type: 'recording.order', order: order() });
    await world.advance(4000);
    kill(first.actor);
    const left = [...world.wishes.recordings.values()];
    expect(left).toHaveLength(1);
    expect(world.capture).not.toBeNull();
    const second = await startCamera(world, {
      known: known({ disabled: true }),
      device: null,
      recordingWishes: left,
    });
    await world.advance(5000);
    expect(second.state()).toBe('disabled.absent');
    expect(world.capture).toBeNull();
    expect(world.finished).toMatchObject([{ reason: 'camera_disabled', outcome: 'completed' }]);
    expect(second.context().trouble).toBeNull();
  });

  test('however long it is off, what start_streaming asked for comes back when it is on', async () => {
    const rig = await ready();
    rig.streamRef().send({ type: 'stream.start' });
    await rig.world.advance(2000);
    await rig.send({ type: 'camera.disable', atMs });
    await rig.world.advance(3_600_000);
    expect(rig.world.wishes.cameras.get('camera0')?.streamWanted).toBe(true);
    await rig.send({ type: 'camera.enable' });
    await rig.world.advance(2000);
    expect(rig.stream()).toBe('live.flowing');
    // Nobody watches it: the usual time counts from here.
    await rig.world.advance(600_000);
    expect(rig.stream()).toBe('idle');
  });

  test('disabling twice is harmless', async () => {
    const rig = await cameraIn('disabled.present');
    expect(rig.actor.getSnapshot().can({ type: 'camera.disable', atMs })).toBe(false);
    await rig.send({ type: 'camera.disable', atMs });
    expect(rig.state()).toBe('disabled.present');
  });
});

describe('what is kept of it', () => {
  test('its name, as the operator gives it, in any state', async () => {
    for (const state of ['ready.confirmed', 'disconnected', 'disabled.absent']) {
      const rig = await cameraIn(state);
      await rig.send({ type: 'camera.rename', name: 'Door' });
      expect(rig.state()).toBe(state);
      expect(rig.world.wishes.cameras.get('camera0')?.name).toBe('Door');
    }
  });

  test('when it was last seen: its plug, then its unplug', async () => {
    const rig = await cameraIn('expected');
    await rig.send({ ...attached(), atMs: 100 });
    expect(rig.world.wishes.cameras.get('camera0')?.lastSeenAtMs).toBe(100);
    await rig.send({ ...detached, atMs: 200 });
    expect(rig.world.wishes.cameras.get('camera0')?.lastSeenAtMs).toBe(200);
    await rig.send({ type: 'camera.disable', atMs: 300 });
    await rig.send({ ...attached(), atMs: 400 });
    await rig.send({ ...detached, atMs: 500 });
    expect(rig.world.wishes.cameras.get('camera0')).toMatchObject({ disabled: true, lastSeenAtMs: 500 });
  });
});

test('a retry of a camera that works is one of its stream', async () => {
  const rig = await ready();
  rig.world.startTrouble = troubleOf(failure('device-busy'));
  rig.streamRef().send({ type: 'stream.start' });
  await rig.world.advance(1000);
  expect(rig.stream()).toBe('faulted');
  rig.world.startTrouble = null;
  await rig.send({ type: 'camera.retry' });
  await rig.world.advance(2000);
  expect(rig.stream()).toBe('live.flowing');
});

describe('after a service start', () => {
  test('a known camera is expected; the first list without it says that it is away', async () => {
    const rig = await cameraIn('expected');
    expect(rig.stream()).toBe('adopting.looking');
    await rig.send({ type: 'devices.listed', atMs });
    expect(rig.state()).toBe('disconnected');
    await rig.world.advance(1000);
    expect(rig.stream()).toBe('unavailable');
  });

  test('a list after the camera was seen changes nothing', async () => {
    const rig = await ready();
    await rig.send({ type: 'devices.listed', atMs });
    expect(rig.state()).toBe('ready.provisional');
  });

  test('what start_streaming asked for is remembered, and holds in the next life', async () => {
    const world = new FakeWorld();
    const first = await ready(world);
    first.streamRef().send({ type: 'stream.start' });
    await world.advance(2000);
    const pid = world.capture?.process.pid;
    const remembered = world.wishes.cameras.get('camera0')!;
    expect(remembered.streamWanted).toBe(true);
    kill(first.actor);
    const second = await startCamera(world, { known: remembered, device: null });
    await world.advance(50);
    await second.send(attached());
    await world.advance(2000);
    expect(second.stream()).toBe('live.flowing');
    expect(world.capture?.process.pid).toBe(pid);
    second.streamRef().send({ type: 'stream.stop' });
    await world.advance(100);
    expect(world.wishes.cameras.get('camera0')?.streamWanted).toBe(false);
  });

  test('a probe that fails does not end an adopted capture whose pictures arrive', async () => {
    const world = new FakeWorld();
    const first = await ready(world);
    first.streamRef().send({ type: 'stream.start' });
    await world.advance(2000);
    const pid = world.capture?.process.pid;
    kill(first.actor);
    const second = await startCamera(world, { known: known({ streamWanted: true }), device: null });
    second.probe.answers = () => {
      throw failure('no-permission');
    };
    await world.advance(50);
    await second.send(attached());
    await world.advance(60_000);
    expect(second.state()).toBe('faulted');
    expect(second.stream()).toBe('live.flowing');
    expect(world.capture?.process.pid).toBe(pid);
  });

  test('a wish that cannot be saved is told as trouble and ends nothing', async () => {
    const world = new FakeWorld();
    const rig = await ready(world);
    world.wishesFail = true;
    rig.streamRef().send({ type: 'stream.start' });
    await world.advance(2000);
    expect(rig.state()).toMatch(/^ready/);
    expect(rig.context().trouble?.code).toBe('storage');
    expect(rig.stream()).toBe('live.flowing');
  });
});

describe('the end', () => {
  test.each(Object.keys(CAMERA_STATES))('released in %s: nothing runs, the wishes stay', async (state) => {
    const rig = await cameraIn(state);
    await rig.send({ type: 'camera.release', reason: 'service_stopped' });
    // Too late for any of these.
    await rig.send(detached);
    await rig.send({ type: 'camera.disable', atMs });
    await rig.send({ type: 'camera.forget', atMs });
    await rig.world.advance(1000);
    expect(rig.state()).toBe('released');
    expect(rig.actor.getSnapshot().status).toBe('done');
    expect(rig.world.told('camera.released')).toEqual([{ type: 'camera.released', cameraId: 'camera0' }]);
    expect(rig.world.config.size).toBe(0);
    expect(rig.world.capture).toBeNull();
    expect(rig.world.wishes.cameras.get('camera0')?.disabled ?? false).toBe(state === 'disabled.present');
  });

  test.each([
    ['camera.release', 'released'],
    ['camera.forget', 'forgotten'],
  ] as const)(
    '%s after its stream has crashed: it says nothing any more, and is not waited for',
    async (type, end) => {
      const rig = await cameraIn('disconnected');
      await rig.send({ type: 'device.attached', device: device(), atMs } as never);
      await rig.send(detached);
      // What no caller sends: an action fails on it, as on a defect.
      rig.streamRef().send({ type: 'recording.order' } as never);
      await rig.world.advance(100);
      expect(rig.context().trouble).not.toBeNull();
      await rig.send(type === 'camera.forget' ? { type, atMs } : { type, reason: 'service_stopped' });
      expect(rig.actor.getSnapshot().status).toBe('active');
      await rig.world.advance(60_000);
      expect(rig.state()).toBe(end);
    },
  );

  const AWAY = ['expected', 'disconnected', 'disabled.absent'];

  test.each(Object.keys(CAMERA_STATES).filter((state) => !AWAY.includes(state)))(
    'in %s it is plugged in and not forgotten: it would be back at once',
    async (state) => {
      const rig = await cameraIn(state);
      const forget = { type: 'camera.forget', atMs } as const;
      expect(rig.actor.getSnapshot().can(forget)).toBe(false);
      await rig.send(forget);
      expect(rig.state()).toBe(state);
    },
  );

  test.each(AWAY)('forgotten in %s: nothing is left of it', async (state) => {
    const rig = await cameraIn(state);
    await rig.send({ type: 'camera.forget', atMs });
    await rig.send({ type: 'camera.release', reason: 'service_stopped' });
    await rig.world.advance(1000);
    expect(rig.state()).toBe('forgotten');
    expect(rig.world.wishes.cameras.size).toBe(0);
    expect(rig.world.told('camera.released')).toHaveLength(1);
    expect(rig.actor.getSnapshot().output).toMatchObject({ device: null });
  });

  test('plugged in while it is being forgotten: the device is handed on, and no order brings the wish back', async () => {
    const rig = await cameraIn('disconnected');
    await rig.send({ type: 'camera.forget', atMs });
    expect(rig.state()).toMatch(/^forgetting/);
    await rig.send(attached(movedDevice()));
    await rig.send({ type: 'camera.rename', name: 'Door' });
    await rig.send({ type: 'call.changed', wanted: false });
    await rig.world.advance(1000);
    expect(rig.state()).toBe('forgotten');
    expect(rig.world.wishes.cameras.size).toBe(0);
    expect(rig.actor.getSnapshot().output).toEqual({ device: movedDevice(), atMs });
  });

  test('plugged in and out again while it is being forgotten: nothing is handed on', async () => {
    const rig = await cameraIn('disconnected');
    await rig.send({ type: 'camera.forget', atMs });
    await rig.send(attached());
    await rig.send(detached);
    await rig.world.advance(1000);
    expect(rig.actor.getSnapshot().output).toMatchObject({ device: null });
  });

  test('a running recording is finalised, with its reason', async () => {
    for (const [event, reason] of [
      [{ type: 'camera.release', reason: 'service_stopped' }, 'service_stopped'],
      [{ type: 'camera.forget', atMs }, 'camera_forgotten'],
    ] as const) {
      const rig = await ready();
      rig.streamRef().send({ type: 'recording.order', order: order() });
      await rig.world.advance(4000);
      if (event.type === 'camera.forget') await rig.send(detached);
      await rig.send(event);
      await rig.world.advance(1000);
      expect(rig.world.finished).toMatchObject([{ reason, outcome: 'completed' }]);
      expect(rig.actor.getSnapshot().status).toBe('done');
    }
  });

  test('a camera that cannot be forgotten on disk is gone all the same', async () => {
    const world = new FakeWorld();
    const rig = await ready(world);
    await rig.send(detached);
    world.wishesFail = true;
    await rig.send({ type: 'camera.forget', atMs });
    await world.advance(1000);
    expect(rig.state()).toBe('forgotten');
  });
});
