/**
 * Owns the whole: starts and stops its parts in order, gives each device its camera, and carries what one actor has
 * to tell many. A crash of one camera never stops a sibling. In: reports of its children, `service.stop`,
 * `service.handOver`. Emits the facts that clients hear. Design: docs/machines/service.md.
 */
import { assign, emit, enqueueActions, fromCallback, fromPromise, sendTo, setup, stopChild } from 'xstate';
import { cameraMachine } from './camera.ts';
import type { CameraLimits, CameraOutput, CameraReport } from './camera-setup.ts';
import { type DiscoveryInput, type DiscoveryReport, discoveryMachine } from './discovery.ts';
import type { Trouble } from './errors.ts';
import { handleOf, newcomer, uniqueName } from './identity.ts';
import { mediaServerMachine } from './media-server.ts';
import type { MediaServerInput, MediaServerReport, PathsSeen } from './media-server-setup.ts';
import {
  agreed,
  cameraFor,
  changedIdentities,
  type Seats,
  seatedAt,
  withDevice,
  withoutSeatAt,
  withoutSeatOf,
  withSeat,
} from './seating.ts';
import { type StorageInput, type StorageLevel, type StorageReport, storageMachine } from './storage.ts';
import type { StreamEvent } from './stream-values.ts';
import type {
  CameraId,
  Device,
  FinishedRecording,
  FoldersSeen,
  KnownCamera,
  MediaServerInfo,
  RecordingEndReason,
  Wishes,
} from './values.ts';

export interface ServiceInput {
  readonly wishes: Wishes;
  readonly camera: CameraLimits;
  readonly mediaServer: MediaServerInput;
  readonly discovery: DiscoveryInput;
  readonly storage: StorageInput;
  readonly reconcileTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

export interface ServiceContext extends ServiceInput {
  readonly cameras: readonly KnownCamera[];
  /** Which camera each plugged-in device is. */
  readonly seats: Seats;
  readonly listed: boolean;
  /** Why devices are not watched or listed now. */
  readonly discoveryTrouble: Trouble | null;
  readonly server: MediaServerInfo | null;
  /** What an external media server sees of our folders; null: ours, or not tested yet. */
  readonly folders: FoldersSeen | null;
  readonly storageLevel: StorageLevel;
  readonly crashed: readonly string[];
}

export type ServiceEvent =
  | DiscoveryReport
  | Exclude<MediaServerReport, { type: 'server.down' }>
  | { type: 'server.down'; trouble: unknown }
  | StorageReport
  | CameraReport
  | { type: 'demand.touched'; path: string }
  | { type: 'camera.rename'; cameraId: CameraId; name: string }
  | { type: 'service.stop' }
  | { type: 'service.handOver' }
  | { type: `xstate.done.actor.${string}`; output: unknown; actorId: string }
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string };

export type ServiceEmitted =
  | { type: 'camera.renamed'; cameraId: CameraId }
  | { type: 'recording.started'; session: string; cameraId: CameraId }
  | { type: 'recording.unfiled'; session: string; cameraId: CameraId }
  | {
      type: 'recording.ended';
      session: string;
      cameraId: CameraId;
      finished: FinishedRecording | null;
      failed: boolean;
    };

/** Where a camera's actor lives among the service's children. */
export const cameraChild = (id: CameraId) => `camera:${id}`;
const stream = (id: CameraId) => `stream:${id}`;

/**
 * What is missing now, and what still works without it.
 * @param serverTrouble why the media server is not there, where that is known
 */
