/**
 * Gives the machines their hands: every placeholder actor gets the port call it stands for. No decision is made here;
 * an error is handed to the machine as it is, a fact gets its two stamps.
 */
import { type EventObject, fromCallback, fromPromise, type NonReducibleUnknown } from 'xstate';
import { cameraMachine } from '../machines/camera.ts';
import { type DiscoveryEvent, discoveryMachine } from '../machines/discovery.ts';
import { CameraError, troubleOf } from '../machines/errors.ts';
import { mediaServerMachine } from '../machines/media-server.ts';
import type { MediaServerEvent } from '../machines/media-server-setup.ts';
import { pathMachine } from '../machines/path.ts';
import type { FinaliseRequest } from '../machines/ports.ts';
import { recordingMachine } from '../machines/recording.ts';
import { type ServiceEvent, serviceMachine } from '../machines/service.ts';
import { storageMachine } from '../machines/storage.ts';
import { streamMachine } from '../machines/stream.ts';
import type { StreamEvent } from '../machines/stream-values.ts';
import type { CameraId, CapturePlan, ProcessIdentity } from '../machines/values.ts';
import { viewersMachine } from '../machines/viewers.ts';
import { provideControls } from './provide-controls.ts';
import { provideRivals } from './provide-rivals.ts';
import { provideSnapshot } from './provide-snapshot.ts';
import type { Hands } from './world.ts';

/** The service machine with everything below it alive. */
export function provideService(world: Hands) {
  return serviceMachine.provide({
    actors: {
      camera: provideCamera(world),
      discovery: provideDiscovery(world),
      mediaServer: provideMediaServer(world),
      storage: storageMachine.provide({
        actors: {
          measure: fromPromise(({ signal }) => world.storage.measure(signal)),
          removeLateParts: fromPromise(() => world.recordingFiles.removeLateParts()),
        },
      }),
      reapOrphans: fromPromise(({ input, signal }) => world.reapOrphans(input, signal)),
      watchDemand: watcher<ServiceEvent>((send, signal) =>
        world.demand.watch((path) => send({ type: 'demand.touched', path }), signal),
      ),
    },
  });
}

function provideCamera(world: Hands) {
  return cameraMachine.provide({
    actors: {
      stream: provideStream(world),
      probe: fromPromise(async ({ input, signal }) => {
        const [probed, hardwareEncoders] = await Promise.all([
          world.probe.probe(input, signal),
          world.encoders.find(),
        ]);
        return { ...probed, hardwareEncoders };
      }),
      controls: provideControls(world),
      rememberCamera: fromPromise(({ input }) => world.wishes.putCamera(input)),
      forgetCamera: fromPromise(({ input }) => world.wishes.dropCamera(input)),
    },
  });
}

function provideStream(world: Hands) {
  const countReaders = fromPromise<number, CameraId>(async ({ input, signal }) => {
    const paths = await world.mediaServer.listPaths(signal);
    return paths.find(({ name }) => name === input)?.readers ?? 0;
  });
  return streamMachine.provide({
    actors: {
      path: pathMachine.provide({
        actors: {
          writeEntry: fromPromise(({ input: { name, entry }, signal }) =>
            entry === null
              ? world.mediaServer.deletePath(name, signal)
              : world.mediaServer.replacePath(entry, signal),
          ),
          entryAgrees: fromPromise(({ input, signal }) =>
            world.mediaServer.agrees(input.name, input.entry, signal),
          ),
        },
      }),
      viewers: viewersMachine.provide({
        actors: { withdrawDemand: fromPromise(({ input }) => world.demand.withdraw(input)), countReaders },
      }),
      rivals: provideRivals(world),
      recording: provideRecording(world),
      snapshot: provideSnapshot(world),
      examine: fromPromise(async ({ input: plan, signal }) => ({
        plan,
        stream: await world.examiner.examine(plan, signal),
      })),
      findCapture: fromPromise(({ input, signal }) => world.captures.find(input, signal)),
      runCapture: watcher<StreamEvent, CaptureOrder>((send, signal, input) =>
        runCapture(world, send, signal, input),
      ),
      watchTap: watcher<StreamEvent, CameraId>((send, signal, input) =>
        world.tap.watch(input, (frame) => send({ type: 'frame.tapped', frame }), signal),
      ),
      stopCapture: fromPromise(({ input, signal }) => stopCapture(world, input, signal)),
      clearCapture: fromPromise(async ({ input, signal }) => {
        await stopCapture(world, input, signal);
        return world.captures.complaint(input);
      }),
      checkTap: fromPromise(async ({ signal }) => {
        const { ok, problem } = await world.tap.writable(signal);
        if (!ok)
          throw new CameraError('storage', problem ?? 'No picture can be tapped.', {
            reason: 'tap_unavailable',
          });
      }),
      countReaders,
    },
  });
}

async function stopCapture(world: Hands, cameraId: CameraId, signal: AbortSignal): Promise<void> {
  await world.captures.stop(cameraId, signal);
  await world.tap.clear(cameraId);
}

