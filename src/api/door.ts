/**
 * The one door between the api and the actors. The api never sees an actor: it asks, and it reads plain views
 * that the machines' own status functions made from snapshots. Whoever implements it (wiring) decides nothing either.
 */
import type { Chart } from '../machines/chart.ts';
import type { Trouble } from '../machines/errors.ts';
import type { PlanRung } from '../machines/plan.ts';
import type { SyntheticFault } from '../machines/ports.ts';
import type {
  CameraId,
  Capabilities,
  CapturePlan,
  FinishedRecording,
  Identity,
  RecordedPart,
  RecordingEndReason,
  RecordingFormat,
  RecordingGap,
  SavedSnapshot,
} from '../machines/values.ts';
import type { AskedValue, ControlsView, ControlView } from './control-view.ts';
import type { Explanation } from './explanation.ts';
import type { ActorView, Trace, TraceBatch, TraceQuery } from './trace-view.ts';

export type CameraWord = 'CONNECTED' | 'DISCONNECTED' | 'ERROR';
export type StreamWord = 'ACTIVE' | 'INACTIVE' | 'STARTING' | 'STOPPING' | 'ERROR';
export type RecordingWord =
  | 'STARTING'
  | 'RECORDING'
  | 'INTERRUPTED'
  | 'STOPPING'
  | 'STOPPED'
  | 'ERROR'
  | 'FAILED';

/** Common to every actor's view: its own state path (`live.flowing`) and when it was entered. */
export interface StateView {
  readonly state: string;
  readonly sinceAtMs: number;
}

export interface CameraView extends StateView {
  readonly device: CameraId;
  readonly status: CameraWord;
  readonly name: string;
  /** As captured or to be captured; null while nothing is known (disconnected). */
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly rateFps: number | null;
  readonly capabilities: Capabilities | null;
  /** How it is captured, and how else it could be; null while that is not known. */
  readonly plan: PlanView | null;
  readonly capabilityState: 'none' | 'provisional' | 'confirmed' | 'unsteady';
  /** Host paths: leave the service only for an admin with `debug: true`. */
  readonly devicePaths: readonly string[];
  readonly identity: { readonly matchedBy: Identity['matchedBy']; readonly ambiguous: boolean };
  /** When it was last known to be plugged in, while it is away; null: it is there, or nobody knows. */
  readonly lastSeenAtMs: number | null;
  readonly trouble: Trouble | null;
  readonly controls: ControlsView;
  readonly stream: StreamView;
  /** The running session, else null. */
  readonly recording: RecordingView | null;
}

export interface PlanView {
  readonly ways: readonly WayView[];
  /** What cannot be captured so, and why. */
  readonly rejected: readonly { readonly what: string; readonly why: string }[];
}

export interface WayView extends Pick<PlanRung, 'reasons' | 'costPercent' | 'busMbps'> {
  readonly plan: Omit<CapturePlan, 'devicePath' | 'encoderDevicePath'>;
  readonly standing: 'chosen' | 'failed' | 'possible';
  /** Its own H.264 is looked at before it is copied. */
  readonly toExamine: boolean;
  /** Why it failed. */
  readonly trouble: Trouble | null;
}

export interface StreamView extends StateView {
  readonly status: StreamWord;
  /** Why it is live or should be: viewers, recording, snapshot, call. */
  readonly reasons: readonly string[];
  readonly attempts: number;
  readonly maxAttempts: number;
  /** When the backoff ends or the slow retry comes; null otherwise. */
  readonly retryAtMs: number | null;
  readonly capture: { readonly pid: number; readonly startedAtMs: number; readonly adopted: boolean } | null;
  readonly available: boolean;
  readonly readers: number;
  readonly inboundBytes: number;
  readonly tap: 'available' | 'tap_unavailable' | 'unknown';
  readonly demand: 'available' | 'demand_unavailable';
  readonly liveSinceAtMs: number | null;
  readonly trouble: Trouble | null;
}

export interface RecordingView extends StateView {
  readonly session: string;
  readonly device: CameraId;
  readonly status: RecordingWord;
  readonly format: RecordingFormat;
  readonly orderedAtMs: number;
  readonly startedAtMs: number | null;
  /** Sum of the parts so far, gaps left out. */
  readonly durationMs: number;
  readonly wantedDurationMs: number | null;
  readonly sizeBytes: number;
  readonly parts: readonly RecordedPart[];
  readonly gaps: readonly RecordingGap[];
  readonly adoptions: number;
  readonly reason: RecordingEndReason | null;
  readonly trouble: Trouble | null;
}

export interface MediaServerView {
  readonly kind: 'mediamtx' | 'simulator' | 'unknown';
  readonly version: string | null;
  /** null when it is not ours. */
  readonly pid: number | null;
  readonly process: StateView | null;
  readonly health: StateView;
  readonly failures: number;
  readonly opened: number;
  readonly retryAtMs: number | null;
  readonly started: string | null;
  readonly trouble: Trouble | null;
  readonly folders: FoldersView;
}

