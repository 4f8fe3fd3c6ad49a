/** Everything that may happen to a camera, its stream and its recording, from the outside: fast-check's commands. */
import fc from 'fast-check';
import type { Trouble } from '../../src/machines/errors.ts';
import type { StorageLevel } from '../../src/machines/storage.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { device, failure, movedDevice, order, processOf } from '../support/machine-fixtures.ts';
import { settled } from '../support/machines.ts';
import { type House, probes, type Told } from './composed-house.ts';
import { check } from './composed-rules.ts';

/** Of one sequence. */
export const STEPS = 30;

type Command = fc.AsyncCommand<Told, House>;

/** One command: when it can happen, what it changes in the told, what it does; then everything is checked. */
function command(
  text: string,
  can: (told: Told) => boolean,
  change: (told: Told) => void,
  act: (house: House, told: Told) => Promise<unknown> | undefined,
): Command {
  return {
    check: (told) => told.steps < STEPS && can(told),
    async run(told, house) {
      told.steps += 1;
      change(told);
      await act(house, told);
      await settled();
      check(house, told, text);
    },
    toString: () => text,
  };
}

const always = () => true;
const nothing = () => undefined;
const act = (text: string, does: (house: House, told: Told) => Promise<unknown> | undefined) =>
  command(text, always, nothing, does);

const wait = (durationMs: number) => act(`wait ${durationMs}`, ({ world }) => world.advance(durationMs));
const plug = (moved: boolean) =>
  command(
    moved ? 'plug elsewhere' : 'plug',
    (told) => !told.plugged,
    (told) => {
      told.plugged = true;
    },
    ({ rig, world }) =>
      rig.send({ type: 'device.attached', device: moved ? movedDevice() : device(), atMs: world.wallMs() }),
  );
const unplug = command(
  'unplug',
  (told) => told.plugged,
  (told) => {
    told.plugged = false;
  },
  ({ rig, world }) => rig.send({ type: 'device.detached', atMs: world.wallMs() }),
);
const disable = command(
  'disable',
  (told) => !told.disabled,
  (told) => {
    told.disabled = true;
  },
  ({ rig, world }) => rig.send({ type: 'camera.disable', atMs: world.wallMs() }),
);
const enable = command(
  'enable',
  (told) => told.disabled,
  (told) => {
    told.disabled = false;
  },
  ({ rig }) => rig.send({ type: 'camera.enable' }),
);
const serverDies = command(
  'server dies',
  (told) => told.serverUp,
  (told) => {
    told.serverUp = false;
  },
  ({ world }) => world.serverDies(),
);
const serverReturns = command(
  'server returns',
  (told) => !told.serverUp,
  (told) => {
    told.serverUp = true;
  },
  ({ world }) => world.serverReturns(),
);
const record = (durationMs: number | null) =>
  command(
    `record ${durationMs ?? 'until stopped'}`,
    always,
    (told) => {
      told.orders += 1;
    },
    (house, told) => {
      const event = {
        type: 'recording.order',
        order: order({ session: `s${told.orders}`, durationMs }),
      } as const;
      if (!house.stream().getSnapshot().can(event)) return undefined;
      house.sessions.push(event.order.session);
      house.stream().send(event);
      return undefined;
    },
  );
const trouble = (code: Trouble['code']): Trouble => ({
  code,
  reason: code.replaceAll('-', '_'),
  message: `Fake: ${code}.`,
});
const captureEnds = (code: Trouble['code']) =>
  act(`capture ends: ${code}`, ({ world }) => world.captureEnds(trouble(code)));
const set = (text: string, change: (world: FakeWorld) => void) =>
  act(text, ({ world }) => {
    change(world);
    return undefined;
  });
const storage = (level: StorageLevel) =>
  act(`storage ${level}`, ({ world }) => world.send({ type: 'storage.changed', level }));

const startStreaming = act('start streaming', ({ world }) => world.send({ type: 'stream.start' }));

/** Most steps should meet a stream that lives and records: what makes it so stands here more than once. */
const LIFE: fc.Arbitrary<Command>[] = [
  fc.constantFrom(1000, 3000, 6000).map(wait),
  fc.constantFrom(3000, 6000, 12_000).map(wait),
  fc.constantFrom<number | null>(null, 20_000).map(record),
  fc.constant(startStreaming),
  fc.boolean().map(plug),
  fc.constant(serverReturns),
  fc.constant(enable),
];

