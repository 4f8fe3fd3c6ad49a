/** What the lab's guest is told: where the cameras come from, and limits of the service that suit an emulated machine. */
import { join } from 'node:path';

export const DATA_FOLDER = '/run/camera-service';

/** Ports in the guest; those of the host are chosen anew each time. */
export const GUEST_PORTS = { api: 8002, rtsp: 8554 };

/** Emulation is ten times slower than the machine it runs on: programs start in seconds. */
export const LAB_CONFIG = {
  server: { host: '0.0.0.0', port: GUEST_PORTS.api },
  paths: { data_directory: `${DATA_FOLDER}/data`, runtime_directory: `${DATA_FOLDER}/run` },
  mediamtx: {
    rtsp_port: GUEST_PORTS.rtsp,
    hls: false,
    webrtc: false,
    launch_timeout_ms: 60_000,
    request_timeout_ms: 20_000,
    stop_timeout_ms: 20_000,
  },
  // Listed often, so that a list meets the cameras while they come.
  camera: { probe_timeout_ms: 60_000, rescan_interval_ms: 5000 },
  capture: { width_px: 320, height_px: 180, rate_fps: 10, stop_timeout_ms: 20_000 },
  stream: {
    start_timeout_ms: 120_000,
    demand_start_timeout_ms: 120_000,
    bytes_limit_ms: 15_000,
    frames_limit_ms: 15_000,
    verify_limit_ms: 10_000,
  },
  recording: {
    ready_timeout_ms: 120_000,
    heartbeat_limit_ms: 20_000,
    close_timeout_ms: 20_000,
    // An unplugged camera's recording ends soon.
    resume_ms: 5000,
  },
  snapshot: { deadline_ms: 60_000 },
  logging: { level: 'info', format: 'json' },
};

/** Loads the driver `vivid` with two devices, each with every kind of node that it can make. */
export function loadCameras(kernel: string): string {
  return `
for module in ${join(kernel, 'cameras')}/*.ko; do
  case $module in *-vivid.ko) parameters="n_devs=2 num_inputs=1,1 input_types=0,0" ;; *) parameters= ;; esac
  insmod "$module" $parameters || exit
done
udevadm settle`;
}
