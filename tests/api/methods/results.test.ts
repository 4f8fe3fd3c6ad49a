import { describe, expect, test } from 'vitest';
import { METHODS } from '../../../src/api/methods/table.ts';
import { NOTIFICATIONS } from '../../../src/api/notifications.ts';
import {
  finishedRecording,
  liveStream,
  recordingView,
  START_AT_MS,
  serviceView,
  streamView,
} from '../../support/fake-views.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

/** The fields old clients read by name, from the contract. */
const CLASSIC: readonly (readonly [string, object | undefined, readonly string[]])[] = [
  ['get_camera_list', undefined, ['cameras', 'total', 'connected']],
  [
    'get_camera_status',
    { device: 'camera0' },
    ['device', 'status', 'name', 'resolution', 'fps', 'streams', 'metrics', 'capabilities'],
  ],
  [
    'get_camera_capabilities',
    { device: 'camera0' },
    ['device', 'formats', 'resolutions', 'fps_options', 'validation_status'],
  ],
  [
    'take_snapshot',
    { device: 'camera0' },
    ['device', 'filename', 'status', 'timestamp', 'file_size', 'file_path'],
  ],
  [
    'start_recording',
    { device: 'camera1' },
    ['device', 'filename', 'status', 'start_time', 'format', 'session_id', 'duration'],
  ],
  [
    'stop_recording',
    { device: 'camera0' },
    [
      'device',
      'filename',
      'status',
      'start_time',
      'end_time',
      'duration',
      'file_size',
      'format',
      'session_id',
      'stop_time',
    ],
  ],
  [
    'get_recording_status',
    { device: 'camera0' },
    ['device', 'status', 'filename', 'start_time', 'duration', 'session_id'],
  ],
  ['list_recordings', undefined, ['files', 'total', 'limit', 'offset', 'total_count', 'has_more']],
  ['list_snapshots', undefined, ['files', 'total', 'limit', 'offset', 'total_count', 'has_more']],
  [
    'start_streaming',
    { device: 'camera0' },
    ['device', 'stream_name', 'stream_url', 'status', 'start_time', 'auto_close_after', 'ffmpeg_command'],
  ],
  [
    'get_stream_url',
    { device: 'camera0' },
    ['device', 'stream_name', 'stream_url', 'available', 'active_consumers', 'stream_status'],
  ],
  [
    'get_stream_status',
    { device: 'camera0' },
    ['device', 'stream_name', 'status', 'ready', 'ffmpeg_process', 'mediamtx_path', 'metrics', 'start_time'],
  ],
  [
    'get_status',
    undefined,
    ['status', 'uptime', 'version', 'components', 'server', 'mediamtx', 'media_server'],
  ],
  ['get_system_status', undefined, ['status', 'message', 'available_cameras', 'discovery_active']],
  [
    'get_server_info',
    undefined,
    [
      'name',
      'version',
      'build_date',
      'go_version',
      'architecture',
      'capabilities',
      'supported_formats',
      'max_cameras',
    ],
  ],
];

function busy() {
  const opened = openDispatcher();
  opened.door.change('camera0', {
    stream: liveStream({ reasons: ['call', 'recording'] }),
    recording: recordingView('camera0'),
  });
  return opened;
}

test.each(CLASSIC)('%s %j gives every field that old clients read', async (method, params, fields) => {
  const { result, error } = await busy().call(method, params);
  expect(error).toBeUndefined();
  for (const field of fields) expect(result).toHaveProperty(field);
});

test('every example in the documentation fits its own declaration', () => {
  for (const { name, params, result, example } of METHODS) {
    expect(params.safeParse(example.params), name).toMatchObject({ success: true });
    expect(result.safeParse(example.result), name).toMatchObject({ success: true });
  }
  for (const { name, params, example } of NOTIFICATIONS)
    expect(params.safeParse(example), name).toMatchObject({ success: true });
});

