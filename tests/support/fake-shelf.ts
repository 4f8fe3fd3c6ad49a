/** A shelf with lists that a test fills and real folders that a test may put files into. */
import type { FileShelf, SnapshotEntry } from '../../src/machines/ports.ts';
import type { FinishedRecording } from '../../src/machines/values.ts';

export class FakeShelf implements FileShelf {
  recordings: FinishedRecording[] = [];
  snapshots: SnapshotEntry[] = [];
  /** The next list rejects with it. */
  failure: unknown;
  readonly recordingsFolder: string;
  readonly snapshotsFolder: string;

  constructor(recordingsFolder: string, snapshotsFolder: string) {
    this.recordingsFolder = recordingsFolder;
    this.snapshotsFolder = snapshotsFolder;
  }

  async listRecordings({ limit, offset }: { limit: number; offset: number }) {
    this.#failOnce();
    return { files: this.recordings.slice(offset, offset + limit), total: this.recordings.length };
  }

  async listSnapshots({ limit, offset }: { limit: number; offset: number }) {
    this.#failOnce();
    return { files: this.snapshots.slice(offset, offset + limit), total: this.snapshots.length };
  }

  async findRecording(session: string): Promise<FinishedRecording | undefined> {
    return this.recordings.find((recording) => recording.session === session);
  }

  #failOnce(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