export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...LIFE,
  ...LIFE,
  fc.constantFrom(10, 100, 1000, 3000, 12_000, 35_000).map(wait),
  fc.boolean().map(plug),
  fc.constant(unplug),
  fc.constant(disable),
  fc.constant(enable),
  fc.constant(serverDies),
  fc.constant(serverReturns),
  fc.constantFrom<number | null>(null, 5000, 20_000).map(record),
  fc.constant(
    act('stop recording', ({ world }) => world.send({ type: 'recording.stop', reason: 'requested' })),
  ),
  fc.constant(act('stop streaming', ({ world }) => world.send({ type: 'stream.stop' }))),
  fc.nat(1_000_000).map((n) =>
    act('snapshot', ({ world }) => {
      const request = { cameraId: 'camera0', format: 'jpg', quality: null, filename: null } as const;
      const snapshot = {
        id: `p${n}`,
        request,
        maxAgeMs: 1000,
        deadlineMs: 10_000,
        orderedMonoMs: world.monoMs(),
      };
      return world.send({ type: 'snapshot.order', snapshot });
    }),
  ),
  fc.constant(
    act('viewer comes', ({ world }) => {
      world.readers = 1;
      return world.published ? undefined : world.send({ type: 'demand.touched' });
    }),
  ),
  fc.constant(set('viewers leave', (world) => Object.assign(world, { readers: 0 }))),
  fc.constantFrom<Trouble['code']>('capture-failed', 'device-busy').map(captureEnds),
  fc
    .boolean()
    .map((frames) =>
      set(frames ? 'pictures come' : 'pictures stop', (world) => Object.assign(world, { frames })),
    ),
  fc
    .boolean()
    .map((frozen) =>
      set(frozen ? 'picture freezes' : 'picture thaws', (world) => Object.assign(world, { frozen })),
    ),
  fc
    .boolean()
    .map((bytesStandStill) =>
      set(bytesStandStill ? 'bytes stop' : 'bytes flow', (world) =>
        Object.assign(world, { bytesStandStill }),
      ),
    ),
  fc.boolean().map((publishing) =>
    set(publishing ? 'path comes' : 'path goes', (world) => {
      world.publishing = publishing;
      world.republish();
    }),
  ),
  fc.constant(set('publisher changes', (world) => world.republish())),
  fc
    .constantFrom(null, 'Full.')
    .map((tapProblem) =>
      set(tapProblem === null ? 'tap works' : 'tap full', (world) => Object.assign(world, { tapProblem })),
    ),
  fc.constantFrom<StorageLevel>('ok', 'low', 'critical').map(storage),
  fc.constantFrom<Trouble['code'] | null>(null, 'capture-failed', 'device-busy').map((code) =>
    set(code === null ? 'captures start' : `captures end at once: ${code}`, (world) => {
      world.startTrouble = code === null ? null : trouble(code);
    }),
  ),
  fc.constantFrom<Trouble['code'] | null>(null, 'probe-failed', 'no-permission').map((code) =>
    act(code === null ? 'probes work' : `probes fail: ${code}`, ({ world, rig }) => {
      world.probeTrouble = code === null ? null : trouble(code);
      rig.probe.answers = probes(world);
      return undefined;
    }),
  ),
  fc
    .constantFrom<Trouble['code'] | null>(
      null,
      'outcome-unknown',
      'media-server-refused',
      'media-server-unreachable',
    )
    .map((code) =>
      set(code === null ? 'writes work' : `writes fail: ${code}`, (world) => {
        world.writeFailure = code === null ? null : failure(code);
      }),
    ),
  fc
    .boolean()
    .map((recorderStalls) =>
      set(recorderStalls ? 'recorder stalls' : 'recorder works', (world) =>
        Object.assign(world, { recorderStalls }),
      ),
    ),
  fc
    .constantFrom(0, 1500)
    .map((answersAfterMs) =>
      set(`readers listed after ${answersAfterMs}`, (world) => Object.assign(world, { answersAfterMs })),
    ),
  fc
    .constantFrom(50, 1900)
    .map((stopTakesMs) =>
      set(`captures end within ${stopTakesMs}`, (world) => Object.assign(world, { stopTakesMs })),
    ),
  fc.constant(
    act('retry', ({ world, rig }) => {
      rig.actor.send({ type: 'camera.retry' });
      return world.send({ type: 'stream.retry' });
    }),
  ),
  fc.constant(
    set('somebody else publishes', (world) => {
      world.rivals = [{ what: 'capture', process: processOf(4711) }];
      world.thrownOut();
    }),
  ),
  fc.constant(act('drift', ({ world }) => world.send({ type: 'entry.drifted' }))),
  fc.constant(act('service killed and started', (house, told) => house.crash(told))),
];
