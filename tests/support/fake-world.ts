/**
 * A world for one camera and what hangs on it, moved by a simulated clock: a media server with paths and a recorder, a
 * capture process, a frame tap, files and wishes. It outlives the actors, as the real one does. It acts, it never
 * decides; tests break it through its fields.
 */
import {
  type AnyActorRef,
  type AnyEventObject,
  createActor,
  fromCallback,
  fromPromise,
  SimulatedClock,
} from 'xstate';
import { CameraError, type Trouble } from '../../src/machines/errors.ts';
import type { AdoptableCapture } from '../../src/machines/ports.ts';
import type { Rival } from '../../src/machines/rival.ts';
import type { Examination } from '../../src/machines/stream-setup.ts';
import type {
  CapturePlan,
  FinishedRecording,
  KnownCamera,
  MediaServerInfo,
  PathEntry,
  ProcessIdentity,
  RecordedPart,
  RecordingWish,
} from '../../src/machines/values.ts';
import { FakeControls } from './fake-controls.ts';
import { endOf, failure, processOf, serverInfo, WALL_ZERO_MS } from './machine-fixtures.ts';
import { advance, FakeCall, settled } from './machines.ts';

const TICK_MS = 100;
const TICKS_PER_SECOND = 10;
/** From a capture's start, or the server's return, to its bytes on the path. */
const PUBLISH_MS = 300;

interface Capture {
  readonly process: ProcessIdentity;
  readonly plan: CapturePlan;
  publishesFromMs: number;
}

interface OpenPart {
  file: string;
  session: string;
  startedAtMs: number;
  durationMs: number | null;
  sizeBytes: number;
  sourceId: string;
}

export class FakeWorld {
  readonly clock = new SimulatedClock();
  /** Everything reported to the parent of the stream or camera. */
  readonly reports: AnyEventObject[] = [];
  readonly parent: AnyActorRef;
  /** Whom looks at the paths are shown. */
  stream: () => AnyActorRef | undefined = () => undefined;

  // ---- the media server
  server: MediaServerInfo | null = serverInfo();
  readonly config = new Map<string, PathEntry>();
  readers = 0;
  /** How long it takes to list readers. */
  answersAfterMs = 0;
  bytes = 0;
  /** False: bytes of a running capture do not arrive. */
  publishing = true;
  /** False: looks at the paths find no answer, though the server counts as up. */
  answersLooks = true;
  /** The path stays, its bytes stand still. */
  bytesStandStill = false;
  writesTakeMs = 0;
  /** Null: writes are taken; else they fail with it. */
  writeFailure: CameraError | null = null;

  /** Who publishes on the path beside the capture, and who was ended. */
  rivals: readonly Rival[] = [];
  readonly rivalsEnded: Rival[] = [];

  // ---- the capture and the tap
  capture: Capture | null = null;
  readonly starts: CapturePlan[] = [];
  /** A capture that is started ends at once with this. */
  startTrouble: Trouble | null = null;
  /** The same, by what is captured. */
  planTrouble: (plan: CapturePlan) => Trouble | null = () => null;
  /** The camera's own H.264; a test may give the answers by hand. */
  readonly examine = new FakeCall<Examination, CapturePlan>((plan) => ({ plan, stream: null }));
  /** What the last words of a capture that is given up tell. */
  complaint: Trouble | null = null;
  frames = true;
  frozen = false;
  /** Of the next tapped pictures. */
  luma: number | null = 120;
  tapProblem: string | null = null;
  stopTakesMs = 50;
  /** A probe of the camera fails with it. */
  probeTrouble: Trouble | null = null;
  stopFails = false;
  tapCheckTakesMs = 20;
  findTakesMs = 20;

  // ---- the camera, the disk
  readonly controls = new FakeControls();
  readonly wishes = { cameras: new Map<string, KnownCamera>(), recordings: new Map<string, RecordingWish>() };
  readonly finished: FinishedRecording[] = [];
  diskProblem: string | null = null;
  /** Cameras cannot be remembered or forgotten. */
  wishesFail = false;
  recorderStalls = false;
  /** Broken rules of the world, such as two captures of one device. */
  readonly violations: string[] = [];