interface CaptureOrder {
  readonly plan: CapturePlan | null;
  readonly adopt: ProcessIdentity | null;
}

/** Starts or adopts a capture and stays with it until it ends; called off, it leaves the process alone. */
async function runCapture(
  world: Hands,
  send: (event: StreamEvent) => void,
  signal: AbortSignal,
  { plan, adopt }: CaptureOrder,
): Promise<void> {
  const exited = (error: unknown) =>
    send({
      type: 'capture.exited',
      end: { exitCode: null, signal: null, trouble: troubleOf(error) },
      atMs: world.clock.wallMs(),
    });
  try {
    const process = adopt ?? (plan === null ? null : await world.captures.start(plan, signal));
    if (process === null) throw new CameraError('internal', 'There is no plan for a capture.');
    send({ type: 'capture.spawned', process });
    const end = await world.captures.ended(process, signal);
    send({ type: 'capture.exited', end, atMs: world.clock.wallMs() });
  } catch (error) {
    if (!signal.aborted) exited(error);
  }
}

function provideRecording(world: Hands) {
  const seen = async (parts: ReturnType<Hands['recordingFiles']['parts']>) => ({
    parts: await parts,
    monoMs: world.clock.monoMs(),
    atMs: world.clock.wallMs(),
  });
  return recordingMachine.provide({
    actors: {
      saveWish: fromPromise(({ input }) => world.wishes.putRecording(input)),
      dropWish: fromPromise(({ input }) => world.wishes.dropRecording(input)),
      lookAtParts: fromPromise(({ input, signal }) =>
        seen(world.recordingFiles.parts(input.cameraId, input.session, signal)),
      ),
      salvageParts: fromPromise(({ input, signal }) =>
        seen(world.recordingFiles.salvage(input.cameraId, input.session, signal)),
      ),
      finalise: fromPromise(({ input, signal }) => {
        const request: FinaliseRequest = { ...input, endedAtMs: world.clock.wallMs() };
        return world.recordingFiles.finalise(request, signal);
      }),
    },
  });
}

function provideDiscovery(world: Hands) {
  return discoveryMachine.provide({
    actors: {
      watchDevices: watcher<DiscoveryEvent>(async (send, signal) => {
        try {
          await world.devices.watch(
            {
              ready: (kind) => send({ type: 'source.ready', kind }),
              change: (change) => send({ type: 'source.changed', change, atMs: world.clock.wallMs() }),
            },
            signal,
          );
        } catch (error) {
          if (!signal.aborted) send({ type: 'source.failed', trouble: troubleOf(error) });
        }
      }),
      listDevices: fromPromise(async ({ signal }) => ({
        nodes: await world.devices.list(signal),
        atMs: world.clock.wallMs(),
      })),
    },
  });
}

function provideMediaServer(world: Hands) {
  const { mediaServer, mediaServerProcess } = world;
  return mediaServerMachine.provide({
    actors: {
      findServer: fromPromise(({ signal }) => mediaServerProcess.find(signal)),
      launchServer: fromPromise(({ input, signal }) => mediaServerProcess.launch(input.entries, signal)),
      stopServer: fromPromise(({ signal }) => mediaServerProcess.stop(signal)),
      watchServer: watcher<MediaServerEvent, ProcessIdentity | null>(async (send, signal, input) => {
        if (input === null) return;
        const end = await mediaServerProcess.ended(input, signal).catch(() => null);
        if (end !== null) send({ type: 'process.ended', end });
      }),
      askInfo: fromPromise(({ signal }) => mediaServer.info(signal)),
      listPaths: fromPromise(async ({ signal }) => ({
        paths: await mediaServer.listPaths(signal),
        monoMs: world.clock.monoMs(),
        atMs: world.clock.wallMs(),
      })),
      compareEntries: fromPromise(async ({ input, signal }) => {
        const { differing, unwanted } = await mediaServer.compare(input.entries, signal);
        // Paths of ours that no stream owns (a camera forgotten while the server was away): nobody else removes them.
        for (const name of unwanted) await mediaServer.deletePath(name, signal);
        return { differing };
      }),
      testFolders: fromPromise(({ signal }) => world.sharedFolders.test(signal)),
    },
  });
}

/** A callback actor around a promise that lives as long as the actor; its abort is the actor's end. */
function watcher<TEvent extends EventObject, TInput = NonReducibleUnknown>(
  run: (send: (event: TEvent) => void, signal: AbortSignal, input: TInput) => Promise<void>,
) {
  return fromCallback<TEvent, TInput>(({ sendBack, input }) => {
    const ending = new AbortController();
    const send = (event: TEvent) => {
      if (!ending.signal.aborted) sendBack(event);
    };
    run(send, ending.signal, input).catch(() => {
      // Whoever watches tells its failure as an event; here it could only end the process.
    });
    return () => ending.abort();
  });
}
