/** The table of cameras that `list` prints and `watch` redraws. */
import { textTable } from './text-table.ts';

/** An entry of get_camera_list, as far as it is shown. */
export interface CameraRow {
  readonly device: string;
  readonly status: string;
  readonly name: string;
  readonly resolution: string;
  readonly fps: number;
  readonly state: string;
  readonly since: string;
  readonly last_seen: string | null;
  readonly stream_state: string;
  readonly recording_status: string | null;
  readonly streams: { readonly rtsp: string };
}

export interface CameraList {
  readonly cameras: readonly CameraRow[];
  readonly total: number;
  readonly connected: number;
}

/** One line per camera. */
export function cameraTable({ cameras }: CameraList): string {
  if (cameras.length === 0) return 'No cameras are known.';
  return textTable(
    ['CAMERA', 'STATUS', 'STATE', 'STREAM', 'RECORDING', 'PICTURE', 'NAME', 'ADDRESS'],
    cameras.map((camera) => [
      camera.device,
      camera.status,
      camera.state,
      camera.stream_state,
      camera.recording_status ?? '-',
      camera.resolution === '' ? '-' : `${camera.resolution}@${camera.fps}`,
      camera.name,
      camera.streams.rtsp,
    ]),
  );
}
