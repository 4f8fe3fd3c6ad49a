/**
 * The Door, implemented over the actor system. It decides nothing: orders are events, answers are states, and what is
 * told of an actor is read off its snapshot.
 */
import { type AnyMachineSnapshot, createActor } from 'xstate';
import type { AskedValue } from '../api/control-view.ts';
import type {
  CameraView,
  Door,
  EngineFact,
  ServiceView,
  SnapshotOrder,
  StartRecordingOrder,
} from '../api/door.ts';
import type { Explanation } from '../api/explanation.ts';
import type { TraceBatch, TraceQuery } from '../api/trace-view.ts';
import type { Config } from '../config/schema.ts';
import { CameraError } from '../machines/errors.ts';
import type { Clock, SyntheticCameras, SyntheticFault } from '../machines/ports.ts';
import type { ServiceInput, serviceMachine } from '../machines/service.ts';
import type { CameraId, MediaServerInfo } from '../machines/values.ts';
import { Actors } from './actors.ts';
import { allowedMethods } from './allowed.ts';
import {
  type CameraOrderDesk,
  disableCamera,
  enableCamera,
  forgetCamera,
  renameCamera,
  retryCamera,
} from './camera-orders.ts';
import { chartOf, machineNames } from './charts.ts';
import { listControls, setControl } from './control-orders.ts';
import { chainOf } from './explain/chain.ts';
import { explainCamera } from './explain/explain.ts';
import { closedGuards } from './explain/guards.ts';
import type { Journal } from './journal.ts';
import {
  type OrderDesk,
  startRecording,
  startStreaming,
  stopRecording,
  stopStreaming,
  takeSnapshot,
} from './orders.ts';
import type { Recorder } from './recorder.ts';
import { actorViews, serviceView } from './service-view.ts';
import { tendSystem } from './tended-system.ts';

export interface EngineParts {
  readonly machine: typeof serviceMachine;
  readonly input: ServiceInput;
  readonly config: Config;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly version: string;
  readonly serverKind: MediaServerInfo['kind'] | 'unknown';
  readonly syntheticCameras: SyntheticCameras | null;
  /** Resolves once all that was wished so far survives a crash. @throws CameraError storage */
  wishesSaved(): Promise<void>;
}

export class Engine implements Door {
  readonly #actors: Actors;
  readonly #parts: EngineParts;
  readonly #startedMonoMs: number;
  readonly #desk: OrderDesk & CameraOrderDesk;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#startedMonoMs = parts.clock.monoMs();
    const { machine, input, journal, config, clock } = parts;
    const root = createActor(machine, { input, systemId: 'service' });
    tendSystem(root);
    journal.attach(root);
    this.#actors = new Actors(root, journal);
    this.#desk = {
      actors: this.#actors,
      config,
      clock,
      service: () => this.service(),
      wishesSaved: () => parts.wishesSaved(),
    };
  }

  /** The root of the actor system, not started yet. */
  get root() {
    return this.#actors.service;
  }

  revision(): number {
    return this.#parts.journal.steps;
  }

  service(): ServiceView {
    const { journal, version, serverKind } = this.#parts;
    const startedAtMs = journal.timeline.atMs(this.#startedMonoMs);
    return serviceView(this.root, journal, { version, startedAtMs, serverKind });
  }

  cameras(): readonly CameraView[] {
    return this.#actors.cameraIds().flatMap((id) => this.#actors.view(id) ?? []);
  }

  camera(device: string): CameraView | undefined {
    return this.#actors.view(device);
  }

  actors() {
    return actorViews(this.#parts.journal);
  }

  trace(query: TraceQuery) {
    return this.#parts.recorder.trace(query);
  }

  onTrace(listener: (batch: TraceBatch) => void) {
    return this.#parts.recorder.onBatch(listener);
  }

  chart(machine: string) {
    return chartOf(machine);
  }

  machines() {
    return machineNames;
  }

  allowed(device: string): readonly string[] {
    const camera = this.camera(device);
    return camera === undefined ? [] : allowedMethods(camera, this.service());
  }

  explain(device: string): Explanation {
    const { journal, recorder } = this.#parts;
    const { camera } = this.#actors.require(device);
    const running = journal.timers();
    const refs = new Map(journal.all().map(({ name, ref }) => [name, ref]));
    const told = explainCamera(camera, this.service(), {
      timers: (actor) => (refs.has(actor) ? (running.get(refs.get(actor)!) ?? []) : []),
      guards: (actor) => {
        const ref = refs.get(actor);
        return ref === undefined ? [] : closedGuards(ref.getSnapshot() as AnyMachineSnapshot);
      },
    });
    const own = told.places.map(({ actor }) => actor).filter((actor) => actor.includes(camera.device));
    const chain = chainOf(recorder, camera.device, own);
    return { ...told, chain, allowed: this.allowed(camera.device) };
  }

  startRecording(order: StartRecordingOrder) {
    return startRecording(this.#desk, order);
  }

  stopRecording(cameraId: CameraId) {
    return stopRecording(this.#desk, cameraId);
  }

  startStreaming(cameraId: CameraId, correlationId: string) {
    return startStreaming(this.#desk, cameraId, correlationId);
  }

  stopStreaming(cameraId: CameraId, correlationId: string) {
    return stopStreaming(this.#desk, cameraId, correlationId);
  }

  takeSnapshot(order: SnapshotOrder) {
    return takeSnapshot(this.#desk, order);
  }

  enableCamera(cameraId: CameraId) {
    return enableCamera(this.#desk, cameraId);
  }

  disableCamera(cameraId: CameraId) {
    return disableCamera(this.#desk, cameraId);
  }

  retryCamera(cameraId: CameraId) {
    return retryCamera(this.#desk, cameraId);
  }

  forgetCamera(cameraId: CameraId) {
    return forgetCamera(this.#desk, cameraId);
  }

  renameCamera(cameraId: CameraId, name: string) {
    return renameCamera(this.#desk, cameraId, name);
  }

  controls(cameraId: CameraId) {
    return listControls(this.#desk, cameraId);
  }

  setControl(cameraId: CameraId, name: string, asked: AskedValue | null) {
    return setControl(this.#desk, cameraId, name, asked);
  }

  /** Without a camera the fault goes to all synthetic ones. @throws CameraError wrong-state | bad-params | not-found */
  async injectFault(fault: SyntheticFault, cameraId: CameraId | null): Promise<void> {
    const { syntheticCameras } = this.#parts;
    if (syntheticCameras === null) {
      throw new CameraError('wrong-state', 'There are no synthetic cameras here.', {
        reason: 'no_synthetic_cameras',
      });
    }
    if (cameraId !== null) this.#actors.require(cameraId);
    const ids = (cameraId === null ? this.#actors.cameraIds() : [cameraId]).filter((id) =>
      this.#isSynthetic(id),
    );
    if (ids.length === 0) {
      throw new CameraError('bad-params', 'Faults can be injected into synthetic cameras only.', {
        reason: 'not_synthetic',
        facts: { param: 'device', rule: 'a synthetic camera' },
      });
    }
    for (const id of ids)
      await syntheticCameras.inject(this.#actors.lastPath(id) ?? id.replace('camera', ''), fault);
  }

  onFact(listener: (fact: EngineFact) => void): () => void {
    return this.#actors.onFact(listener);
  }

  #isSynthetic(id: CameraId): boolean {
    return this.#actors.camera(id)?.getSnapshot().context.known.identity.key.startsWith('synthetic') ?? false;
  }
}
