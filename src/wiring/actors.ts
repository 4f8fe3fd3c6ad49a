/**
 * Finds the living actors and reads their views. Remembers nothing but instants (since when), the place where each camera
 * was last, and the views of actors that have not moved since they were asked.
 */
import type { Actor, ActorRefFrom, AnyActorRef } from 'xstate';
import type { CameraView, EngineFact, StreamView } from '../api/door.ts';
import { CameraError, type Trouble } from '../machines/errors.ts';
import type { mediaServerMachine } from '../machines/media-server.ts';
import { cameraChild, type serviceMachine } from '../machines/service.ts';
import type { CameraId } from '../machines/values.ts';
import { type CameraRef, cameraView, recordingOf, streamOf } from './camera-view.ts';
import { controlsOf } from './control-orders.ts';
import type { Journal, Standing } from './journal.ts';
import type { StreamInstants, StreamRef } from './stream-view.ts';
import { type BusUser, withNeighbours } from './usb-bus.ts';

const NO_INSTANTS: StreamInstants = { captureSinceMonoMs: null, liveSinceMonoMs: null };

interface KeptView {
  /** Everything the view was read off; all are replaced, never changed. */
  readonly from: readonly unknown[];
  readonly view: CameraView | undefined;
}

export class Actors {
  readonly service: Actor<typeof serviceMachine>;
  readonly journal: Journal;
  readonly #instants = new Map<CameraId, StreamInstants>();
  readonly #lastPaths = new Map<CameraId, string>();
  readonly #views = new Map<CameraId, KeptView>();
  readonly #listeners = new Set<(fact: EngineFact) => void>();