  readonly #parts: OpenPart[] = [];
  readonly #attached = new Set<(event: AnyEventObject) => void>();
  readonly #tapped = new Set<(event: AnyEventObject) => void>();
  readonly #wanted = new Map<string, PathEntry>();
  #fast = false;
  #ticks = 0;
  #pids = 1000;
  #sources = 0;
  #sourceId = 'source-0';

  constructor() {
    const logic = fromCallback<AnyEventObject>(({ receive }) => receive((event) => this.#hear(event)));
    this.parent = createActor(logic, { clock: this.clock }).start();
    const tick = () => {
      this.#tick();
      this.clock.setTimeout(tick, TICK_MS);
    };
    this.clock.setTimeout(tick, TICK_MS);
  }

  monoMs(): number {
    return this.clock.now();
  }

  wallMs(): number {
    return WALL_ZERO_MS + this.clock.now();
  }

  advance(durationMs: number): Promise<void> {
    return advance(this.clock, durationMs);
  }

  /** Reports of one type, oldest first. */
  told(type: string): AnyEventObject[] {
    return this.reports.filter((event) => event.type === type);
  }

  // -------------------------------------------------------------------- what tests do to it

  async send(event: AnyEventObject): Promise<void> {
    this.#toStream(event);
    await settled();
  }

  /** The server dies; its configuration goes with it. */
  async serverDies(): Promise<void> {
    this.server = null;
    this.config.clear();
    this.#closeParts();
    await this.send({ type: 'server.down' });
  }

  /** A managed server is launched again, from a file with every path as it should be. */
  async serverReturns(): Promise<void> {
    this.server = serverInfo(`incarnation at ${this.clock.now()}`);
    for (const [name, entry] of this.#wanted) this.config.set(name, entry);
    this.bytes = 0;
    if (this.capture !== null) this.capture.publishesFromMs = this.clock.now() + PUBLISH_MS;
    await this.send({ type: 'server.up', info: this.server });
  }

  async captureEnds(trouble: Trouble = endOf().trouble): Promise<void> {
    if (this.capture === null) return;
    this.#endCapture(trouble);
    await settled();
  }

  /** The capture restarts its connection: another publisher on the path. */
  republish(): void {
    if (this.capture !== null) this.capture.publishesFromMs = this.clock.now() + PUBLISH_MS;
  }

  /** Somebody else took the path and the capture took it back, between two looks. */
  thrownOut(): void {
    this.#newSource();
  }

  get published(): boolean {
    return (
      this.server !== null &&
      this.publishing &&
      this.config.has('camera0') &&
      this.capture !== null &&
      this.clock.now() >= this.capture.publishesFromMs
    );
  }

  get recording(): string | null {
    return this.config.get('camera0')?.record?.session ?? null;
  }

  parts(session: string): readonly RecordedPart[] {
    return this.#parts
      .filter((part) => part.session === session)
      .map(({ file, startedAtMs, durationMs, sizeBytes }) => ({ file, startedAtMs, durationMs, sizeBytes }));
  }

  // -------------------------------------------------------------------- the hands of the machines

  readonly path = {
    writeEntry: fromPromise<void, { name: string; entry: PathEntry | null }>(async ({ input, signal }) => {
      if (this.writesTakeMs > 0) await this.#after(this.writesTakeMs, signal);
      this.#requireServer();
      if (this.writeFailure !== null) throw this.writeFailure;
      if (input.entry === null) this.config.delete(input.name);
      else this.config.set(input.name, input.entry);
      this.#followRecorder();
    }),
    entryAgrees: fromPromise<boolean, { name: string; entry: PathEntry | null }>(async ({ input }) => {
      this.#requireServer();
      return JSON.stringify(this.config.get(input.name) ?? null) === JSON.stringify(input.entry);
    }),
  };

  readonly countReaders = fromPromise<number, string>(async ({ signal }) => {
    if (this.answersAfterMs > 0) await this.#after(this.answersAfterMs, signal);
    this.#requireServer();
    return this.published ? this.readers : 0;
  });

  readonly withdrawDemand = fromPromise<void, string>(async () => undefined);

  readonly runCapture = fromCallback<
    AnyEventObject,
    { plan: CapturePlan | null; adopt: ProcessIdentity | null }
  >(({ input, sendBack }) => {
    this.#attached.add(sendBack);
    if (input.adopt === null) this.#start(input.plan, sendBack);
    else if (this.capture?.process.pid === input.adopt.pid)
      this.#later(() => sendBack({ type: 'capture.spawned', process: input.adopt }));
    else this.#later(() => sendBack({ type: 'capture.exited', end: endOf(), atMs: this.wallMs() }));
    return () => {
      this.#attached.delete(sendBack);
    };
  });

  readonly watchTap = fromCallback<AnyEventObject, string>(({ sendBack }) => {
    this.#tapped.add(sendBack);
    return () => {
      this.#tapped.delete(sendBack);
    };
  });

  readonly stopCapture = fromPromise<void, string>(({ signal }) => this.#stopCapture(signal));

  readonly clearCapture = fromPromise<Trouble | null, string>(async ({ signal }) => {
    await this.#stopCapture(signal);
    return this.complaint;
  });

  readonly findCapture = fromPromise<AdoptableCapture | null, string>(async ({ signal }) => {
    await this.#after(this.findTakesMs, signal);
    if (this.capture === null) return null;
    const { process, plan } = this.capture;
    return { process: { ...process, adopted: true }, devicePath: plan.devicePath, plan };
  });

  readonly findRivals = fromPromise<readonly Rival[], { cameraId: string; capture: ProcessIdentity | null }>(
    async () => {
      this.#requireServer();
      return this.rivals;
    },
  );

  readonly endRivals = fromPromise<void, readonly Rival[]>(async ({ input }) => {
    this.#requireServer();
    this.rivalsEnded.push(...input);
    this.rivals = [];
  });

  readonly checkTap = fromPromise<void, string>(async ({ signal }) => {
    await this.#after(this.tapCheckTakesMs, signal);
    if (this.tapProblem !== null)
      throw new CameraError('storage', this.tapProblem, { reason: 'tap_unavailable' });
  });

  readonly recorder = {
    saveWish: fromPromise<void, RecordingWish>(async ({ input }) => {
      this.#requireDisk();
      this.wishes.recordings.set(input.order.session, input);
    }),
    dropWish: fromPromise<void, string>(async ({ input }) => {
      this.#requireDisk();
      this.wishes.recordings.delete(input);
    }),
    lookAtParts: fromPromise(async ({ input }: { input: { session: string } }) => this.#seen(input.session)),
    salvageParts: fromPromise(async ({ input }: { input: { session: string } }) => {
      this.#closeParts();
      return this.#seen(input.session);
    }),
    finalise: fromPromise(async ({ input }: { input: Omit<FinishedRecording, 'parts'> }) => {
      this.#requireDisk();
      const parts = this.parts(input.session);
      const done: FinishedRecording = {
        ...input,
        parts,
        startedAtMs: parts[0]?.startedAtMs ?? null,
        endedAtMs: this.wallMs(),
        durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
        sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
        overrunMs: 0,
        warning: null,
      };
      this.finished.push(done);
      return done;
    }),
  };

  // -------------------------------------------------------------------- how it moves

  #hear(event: AnyEventObject): void {
    if (event.type.startsWith('xstate.')) return;
    this.reports.push(event);
    if (event.type === 'watch.fast') this.#fast = true;
    if (event.type === 'watch.slow') this.#fast = false;
    if (event.type !== 'entry.wanted') return;
    if (event.entry === null) this.#wanted.delete(event.name);
    else this.#wanted.set(event.name, event.entry);
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.published) {
      if (this.bytes === 0 || this.capture!.publishesFromMs > this.clock.now() - TICK_MS) this.#newSource();
      if (!this.bytesStandStill) this.bytes += 7500;
    } else this.bytes = 0;
    this.#followRecorder();
    if (this.server !== null && (this.#fast || this.#ticks % TICKS_PER_SECOND === 0)) this.#look();
    if (this.#ticks % TICKS_PER_SECOND === 0) this.#tapFrame();
  }

  /** As the service does: nobody is told who has ended. */
  #toStream(event: AnyEventObject): void {
    const stream = this.stream();
    if (stream?.getSnapshot().status === 'active') stream.send(event);
  }

  #newSource(): void {
    this.#sources += 1;
    this.#sourceId = `source-${this.#sources}`;
    this.bytes = 0;
  }

  #look(): void {
    if (!this.answersLooks) {
      this.stream()?.send({ type: 'path.unseen' });
      return;
    }
    const path = this.config.has('camera0')
      ? {
          name: 'camera0',
          available: this.published,
          availableTime: this.published ? this.#sourceId : null,
          sourceId: this.published ? this.#sourceId : null,
          inboundBytes: this.bytes,
          readers: this.published ? this.readers : 0,
        }
      : null;
    this.#toStream({ type: 'path.observed', path, monoMs: this.monoMs(), atMs: this.wallMs() });
  }

  #tapFrame(): void {
    if (this.capture === null || !this.frames || this.tapProblem !== null) return;
    const digest = this.frozen ? 'frozen' : `picture-${this.#ticks}`;
    const frame = { sizeBytes: 12_000, digest, seenMonoMs: this.monoMs(), luma: this.luma };
    for (const send of [...this.#tapped]) send({ type: 'frame.tapped', frame });
  }

  /** Files grow while the path is published and told to record; a new publisher opens a new part. */
  #followRecorder(): void {
    const session = this.published ? this.recording : null;
    const open = this.#parts.find((part) => part.durationMs === null);
    if (open !== undefined && (open.session !== session || open.sourceId !== this.#sourceId))
      this.#closeParts();
    if (session === null || this.recorderStalls) return;
    const part = this.#parts.find((one) => one.durationMs === null);
    if (part !== undefined) part.sizeBytes += 1000;
    else {
      const file = `part-${this.#parts.length + 1}.mp4`;
      this.#parts.push({
        file,
        session,
        startedAtMs: this.wallMs(),
        durationMs: null,
        sizeBytes: 1000,
        sourceId: this.#sourceId,
      });
    }
  }

  #closeParts(): void {
    for (const part of this.#parts) part.durationMs ??= this.wallMs() - part.startedAtMs;
  }

  #start(plan: CapturePlan | null, sendBack: (event: AnyEventObject) => void): void {
    if (plan === null) this.violations.push('a capture was started without a plan');
    if (this.capture !== null) this.violations.push('a capture was started while another one ran');
    if (plan === null) return;
    this.starts.push(plan);
    const startTrouble = this.startTrouble ?? this.planTrouble(plan);
    if (startTrouble !== null) {
      this.#later(() =>
        sendBack({
          type: 'capture.exited',
          end: { exitCode: 1, signal: null, trouble: startTrouble },
          atMs: this.wallMs(),
        }),
      );
      return;
    }
    this.#pids += 1;
    const process = processOf(this.#pids);
    this.capture = { process, plan, publishesFromMs: this.clock.now() + PUBLISH_MS };
    this.#later(() => sendBack({ type: 'capture.spawned', process }));
  }

  async #stopCapture(signal: AbortSignal): Promise<void> {
    await this.#after(this.stopTakesMs, signal);
    if (this.stopFails) throw failure('deadline', 'The capture does not end.');
    if (this.capture !== null)
      this.#endCapture({ code: 'cancelled', reason: 'stopped', message: 'Stopped.' });
  }

  #endCapture(trouble: Trouble): void {
    this.capture = null;
    this.#followRecorder();
    const event = {
      type: 'capture.exited',
      end: { exitCode: 1, signal: null, trouble },
      atMs: this.wallMs(),
    };
    for (const send of [...this.#attached]) send(event);
  }

  #seen(session: string) {
    this.#requireDisk();
    return { parts: this.parts(session), monoMs: this.monoMs(), atMs: this.wallMs() };
  }

  #requireServer(): void {
    if (this.server === null) throw failure('media-server-unreachable');
  }

  #requireDisk(): void {
    if (this.diskProblem !== null) throw new CameraError('storage', this.diskProblem);
  }

  #later(act: () => void): void {
    this.clock.setTimeout(act, 1);
  }

  #after(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(resolve, durationMs);
      signal.addEventListener('abort', () => {
        this.clock.clearTimeout(timer);
        reject(new Error('aborted'));
      });
    });
  }
}