describe('cameras', () => {
  test('are listed under either name of the method, with whole rates and addresses of the host the client used', async () => {
    const { call } = busy();
    const { result } = await call('get_camera_list');
    expect((await call('get_cameras')).result).toEqual(result);
    expect(result).toMatchObject({ total: 2, connected: 2 });
    expect(result.cameras[0]).toEqual({
      device: 'camera0',
      status: 'CONNECTED',
      name: 'Camera camera0',
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
      stream_status: 'ACTIVE',
      stream_state: 'live.flowing',
      recording_status: 'RECORDING',
    });
  });

  test('that are unplugged are listed too', async () => {
    const { call, door } = busy();
    door.unplug('camera1');
    const { result } = await call('get_camera_list');
    expect(result).toMatchObject({ total: 2, connected: 1 });
    expect(result.cameras[1]).toMatchObject({
      status: 'DISCONNECTED',
      resolution: '',
      fps: 0,
      state: 'disconnected',
    });
  });

  test('answer to the device path of the moment, and never show it', async () => {
    const { call, session } = busy();
    const { result } = await call('get_camera_status', { device: '/dev/video2' });
    expect(result.device).toBe('camera1');
    expect(JSON.stringify(result)).not.toContain('/dev/');
    for (const role of ['viewer', 'operator'] as const) {
      const asked = await call('get_camera_status', { device: 'camera1', debug: true }, session(role));
      expect(asked.result).not.toHaveProperty('debug');
    }
    expect((await call('get_camera_status', { device: 'camera1', debug: true })).result.debug).toEqual({
      internal_device_path: '/dev/video2',
      device_paths: ['/dev/video2'],
    });
  });

  test('that do not exist are not found, by either name', async () => {
    const { call } = busy();
    for (const [device, id] of [
      ['camera9', 'camera9'],
      ['/dev/video99', 'video99'],
    ]) {
      expect((await call('get_camera_status', { device })).error).toMatchObject({
        code: -32010,
        data: { resource: 'camera', id, reason: 'camera_unknown' },
      });
    }
  });

  test('show how they are captured, and on request how else they could be', async () => {
    const { call, door } = busy();
    const { result } = await call('get_camera_status', { device: 'camera0' });
    expect(result.plan).toMatchObject({
      ...{ format: 'MJPG', resolution: '640x480', encoder: 'libx264', cost_percent: 13.6 },
      failed: [{ what: 'YUYV 640x480 at 30 (libx264)', why: 'The bus is full.' }],
    });
    expect(result).not.toHaveProperty('explain_plan');
    const explained = (await call('get_camera_status', { device: 'camera0', explain_plan: true })).result;
    expect(explained.explain_plan.ways.map((way: { standing: string }) => way.standing)).toEqual([
      'failed',
      'chosen',
      'possible',
    ]);
    expect(explained.explain_plan.rejected).toEqual([
      { what: 'BA81', why: 'ffmpeg cannot capture this format' },
    ]);
    expect(JSON.stringify(explained)).not.toContain('/dev/');
    door.change('camera0', { plan: null });
    expect((await call('get_camera_status', { device: 'camera0', explain_plan: true })).result).toMatchObject(
      { plan: null },
    );
  });

  test('show what they are known by, and whether that is sure', async () => {
    const { call, door } = busy();
    const identity = async () => (await call('get_camera_status', { device: 'camera0' })).result.identity;
    expect(await identity()).toEqual({ matched_by: 'serial', ambiguous: false });
    door.change('camera0', { identity: { matchedBy: 'port', ambiguous: true } });
    expect(await identity()).toEqual({ matched_by: 'port', ambiguous: true });
  });

  test('show their capabilities flat and in full', async () => {
    const { call, door } = busy();
    const { result } = await call('get_camera_capabilities', { device: 'camera0' });
    expect(result).toMatchObject({
      formats: ['MJPG', 'YUYV'],
      resolutions: ['1280x720', '640x480'],
      fps_options: [30, 15, 10],
      validation_status: 'CONFIRMED',
    });
    expect(result.modes[0]).toMatchObject({
      format: 'MJPG',
      compressed: true,
      sizes: [{ resolution: '1280x720', fps: [30, 29.97, 15] }],
    });
    door.change('camera0', { capabilities: null, capabilityState: 'none' });
    expect((await call('get_camera_capabilities', { device: 'camera0' })).result).toMatchObject({
      formats: [],
      validation_status: 'NONE',
    });
    door.change('camera0', { capabilityState: 'unsteady' });
    expect((await call('get_camera_capabilities', { device: 'camera0' })).result).toMatchObject({
      validation_status: 'NONE',
      capability_state: 'unsteady',
    });
    door.unplug('camera0');
    expect((await call('get_camera_capabilities', { device: 'camera0' })).result.validation_status).toBe(
      'DISCONNECTED',
    );
  });
});

