/**
 * The one description of the configuration: every key with its unit, range and default. File (YAML), environment
 * (`CAMERA_SERVICE_` + the path in capitals, `_` between) and the documentation come from it.
 */
import { z } from 'zod';
import { folder, int, ms, port, section, text } from './kinds.ts';

export const H264_PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium'] as const;

export const configSchema = z.strictObject({
  server: section({
    host: text('0.0.0.0', 'address of the API listener'),
    port: port(8002, 'WebSocket API, files and health'),
    websocket_path: z
      .string()
      .regex(/^\/[A-Za-z0-9_/-]*$/, 'must start with /')
      .default('/ws')
      .describe('path of the WebSocket'),
    health_host: text('127.0.0.1', 'address of the probe listener'),
    health_port: port(8003, 'health for probes alone'),
    max_connections: int(1000, 'WebSocket clients at once', 1, 100_000),
    max_message_bytes: int(1_048_576, 'largest frame; a larger one closes with 1009', 1024, 16_777_216),
    client_queue_messages: int(1000, 'notifications kept for a slow client', 10, 100_000),
    public_host: z.string().default('').describe('host name in stream URLs; empty: the one the client used'),
  }),
  security: section({
    jwt_secret: z
      .string()
      .default('')
      .describe('HS256 secret, at least 32 characters; empty: one is made and kept in the data directory'),
    api_keys_file: z.string().default('').describe('API keys; empty: api-keys.json in the data directory'),
  }),
  paths: section({
    data_directory: folder('/var/lib/camera-service', 'wishes, ledger, keys; locked by one service'),
    runtime_directory: folder('/run/camera-service', 'taps and demand files; a tmpfs'),
    recordings_directory: folder('', 'empty: recordings in the data directory'),
    snapshots_directory: folder('', 'empty: snapshots in the data directory'),
  }),
  mediamtx: section({
    mode: z
      .enum(['managed', 'external'])
      .default('managed')
      .describe('managed: launched and ended by this service'),
    binary: text('auto', 'auto: PATH, cached download, simulator; simulator; or an absolute path'),
    host: text('127.0.0.1', 'where an external server answers'),
    api_port: port(9997, 'Control API'),
    rtsp_port: port(8554, 'RTSP, for captures and viewers'),
    hls_port: port(8888, 'HLS'),
    webrtc_port: port(8889, 'WebRTC'),
    webrtc_udp_port: port(8189, 'WebRTC media'),
    viewer_address: text('0.0.0.0', 'address on which RTSP, HLS and WebRTC answer viewers (managed)'),
    hls: z.boolean().default(true).describe('HLS on (managed)'),
    webrtc: z.boolean().default(true).describe('WebRTC on (managed)'),
    api_user: z.string().default('').describe("user of an external server's API; empty: none"),
    api_password: z.string().default('').describe('its password'),
    request_timeout_ms: ms(5000, 'one Control API call'),
    launch_timeout_ms: ms(10_000, 'from spawn to the API answering'),
    launch_check_interval_ms: ms(50, 'API checks while launching'),
    stop_timeout_ms: ms(2000, 'SIGTERM to SIGKILL'),
    health_check_interval_ms: ms(2000, 'while healthy'),
    health_failing_interval_ms: ms(500, 'while failing'),
    health_failure_threshold: int(3, 'failures in a row that open the breaker', 2, 100),
    health_open_ms: ms(5000, 'first time the breaker stays open'),
    health_open_max_ms: ms(120_000, 'the longest, after doubling'),
    health_jitter: z
      .tuple([z.number().min(0.1).max(1), z.number().min(1).max(10)])
      .default([0.8, 1.2])
      .describe('factor range on open times and restart waits'),
    health_confirmations: int(3, 'successes in a row that close the breaker', 1, 100),
    health_confirm_interval_ms: ms(500, 'between confirmations'),
    health_refused_interval_ms: ms(10_000, 're-check of a server that refuses us'),
    restart_after_open_ms: ms(
      20_000,
      'a managed server that stays open this long is ended and launched again',
    ),
    restart_backoff_ms: ms(1000, 'second restart in a row; the first is at once'),
    restart_backoff_max_ms: ms(30_000, 'the longest'),
    restart_forget_ms: ms(30_000, 'running this long forgets the count of restarts'),
    watch_interval_ms: ms(1000, 'paths list while all is settled'),
    watch_fast_interval_ms: ms(100, 'while a stream starts, republishes or stops'),
    compare_interval_ms: ms(10_000, 'configuration against wishes'),
    folder_test_ms: ms(2000, 'an external server shows in this time that it sees our folders'),
    folder_retest_ms: ms(60_000, 'one that does not is tested again after this'),
  }),
  camera: section({
    settle_ms: ms(100, 'quiet time while nodes of one device gather'),
    probe_timeout_ms: ms(5000, 'V4L2 capabilities'),
    probe_backoff_ms: ms(1000, 'first wait after a failed probe; doubles'),
    probe_backoff_max_ms: ms(30_000, 'the longest'),
    probe_attempts: int(5, 'failures until faulted', 1, 100),
    faulted_retry_ms: ms(300_000, 'slow retry of a faulted camera'),
    confirm_after_ms: ms(1000, 'second probe that confirms capabilities'),
    control_timeout_ms: ms(3000, 'one question about its controls, or one setting'),
    control_check_ms: ms(30_000, 'controls that are kept are looked at this often'),
    control_attempts: int(3, 'rounds in a row that do not hold until it is left to the slow retry', 1, 100),
    control_backoff_ms: ms(500, 'first wait after such a round; doubles'),
    control_retry_ms: ms(300_000, 'slow retry of controls that do not hold'),
    device_source: z
      .enum(['auto', 'udev', 'udevadm', 'polling'])
      .default('auto')
      .describe('auto: the first that works'),
    rescan_interval_ms: ms(60_000, 'full list beside the events'),
    poll_interval_ms: ms(1000, '/sys when udev cannot be watched, and the state of loopbacks'),
    include_real: z.boolean().default(true).describe('false: synthetic cameras only'),
    synthetic_count: int(0, 'synthetic cameras to offer', 0, 64),
    synthetic_width_px: int(640, 'their picture', 160, 1920),
    synthetic_height_px: int(480, 'their picture', 120, 1080),
    synthetic_rate_fps: int(15, 'their rate', 1, 60),
    synthetic_compressed: z
      .array(z.enum(['MJPG', 'H264']))
      .default([])
      .describe('what they give beside YUYV; ffmpeg compresses it'),
    synthetic_warm_up_ms: ms(0, 'dark at first, and brighter for so long', 0),
  }),
  capture: section({
    ffmpeg: text('ffmpeg', 'name or path of ffmpeg'),
    width_px: int(640, 'wished picture; the nearest the camera has is taken', 16, 7680),
    height_px: int(480, 'wished picture', 16, 4320),
    rate_fps: z.number().min(1).max(240).default(15).describe('wished rate'),
    examine_timeout_ms: ms(7000, "one look at a camera's own H.264; viewers are held meanwhile"),
    encoding_profile: z
      .enum(['stanag4406', 'compatible', 'copy'])
      .default('stanag4406')
      .describe(
        "of a camera's own H.264: copied when its SPS conforms to STANAG 4406, copied when browsers play it, or nothing is ever encoded",
      ),
    h264_profile: z
      .enum(['baseline', 'main', 'high'])
      .default('baseline')
      .describe('baseline is constrained baseline'),
    h264_strict: z
      .boolean()
      .default(true)
      .describe('STANAG 4406: level at most 3.0, picture at most 720x576'),
    h264_preset: z.enum(H264_PRESETS).default('ultrafast').describe('x264 preset'),
    pixel_format: z
      .enum(['yuv420p', 'yuv422p', 'yuv444p'])
      .default('yuv420p')
      .describe('of the encoded picture'),
    bitrate_bps: int(600_000, 'encoded video', 50_000, 50_000_000),
    keyframe_interval_ms: ms(1000, 'at least one keyframe in this time'),
    tap_interval_ms: ms(1000, 'pictures for snapshots', 50),
    tap_quality: int(5, 'ffmpeg -q:v of the tapped JPEG', 2, 31),
    stop_timeout_ms: ms(2000, 'SIGINT to SIGKILL, and all of a stop'),
    log_limit_bytes: int(1_048_576, "ffmpeg's own log; truncated beyond", 4096),
    adopted_poll_ms: ms(250, 'an adopted process is looked at this often'),
  }),
  stream: section({
    start_timeout_ms: ms(10_000, 'spawn to available, growing and tapped'),
    demand_start_timeout_ms: ms(10_000, 'MediaMTX holds its viewers this long'),
    demand_close_after_ms: ms(10_000, 'no readers for this long withdraws demand'),
    warm_up_ms: ms(3000, 'a snapshot of a camera that was just opened waits this long for steady brightness'),
    bytes_limit_ms: ms(3000, 'no growth for this long is suspect'),
    frames_limit_ms: ms(4000, 'no tapped frame for this long is suspect'),
    picture_limit_ms: ms(30_000, 'the same picture for this long is suspect'),
    picture_policy: z
      .enum(['report', 'restart'])
      .default('report')
      .describe('what a frozen picture leads to'),
    suspect_limit_ms: ms(5000, 'suspect for this long ends the capture'),
    republish_limit_ms: ms(10_000, 'server up this long without the stream ends the capture'),
    backoff_ms: ms(1000, 'first wait after a failure; doubles'),
    backoff_max_ms: ms(30_000, 'the longest'),
    backoff_jitter: z
      .tuple([z.number().min(0.1).max(1), z.number().min(1).max(10)])
      .default([0.8, 1.2])
      .describe('factor range'),
    attempts: int(6, 'failures in a row until faulted', 1, 1000),
    forget_ms: ms(30_000, 'flowing this long forgets the failures'),
    faulted_retry_ms: ms(60_000, 'slow retry of a faulted stream'),
    call_close_after_ms: ms(300_000, 'start_streaming without readers ends after this'),
    look_again_ms: ms(1000, 'readers are listed again this often before a capture without reasons ends'),
    rival_changes: int(2, 'changes of the publisher that start a search for somebody else', 2, 100),
    rival_window_ms: ms(5000, '... in this time'),
    rival_look_ms: ms(200, 'looks of such a search'),
    rival_search_ms: ms(5000, 'a search that finds nobody for this long is over'),
    verify_interval_ms: ms(20, 'looks at the configuration after a write'),
    verify_limit_ms: ms(2000, 'until it is written again'),
  }),
  recording: section({
    ready_timeout_ms: ms(15_000, 'until the stream is live'),
    segment_duration_ms: ms(3_600_000, 'one file at most; ends at the next keyframe', 1000),
    part_duration_ms: ms(1000, 'what a crash of the media server may lose', 100),
    heartbeat_ms: ms(1000, 'looks at the growing file', 50),
    heartbeat_limit_ms: ms(5000, 'a file that does not grow for this long is an interruption'),
    resume_ms: ms(30_000, 'an interrupted session waits this long'),
    close_timeout_ms: ms(2000, 'until the recorder has closed its file'),
    file_retry_ms: ms(30_000, 'files that could not be collected are tried again this often', 50),
  }),
  snapshot: section({
    deadline_ms: ms(10_000, 'all of one snapshot'),
    max_age_ms: ms(1000, 'default of max_age_ms', 0),
  }),
  storage: section({
    check_interval_ms: ms(5000, 'free space and a test write'),
    low_percent: z.number().min(1).max(100).default(80).describe('used'),
    critical_percent: z.number().min(1).max(100).default(90).describe('used: recordings are refused'),
    hysteresis_percent: z
      .number()
      .min(0)
      .max(50)
      .default(2)
      .describe('below the limit before it is left again'),
  }),
  service: section({
    stop_timeout_ms: ms(20_000, 'all of a stop'),
    reconcile_timeout_ms: ms(10_000, 'comparing wishes with what runs'),
  }),
  logging: section({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
      .default('info')
      .describe('least level'),
    format: z.enum(['json', 'pretty']).default('json').describe('of each line'),
    file: z.string().default('').describe('empty: standard error'),
  }),
  recorder: section({
    memory_records: int(20_000, 'steps of actors kept in memory, about 1 kB each', 100, 1_000_000),
    batch_ms: ms(20, 'records go to disk and to listeners this often; a kill -9 loses at most so much'),
    file_bytes: int(8_388_608, 'a file of the journal; then the next one begins', 4096, 1_073_741_824),
    files: int(5, 'files kept, the newest included', 1, 10_000),
  }),
  debug: section({
    fault_injection: z.boolean().default(false).describe('inject_fault answers'),
    record_every_step: z
      .boolean()
      .default(false)
      .describe(
        'the recorder keeps also the regular looks that change nothing; hundreds of records a second',
      ),
  }),
});

export type Config = z.infer<typeof configSchema>;

/** Ports this process or its media server listens on: two equal ones stop the start. */
export const PORT_KEYS = [
  'server.port',
  'server.health_port',
  'mediamtx.api_port',
  'mediamtx.rtsp_port',
  'mediamtx.hls_port',
  'mediamtx.webrtc_port',
  'mediamtx.webrtc_udp_port',
] as const;
