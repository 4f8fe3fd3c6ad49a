/** All methods, in the order of the documentation, and the permission table that follows from them. */
import type { RequiredRole } from '../auth/roles.ts';
import { getCameraControls, setCameraControl } from './camera-controls.ts';
import { disableCamera, enableCamera, forgetCamera, renameCamera, retryCamera } from './camera-orders.ts';
import { getCameraCapabilities, getCameraList, getCameraStatus } from './cameras.ts';
import { explainCamera } from './explain.ts';
import { injectFault } from './fault-buttons.ts';
import { listRecordings, listSnapshots } from './files.ts';
import { getActors, getActorTrace, getStatechart, subscribeInspection } from './inspection.ts';
import { authenticate, ping } from './login.ts';
import type { Method } from './method.ts';
import { getRecordingStatus, startRecording, stopRecording } from './recordings.ts';
import { getServerInfo, getStatus, getSystemStatus } from './service.ts';
import { takeSnapshot } from './snapshots.ts';
import { startStreaming, stopStreaming } from './streaming.ts';
import { getStreamStatus, getStreams, getStreamUrl } from './streams.ts';

export const METHODS: readonly Method[] = [
  ping,
  authenticate,
  getCameraList,
  getCameraStatus,
  getCameraCapabilities,
  explainCamera,
  getCameraControls,
  setCameraControl,
  enableCamera,
  disableCamera,
  retryCamera,
  renameCamera,
  forgetCamera,
  takeSnapshot,
  startRecording,
  stopRecording,
  getRecordingStatus,
  listRecordings,
  listSnapshots,
  startStreaming,
  stopStreaming,
  getStreamUrl,
  getStreamStatus,
  getStreams,
  getStatus,
  getSystemStatus,
  getServerInfo,
  getActors,
  getActorTrace,
  getStatechart,
  subscribeInspection,
  injectFault,
];

/** Every name that is answered, aliases too. */
export function methodsByName(methods: readonly Method[] = METHODS): ReadonlyMap<string, Method> {
  return new Map(
    methods.flatMap((method) =>
      [method.name, ...(method.aliases ?? [])].map((name) => [name, method] as const),
    ),
  );
}

/** Least role of every method, by name. */
export function permissionTable(): ReadonlyMap<string, RequiredRole> {
  return new Map(METHODS.map(({ name, role }) => [name, role]));
}