describe('recordings', () => {
  test.each([
    [{}, null],
    [{ duration: 60 }, 60_000],
    [{ duration_seconds: 60 }, 60_000],
    [{ duration_minutes: 2 }, 120_000],
    [{ duration_hours: 24 }, 86_400_000],
    [{ filename: 'ignored.mp4' }, null],
  ])('start with %j for %s ms', async (forms, durationMs) => {
    const { call, door } = openDispatcher();
    expect((await call('start_recording', { device: 'camera0', ...forms })).error).toBeUndefined();
    expect(door.orders[0]?.args[0]).toMatchObject({ cameraId: 'camera0', durationMs, format: 'fmp4' });
  });

  test('are named with their extension, in every format', async () => {
    for (const [format, extension] of [
      ['fmp4', 'mp4'],
      ['mp4', 'mp4'],
      ['mkv', 'mkv'],
      ['mpegts', 'ts'],
    ]) {
      const { call } = openDispatcher();
      const { result } = await call('start_recording', { device: 'camera0', format });
      expect(result.filename).toBe(`camera0_2026-11-23_04-28-00.${extension}`);
    }
  });

  test('that already run are a conflict with what is allowed instead', async () => {
    const { call } = busy();
    expect((await call('start_recording', { device: 'camera0' })).error).toMatchObject({
      code: -32020,
      data: { reason: 'already_recording', state: 'recording', allowed: ['stop_recording', 'take_snapshot'] },
    });
  });

  test('stop with duration, size and the time of the last picture', async () => {
    const { call } = busy();
    expect((await call('stop_recording', { device: 'camera0' })).result).toMatchObject({
      status: 'STOPPED',
      duration: 4,
      duration_ms: 4004,
      file_size: 301_244,
      start_time: '2026-11-23T04:28:00.100Z',
      end_time: '2026-11-23T04:28:04.104Z',
      reason: 'requested',
    });
  });
});

describe('files', () => {
  test('are listed page by page with the fields of old and new clients', async () => {
    const { call, shelf } = openDispatcher();
    shelf.recordings = Array.from({ length: 3 }, (_, n) =>
      finishedRecording('camera0', { session: `camera0_${n}` }),
    );
    const { result } = await call('list_recordings', { limit: 2, offset: 1 });
    expect(result).toMatchObject({ total: 3, total_count: 3, limit: 2, offset: 1, has_more: false });
    expect(result.files[0]).toMatchObject({
      filename: 'camera0_1.mp4',
      file_size: 301_244,
      size: 301_244,
      modified_time: '2026-11-23T04:28:04.104Z',
      created_time: '2026-11-23T04:28:00.100Z',
      duration: 4,
      device: 'camera0',
      download_url: '/files/recordings/camera0_1.mp4',
      parts: [{ filename: 'camera0_1.mp4', download_url: '/files/recordings/camera0_1.mp4' }],
    });
    expect((await call('list_recordings', { limit: 2 })).result.has_more).toBe(true);
  });

  test('none are an empty success', async () => {
    const { call } = openDispatcher();
    const empty = { files: [], total: 0, limit: 50, offset: 0 };
    expect((await call('list_recordings')).result).toMatchObject(empty);
    expect((await call('list_snapshots', [])).result).toMatchObject(empty);
  });

  test('of a recording that caught nothing have no address', async () => {
    const { call, shelf } = openDispatcher();
    shelf.recordings = [
      finishedRecording('camera0', {
        parts: [],
        outcome: 'failed',
        startedAtMs: null,
        durationMs: 0,
        sizeBytes: 0,
      }),
    ];
    expect((await call('list_recordings')).result.files[0]).toMatchObject({
      download_url: null,
      duration: 0,
      outcome: 'failed',
    });
  });

  test('named with odd characters keep them in the list and escape them in the address', async () => {
    const { call, shelf } = openDispatcher();
    shelf.snapshots = [{ filename: 'Tür 1.jpg', cameraId: null, sizeBytes: 5, takenAtMs: START_AT_MS }];
    expect((await call('list_snapshots')).result.files[0]).toMatchObject({
      filename: 'Tür 1.jpg',
      download_url: '/files/snapshots/T%C3%BCr%201.jpg',
      duration: null,
    });
  });
});

