/** What the lab's guest is told: where the cameras come from, and limits of the service that suit an emulated machine. */
import { join } from 'node:path';

export const DATA_FOLDER = '/run/camera-service';
export const SECOND_FOLDER = '/run/second-service';

/** Ports in the guest; those of the host are chosen anew each time. */
export const GUEST_PORTS = { api: 8002, rtsp: 8554 };
export const SECOND_PORTS = { api: 8012, rtsp: 8564 };

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
  capture: {
    width_px: 320,
    height_px: 180,
    rate_fps: 10,
    stop_timeout_ms: 20_000,
    examine_timeout_ms: 60_000,
  },
  stream: {
    start_timeout_ms: 120_000,
    demand_start_timeout_ms: 120_000,
    bytes_limit_ms: 15_000,
    frames_limit_ms: 15_000,
    verify_limit_ms: 10_000,
    // What comes by itself comes within the tests' patience.
    faulted_retry_ms: 5000,
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

/**
 * The service once more, beside the first: as a user who is not root, with folders and ports of its own.
 */
export const SECOND_CONFIG = {
  ...LAB_CONFIG,
  server: { ...LAB_CONFIG.server, port: SECOND_PORTS.api, health_port: 8013 },
  paths: { data_directory: `${SECOND_FOLDER}/data`, runtime_directory: `${SECOND_FOLDER}/run` },
  mediamtx: { ...LAB_CONFIG.mediamtx, rtsp_port: SECOND_PORTS.rtsp, api_port: 9987 },
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

/** What a program writes to these nodes, they give; while nobody writes, they are no cameras. */
export const LOOPBACKS = [
  { name: 'LoopMJPEG', node: '/dev/video30' },
  { name: 'LoopH264', node: '/dev/video31' },
  { name: 'LoopBadH264', node: '/dev/video32' },
] as const;

export const LOOPBACK_RATE_FPS = 5;

/** Loads the driver v4l2loopback; without being told it would say 30 frames a second. @param module its file */
export function loadLoopbacks(module: string): string {
  const numbers = LOOPBACKS.map(({ node }) => node.replace('/dev/video', '')).join(',');
  const names = LOOPBACKS.map(({ name }) => name).join(',');
  const exclusive = LOOPBACKS.map(() => 1).join(',');
  return `
insmod ${module} video_nr=${numbers} card_label=${names} exclusive_caps=${exclusive} || exit
for node in ${LOOPBACKS.map(({ node }) => node.replace('/dev/', '')).join(' ')}; do
  echo @${LOOPBACK_RATE_FPS}/1 >/sys/class/video4linux/$node/format || exit
done
udevadm settle`;
}
