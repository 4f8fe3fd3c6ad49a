/**
 * A Door without actors: views that a test sets, facts that a test emits, orders that behave like a small honest
 * service. `fail` makes the next order of a kind reject; `gate` holds the next one until the test lets it go.
 */
import type { AskedValue, ControlView } from '../../src/api/control-view.ts';
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
} from '../../src/api/door.ts';
import type { Explanation } from '../../src/api/explanation.ts';
import { recordForm } from '../../src/api/shapes/trace-shape.ts';
import type { ActorView, Trace, TraceBatch, TraceQuery, TraceRecord } from '../../src/api/trace-view.ts';
import type { Chart } from '../../src/machines/chart.ts';
import { CameraError } from '../../src/machines/errors.ts';
import type { SyntheticFault } from '../../src/machines/ports.ts';
import { readMachine } from '../../src/machines/read-machine.ts';
import { explainCamera } from '../../src/wiring/explain/explain.ts';
import {
  cameraView,
  controlViews,
  finishedRecording,
  liveStream,
  recordingView,
  serviceView,
  streamView,
} from './fake-views.ts';
import { kettleMachine } from './toy-machines.ts';

export type FakeOrder =
  | 'startRecording'
  | 'stopRecording'
  | 'startStreaming'
  | 'stopStreaming'
  | 'takeSnapshot'
  | 'enableCamera'
  | 'disableCamera'
  | 'retryCamera'
  | 'forgetCamera'
  | 'renameCamera'
  | 'controls'
  | 'setControl'
  | 'injectFault';

export class FakeDoor implements Door {
  #service: ServiceView = serviceView();
  actorsNow: ActorView[] = [];
  traceNow: TraceRecord[] = [];
  controlsNow: ControlView[] = controlViews();
  /** Every order as it came, for tests that ask what reached the actors. */
  readonly orders: { readonly order: FakeOrder; readonly args: readonly unknown[] }[] = [];
  /** Emitted by the orders themselves before they resolve, as actors do. */
  readonly #cameras = new Map<string, CameraView>();
  readonly #listeners = new Set<(fact: EngineFact) => void>();
  readonly #tracers = new Set<(batch: TraceBatch) => void>();
  readonly #failures = new Map<FakeOrder, unknown>();
  readonly #gates = new Map<FakeOrder, Promise<void>>();
  #snapshots = 0;
  #revision = 0;

  constructor(...devices: readonly string[]) {
    for (const device of devices) this.#cameras.set(device, cameraView(device));
  }

  // ------------------------------------------------------------- for tests

  get serviceNow(): ServiceView {
    return this.#service;
  }

  set serviceNow(service: ServiceView) {
    this.#service = service;
    this.#revision += 1;
  }

