/** What may happen to the product from outside: people, plugs, processes that end, a disk that fills, signs of life that stay away. */
import { handleOf } from '../../src/machines/identity.ts';
import { device, endOf, order } from '../support/machine-fixtures.ts';
import type { ModelEvent } from './explore.ts';
import { ROOT } from './product-system.ts';
import {
  CAMERA,
  captureExits,
  change,
  type ProductJoint,
  type ProductRun,
  SERVER,
  SESSION,
  STREAM,
} from './product-world.ts';

export interface Happening {
  readonly label: string;
  /** Somebody wants something, or the world becomes well. */
  readonly isBenign?: boolean;
  readonly can: (joint: ProductJoint) => boolean;
  readonly act: (run: ProductRun) => void;
}

const send =
  (address: string, event: ModelEvent) =>
  (run: ProductRun): void =>
    run.send(address, event);
const is = (address: string, state: object | string) => (joint: ProductJoint) =>
  joint.actors.get(address)?.matches(state as never) === true;
const isRunning = (address: string) => (joint: ProductJoint) => joint.actors.has(address);
const isCapturing = ({ world }: ProductJoint) => world.capture === 'begun' || world.capture === 'running';
const context = (joint: ProductJoint) => joint.actors.get(STREAM)?.context;

export const plug: Happening = {
  label: 'plug',
  isBenign: true,
  can: (joint) => !joint.world.isPlugged && !is(ROOT, { working: { starting: 'reaping' } })(joint),
  act: (run) => {
    change(run, { isPlugged: true });
    run.send(ROOT, { type: 'device.attached', device: device(), atMs: run.nowMs });
  },
};
export const listed: Happening = {
  label: 'devices listed',
  isBenign: true,
  can: (joint) =>
    joint.actors.get(ROOT)?.context.listed === false &&
    !is(ROOT, { working: { starting: 'reaping' } })(joint),
  act: send(ROOT, { type: 'devices.listed', atMs: 1 }),
};
export const diskHasRoom: Happening = {
  label: 'disk has room',
  isBenign: true,
  can: ({ world }) => world.isDiskFull,
  act: (run) => {
    change(run, { isDiskFull: false });
    run.send(ROOT, { type: 'storage.changed', level: 'ok' });
  },
};
export const signsOfLife: Happening = {
  label: 'signs of life',
  isBenign: true,
  can: (joint) => is(STREAM, 'live')(joint) && context(joint).late.length > 0,
  act: (run) => {
    for (const subject of ['bytes', 'frames', 'picture'])
      run.send(STREAM, { type: 'watchdog.fresh', subject });
  },
};

const captureEnds = (code: Parameters<typeof endOf>[0]): Happening => ({
  label: `capture ends: ${code}`,
  can: isCapturing,
  act: (run) => captureExits(run, code),
});
const late = (subject: string): Happening => ({
  label: `${subject} late`,
  can: (joint) => is(STREAM, 'live')(joint) && !context(joint).late.includes(subject),
  act: send(STREAM, { type: 'watchdog.late', subject }),
});

export const forget: Happening = {
  label: 'camera forgotten',
  can: is(CAMERA, 'disconnected'),
  act: send(CAMERA, { type: 'camera.forget', atMs: 1 }),
};
export const stopRecording: Happening = {
  label: 'recording stopped',
  can: (joint) => context(joint)?.session != null,
  act: send(STREAM, { type: 'recording.stop', reason: 'requested' }),
};
export const stopService: Happening = {
  label: 'service stopped',
  can: is(ROOT, 'working'),
  act: send(ROOT, { type: 'service.stop' }),
};

export const HAPPENINGS: readonly Happening[] = [
  plug,
  listed,
  {
    label: 'unplug',
    can: ({ world }) => world.isPlugged,
    act: (run) => {
      change(run, { isPlugged: false });
      run.send(ROOT, { type: 'device.detached', handle: handleOf(device()), atMs: run.nowMs });
    },
  },
  {
    label: 'start_streaming',
    isBenign: true,
    can: (joint) => context(joint)?.reasons.includes('call') === false,
    act: send(STREAM, { type: 'stream.start' }),
  },
  {
    label: 'stop_streaming',
    can: (joint) => context(joint)?.reasons.includes('call') === true,
    act: send(STREAM, { type: 'stream.stop' }),
  },
  {
    label: 'start_recording',
    isBenign: true,
    can: (joint) => {
      const { session, closing, unfiled } = context(joint) ?? { closing: [], unfiled: [] };
      return session === null && closing.length + unfiled.length === 0;
    },
    act: send(STREAM, { type: 'recording.order', order: order({ session: SESSION }) }),
  },
  stopRecording,
  {
    label: 'viewers come',
    can: (joint) => isRunning(STREAM)(joint) && !joint.world.isWatched,
    act: (run) => {
      change(run, { isWatched: true });
      run.send(STREAM, { type: 'viewers.came' });
    },
  },
  {
    label: 'viewers leave',
    can: ({ world }) => world.isWatched,
    act: (run) => {
      change(run, { isWatched: false });
      run.send(STREAM, { type: 'viewers.left' });
    },
  },
  {
    label: 'camera switched off',
    can: (joint) => joint.actors.get(CAMERA)?.context.known.disabled === false,
    act: send(CAMERA, { type: 'camera.disable', atMs: 1 }),
  },
  {
    label: 'camera switched on',
    can: (joint) => joint.actors.get(CAMERA)?.context.known.disabled === true,
    act: send(CAMERA, { type: 'camera.enable' }),
  },
  {
    label: 'retry',
    can: isRunning(CAMERA),
    act: (run) => {
      run.send(CAMERA, { type: 'camera.retry' });
      run.send(STREAM, { type: 'stream.retry' });
    },
  },
  forget,
  captureEnds('capture-failed'),
  captureEnds('device-busy'),
  {
    label: 'media server ends',
    can: ({ world, calls }) =>
      world.isServerUp && [...calls.values()].some(({ src }) => src === 'watchServer'),
    act: (run) => {
      change(run, { isServerUp: false, entry: null });
      run.send(SERVER, { type: 'process.ended', end: endOf('media-server-unreachable') });
    },
  },
  late('bytes'),
  late('frames'),
  signsOfLife,
  {
    label: 'disk full',
    can: (joint) => !joint.world.isDiskFull && isRunning(STREAM)(joint),
    act: (run) => {
      change(run, { isDiskFull: true });
      run.send(ROOT, { type: 'storage.changed', level: 'critical' });
    },
  },
  diskHasRoom,
  stopService,
];
