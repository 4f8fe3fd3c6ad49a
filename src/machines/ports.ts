/**
 * What machines need from the world. Adapters implement these; tests fake them.
 * Every promise rejects with a CameraError and honours its AbortSignal. Nothing here decides or retries.
 */
import type { Trouble } from './errors.ts';
import type {
  CameraId,
  CapturePlan,
  Control,
  ControlSetting,
  ControlTarget,
  Device,
  DeviceChange,
  DeviceNode,
  DeviceSourceKind,
  FinishedRecording,
  FoldersSeen,
  H264Stream,
  HardwareEncoder,
  MediaServerInfo,
  PathEntry,
  PathObservation,
  PathPublisher,
  ProbeResult,
  ProcessEnd,
  ProcessIdentity,
  RecordedPart,
  SavedSnapshot,
  SnapshotRequest,
  StorageMeasure,
  TappedFrame,
  Wishes,
} from './values.ts';

export interface Clock {
  /** Milliseconds of CLOCK_MONOTONIC; a step of the wall clock does not move it. */
  monoMs(): number;
  /** Unix epoch in milliseconds, for stamps only. */
  wallMs(): number;
}

/** Plugs and unplugs. One source per process; `watch` ends when the signal aborts. */
export interface DeviceSource {
  /**
   * Starts watching and stays until aborted. `ready` is called once events are being received (list after
   * it and nothing is lost between); the promise rejects when watching fails (`internal`, with why).
   */
  watch(
    handlers: { ready(kind: DeviceSourceKind): void; change(change: DeviceChange): void },
    signal: AbortSignal,
  ): Promise<void>;
  /** All nodes present now. @throws CameraError internal */
  list(signal: AbortSignal): Promise<readonly DeviceNode[]>;
}

export interface CameraProbe {
  /**
   * What all nodes of a device that capture can do. Does not stream, so it works while a capture runs.
   * @throws CameraError device-gone | no-permission | probe-failed (no capture node, v4l2-ctl failed) | missing-program
   */
  probe(device: Device, signal: AbortSignal): Promise<ProbeResult>;
}

/** Encoders of this host's hardware. */
export interface HardwareEncoders {
  /** Those that made a picture when they were tried; tried once in a life of the service. Never rejects: none, then. */
  find(): Promise<readonly HardwareEncoder[]>;
}

export interface CameraExaminer {
  /**
   * Opens the camera for some seconds in this plan's mode and tells what its own H.264 is.
   * @throws CameraError as a capture's end: device-busy | device-gone | no-permission | no-bandwidth | invalid-format |
   * decoder-errors | missing-program | deadline | cancelled
   */
  examine(plan: CapturePlan, signal: AbortSignal): Promise<H264Stream | null>;
}