export function missingParts(
  context: Pick<ServiceContext, 'server' | 'storageLevel' | 'listed' | 'crashed'> &
    Partial<Pick<ServiceContext, 'folders' | 'discoveryTrouble'>>,
  serverTrouble: Trouble | null = null,
): readonly { part: string; sentence: string }[] {
  const missing: { part: string; sentence: string }[] = [];
  if (context.server === null) {
    missing.push({
      part: 'media_server',
      sentence: `${(serverTrouble?.message ?? 'The media server is not answering').replace(/\.$/, '')}. Streams cannot start and recordings pause; running captures keep their cameras.`,
    });
  } else if (context.folders?.demand === false) {
    missing.push({
      part: 'demand_unavailable',
      sentence:
        'The media server does not raise demand in the runtime directory: viewers do not start a stream, start_streaming does; everything else works.',
    });
  }
  if (context.server !== null && context.folders?.recording === false) {
    missing.push({
      part: 'recording_unavailable',
      sentence:
        'The media server does not record where this service looks: recordings are refused; streams and snapshots work.',
    });
  }
  const { listed, discoveryTrouble = null } = context;
  if (!listed || discoveryTrouble !== null) {
    const why = discoveryTrouble?.message.replace(/\.$/, '') ?? 'Devices cannot be listed';
    missing.push({ part: 'discovery', sentence: `${why}: plugs and unplugs are not noticed.` });
  }
  if (context.storageLevel === 'critical') {
    missing.push({
      part: 'storage',
      sentence: 'The recordings disk is almost full: new recordings are refused; streams and snapshots work.',
    });
  }
  if (context.storageLevel === 'missing') {
    missing.push({
      part: 'storage',
      sentence: 'The recordings folder cannot be written: recordings are refused; streams work.',
    });
  }
  for (const actor of context.crashed) {
    missing.push({ part: actor, sentence: `The actor ${actor} ended by a defect; the others go on.` });
  }
  return missing;
}

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));

const dropDone = {
  type: 'dropDone' as const,
  params: ({ event }: { event: { actorId: string } }) => ({ actorId: event.actorId }),
};

