/** One camera and one stream that all examples of the documentation show. */
export const EXAMPLE_CAMERA = {
  device: 'camera0',
  status: 'CONNECTED' as const,
  name: 'USB Camera',
  resolution: '640x480',
  fps: 30,
  streams: {
    rtsp: 'rtsp://cameras.example:8554/camera0',
    hls: 'http://cameras.example:8888/camera0/index.m3u8',
    webrtc: 'http://cameras.example:8889/camera0',
  },
  state: 'ready.confirmed',
  since: '2026-11-23T04:28:00.000Z',
  last_seen: null,
  stream_status: 'ACTIVE' as const,
  stream_state: 'live.flowing',
  recording_status: null,
};

export const EXAMPLE_PLAN = {
  format: 'MJPG',
  resolution: '640x480',
  fps: 30,
  encoder: 'libx264' as const,
  tap_from: 'all' as const,
  cost_percent: 13.6,
  bus_mbps: 18.4,
  reasons: [
    'its JPEG pictures are decoded',
    'encoded in software (libx264)',
    '30 frames a second stand for the wished 15',
  ],
  failed: [],
};

export const EXAMPLE_STREAM = {
  status: 'ACTIVE' as const,
  state: 'live.flowing',
  since: '2026-11-23T04:28:03.120Z',
  reasons: ['viewers'],
  attempts: 0,
  max_attempts: 6,
  retry_at: null,
  tap: 'available' as const,
  demand: 'available' as const,
  trouble: null,
};

export const EXAMPLE_SESSION = {
  device: 'camera0',
  session_id: 'camera0_2026-11-23_04-28-13',
  filename: 'camera0_2026-11-23_04-28-13.mp4',
  status: 'RECORDING' as const,
  start_time: '2026-11-23T04:28:13.512Z',
  duration: 4,
  duration_ms: 4000,
  wanted_duration: 60,
  file_size: 301_244,
  format: 'fmp4' as const,
  state: 'rolling',
  since: '2026-11-23T04:28:13.520Z',
  reason: null,
  gaps: [],
  parts: 1,
  adoptions: 0,
  trouble: null,
};
