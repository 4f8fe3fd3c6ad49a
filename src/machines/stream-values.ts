/** The stream machine's vocabulary: limits, context, events, reports. Types and pure readings only. */
import type { Trouble } from './errors.ts';
import type { PlanLadder } from './plan.ts';
import type { PictureWish } from './plan-modes.ts';
import type { AdoptableCapture } from './ports.ts';
import type { LossCause, RecordingLimits } from './recording-setup.ts';
import type { RivalLimits, RivalsReport } from './rivals.ts';
import type { SnapshotInput } from './snapshot.ts';
import type { StorageLevel } from './storage.ts';
import type { FailedPlan } from './stream-plan.ts';
import type {
  CameraId,
  CapturePlan,
  FinishedRecording,
  H264Stream,
  MediaServerInfo,
  PathEntry,
  PathObservation,
  ProcessEnd,
  ProcessIdentity,
  RecordingEndReason,
  RecordingOrder,
  RecordingWish,
  RecordSettings,
  TappedFrame,
} from './values.ts';
import type { WarmupReport } from './warmup.ts';
import type { WatchdogReport, WatchdogSubject } from './watchdog.ts';

export interface StreamLimits {
  readonly startTimeoutMs: number;
  readonly demandStartTimeoutMs: number;
  readonly demandCloseAfterMs: number;
  readonly bytesLimitMs: number;
  readonly framesLimitMs: number;
  readonly pictureLimitMs: number;
  readonly picturePolicy: 'report' | 'restart';
  readonly suspectLimitMs: number;
  readonly republishLimitMs: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly backoffJitter: readonly [number, number];
  readonly attempts: number;
  readonly forgetMs: number;
  readonly faultedRetryMs: number;
  readonly callCloseAfterMs: number;
  readonly warmUpMs: number;
  readonly verifyIntervalMs: number;
  readonly verifyLimitMs: number;
  readonly entryRetryMs: number;
  readonly releaseLimitMs: number;
  readonly lookAgainMs: number;
  readonly rivals: RivalLimits;
}

export interface StreamInput {
  readonly cameraId: CameraId;
  readonly limits: StreamLimits;
  readonly recordingLimits: RecordingLimits;
  /** A camera known from an earlier life whose capture may still run. */
  readonly expected: boolean;
  /** start_streaming was on in an earlier life. */
  readonly callWanted: boolean;
  /** Sessions of an earlier life that have to go on (one at most) or be finished. */
  readonly recordingWishes: readonly RecordingWish[];
  /** The media server, if it is up now. */
  readonly server: MediaServerInfo | null;
}

export interface StreamContext extends StreamInput {
  /** All ways to capture it; null while the camera is not ready. */
  readonly ladder: PlanLadder | null;
  /** The way that is taken; null while there is none. */
  readonly plan: CapturePlan | null;
  /** Ways that failed since it was plugged in, asked again by an operator, or at rest. */
  readonly failedPlans: readonly FailedPlan[];
  /** `viewers`, `call`, `recording:<session>`, `snapshot:<id>`. */
  readonly reasons: readonly string[];
  readonly attempts: number;
  readonly trouble: Trouble | null;
  readonly found: AdoptableCapture | null;
  /** Device paths of the camera as it stands now; null until it was seen. */
  readonly present: readonly string[] | null;
  readonly process: ProcessIdentity | null;
  readonly observation: PathObservation | null;
  /** When that was. */
  readonly observedAtMs: number | null;
  /** Bytes at the first look after a start; growth beyond it is ours. */
  readonly baselineBytes: number | null;
  readonly frame: TappedFrame | null;
  /** Was the camera opened so lately that its brightness may not have settled? */
  readonly warming: boolean;
  readonly tapTrouble: Trouble | null;
  /** Somebody else publishes on the path. */
  readonly contest: Trouble | null;
  readonly late: readonly WatchdogSubject[];
  readonly record: RecordSettings | null;
  readonly entry: PathEntry | null;
  readonly revision: number;
  readonly agreedRevision: number;
  /** What the recording waits for, if it waits for the entry. */
  readonly armRevision: number | null;
  readonly session: string | null;
  /** Sessions whose recorder has closed its file and that are being put away; the next one may begin. */
  readonly closing: readonly string[];
  /** Sessions whose files could not be collected yet: they are told of the disk, and nobody waits for them. */
  readonly unfiled: readonly string[];
  readonly snapshots: readonly string[];
  /** Where to go on after the media server was away. */
  readonly comeBack: 'idle' | 'backoff' | 'faulted';
  readonly ending: RecordingEndReason | null;
}