  constructor(service: Actor<typeof serviceMachine>, journal: Journal) {
    this.service = service;
    this.journal = journal;
    journal.onMoved((standing, from) => this.#moved(standing, from));
    service.on('recording.started', ({ cameraId, session }) =>
      this.#tell({ type: 'recording.started', camera: cameraId, session }),
    );
    // A name is no state: nothing moves.
    service.on('camera.renamed', ({ cameraId }) => this.#tellLater(cameraId));
    // It may still be finished, and is then told once more.
    service.on('recording.unfiled', ({ cameraId, session }) =>
      this.#tell({ type: 'recording.ended', camera: cameraId, session, recording: null, word: 'ERROR' }),
    );
    service.on('recording.ended', ({ cameraId, session, finished, failed }) => {
      const word = finished !== null && !failed ? 'STOPPED' : 'FAILED';
      this.#tell({ type: 'recording.ended', camera: cameraId, session, recording: finished, word });
    });
  }

  cameraIds(): readonly CameraId[] {
    return this.service.getSnapshot().context.cameras.map(({ id }) => id);
  }

  /** By `cameraN`, or by a device path it has at this moment. */
  camera(device: string): CameraRef | undefined {
    const children = this.service.getSnapshot().children as Record<string, unknown>;
    const direct = children[cameraChild(device)] as CameraRef | undefined;
    if (direct !== undefined || !device.startsWith('/dev/')) return direct;
    return this.cameraIds()
      .map((id) => children[cameraChild(id)] as CameraRef | undefined)
      .find((ref) => ref?.getSnapshot().context.device?.nodes.some((node) => node.devicePath === device));
  }

  view(device: string): CameraView | undefined {
    const ref = this.camera(device);
    const stream = ref === undefined ? undefined : streamOf(ref);
    if (ref === undefined || stream === undefined) return undefined;
    const id = ref.getSnapshot().context.known.id;
    const instants = this.#instants.get(id) ?? NO_INSTANTS;
    const recording = recordingOf(stream);
    const refs: AnyActorRef[] = [ref, stream, recording, controlsOf(ref)].filter(
      (actor) => actor !== undefined,
    );
    const demand = this.#demand();
    const crowded = stream.getSnapshot().context.trouble?.code === 'no-bandwidth';
    if (crowded) refs.push(...this.#others(id));
    const from: readonly unknown[] = [
      demand,
      instants,
      this.journal.timeline.zeroAtMs(),
      ...refs.flatMap((actor) => [actor.getSnapshot(), this.journal.standing(actor)]),
    ];
    const kept = this.#views.get(id);
    if (kept?.from.length === from.length && kept.from.every((fact, index) => fact === from[index]))
      return kept.view;
    const alone = cameraView(ref, this.journal, instants, demand);
    const view =
      crowded && alone !== undefined
        ? { ...alone, stream: { ...alone.stream, trouble: this.explained(id, alone.stream.trouble) } }
        : alone;
    this.#views.set(id, { from, view });
    return view;
  }

  /** A camera's trouble with what only its neighbours can tell of it. */
  explained<T extends Trouble | null>(id: CameraId, trouble: T): T | Trouble {
    const camera = this.camera(id);
    if (trouble?.code !== 'no-bandwidth' || camera === undefined) return trouble;
    const others = this.cameraIds().flatMap((other) => (other === id ? [] : (this.camera(other) ?? [])));
    return withNeighbours(
      trouble,
      busUser(camera, 'wanted'),
      others.map((other) => busUser(other, 'captured')),
    );
  }

  /** @throws CameraError not-found */
  require(device: string): { camera: CameraView; stream: StreamRef } {
    const ref = this.camera(device);
    const camera = this.view(device);
    const stream = ref === undefined ? undefined : streamOf(ref);
    if (camera === undefined || stream === undefined) {
      throw new CameraError('not-found', `There is no camera ${device.replace(/^\/dev\//, '')}.`, {
        reason: 'camera_not_found',
        suggestion: 'get_camera_list names the cameras there are.',
      });
    }
    return { camera, stream };
  }

  /** The device path the camera has, or had when it was unplugged. */
  lastPath(id: CameraId): string | undefined {
    return this.#lastPaths.get(id);
  }

  onFact(listener: (fact: EngineFact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An external server that cannot touch our demand folder: streams start by call only. */
  #demand(): StreamView['demand'] {
    const children = this.service.getSnapshot().children as Record<string, unknown>;
    const server = children['media-server'] as ActorRefFrom<typeof mediaServerMachine> | undefined;
    return server?.getSnapshot().context.folders?.demand === false ? 'demand_unavailable' : 'available';
  }

  /** The actors of the other cameras and of their streams. */
  #others(id: CameraId): readonly AnyActorRef[] {
    return this.cameraIds().flatMap((other) => {
      const camera = other === id ? undefined : this.camera(other);
      const stream = camera === undefined ? undefined : streamOf(camera);
      return camera === undefined || stream === undefined ? [] : [camera, stream];
    });
  }

  #tell(fact: EngineFact): void {
    for (const listener of this.#listeners) listener(fact);
  }

  /** Runs inside the step of an actor: facts go out after it, so that views show the whole step. */
  #moved({ name, state, sinceMonoMs }: Standing, from: string | null): void {
    const [kind, id] = name.split(':');
    if (id === undefined || (kind !== 'camera' && kind !== 'stream' && kind !== 'recording')) return;
    const cameraId = kind === 'recording' ? (id.split('_')[0] ?? id) : id;
    if (kind === 'stream') this.#noteInstants(cameraId, state, from ?? '', sinceMonoMs);
    this.#tellLater(cameraId);
  }

  #tellLater(cameraId: CameraId): void {
    queueMicrotask(() => {
      const view = this.view(cameraId);
      const [path] = view?.devicePaths ?? [];
      if (path !== undefined) this.#lastPaths.set(cameraId, path);
      if (view !== undefined) this.#tell({ type: 'camera.changed', camera: view });
    });
  }

  #noteInstants(id: CameraId, state: string, from: string, sinceMonoMs: number): void {
    const instants = this.#instants.get(id) ?? NO_INSTANTS;
    const entered = (name: string) => state.startsWith(name) && !from.startsWith(name);
    if (entered('live')) this.#instants.set(id, { ...instants, liveSinceMonoMs: sinceMonoMs });
    if (entered('starting')) this.#instants.set(id, { ...instants, captureSinceMonoMs: sinceMonoMs });
  }
}

/** @param which a picture that is wanted, or only one that a running capture takes */
function busUser(camera: CameraRef, which: 'wanted' | 'captured'): BusUser {
  const { known, probe, device } = camera.getSnapshot().context;
  const stream = streamOf(camera)?.getSnapshot().context;
  return {
    device: known.id,
    busInfo: device === null ? null : (probe?.capabilities.busInfo ?? null),
    portPath: device?.nodes[0]?.portPath ?? null,
    picture: which === 'wanted' || stream?.process != null ? (stream?.plan ?? null) : null,
  };
}