/** What a camera can be set to. Works beside a capture. One call at a time for a camera is the caller's business. */
export interface CameraControls {
  /** @throws CameraError device-gone | no-permission | device-busy | probe-failed | deadline | missing-program | cancelled */
  list(target: ControlTarget, signal: AbortSignal): Promise<readonly Control[]>;
  /** Repeatable. What the camera made of it only `read` tells. @throws as `list`; probe-failed: the camera refused it */
  set(target: ControlTarget, setting: ControlSetting, signal: AbortSignal): Promise<void>;
  /** As the camera tells them now; those that it does not tell are left out. @throws as `list` */
  read(
    target: ControlTarget,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ControlSetting[]>;
}

export interface CaptureRunner {
  /** Spawns ffmpeg for this plan, after every other process marked for this path is gone. Not repeatable blindly. */
  start(plan: CapturePlan, signal: AbortSignal): Promise<ProcessIdentity>;
  /** Resolves when the process has ended, adopted or not. Rejects `cancelled` on abort; the process is left alone. */
  ended(process: ProcessIdentity, signal: AbortSignal): Promise<ProcessEnd>;
  /** What the newest capture of this camera said that explains why no picture came of it; null: nothing of that kind. Never rejects. */
  complaint(cameraId: CameraId): Promise<Trouble | null>;
  /** Ends every process of ours that has this camera open, captures and looks at it: SIGINT, then SIGKILL on its group. Idempotent. */
  stop(cameraId: CameraId, signal: AbortSignal): Promise<void>;
  /** The living capture of this camera left by an earlier life of the service. More than one: ended but the newest. */
  find(cameraId: CameraId, signal: AbortSignal): Promise<AdoptableCapture | null>;
  /** Captures with this camera's mark beside this one: somebody started them by hand, or a crash left them. */
  others(
    cameraId: CameraId,
    capture: ProcessIdentity,
    signal: AbortSignal,
  ): Promise<readonly ProcessIdentity[]>;
  /** Ends this very process of ours and its group. Idempotent. @throws CameraError deadline */
  end(process: ProcessIdentity, signal: AbortSignal): Promise<void>;
}

/** Who publishes on a path of the media server beside our capture. */
export interface PathPublishers {
  /** Only those that are certainly somebody else's. @throws CameraError as MediaServer's looks */
  others(path: string, capture: ProcessIdentity, signal: AbortSignal): Promise<readonly PathPublisher[]>;
  /** Cuts its connection in the media server; its process is left alone. One that is gone is a success. */
  disconnect(publisher: PathPublisher, signal: AbortSignal): Promise<void>;
}

export interface AdoptableCapture {
  readonly process: ProcessIdentity;
  /** The device it was started on; it is wrong once the camera came back elsewhere. */
  readonly devicePath: string;
  /** What it captures, from the ledger; null where the ledger does not know. */
  readonly plan: CapturePlan | null;
}

export interface FrameTap {
  /** Calls `frame` each time the tapped picture changes; ends on abort. The folder is made again when it vanishes. */
  watch(cameraId: CameraId, frame: (frame: TappedFrame) => void, signal: AbortSignal): Promise<void>;
  /** Whether a tap could be written now; says why not. */
  writable(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly problem: string | null }>;
  /** Deletes the picture. Idempotent. */
  clear(cameraId: CameraId): Promise<void>;
}

export interface DemandFolder {
  /** Calls `touched` for each demand file that exists at the start and each time one is touched; ends on abort. */
  watch(touched: (path: string) => void, signal: AbortSignal): Promise<void>;
  /** Deletes the demand file. Idempotent. */
  withdraw(path: string): Promise<void>;
  /** Removes every file: before a managed server is launched. */
  empty(): Promise<void>;
}

/** The Control API, one write at a time. Answers are facts; a write is done only when `agrees` says so. */
export interface MediaServer {
  /** @throws CameraError media-server-unreachable | media-server-refused (401, not MediaMTX, wrong version) | deadline */
  info(signal: AbortSignal): Promise<MediaServerInfo>;
  listPaths(signal: AbortSignal): Promise<readonly PathObservation[]>;
  /** Always the complete entry (`replace`). @throws CameraError outcome-unknown when no answer came. */
  replacePath(entry: PathEntry, signal: AbortSignal): Promise<void>;
  /** A missing path is a success. @throws CameraError outcome-unknown */
  deletePath(name: string, signal: AbortSignal): Promise<void>;
  /** Whether the server's configuration holds this entry (null: holds no such path), compared by meaning. */
  agrees(name: string, entry: PathEntry | null, signal: AbortSignal): Promise<boolean>;
  /** Names of paths in the configuration that are ours (`cameraN`, `sourceN`) with whether each agrees. */
  compare(
    wanted: readonly PathEntry[],
    signal: AbortSignal,
  ): Promise<{ readonly differing: readonly string[]; readonly unwanted: readonly string[] }>;
}

/** A managed MediaMTX or simulator. */
export interface MediaServerProcess {
  /** Writes the configuration file with these paths as they should be, then spawns. Does not wait for readiness. */
  launch(entries: readonly PathEntry[], signal: AbortSignal): Promise<ProcessIdentity>;
  ended(process: ProcessIdentity, signal: AbortSignal): Promise<ProcessEnd>;
  /** SIGTERM, SIGKILL on the group after 2 s. Ends every marked one. Idempotent. */
  stop(signal: AbortSignal): Promise<void>;
  /** The living server of an earlier life. */
  find(signal: AbortSignal): Promise<ProcessIdentity | null>;
}

/** Whether a media server that we did not launch sees our folders and runs `touch`. */
export interface SharedFolders {
  /**
   * Demands and records a self-test path once. Removes all of it again, also when it is called off; an earlier test is
   * waited for. Rejects when nothing could be found out.
   * @throws CameraError media-server-unreachable | media-server-refused | outcome-unknown | deadline | storage |
   * capture-failed | missing-program | cancelled
   */
  test(signal: AbortSignal): Promise<FoldersSeen>;
}

export interface RecordingFiles {
  /** Parts of a session written so far, oldest first. An unreadable part has size but `durationMs: null`. */
  parts(cameraId: CameraId, session: string, signal: AbortSignal): Promise<readonly RecordedPart[]>;
  /** After a crash: removes empty parts and measures torn ones, so that each part has a duration. Only for parts nobody writes any more. */
  salvage(cameraId: CameraId, session: string, signal: AbortSignal): Promise<readonly RecordedPart[]>;
  /**
   * Collects the parts under their final names, cuts what is beyond `order.durationMs`, remuxes where the format asks for it,
   * fsyncs, writes the sidecar. Repeatable after a crash at any point. @throws CameraError storage
   */
  finalise(request: FinaliseRequest, signal: AbortSignal): Promise<FinishedRecording>;
  /** Removes parts that came after the end of their session, by a media server that was told too late. Never rejects. */
  removeLateParts(): Promise<void>;
}

export interface FinaliseRequest
  extends Omit<
    FinishedRecording,
    'parts' | 'durationMs' | 'sizeBytes' | 'startedAtMs' | 'overrunMs' | 'warning'
  > {
  /** Cut what lies beyond; null: keep all. */
  readonly durationMs: number | null;
  /** The parts in the order in which they were recorded, for `inOrder`. */
  readonly partOrder: readonly NamedFile[];
}

interface NamedFile {
  readonly file: string;
}

/** Files in this order; those that it does not name come last, as they stood. A clock that was set back misleads names. */
export function inOrder<T extends NamedFile>(files: readonly T[], order: readonly NamedFile[]): readonly T[] {
  const known = new Map(order.map(({ file }, index) => [file, index]));
  const place = ({ file }: NamedFile) => known.get(file) ?? order.length;
  return [...files].sort((one, other) => place(one) - place(other));
}

export interface SnapshotFiles {
  /** Copies the camera's tapped picture under a new name, never over an existing file. @throws CameraError storage | not-found | bad-params */
  save(request: SnapshotRequest, signal: AbortSignal): Promise<SavedSnapshot>;
}

export interface StorageProbe {
  /** Measures the recordings file system and tries a write. Never rejects for a missing folder: `writable: false` says it. */
  measure(signal: AbortSignal): Promise<StorageMeasure>;
}

export interface WishStore {
  /** Empty wishes when there is none yet. @throws CameraError storage when it is there and unreadable */
  load(): Promise<Wishes>;
  /** Atomic and fsynced: after it resolves a crash keeps it. Calls are serialised, the newest wins. */
  save(wishes: Wishes): Promise<void>;
}

/** A synthetic camera's own buttons, for fault injection. */
export interface SyntheticCameras {
  inject(devicePathOrIndex: string, fault: SyntheticFault): Promise<void>;
}

export type SyntheticFault = 'plug' | 'unplug' | 'freeze' | 'thaw' | 'mute' | 'unmute';

/** Finished files, read from disk. What the front desk reads; machines never do. */
export interface FileShelf {
  /** Newest first; only names and folders that belong to the shelf. */
  listRecordings(page: {
    limit: number;
    offset: number;
  }): Promise<{ files: readonly FinishedRecording[]; total: number }>;
  listSnapshots(page: {
    limit: number;
    offset: number;
  }): Promise<{ files: readonly SnapshotEntry[]; total: number }>;
  findRecording(session: string): Promise<FinishedRecording | undefined>;
  readonly recordingsFolder: string;
  readonly snapshotsFolder: string;
}

export interface SnapshotEntry {
  readonly filename: string;
  readonly cameraId: CameraId | null;
  readonly sizeBytes: number;
  readonly takenAtMs: number;
}
