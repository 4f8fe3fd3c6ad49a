/**
 * The Door, implemented: it sends one event and reads snapshots until the actor has answered by its state. It keeps
 * no state of its own but instants for the views, and decides nothing: what is allowed is what a state accepts.
 */
import { randomBytes } from 'node:crypto';
import { type Actor, createActor } from 'xstate';
import type {
  CameraView,
  Door,
  EngineFact,
  RecordingView,
  ServiceView,
  SnapshotOrder,
  SnapshotResult,
  StartRecordingOrder,
  StreamView,
} from '../api/door.ts';
import type { Config } from '../config/schema.ts';
import { CameraError, errorOf } from '../machines/errors.ts';
import type { Clock, SyntheticCameras, SyntheticFault } from '../machines/ports.ts';
import { cameraChild, type ServiceInput, type serviceMachine } from '../machines/service.ts';
import { recordingChild, snapshotChild } from '../machines/stream-setup.ts';
import type { CameraId, MediaServerInfo } from '../machines/values.ts';
import { allowedMethods, refuseRecording, refuseSnapshot, refuseStream } from './allowed.ts';
import { answerOf } from './answer.ts';
import { type CameraRef, cameraView, recordingOf, streamOf } from './camera-view.ts';
import type { Journal, Standing } from './journal.ts';
import { actorViews, serviceView } from './service-view.ts';
import { sessionName } from './session-name.ts';
import { limitsOfSnapshot, type SnapshotRef, snapshotResult } from './snapshot-order.ts';
import {
  type RecordingRef,
  recordingView,
  recordingWord,
  type StreamInstants,
  type StreamRef,
} from './stream-view.ts';

export interface EngineParts {
  readonly machine: typeof serviceMachine;
  readonly input: ServiceInput;
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly version: string;
  readonly serverKind: MediaServerInfo['kind'] | 'unknown';
  readonly syntheticCameras: SyntheticCameras | null;
}

export class Engine implements Door {
  readonly actor: Actor<typeof serviceMachine>;
  readonly #parts: EngineParts;
  readonly #startedAtMs: number;
  readonly #instants = new Map<CameraId, { captureSinceAtMs: number | null; liveSinceAtMs: number | null }>();
  /** Where each camera was last, so that an unplugged synthetic one can be plugged in again. */
  readonly #lastPaths = new Map<CameraId, string>();
  readonly #listeners = new Set<(fact: EngineFact) => void>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.wallMs();
    this.actor = createActor(parts.machine, {
      input: parts.input,
      systemId: 'service',
      inspect: parts.journal.inspect,
    });
    parts.journal.onMoved((standing, from) => this.#moved(standing, from));
    this.actor.on('recording.started', ({ cameraId, session }) =>
      this.#tell({ type: 'recording.started', camera: cameraId, session }),
    );
    this.actor.on('recording.ended', ({ cameraId, session, finished, failed }) => {
      const word = finished !== null && !failed ? 'STOPPED' : 'FAILED';
      this.#tell({ type: 'recording.ended', camera: cameraId, session, recording: finished, word });
    });
  }