export const serviceMachine = setup({
  types: {} as {
    context: ServiceContext;
    events: ServiceEvent;
    input: ServiceInput;
    emitted: ServiceEmitted;
  },
  actors: {
    camera: cameraMachine,
    discovery: discoveryMachine,
    mediaServer: mediaServerMachine,
    storage: storageMachine,
    /** Ends processes of ours that no camera in the list can own. */
    reapOrphans: fromPromise<void, readonly CameraId[]>(no('reapOrphans')),
    /** Sends `demand.touched`. */
    watchDemand: fromCallback<ServiceEvent>(() => {}),
  },
  actions: {
    spawnParts: enqueueActions(({ context, enqueue }) => {
      enqueue.spawnChild('mediaServer', {
        id: 'media-server',
        systemId: 'media-server',
        input: context.mediaServer,
      });
      enqueue.spawnChild('storage', { id: 'storage', systemId: 'storage', input: context.storage });
      for (const known of context.wishes.cameras) {
        enqueue.spawnChild('camera', {
          id: cameraChild(known.id),
          systemId: cameraChild(known.id),
          input: {
            known,
            limits: context.camera,
            device: null,
            server: null,
            recordingWishes: context.wishes.recordings.filter(({ order }) => order.cameraId === known.id),
          },
        });
      }
    }),
    spawnDiscovery: enqueueActions(({ context, enqueue }) => {
      enqueue.spawnChild('discovery', { id: 'discovery', systemId: 'discovery', input: context.discovery });
    }),
    startMediaServer: sendTo('media-server', { type: 'media-server.start' }),
    stopMediaServer: sendTo('media-server', { type: 'media-server.stop' }),
    seat: enqueueActions(({ context, enqueue }, params: { device: Device; atMs: number }) => {
      const { device, atMs } = params;
      const known = cameraFor(device, context.cameras, context.seats);
      const camera = known ?? newcomer(device, context.cameras, atMs);
      const { id } = camera;
      const all = known === null ? [...context.cameras, camera] : context.cameras;
      const cameras = withDevice(all, id, device);
      enqueue.assign({ cameras, seats: withSeat(context.seats, { handle: handleOf(device), id }) });
      for (const { id, identity } of changedIdentities(context.cameras, cameras))
        enqueue.sendTo(cameraChild(id), { type: 'camera.identified', identity });
      if (known !== null) {
        enqueue.sendTo(cameraChild(id), { type: 'device.attached', device, atMs });
        return;
      }
      enqueue.spawnChild('camera', {
        id: cameraChild(id),
        systemId: cameraChild(id),
        input: {
          known: cameras.find((one) => one.id === id) ?? camera,
          limits: context.camera,
          device,
          recordingWishes: [],
          server: context.server,
        },
      });
    }),
    /** Names are unique among all known cameras, so the one that knows all of them gives them. */
    rename: enqueueActions(({ context, enqueue }, params: { cameraId: CameraId; name: string }) => {
      const others = context.cameras.filter(({ id }) => id !== params.cameraId);
      if (others.length === context.cameras.length) return;
      const name = uniqueName(
        params.name,
        others.map((camera) => camera.name),
      );
      enqueue.assign({
        cameras: context.cameras.map((camera) =>
          camera.id === params.cameraId ? { ...camera, name } : camera,
        ),
      });
      enqueue.sendTo(cameraChild(params.cameraId), { type: 'camera.rename', name });
      enqueue.emit({ type: 'camera.renamed', cameraId: params.cameraId });
    }),
    changeDevice: enqueueActions(({ context, enqueue }, params: { device: Device; atMs: number }) => {
      const id = seatedAt(context.seats, handleOf(params.device));
      if (id === undefined) return;
      const cameras = withDevice(context.cameras, id, params.device);
      enqueue.assign({ cameras });
      for (const { id, identity } of changedIdentities(context.cameras, cameras))
        enqueue.sendTo(cameraChild(id), { type: 'camera.identified', identity });
      enqueue.sendTo(cameraChild(id), { type: 'device.changed', ...params });
    }),
    unseat: enqueueActions(({ context, enqueue }, params: { handle: string; atMs: number }) => {
      const id = seatedAt(context.seats, params.handle);
      if (id === undefined) return;
      enqueue.assign({ seats: withoutSeatAt(context.seats, params.handle) });
      enqueue.sendTo(cameraChild(id), { type: 'device.detached', atMs: params.atMs });
    }),
    tellListed: enqueueActions(({ context, enqueue }, params: { atMs: number }) => {
      for (const { id } of context.cameras) {
        enqueue.sendTo(cameraChild(id), { type: 'devices.listed', atMs: params.atMs });
      }
    }),
    noteListed: assign({ listed: true }),
    storeDiscovery: assign({
      discoveryTrouble: (_, params: { trouble: Trouble | null }) => params.trouble,
    }),
    storeServer: assign({ server: (_, params: { info: MediaServerInfo | null }) => params.info }),
    storeFolders: assign({ folders: (_, params: { folders: FoldersSeen }) => params.folders }),
    storeStorage: assign({ storageLevel: (_, params: { level: StorageLevel }) => params.level }),
    noteCrash: assign({
      crashed: ({ context }, params: { actorId: string }) => [
        ...new Set([...context.crashed, params.actorId]),
      ],
    }),
    dropDone: stopChild((_, params: { actorId: string }) => params.actorId),
    tellStreams: enqueueActions(({ context, enqueue, system }, params: { event: StreamEvent }) => {
      for (const { id } of context.cameras) {
        const ref = system.get(stream(id));
        if (ref !== undefined) enqueue.sendTo(ref, params.event);
      }
    }),
    showPaths: enqueueActions(({ context, enqueue, system }, params: PathsSeen) => {
      const byName = new Map(params.paths.map((path) => [path.name, path]));
      const { monoMs, atMs } = params;
      for (const { id } of context.cameras) {
        const ref = system.get(stream(id));
        const observed: StreamEvent = { type: 'path.observed', path: byName.get(id) ?? null, monoMs, atMs };
        if (ref !== undefined) enqueue.sendTo(ref, observed);
      }
    }),
    tellDrift: enqueueActions(({ enqueue, system }, params: { names: readonly string[] }) => {
      for (const name of params.names) {
        const ref = system.get(stream(name));
        if (ref !== undefined) enqueue.sendTo(ref, { type: 'entry.drifted' });
      }
    }),
    tellDemand: enqueueActions(({ enqueue, system }, params: { path: string }) => {
      const ref = system.get(stream(params.path));
      if (ref !== undefined) enqueue.sendTo(ref, { type: 'demand.touched' });
    }),
    toMediaServer: sendTo('media-server', ({ event }) => event as never),
    releaseCameras: enqueueActions(({ context, enqueue }, params: { reason: RecordingEndReason }) => {
      for (const { id } of context.cameras) {
        enqueue.sendTo(cameraChild(id), { type: 'camera.release', reason: params.reason });
      }
    }),
    dropCamera: enqueueActions(({ context, enqueue }, params: { cameraId: CameraId }) => {
      const cameras = agreed(context.cameras.filter(({ id }) => id !== params.cameraId));
      enqueue.assign({ cameras, seats: withoutSeatOf(context.seats, params.cameraId) });
      for (const { id, identity } of changedIdentities(context.cameras, cameras))
        enqueue.sendTo(cameraChild(id), { type: 'camera.identified', identity });
    }),
    emitFact: emit(({ event }) => event as ServiceEmitted),
  },
  guards: {
    complete: ({ context }) => missingParts(context).length === 0,
    incomplete: ({ context }) => missingParts(context).length > 0,
    leftDevice: (_, params: { output: unknown }) =>
      ((params.output as Partial<CameraOutput> | null | undefined)?.device ?? null) !== null,
    noCameras: ({ context }) => context.cameras.every(({ id }) => context.crashed.includes(cameraChild(id))),
    listedAndUp: ({ context }) => context.listed && context.server !== null,
  },
  delays: {
    reconcileTimeout: ({ context }) => context.reconcileTimeoutMs,
    stopTimeout: ({ context }) => context.stopTimeoutMs,
  },
}).createMachine({
  id: 'service',
  description: 'The whole service: its parts, in order.',
  context: ({ input }) => ({
    ...input,
    cameras: input.wishes.cameras,
    seats: [],
    listed: false,
    discoveryTrouble: null,
    server: null,
    folders: null,
    storageLevel: 'unknown',
    crashed: [],
  }),
  entry: 'spawnParts',
  initial: 'working',
  on: {
    'device.attached': { actions: { type: 'seat', params: ({ event }) => event } },
    'device.changed': { actions: { type: 'changeDevice', params: ({ event }) => event } },
    'device.detached': { actions: { type: 'unseat', params: ({ event }) => event } },
    'discovery.changed': {
      actions: { type: 'storeDiscovery', params: ({ event }) => ({ trouble: event.trouble }) },
    },
    'devices.listed': {
      actions: ['noteListed', { type: 'tellListed', params: ({ event }) => ({ atMs: event.atMs }) }],
    },
    'server.up': {
      actions: [
        { type: 'storeServer', params: ({ event }) => ({ info: event.info }) },
        { type: 'tellStreams', params: ({ event }) => ({ event }) },
      ],
    },
    'server.down': {
      actions: [
        { type: 'storeServer', params: { info: null } },
        { type: 'tellStreams', params: { event: { type: 'server.down' } } },
      ],
    },
    'paths.observed': { actions: { type: 'showPaths', params: ({ event }) => event } },
    'paths.unseen': { actions: { type: 'tellStreams', params: { event: { type: 'path.unseen' } } } },
    'entries.compared': {
      actions: { type: 'tellDrift', params: ({ event }) => ({ names: event.differing }) },
    },
    'folders.tested': {
      actions: { type: 'storeFolders', params: ({ event }) => ({ folders: event.folders }) },
    },
    'storage.changed': {
      actions: [
        { type: 'storeStorage', params: ({ event }) => ({ level: event.level }) },
        { type: 'tellStreams', params: ({ event }) => ({ event }) },
      ],
    },
    'entry.wanted': { actions: 'toMediaServer' },
    'watch.fast': { actions: 'toMediaServer' },
    'watch.slow': { actions: 'toMediaServer' },
    'demand.touched': { actions: { type: 'tellDemand', params: ({ event }) => ({ path: event.path }) } },
    'recording.started': { actions: 'emitFact' },
    'recording.unfiled': { actions: 'emitFact' },
    'recording.ended': { actions: 'emitFact' },
    'camera.released': {
      actions: { type: 'dropCamera', params: ({ event }) => ({ cameraId: event.cameraId }) },
    },
    'camera.rename': { actions: { type: 'rename', params: ({ event }) => event } },
    'xstate.done.actor.*': [
      {
        guard: { type: 'leftDevice', params: ({ event }) => ({ output: event.output }) },
        actions: [
          dropDone,
          { type: 'seat', params: ({ event }) => event.output as { device: Device; atMs: number } },
        ],
        description: 'plugged in while its camera was being forgotten: it is a new one',
      },
      { actions: dropDone },
    ],
    'xstate.error.actor.*': {
      actions: { type: 'noteCrash', params: ({ event }) => ({ actorId: event.actorId }) },
    },
    'service.handOver': '.handingOver',
  },
  states: {
    working: {
      initial: 'starting',
      on: { 'service.stop': '#service.stopping' },
      invoke: { id: 'watchDemand', src: 'watchDemand' },
      states: {
        starting: {
          initial: 'reaping',
          states: {
            reaping: {
              description: 'Processes of ours that no known camera can own are ended.',
              invoke: {
                id: 'reapOrphans',
                src: 'reapOrphans',
                input: ({ context }) =>
                  context.cameras.filter((camera) => !camera.disabled).map((camera) => camera.id),
                onDone: { target: 'reconciling', actions: ['spawnDiscovery', 'startMediaServer'] },
                onError: { target: 'reconciling', actions: ['spawnDiscovery', 'startMediaServer'] },
              },
              after: {
                reconcileTimeout: {
                  target: 'reconciling',
                  actions: ['spawnDiscovery', 'startMediaServer'],
                  description: 'what is left is ended when it is in the way',
                },
              },
            },
            reconciling: {
              description:
                "Wishes, processes and the media server's lists are compared by the actors that own them.",
              always: { guard: 'listedAndUp', target: '#service.working.judging' },
              after: {
                reconcileTimeout: {
                  target: '#service.working.judging',
                  description: 'something is missing; the rest works',
                },
              },
            },
          },
        },
        judging: {
          always: [{ guard: 'complete', target: 'ready' }, { target: 'partial' }],
        },
        ready: {
          description: 'Everything is there.',
          always: { guard: 'incomplete', target: 'partial' },
        },
        partial: {
          description: 'Something it needs is missing or failing; it says which, and what still works.',
          always: { guard: 'complete', target: 'ready' },
        },
      },
    },
    stopping: {
      description: 'No new calls; recordings finalised, captures, paths, then the media server.',
      initial: 'cameras',
      // A camera that has left already would be taken for a newcomer, and its wishes be written over.
      on: { 'device.attached': {}, 'camera.rename': {}, 'xstate.done.actor.*': { actions: dropDone } },
      after: {
        stopTimeout: { target: 'stopped', description: 'what is left is found again at the next start' },
      },
      states: {
        cameras: {
          entry: { type: 'releaseCameras', params: { reason: 'service_stopped' } },
          always: { guard: 'noCameras', target: 'mediaServer' },
        },
        mediaServer: {
          entry: 'stopMediaServer',
          on: { 'media-server.stopped': '#service.stopped' },
        },
      },
    },
    handingOver: {
      description: 'The data plane stays as it is; the next start adopts it.',
      always: 'handedOver',
    },
    stopped: { description: 'Ended as asked.', type: 'final' },
    handedOver: { description: 'Gone, with everything still running.', type: 'final' },
  },
});
