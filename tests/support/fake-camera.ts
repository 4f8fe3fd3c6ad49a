/** Streams and cameras started in a fake world. */
import { type Actor, type AnyActorRef, createActor, fromPromise, type StateValue } from 'xstate';
import { cameraMachine } from '../../src/machines/camera.ts';
import type { CameraInput } from '../../src/machines/camera-setup.ts';
import { controlsMachine } from '../../src/machines/controls.ts';
import { pathMachine } from '../../src/machines/path.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { rivalsMachine } from '../../src/machines/rivals.ts';
import { snapshotMachine } from '../../src/machines/snapshot.ts';
import { statePath } from '../../src/machines/state-path.ts';
import { streamMachine } from '../../src/machines/stream.ts';
import type { StreamInput } from '../../src/machines/stream-values.ts';
import type { Device, ProbedCamera } from '../../src/machines/values.ts';
import { viewersMachine } from '../../src/machines/viewers.ts';
import type { FakeWorld } from './fake-world.ts';
import {
  cameraLimits,
  device,
  failure,
  known,
  probed,
  recordingLimits,
  streamLimits,
} from './machine-fixtures.ts';
import { FakeCall, settled } from './machines.ts';

/** The stream machine with this world's hands, its children too. */
export function streamIn(world: FakeWorld) {
  const { countReaders, findCapture, runCapture, watchTap, stopCapture, clearCapture, checkTap } = world;
  return streamMachine.provide({
    actors: {
      path: pathMachine.provide({ actors: world.path }),
      viewers: viewersMachine.provide({ actors: { countReaders, withdrawDemand: world.withdrawDemand } }),
      rivals: rivalsMachine.provide({ actors: { findRivals: world.findRivals, endRivals: world.endRivals } }),
      recording: recordingMachine.provide({ actors: world.recorder as never }),
      snapshot: snapshotMachine.provide({
        actors: {
          savePicture: fromPromise(async ({ input }) => ({
            filename: `${input.request.cameraId}.jpg`,
            sizeBytes: 12_000,
            takenAtMs: world.wallMs(),
            frameAgeMs: world.monoMs() - input.frameSeenMonoMs,
          })),
        },
      }),
      findCapture,
      runCapture: runCapture as never,
      watchTap: watchTap as never,
      stopCapture,
      examine: world.examine.logic,
      clearCapture,
      checkTap,
      countReaders,
    },
  });
}

const pathOf = (ref: AnyActorRef | undefined): string | null => {
  if (ref === undefined) return null;
  return statePath((ref.getSnapshot() as { value: StateValue }).value);
};

/** The state path of a child, null where there is none. */
export function childState(ref: AnyActorRef, id: string): string | null {
  const { children } = ref.getSnapshot() as { children: Record<string, AnyActorRef | undefined> };
  return pathOf(children[id]);
}

/** Ends an actor and all below it on the spot, as the death of the service would: nothing is tidied up. */
export function kill(actor: AnyActorRef): void {
  (actor as AnyActorRef & { _stop(): void })._stop();
}

export interface StreamRig {
  readonly world: FakeWorld;
  readonly actor: Actor<typeof streamMachine>;
  state(): string;
  context(): ReturnType<Actor<typeof streamMachine>['getSnapshot']>['context'];
  /** State of the recording session, the viewers, the path. */
  child(id: string): string | null;
}

export async function startStream(world: FakeWorld, fields: Partial<StreamInput> = {}): Promise<StreamRig> {
  const input: StreamInput = {
    cameraId: 'camera0',
    limits: streamLimits,
    recordingLimits,
    expected: false,
    callWanted: false,
    recordingWishes: [],
    server: world.server,
    ...fields,
  };
  const actor = createActor(streamIn(world), { input, parent: world.parent } as never) as unknown as Actor<
    typeof streamMachine
  >;
  world.stream = () => actor;
  actor.start();
  await settled();
  return {
    world,
    actor,
    state: () => pathOf(actor) ?? '',
    context: () => actor.getSnapshot().context,
    child: (id) => childState(actor, id),
  };
}

export interface CameraRig {
  readonly world: FakeWorld;
  readonly actor: Actor<typeof cameraMachine>;
  readonly probe: FakeCall<ProbedCamera, Device>;
  state(): string;
  context(): ReturnType<Actor<typeof cameraMachine>['getSnapshot']>['context'];
  stream(): string | null;
  streamRef(): Actor<typeof streamMachine>;
  send(event: Parameters<Actor<typeof cameraMachine>['send']>[0]): Promise<void>;
}

/** A camera that is plugged in, unless told otherwise. */
export async function startCamera(world: FakeWorld, fields: Partial<CameraInput> = {}): Promise<CameraRig> {
  const probe = new FakeCall<ProbedCamera, Device>((wanted) => probed('YUYV', wanted.nodes[0]!.devicePath));
  const machine = cameraMachine.provide({
    actors: {
      stream: streamIn(world),
      controls: controlsMachine.provide({ actors: world.controls.actors }),
      probe: probe.logic,
      rememberCamera: fromPromise(async ({ input }) => {
        if (world.wishesFail) throw failure('storage', 'The wishes cannot be saved.');
        world.wishes.cameras.set(input.id, input);
      }),
      forgetCamera: fromPromise(async ({ input }) => {
        if (world.wishesFail) throw failure('storage', 'The wishes cannot be saved.');
        world.wishes.cameras.delete(input);
      }),
    },
  });
  const input: CameraInput = {
    known: known(),
    limits: cameraLimits,
    device: device(),
    recordingWishes: [],
    server: world.server,
    ...fields,
  };
  const actor = createActor(machine, { input, parent: world.parent } as never) as unknown as Actor<
    typeof cameraMachine
  >;
  const streamRef = () => (actor.getSnapshot().children as Record<string, AnyActorRef | undefined>).stream;
  world.stream = streamRef;
  actor.start();
  await settled();
  return {
    world,
    actor,
    probe,
    state: () => pathOf(actor) ?? '',
    context: () => actor.getSnapshot().context,
    stream: () => pathOf(streamRef()),
    streamRef: () => streamRef() as unknown as Actor<typeof streamMachine>,
    async send(event) {
      actor.send(event);
      await settled();
    },
  };
}