describe('streams', () => {
  test('show their capture as ffmpeg_process', async () => {
    const { call, door } = busy();
    expect((await call('get_stream_status', { device: 'camera0' })).result).toMatchObject({
      status: 'ACTIVE',
      ready: true,
      ffmpeg_process: { running: true, pid: 4711, uptime: 10 },
      mediamtx_path: { exists: true, ready: true, readers: 1 },
      metrics: { bytes_sent: 1_250_000, bitrate: 1_000_000, fps: 30 },
    });
    door.change('camera0', { stream: streamView({ state: 'unavailable' }) });
    expect((await call('get_stream_status', { device: 'camera0' })).result).toMatchObject({
      ffmpeg_process: { running: false, pid: null, uptime: 0 },
      mediamtx_path: { exists: false, ready: false },
      start_time: null,
    });
  });

  test('are an array of those with a path', async () => {
    const { call, door } = busy();
    expect((await call('get_streams')).result).toMatchObject([
      { name: 'camera0', source: 'ffmpeg', ready: true, readers: 1, bytes_sent: 1_250_000 },
      { name: 'camera1', ready: false },
    ]);
    door.unplug('camera1');
    expect((await call('get_streams')).result).toHaveLength(1);
  });

  test('cannot be listed while the media server is down', async () => {
    const { call, door } = busy();
    const { mediaServer } = serviceView();
    const trouble = {
      code: 'media-server-unreachable',
      reason: 'media_server_unreachable',
      message: 'No answer',
    } as const;
    door.serviceNow = serviceView({
      state: 'partial',
      mediaServer: { ...mediaServer, health: { state: 'tripped.open', sinceAtMs: START_AT_MS }, trouble },
    });
    expect((await call('get_streams')).error).toMatchObject({
      code: -32050,
      data: { dependency: 'MediaMTX', detail: 'No answer' },
    });
  });

  test('tell their address without being started', async () => {
    const { call, door } = openDispatcher();
    expect((await call('get_stream_url', { device: 'camera0' })).result).toMatchObject({
      stream_url: 'rtsp://cameras.example:8554/camera0',
      available: false,
      stream_status: 'NOT_READY',
    });
    door.change('camera0', { stream: streamView({ status: 'ERROR', state: 'faulted' }) });
    expect((await call('get_stream_url', { device: 'camera0' })).result.stream_status).toBe('ERROR');
    expect(door.orders).toEqual([]);
  });

  test('stopped by call go on for others, and say so', async () => {
    const { call, door } = busy();
    expect((await call('stop_streaming', { device: 'camera0' })).result).toMatchObject({
      status: 'STOPPED',
      stream_continues: true,
      duration: 10,
      message: 'The stream goes on for: recording.',
    });
    door.change('camera0', { stream: liveStream({ reasons: ['call'] }) });
    expect((await call('stop_streaming', { device: 'camera0' })).result.stream_continues).toBe(false);
  });
});

