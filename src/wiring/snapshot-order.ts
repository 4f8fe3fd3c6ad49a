/** Between the API's snapshot order and the snapshot machine: its input, and its end as a result. */
import type { ActorRefFrom, SnapshotFrom } from 'xstate';
import type { SnapshotOrder, SnapshotResult } from '../api/door.ts';
import type { Config } from '../config/schema.ts';
import { CameraError, errorOf, type Trouble } from '../machines/errors.ts';
import type { SnapshotInput, snapshotMachine } from '../machines/snapshot.ts';

export type SnapshotRef = ActorRefFrom<typeof snapshotMachine>;

export function limitsOfSnapshot(
  order: SnapshotOrder,
  id: string,
  config: Config['snapshot'],
  orderedMonoMs: number,
): Omit<SnapshotInput, 'wasLive'> {
  return {
    id,
    request: {
      cameraId: order.cameraId,
      format: order.format,
      quality: order.quality,
      filename: order.filename,
    },
    maxAgeMs: order.maxAgeMs ?? config.max_age_ms,
    waitSettled: order.waitSettled,
    deadlineMs: config.deadline_ms,
    orderedMonoMs,
    correlationId: order.correlationId,
  };
}

/** @param explain what others know of a trouble. @throws CameraError the machine's trouble */
export function snapshotResult(
  snapshot: SnapshotFrom<typeof snapshotMachine>,
  wasLive: boolean,
  explain: (trouble: Trouble) => Trouble,
): SnapshotResult {
  const { saved, settled, trouble } = snapshot.context;
  if (saved === null) {
    if (trouble === null) throw new CameraError('cancelled', 'The snapshot was called off.');
    throw errorOf(explain(trouble));
  }
  return { ...saved, settled, tier: wasLive ? 'tap' : 'activated' };
}