/** Whether the media server uses our folders as we see them. */
export interface FoldersView {
  /** `ours` (launched by us), `notTested`, `testing`, `shared`, `notShared` or `undecided`. */
  readonly state: string;
  /** As the last test found it. */
  readonly demand: 'available' | 'demand_unavailable';
  readonly recording: 'available' | 'recording_unavailable';
  /** Why the last test could not be made. */
  readonly trouble: Trouble | null;
}

export interface ServiceView extends StateView {
  readonly startedAtMs: number;
  readonly version: string;
  readonly missingParts: readonly { readonly part: string; readonly sentence: string }[];
  readonly mediaServer: MediaServerView;
  readonly discovery: StateView & { readonly source: string | null; readonly trouble: Trouble | null };
  readonly storage: StateView & {
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly usedPercent: number;
    readonly trouble: Trouble | null;
  };
}

/** Facts that happened, in order, for notifications. */
export type EngineFact =
  | { readonly type: 'camera.changed'; readonly camera: CameraView }
  | { readonly type: 'recording.started'; readonly camera: CameraId; readonly session: string }
  | {
      readonly type: 'recording.ended';
      readonly camera: CameraId;
      readonly session: string;
      readonly recording: FinishedRecording | null;
      readonly word: 'STOPPED' | 'ERROR' | 'FAILED';
    };

export interface StartRecordingOrder {
  readonly cameraId: CameraId;
  readonly durationMs: number | null;
  readonly format: RecordingFormat;
  readonly correlationId: string;
}

/** Every method rejects with a CameraError whose `facts` may hold `state` and `retry_after_ms`. */
export interface Door {
  /** Another number whenever any view may have changed. */
  revision(): number;
  service(): ServiceView;
  cameras(): readonly CameraView[];
  /** By `cameraN`, or by the `/dev/videoN` it has at this moment. */
  camera(device: string): CameraView | undefined;
  /** Parents before children. */
  actors(): readonly ActorView[];
  trace(query: TraceQuery): Trace;
  /** What is recorded from here on, a batch every few milliseconds; returns the way to stop. Never let it throw. */
  onTrace(listener: (batch: TraceBatch) => void): () => void;
  /** By the machine's id. */
  chart(machine: string): Chart | undefined;
  machines(): readonly string[];
  /** Where a camera is and what it waits for. @throws CameraError not-found */
  explain(device: string): Explanation;
  /** Methods of the API that would work on this camera now. */
  allowed(device: string): readonly string[];
  startRecording(order: StartRecordingOrder): Promise<RecordingView>;
  /** Resolves when the recorder has closed its file. */
  stopRecording(cameraId: CameraId, correlationId: string): Promise<RecordingView>;
  startStreaming(cameraId: CameraId, correlationId: string): Promise<StreamView>;
  stopStreaming(
    cameraId: CameraId,
    correlationId: string,
  ): Promise<{ readonly stream: StreamView; readonly continues: boolean }>;
  takeSnapshot(order: SnapshotOrder): Promise<SnapshotResult>;
  /** Repeatable. */
  enableCamera(cameraId: CameraId): Promise<CameraView>;
  /** Resolves when the device is released. Repeatable. */
  disableCamera(cameraId: CameraId): Promise<CameraView>;
  retryCamera(cameraId: CameraId): Promise<CameraView>;
  /** Resolves when its number is free. */
  forgetCamera(cameraId: CameraId): Promise<void>;
  /** The camera that comes back bears the name it got: one that is taken gets a number. */
  renameCamera(cameraId: CameraId, name: string): Promise<CameraView>;
  /** All of them, as the camera tells them now. */
  controls(cameraId: CameraId): Promise<readonly ControlView[]>;
  /**
   * Resolves when the camera was seen to take it. @param asked null: the default, and not kept any more
   * @returns null where only a wish for what this camera does not have was taken back
   */
  setControl(cameraId: CameraId, name: string, asked: AskedValue | null): Promise<ControlView | null>;
  injectFault(fault: SyntheticFault, cameraId: CameraId | null): Promise<void>;
  /** Called for every fact, in order; returns the way to stop. Never let it throw. */
  onFact(listener: (fact: EngineFact) => void): () => void;
}

export interface SnapshotOrder {
  readonly cameraId: CameraId;
  readonly maxAgeMs: number | null;
  readonly waitSettled: boolean;
  readonly format: 'jpg' | 'png';
  readonly quality: number | null;
  readonly filename: string | null;
  readonly correlationId: string;
}

export interface SnapshotResult extends SavedSnapshot {
  /** `tap`: the stream was live; `activated`: it was started for this. */
  readonly tier: 'tap' | 'activated';
  readonly frameAgeMs: number;
  /** False: the camera was just opened, and its brightness had not settled. */
  readonly settled: boolean;
}