  /** Changes a camera and tells it, as an actor would. */
  change(device: string, changes: Partial<CameraView>): CameraView {
    const camera = { ...(this.#cameras.get(device) ?? cameraView(device)), ...changes };
    this.#cameras.set(device, camera);
    this.#revision += 1;
    this.emit({ type: 'camera.changed', camera });
    return camera;
  }

  unplug(device: string): void {
    const gone = {
      status: 'DISCONNECTED',
      state: 'disconnected',
      widthPx: null,
      heightPx: null,
      rateFps: null,
    } as const;
    this.change(device, { ...gone, devicePaths: [], stream: streamView({ state: 'unavailable' }) });
  }

  plug(device: string): void {
    this.change(device, cameraView(device));
  }

  emit(fact: EngineFact): void {
    for (const listener of this.#listeners) listener(fact);
  }

  /** Keeps these records and tells them, as the recorder does with a batch. */
  record(...records: readonly TraceRecord[]): void {
    this.traceNow.push(...records);
    const texts = records.map((record) => JSON.stringify(recordForm(record)));
    for (const listener of this.#tracers) listener({ records, texts });
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** The next order of this kind rejects with it. */
  fail(order: FakeOrder, error: unknown): void {
    this.#failures.set(order, error);
  }

  /** The next order of this kind waits until the returned function is called. */
  gate(order: FakeOrder): () => void {
    let open: () => void = () => undefined;
    this.#gates.set(
      order,
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    return open;
  }

  // ------------------------------------------------------------------ Door

  revision(): number {
    return this.#revision;
  }

  service(): ServiceView {
    return this.serviceNow;
  }

  cameras(): readonly CameraView[] {
    return [...this.#cameras.values()];
  }

  camera(device: string): CameraView | undefined {
    return (
      this.#cameras.get(device) ?? this.cameras().find(({ devicePaths }) => devicePaths.includes(device))
    );
  }

  actors(): readonly ActorView[] {
    return this.actorsNow;
  }

  trace({ limit, sinceSeq, actor }: TraceQuery): Trace {
    const fitting = this.traceNow.filter(
      (record) => record.seq > (sinceSeq ?? 0) && (actor === undefined || record.actor === actor),
    );
    return {
      records: sinceSeq === undefined ? fitting.slice(-limit) : fitting.slice(0, limit),
      lastSeq: this.traceNow.at(-1)?.seq ?? 0,
      firstSeq: this.traceNow[0]?.seq ?? 0,
      more: fitting.length > limit,
    };
  }

  onTrace(listener: (batch: TraceBatch) => void): () => void {
    this.#tracers.add(listener);
    return () => this.#tracers.delete(listener);
  }

  chart(machine: string): Chart | undefined {
    return machine === 'kettle' ? readMachine('kettle', kettleMachine) : undefined;
  }

  machines(): readonly string[] {
    return ['kettle'];
  }

  explain(device: string): Explanation {
    const told = explainCamera(this.camera(device)!, this.serviceNow, { timers: () => [], guards: () => [] });
    return { ...told, chain: this.traceNow.slice(-1), allowed: this.allowed(device) };
  }

  allowed(device: string): readonly string[] {
    const camera = this.camera(device);
    if (camera?.status !== 'CONNECTED') return [];
    return camera.recording === null
      ? ['start_recording', 'take_snapshot']
      : ['stop_recording', 'take_snapshot'];
  }

  async startRecording(order: StartRecordingOrder): Promise<RecordingView> {
    await this.#enter('startRecording', order);
    const camera = this.#ready(order.cameraId);
    if (camera.recording !== null)
      throw conflict('already_recording', `${camera.device} is already recording`, 'recording');
    const recording = recordingView(camera.device, {
      format: order.format,
      wantedDurationMs: order.durationMs,
    });
    this.change(camera.device, { recording, stream: liveStream({ reasons: ['recording'] }) });
    this.emit({ type: 'recording.started', camera: camera.device, session: recording.session });
    return recording;
  }

  async stopRecording(cameraId: string, correlationId: string): Promise<RecordingView> {
    await this.#enter('stopRecording', cameraId, correlationId);
    const { recording } = this.#ready(cameraId);
    if (recording === null) throw conflict('not_recording', `${cameraId} is not recording`, 'ready');
    const finished = finishedRecording(cameraId, { session: recording.session, format: recording.format });
    this.change(cameraId, { recording: null, stream: streamView() });
    this.emit({
      type: 'recording.ended',
      camera: cameraId,
      session: recording.session,
      recording: finished,
      word: 'STOPPED',
    });
    return {
      ...recording,
      status: 'STOPPED',
      state: 'finalising',
      reason: 'requested',
      parts: finished.parts,
    };
  }

  async startStreaming(cameraId: string, correlationId: string): Promise<StreamView> {
    await this.#enter('startStreaming', cameraId, correlationId);
    this.#ready(cameraId);
    return this.change(cameraId, { stream: liveStream({ reasons: ['call'] }) }).stream;
  }

  async stopStreaming(
    cameraId: string,
    correlationId: string,
  ): Promise<{ stream: StreamView; continues: boolean }> {
    await this.#enter('stopStreaming', cameraId, correlationId);
    const { stream } = this.#ready(cameraId);
    const reasons = stream.reasons.filter((reason) => reason !== 'call');
    if (reasons.length === stream.reasons.length)
      throw conflict('not_streaming', `${cameraId} was not started by call`, stream.state);
    const continues = reasons.length > 0;
    const after = continues ? { ...stream, reasons } : streamView();
    return { stream: this.change(cameraId, { stream: after }).stream, continues };
  }

  async takeSnapshot(order: SnapshotOrder): Promise<SnapshotResult> {
    await this.#enter('takeSnapshot', order);
    const { stream, device } = this.#ready(order.cameraId);
    this.#snapshots += 1;
    const stem = order.filename?.replace(/\.(jpg|png)$/, '') ?? `${device}_${this.#snapshots}`;
    const tier = stream.available ? 'tap' : 'activated';
    return {
      filename: `${stem}.${order.format}`,
      sizeBytes: 41_220,
      takenAtMs: this.serviceNow.startedAtMs,
      tier,
      frameAgeMs: 410.5,
      settled: true,
    };
  }

  async enableCamera(cameraId: string): Promise<CameraView> {
    await this.#enter('enableCamera', cameraId);
    return this.change(cameraId, { status: 'CONNECTED', state: 'settling' });
  }

  async disableCamera(cameraId: string): Promise<CameraView> {
    await this.#enter('disableCamera', cameraId);
    return this.change(cameraId, { status: 'DISCONNECTED', state: 'disabled.present' });
  }

  async retryCamera(cameraId: string): Promise<CameraView> {
    await this.#enter('retryCamera', cameraId);
    return this.#ready(cameraId);
  }

  async forgetCamera(cameraId: string): Promise<void> {
    await this.#enter('forgetCamera', cameraId);
    if (this.camera(cameraId)?.status === 'CONNECTED')
      throw conflict('camera_plugged_in', `${cameraId} is plugged in`, 'ready.confirmed');
    this.#cameras.delete(cameraId);
  }

  async renameCamera(cameraId: string, name: string): Promise<CameraView> {
    await this.#enter('renameCamera', cameraId, name);
    return this.change(cameraId, { name });
  }

  async controls(cameraId: string): Promise<readonly ControlView[]> {
    await this.#enter('controls', cameraId);
    this.#ready(cameraId);
    return this.controlsNow;
  }

  async setControl(cameraId: string, name: string, asked: AskedValue | null): Promise<ControlView | null> {
    await this.#enter('setControl', cameraId, name, asked);
    this.#ready(cameraId);
    const control = this.controlsNow.find((one) => one.name === name);
    if (control === undefined) return null;
    const value = asked === null ? control.default : Number(asked);
    return { ...control, value, wanted: asked === null ? null : value };
  }

  async injectFault(fault: SyntheticFault, cameraId: string | null): Promise<void> {
    await this.#enter('injectFault', fault, cameraId);
    for (const device of cameraId === null ? this.#cameras.keys() : [cameraId]) {
      if (fault === 'unplug') this.unplug(device);
      if (fault === 'plug') this.plug(device);
    }
  }

  onFact(listener: (fact: EngineFact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #enter(order: FakeOrder, ...args: readonly unknown[]): Promise<void> {
    this.orders.push({ order, args });
    const gate = this.#gates.get(order);
    this.#gates.delete(order);
    await gate;
    const failure = this.#failures.get(order);
    this.#failures.delete(order);
    if (failure !== undefined) throw failure;
  }

  #ready(cameraId: string): CameraView {
    const camera = this.#cameras.get(cameraId);
    if (camera === undefined) throw new CameraError('not-found', `No camera ${cameraId}`);
    if (camera.status !== 'CONNECTED')
      throw conflict('camera_disconnected', `${cameraId} is unplugged`, camera.state);
    return camera;
  }
}

function conflict(reason: string, message: string, state: string): CameraError {
  return new CameraError('wrong-state', message, { reason, facts: { state } });
}
