/** The ports as one bundle: what `provide` needs to bring the machines to life. Tests may fill it with fakes. */
import type {
  CameraControls,
  CameraExaminer,
  CameraProbe,
  CaptureRunner,
  Clock,
  DemandFolder,
  DeviceSource,
  FileShelf,
  FrameTap,
  HardwareEncoders,
  MediaServer,
  MediaServerProcess,
  PathPublishers,
  RecordingFiles,
  SharedFolders,
  SnapshotFiles,
  StorageProbe,
} from '../machines/ports.ts';
import type { CameraId } from '../machines/values.ts';
import type { WishBook } from './wish-book.ts';

export interface World extends Hands {
  /** For the front desk. */
  readonly shelf: FileShelf;
}

/** What the actors act with. */
export interface Hands {
  readonly clock: Clock;
  readonly devices: DeviceSource;
  readonly probe: CameraProbe;
  readonly encoders: HardwareEncoders;
  readonly examiner: CameraExaminer;
  readonly controls: CameraControls;
  readonly captures: CaptureRunner;
  readonly tap: FrameTap;
  readonly demand: DemandFolder;
  readonly mediaServer: MediaServer;
  readonly mediaServerProcess: MediaServerProcess;
  readonly publishers: PathPublishers;
  readonly sharedFolders: SharedFolders;
  readonly recordingFiles: RecordingFiles;
  readonly snapshotFiles: SnapshotFiles;
  readonly storage: StorageProbe;
  readonly wishes: WishBook;
  /** Ends processes of ours that none of these cameras can own. */
  reapOrphans(cameras: readonly CameraId[], signal: AbortSignal): Promise<void>;
}
