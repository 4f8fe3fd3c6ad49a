/** Names of recording sessions, which are also their file names: `camera0_2026-11-23_04-28-13-123`, in UTC. */
import type { CameraId } from '../machines/values.ts';

export function sessionName(cameraId: CameraId, atMs: number): string {
  const stamp = new Date(atMs)
    .toISOString()
    .replace('T', '_')
    .replace('Z', '')
    .replaceAll(':', '-')
    .replace('.', '-');
  return `${cameraId}_${stamp}`;
}