export type StreamEvent =
  // orders and facts from the camera
  | { type: 'camera.present'; devicePaths: readonly string[] }
  | { type: 'camera.ready'; ladder: PlanLadder }
  | { type: 'camera.lost'; cause: LossCause; atMs: number | null }
  | { type: 'stream.start'; correlationId?: string }
  | { type: 'stream.stop'; correlationId?: string }
  | { type: 'stream.retry' }
  | { type: 'stream.release'; reason: RecordingEndReason }
  | { type: 'recording.order'; order: RecordingOrder }
  | { type: 'recording.stop'; reason: RecordingEndReason }
  | { type: 'snapshot.order'; snapshot: Omit<SnapshotInput, 'wasLive'> }
  | { type: 'server.up'; info: MediaServerInfo }
  | { type: 'server.down' }
  | { type: 'path.observed'; path: PathObservation | null; monoMs: number; atMs: number }
  /** A look that the server did not answer. */
  | { type: 'path.unseen' }
  | { type: 'entry.drifted' }
  | { type: 'demand.touched' }
  | { type: 'storage.changed'; level: StorageLevel }
  // from the children
  | { type: 'entry.agreed'; revision: number }
  | { type: 'entry.refused'; trouble: Trouble }
  | { type: 'viewers.came' }
  | { type: 'viewers.left' }
  | { type: 'capture.spawned'; process: ProcessIdentity }
  | { type: 'capture.exited'; end: ProcessEnd; atMs: number }
  | { type: 'frame.tapped'; frame: TappedFrame }
  | WatchdogReport
  | WarmupReport
  | RivalsReport
  | { type: 'reason.add'; reason: string }
  | { type: 'reason.remove'; reason: string }
  | { type: 'record.arm'; order: RecordingOrder }
  | { type: 'record.disarm'; session: string }
  | { type: 'recording.started'; session: string }
  | { type: 'recording.closed'; session: string }
  | { type: 'recording.unfiled'; session: string }
  | { type: 'recording.ended'; session: string; finished: FinishedRecording | null; failed: boolean }
  | { type: 'snapshot.ended'; id: string }
  | { type: 'stream.ask' }
  | { type: `xstate.done.actor.${string}`; output: unknown; actorId: string }
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string }
  // raised
  | { type: 'call.lapsed' };

export type StreamReport =
  | { type: 'entry.wanted'; name: CameraId; entry: PathEntry | null }
  | { type: 'watch.fast'; name: CameraId }
  | { type: 'watch.slow'; name: CameraId }
  | { type: 'call.changed'; wanted: boolean }
  | { type: 'stream.examined'; mode: PictureWish; stream: H264Stream | null }
  /** The capture has begun to give pictures, or was adopted. */
  | { type: 'stream.flowing' }
  | { type: 'recording.started'; session: string; cameraId: CameraId }
  | { type: 'recording.unfiled'; session: string; cameraId: CameraId }
  | {
      type: 'recording.ended';
      session: string;
      cameraId: CameraId;
      finished: FinishedRecording | null;
      failed: boolean;
    }
  | { type: 'stream.released' };

/** Codes that a quick retry does not cure. */
export const SLOW_CODES: readonly string[] = [
  'device-busy',
  'no-permission',
  'no-bandwidth',
  'invalid-format',
  'missing-program',
];

/** What is said of a capture that lives and brings nothing; its own last words may say why. */
export const SILENT_REASONS: readonly string[] = [
  'not_published_in_time',
  'no_first_frame',
  'stream_stalled',
  'not_republished',
];

/** Is the capture's picture on the path: available, and bytes came beyond what was there before? */
export function published(context: Pick<StreamContext, 'observation' | 'baselineBytes'>): boolean {
  const { observation, baselineBytes } = context;
  return (
    observation?.available === true && baselineBytes !== null && observation.inboundBytes > baselineBytes
  );
}

/** The path holds a picture, and bytes came beyond what was there before, and since the last look. */
export function publishedWith(
  { observation, baselineBytes }: Pick<StreamContext, 'observation' | 'baselineBytes'>,
  path: PathObservation | null,
): boolean {
  return (
    path?.available === true &&
    baselineBytes !== null &&
    path.inboundBytes > baselineBytes &&
    path.inboundBytes !== observation?.inboundBytes
  );
}

/** Another source, another time, fewer bytes: the path was empty between two looks. */
export function publisherChanged(
  { observation }: Pick<StreamContext, 'observation'>,
  path: PathObservation | null,
): boolean {
  return (
    path?.available === true &&
    observation?.available === true &&
    (path.sourceId !== observation.sourceId ||
      path.availableTime !== observation.availableTime ||
      path.inboundBytes < observation.inboundBytes)
  );
}

/** From where bytes are counted as ours. */
export function baselineAt(context: StreamContext, path: PathObservation | null): number {
  if (path === null || !path.available) return 0;
  // Bytes that shrank are a new publisher's: counted from nothing.
  if (context.observation !== null && path.inboundBytes < context.observation.inboundBytes) return 0;
  return context.baselineBytes ?? path.inboundBytes;
}