  service(): ServiceView {
    const { journal, version, serverKind } = this.#parts;
    return serviceView(this.actor, journal, { version, startedAtMs: this.#startedAtMs, serverKind });
  }

  cameras(): readonly CameraView[] {
    return this.#cameraIds().flatMap((id) => this.camera(id) ?? []);
  }

  camera(device: string): CameraView | undefined {
    const ref = this.#cameraRef(device);
    if (ref === undefined) return undefined;
    const id = ref.getSnapshot().context.known.id;
    return cameraView(ref, this.#parts.journal, this.#instantsOf(id));
  }

  actors() {
    return actorViews(this.#parts.journal);
  }

  allowed(device: string): readonly string[] {
    const camera = this.camera(device);
    return camera === undefined ? [] : allowedMethods(camera, this.service());
  }

  async startRecording(order: StartRecordingOrder): Promise<RecordingView> {
    const { camera, stream } = this.#require(order.cameraId);
    refuseRecording(camera, this.service());
    const { config, clock } = this.#parts;
    const orderedAtMs = clock.wallMs();
    const session = sessionName(order.cameraId, orderedAtMs);
    stream.send({
      type: 'recording.order',
      order: {
        ...order,
        session,
        segmentDurationMs: config.recording.segment_duration_ms,
        orderedAtMs,
      },
    });
    const ref = childOf<RecordingRef>(stream, recordingChild(session));
    const snapshot = await answerOf(
      ref,
      (now) => now.matches('rolling') || now.matches('stopping') || now.status !== 'active',
    );
    if (snapshot.matches('rolling')) return recordingView(ref, this.#parts.journal);
    const reason = snapshot.context.reason ?? 'stream_failed';
    const trouble = snapshot.context.trouble ?? stream.getSnapshot().context.trouble;
    throw new CameraError(
      trouble?.code ?? 'deadline',
      trouble?.message ?? 'The stream was not ready to be recorded in time.',
      {
        reason: trouble?.reason ?? reason,
        facts: { end_reason: reason },
      },
    );
  }

  async stopRecording(cameraId: CameraId): Promise<RecordingView> {
    const { camera, stream } = this.#require(cameraId);
    const ref = recordingOf(stream);
    if (ref === undefined) {
      throw new CameraError('wrong-state', `${cameraId} is not being recorded.`, {
        reason: 'not_recording',
        facts: { state: camera.state },
      });
    }
    stream.send({ type: 'recording.stop', reason: 'requested' });
    await answerOf(ref, (now) => ['STOPPED', 'FAILED'].includes(recordingWord(now)));
    return recordingView(ref, this.#parts.journal);
  }

  async startStreaming(cameraId: CameraId): Promise<StreamView> {
    const { camera, stream } = this.#require(cameraId);
    refuseStream(camera, this.service());
    stream.send({ type: 'stream.start' });
    const snapshot = await answerOf(
      stream,
      (now) =>
        now.matches('live') || now.matches('faulted') || now.matches('unavailable') || now.matches('backoff'),
    );
    if (!snapshot.matches('live')) {
      // A call that failed leaves no wish behind.
      stream.send({ type: 'stream.stop' });
      const { trouble } = snapshot.context;
      if (trouble !== null) throw errorOf(trouble);
      throw new CameraError('wrong-state', `${cameraId} is still being asked what it can do.`, {
        reason: 'camera_not_ready',
        facts: { state: camera.state, retry_after_ms: this.#parts.config.camera.probe_timeout_ms },
      });
    }
    return this.#require(cameraId).camera.stream;
  }

  async stopStreaming(cameraId: CameraId) {
    const { camera, stream } = this.#require(cameraId);
    if (camera.stream.reasons.length === 0) {
      throw new CameraError('wrong-state', `The stream of ${cameraId} is not running.`, {
        reason: 'not_streaming',
        facts: { state: camera.stream.state },
      });
    }
    stream.send({ type: 'stream.stop' });
    const continues = stream.getSnapshot().context.reasons.length > 0;
    return { stream: this.#require(cameraId).camera.stream, continues };
  }

  async takeSnapshot(order: SnapshotOrder): Promise<SnapshotResult> {
    const { camera, stream } = this.#require(order.cameraId);
    refuseSnapshot(camera, this.service());
    const { config, clock } = this.#parts;
    const id = randomBytes(4).toString('hex');
    const wasLive = stream.getSnapshot().matches('live');
    stream.send({
      type: 'snapshot.order',
      snapshot: limitsOfSnapshot(order, id, config.snapshot, clock.monoMs()),
    });
    const ref = childOf<SnapshotRef>(stream, snapshotChild(id));
    return snapshotResult(await answerOf(ref, (now) => now.status !== 'active'), wasLive);
  }

  async injectFault(fault: SyntheticFault, cameraId: CameraId | null): Promise<void> {
    const { syntheticCameras } = this.#parts;
    if (syntheticCameras === null) {
      throw new CameraError('wrong-state', 'There are no synthetic cameras here.', {
        reason: 'no_synthetic_cameras',
      });
    }
    const camera = cameraId === null ? undefined : this.#cameraRef(cameraId)?.getSnapshot().context;
    const key = camera?.known.identity.key;
    if (key === undefined || !key.startsWith('synthetic')) {
      throw new CameraError('bad-params', 'Faults can be injected into synthetic cameras only.', {
        reason: 'not_synthetic',
        facts: { param: 'device', rule: 'a synthetic camera' },
      });
    }
    await syntheticCameras.inject(camera?.device?.nodes[0]?.devicePath ?? this.#lastPath(cameraId!), fault);
  }

  onFact(listener: (fact: EngineFact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #lastPath(id: CameraId): string {
    return this.#lastPaths.get(id) ?? id.replace('camera', '');
  }

  #tell(fact: EngineFact): void {
    for (const listener of this.#listeners) listener(fact);
  }

  /** Runs inside the step of an actor: facts go out after it, so that views show the whole step. */
  #moved({ name, state, sinceAtMs }: Standing, from: string | null): void {
    const [kind, id] = name.split(':');
    if (id === undefined || (kind !== 'camera' && kind !== 'stream' && kind !== 'recording')) return;
    const cameraId = kind === 'recording' ? (id.split('_')[0] ?? id) : id;
    if (kind === 'stream') {
      const instants = this.#instantsOf(cameraId);
      const wasLive = from?.startsWith('live') === true;
      const isLive = state.startsWith('live');
      if (isLive && !wasLive) instants.liveSinceAtMs = sinceAtMs;
      if (state.startsWith('starting') && from?.startsWith('starting') !== true)
        instants.captureSinceAtMs = sinceAtMs;
    }
    queueMicrotask(() => {
      const view = this.camera(cameraId);
      const [path] = view?.devicePaths ?? [];
      if (path !== undefined) this.#lastPaths.set(cameraId, path);
      if (view !== undefined) this.#tell({ type: 'camera.changed', camera: view });
    });
  }

  #instantsOf(id: CameraId) {
    const known = this.#instants.get(id) ?? { captureSinceAtMs: null, liveSinceAtMs: null };
    this.#instants.set(id, known);
    return known satisfies StreamInstants;
  }

  #cameraIds(): readonly CameraId[] {
    return this.actor.getSnapshot().context.cameras.map(({ id }) => id);
  }

  #cameraRef(device: string): CameraRef | undefined {
    const children = this.actor.getSnapshot().children as Record<string, unknown>;
    const direct = children[cameraChild(device)] as CameraRef | undefined;
    if (direct !== undefined || !device.startsWith('/dev/')) return direct;
    return this.#cameraIds()
      .map((id) => children[cameraChild(id)] as CameraRef | undefined)
      .find((ref) => ref?.getSnapshot().context.device?.nodes.some((node) => node.devicePath === device));
  }

  #require(device: string): { camera: CameraView; stream: StreamRef } {
    const ref = this.#cameraRef(device);
    const camera = this.camera(device);
    const stream = ref === undefined ? undefined : streamOf(ref);
    if (camera === undefined || stream === undefined) {
      throw new CameraError('not-found', `There is no camera ${device.replace(/^\/dev\//, '')}.`, {
        reason: 'camera_not_found',
        suggestion: 'get_camera_list names the cameras there are.',
      });
    }
    return { camera, stream };
  }
}

function childOf<T>(stream: StreamRef, id: string): T {
  const child = (stream.getSnapshot().children as Record<string, unknown>)[id];
  if (child === undefined) {
    throw new CameraError('wrong-state', 'The stream did not take this order now.', {
      reason: 'order_not_taken',
    });
  }
  return child as T;
}
