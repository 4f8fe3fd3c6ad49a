/**
 * What can be done on purpose, the same on every back end: to a camera in a fake world, and to the running service. An act can
 * be done where the acts before it have left something to do.
 */
import type { StepKind } from '../../scripts/chaos/script.ts';
import type { Trouble } from '../../src/machines/errors.ts';
import { device, order } from '../support/machine-fixtures.ts';
import { settled } from '../support/machines.ts';
import type { House, Told } from './composed-house.ts';

export interface Act {
  /** Acts that must have been done, and not undone, before. */
  readonly after?: ActName;
  /** Not done again before it is undone. */
  readonly lasts?: true;
  readonly fake: (house: House, told: Told) => unknown;
  /** The step of chaos that does the same to the service; null: a hand of the walks does it. */
  readonly step: StepKind | null;
}

export const ACT_NAMES = [
  ...['unplug', 'plug', 'disable', 'enable', 'startStreaming', 'stopStreaming', 'record', 'stopRecording'],
  ...['takeSnapshot', 'killCapture', 'breakCaptures', 'mendCaptures', 'mute', 'unmute', 'killServer'],
  ...['pauseServer', 'continueServer', 'killService', 'watch', 'leave', 'retry'],
] as const;
export type ActName = (typeof ACT_NAMES)[number];

const failing: Trouble = {
  code: 'capture-failed',
  reason: 'capture_failed',
  message: 'Fake: it ends at once.',
};

export const ACTS: Readonly<Record<string, Act>> = {
  unplug: {
    lasts: true,
    step: 'unplug',
    fake: ({ rig, world }, told) => {
      told.plugged = false;
      // Its capture reads no more.
      world.publishing = false;
      return rig.send({ type: 'device.detached', atMs: world.wallMs() });
    },
  },
  plug: {
    after: 'unplug',
    step: 'plug',
    fake: ({ rig, world }, told) => {
      told.plugged = true;
      world.publishing = true;
      return rig.send({ type: 'device.attached', device: device(), atMs: world.wallMs() });
    },
  },
  disable: {
    lasts: true,
    step: 'disableCamera',
    fake: ({ rig, world }, told) => {
      told.disabled = true;
      return rig.send({ type: 'camera.disable', atMs: world.wallMs() });
    },
  },
  enable: {
    after: 'disable',
    step: 'enableCamera',
    fake: ({ rig }, told) => {
      told.disabled = false;
      return rig.send({ type: 'camera.enable' });
    },
  },
  startStreaming: {
    lasts: true,
    step: 'startStreaming',
    fake: ({ world }) => world.send({ type: 'stream.start' }),
  },
  stopStreaming: {
    after: 'startStreaming',
    step: 'stopStreaming',
    fake: ({ world }) => world.send({ type: 'stream.stop' }),
  },
  record: {
    lasts: true,
    step: 'startRecording',
    fake: (house, told) => {
      told.orders += 1;
      const event = {
        type: 'recording.order',
        order: order({ session: `s${told.orders}`, durationMs: null }),
      } as const;
      if (!house.stream().getSnapshot().can(event)) return undefined;
      house.stream().send(event);
      return settled();
    },
  },
  stopRecording: {
    after: 'record',
    step: 'stopRecording',
    fake: ({ world }) => world.send({ type: 'recording.stop', reason: 'requested' }),
  },
  takeSnapshot: {
    step: 'takeSnapshot',
    fake: ({ world }) => {
      const request = { cameraId: 'camera0', format: 'jpg', quality: null, filename: null } as const;
      const orderedMonoMs = world.monoMs();
      const snapshot = { id: `p${orderedMonoMs}`, request, maxAgeMs: 1000, deadlineMs: 6000, orderedMonoMs };
      return world.send({ type: 'snapshot.order', snapshot });
    },
  },
  killCapture: { step: 'killCapture', fake: ({ world }) => world.captureEnds(failing) },
  breakCaptures: {
    lasts: true,
    step: null,
    fake: ({ world }) => {
      world.startTrouble = failing;
    },
  },
  mendCaptures: {
    after: 'breakCaptures',
    step: null,
    fake: ({ world }) => {
      world.startTrouble = null;
    },
  },
  mute: {
    lasts: true,
    step: 'mute',
    fake: ({ world }) => {
      world.frames = false;
      world.bytesStandStill = true;
    },
  },
  unmute: {
    after: 'mute',
    step: 'unmute',
    fake: ({ world }) => {
      world.frames = true;
      world.bytesStandStill = false;
    },
  },
  killServer: {
    step: 'killServer',
    fake: async ({ world }) => {
      // Who watched is thrown out, and does not come back.
      world.readers = 0;
      await world.serverDies();
      await world.advance(1000);
      await world.serverReturns();
    },
  },
  pauseServer: {
    lasts: true,
    step: 'pauseServer',
    fake: ({ world }, told) => {
      told.serverUp = false;
      return world.send({ type: 'server.down' });
    },
  },
  continueServer: {
    after: 'pauseServer',
    step: 'continueServer',
    fake: ({ world }, told) => {
      told.serverUp = true;
      return world.send({ type: 'server.up', info: world.server });
    },
  },
  killService: { step: 'killService', fake: (house, told) => house.crash(told) },
  watch: {
    lasts: true,
    step: 'watch',
    fake: ({ world }) => {
      world.readers = 1;
      return world.published ? undefined : world.send({ type: 'demand.touched' });
    },
  },
  leave: {
    after: 'watch',
    step: 'leave',
    fake: ({ world }) => {
      world.readers = 0;
    },
  },
  retry: {
    step: 'retryCamera',
    fake: ({ world, rig }) => {
      rig.actor.send({ type: 'camera.retry' });
      return world.send({ type: 'stream.retry' });
    },
  },
} satisfies Record<ActName, Act>;

/** @param done acts so far that last and were not undone */
export function canDo(done: ReadonlySet<string>, name: string): boolean {
  const { after, lasts } = ACTS[name]!;
  return (after === undefined || done.has(after)) && !(lasts === true && done.has(name));
}

export function noteDone(done: Set<string>, name: string): void {
  const { after, lasts } = ACTS[name]!;
  if (lasts === true) done.add(name);
  if (after !== undefined) done.delete(after);
}
