import { expect, test } from 'vitest';
import { type AnyActorLogic, type AnyStateMachine, createActor } from 'xstate';
import { cameraMachine } from '../../src/machines/camera.ts';
import { discoveryMachine } from '../../src/machines/discovery.ts';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import { pathMachine } from '../../src/machines/path.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { rivalsMachine } from '../../src/machines/rivals.ts';
import { serviceMachine } from '../../src/machines/service.ts';
import { snapshotMachine } from '../../src/machines/snapshot.ts';
import { storageMachine } from '../../src/machines/storage.ts';
import { streamMachine } from '../../src/machines/stream.ts';
import { viewersMachine } from '../../src/machines/viewers.ts';
import { settled } from '../support/machines.ts';

const MACHINES: readonly AnyStateMachine[] = [
  serviceMachine,
  mediaServerMachine,
  discoveryMachine,
  storageMachine,
  cameraMachine,
  streamMachine,
  pathMachine,
  viewersMachine,
  rivalsMachine,
  recordingMachine,
  snapshotMachine,
];

const placeholders = MACHINES.flatMap((machine) =>
  Object.entries(machine.implementations.actors as Record<string, AnyActorLogic>)
    .filter(([, logic]) => !('root' in logic))
    .map(([name, logic]) => [machine.id, name, logic] as const),
);

/** Watchers have nothing to answer: without hands they are silent. */
const WATCHERS = ['watchDevices', 'watchServer', 'watchDemand', 'runCapture', 'watchTap'];

test.each(placeholders)(
  '%s alone has no hands: its %s is silent or fails with its name',
  async (_machine, name, logic) => {
    const actor = createActor(logic, { input: {} });
    actor.subscribe({ error: () => undefined });
    actor.start();
    await settled();
    const { status, error } = actor.getSnapshot() as { status: string; error?: Error };
    if (WATCHERS.includes(name)) expect(status).toBe('active');
    else expect(error?.message).toBe(`${name}: no adapter provided`);
  },
);