describe('the service', () => {
  const { mediaServer, storage } = serviceView();
  const at = (state: string) => ({ state, sinceAtMs: START_AT_MS });

  test.each([
    [{ state: 'ready' }, 'HEALTHY', 'RUNNING', 'ready'],
    [
      {
        state: 'starting.reconciling',
        mediaServer: { ...mediaServer, process: at('launching'), health: at('unknown') },
      },
      'DEGRADED',
      'STARTING',
      'starting',
    ],
    [
      { state: 'partial', mediaServer: { ...mediaServer, health: at('tripped.open') } },
      'UNHEALTHY',
      'ERROR',
      'partial',
    ],
    [
      { state: 'partial', mediaServer: { ...mediaServer, health: at('failing') } },
      'DEGRADED',
      'RUNNING',
      'partial',
    ],
    [
      { state: 'partial', mediaServer: { ...mediaServer, process: at('exited') } },
      'UNHEALTHY',
      'STOPPED',
      'partial',
    ],
    [{ state: 'partial', storage: { ...storage, state: 'missing' } }, 'UNHEALTHY', 'RUNNING', 'partial'],
    [
      { state: 'stopping', mediaServer: { ...mediaServer, process: at('stopping') } },
      'UNHEALTHY',
      'STOPPING',
      'partial',
    ],
    [
      { state: 'ready', mediaServer: { ...mediaServer, process: null, pid: null } },
      'HEALTHY',
      'RUNNING',
      'ready',
    ],
  ])(
    '%# in the state %j is %s, its media server %s, its system status %s',
    async (changes, overall, server, system) => {
      const { call, door } = openDispatcher();
      door.serviceNow = serviceView(changes);
      const { result } = await call('get_status');
      expect(result).toMatchObject({ status: overall, components: { mediamtx: server }, uptime: 10 });
      expect((await call('get_system_status')).result.status).toBe(system);
    },
  );

  test('shows the media server with kind, version, pid and state', async () => {
    const { call } = openDispatcher();
    expect((await call('get_status')).result.media_server).toMatchObject({
      kind: 'mediamtx',
      version: '1.20.1',
      pid: 4700,
      state: 'healthy',
    });
  });

  test('lists its actors without paths or secrets', async () => {
    const { call, door } = openDispatcher();
    door.actorsNow = [
      {
        actor: 'camera:camera0',
        machine: 'camera',
        parent: 'service',
        ...at('ready'),
        states: ['camera.ready.confirmed'],
        timers: [{ name: 'confirmTime', durationMs: 1000, remainingMs: 812.50049 }],
        facts: { node: '/dev/video0', deep: { api_key: 'x' }, attempts: 2 },
      },
    ];
    expect((await call('get_actors')).result.actors).toEqual([
      {
        actor: 'camera:camera0',
        machine: 'camera',
        parent: 'service',
        state: 'ready',
        states: ['camera.ready.confirmed'],
        since: '2026-11-23T04:28:00.000Z',
        timers: [{ name: 'confirmTime', duration_ms: 1000, remaining_ms: 812.5 }],
        facts: { node: '<path>', deep: { api_key: '***' }, attempts: 2 },
      },
    ]);
  });

  test('lets an admin pull a synthetic camera, only where faults are switched on', async () => {
    const { call, door } = openDispatcher();
    expect((await call('inject_fault', { fault: 'unplug', device: 'camera0' })).result).toEqual({
      injected: true,
      fault: 'unplug',
      device: 'camera0',
    });
    expect(door.camera('camera0')?.status).toBe('DISCONNECTED');
    const off = openDispatcher({ faultInjection: false });
    expect((await off.call('inject_fault', { fault: 'unplug' })).error).toMatchObject({
      code: -32030,
      data: { feature: 'fault_injection', reason: 'feature_disabled' },
    });
    expect(off.door.orders).toEqual([]);
  });
});
