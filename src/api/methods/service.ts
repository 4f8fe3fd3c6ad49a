/** The service itself: get_status, get_system_status, get_server_info. */
import { z } from 'zod';
import { redact } from '../redaction.ts';
import { count, noParams, stamp, stampOf, troubleForm, troubleShape } from '../shapes/common.ts';
import {
  COMPONENT_WORDS,
  discoveryActive,
  mediaServerWord,
  overallWord,
  serviceSentence,
  topState,
} from '../shapes/service-shape.ts';
import { method } from './method.ts';

const componentWord = z.enum(COMPONENT_WORDS);

export const getStatus = method({
  name: 'get_status',
  role: 'admin',
  summary: 'Health of the service, its parts and the media server.',
  params: noParams,
  result: z.strictObject({
    status: z.enum(['HEALTHY', 'DEGRADED', 'UNHEALTHY']),
    uptime: z.number().min(0).describe('seconds'),
    version: z.string(),
    components: z.strictObject({
      websocket_server: componentWord,
      camera_monitor: componentWord,
      mediamtx: componentWord,
    }),
    media_server: z.strictObject({
      kind: z.enum(['mediamtx', 'simulator', 'unknown']),
      version: z.string().nullable(),
      pid: z.int().nullable().describe('null: not ours'),
      state: z.string().describe('state path of its health'),
      process_state: z.string().nullable().describe('null: not managed'),
      failures: count,
      opened: count.describe('how often the circuit breaker opened'),
      trouble: troubleShape.nullable(),
      folders: z
        .strictObject({
          state: z.string().describe('ours: launched by this service'),
          demand: z.enum(['available', 'demand_unavailable']),
          recording: z.enum(['available', 'recording_unavailable']),
          trouble: troubleShape.nullable().describe('why the last test could not be made'),
        })
        .describe('whether an external server uses our folders as we see them'),
    }),
    discovery: z.strictObject({
      state: z.string(),
      source: z.string().nullable(),
      trouble: troubleShape.nullable(),
    }),
    storage: z.strictObject({
      state: z.string(),
      total_bytes: count,
      available_bytes: count,
      used_percent: z.number(),
      trouble: troubleShape.nullable(),
    }),
    state: z.string(),
    since: stamp,
    missing_parts: z.array(z.strictObject({ part: z.string(), sentence: z.string() })),
    server: z
      .strictObject({ status: z.string(), uptime: z.number(), version: z.string(), connections: count })
      .describe('for older clients'),
    mediamtx: z.strictObject({ status: z.string(), connected: z.boolean() }).describe('for older clients'),
  }),
  errors: [],
  example: {
    params: {},
    result: {
      status: 'HEALTHY',
      uptime: 73.4,
      version: '0.1.0',
      components: { websocket_server: 'RUNNING', camera_monitor: 'RUNNING', mediamtx: 'RUNNING' },
      media_server: {
        kind: 'mediamtx',
        version: '1.20.1',
        pid: 4700,
        state: 'healthy',
        process_state: 'running',
        failures: 0,
        opened: 0,
        trouble: null,
        folders: { state: 'ours', demand: 'available', recording: 'available', trouble: null },
      },
      discovery: { state: 'sourcing.watching', source: 'udev', trouble: null },
      storage: {
        state: 'ok',
        total_bytes: 64_000_000_000,
        available_bytes: 48_000_000_000,
        used_percent: 25,
        trouble: null,
      },
      state: 'ready',
      since: '2026-11-23T04:28:02.000Z',
      missing_parts: [],
      server: { status: 'running', uptime: 73.4, version: '0.1.0', connections: 3 },
      mediamtx: { status: 'healthy', connected: true },
    },
  },
  handle: (_, { desk, nowMs }) => {
    const service = desk.door.service();
    const { mediaServer, discovery, storage } = service;
    const uptime = Math.max(0, nowMs - service.startedAtMs) / 1000;
    const mediamtx = mediaServerWord(mediaServer);
    return {
      status: overallWord(service),
      uptime,
      version: service.version,
      components: {
        websocket_server: desk.isRefusing() ? ('STOPPING' as const) : ('RUNNING' as const),
        camera_monitor: discoveryActive(service) ? ('RUNNING' as const) : ('STARTING' as const),
        mediamtx,
      },
      media_server: {
        kind: mediaServer.kind,
        version: mediaServer.version,
        pid: mediaServer.pid,
        state: mediaServer.health.state,
        process_state: mediaServer.process?.state ?? null,
        failures: mediaServer.failures,
        opened: mediaServer.opened,
        trouble: troubleForm(mediaServer.trouble),
        folders: { ...mediaServer.folders, trouble: troubleForm(mediaServer.folders.trouble) },
      },
      discovery: {
        state: discovery.state,
        source: discovery.source,
        trouble: troubleForm(discovery.trouble),
      },
      storage: {
        state: storage.state,
        total_bytes: storage.totalBytes,
        available_bytes: storage.availableBytes,
        used_percent: storage.usedPercent,
        trouble: troubleForm(storage.trouble),
      },
      state: service.state,
      since: stampOf(service.sinceAtMs),
      missing_parts: service.missingParts.map(({ part, sentence }) => ({ part, sentence: redact(sentence) })),
      server: { status: 'running', uptime, version: service.version, connections: desk.clientCount() },
      mediamtx: {
        status: mediamtx === 'RUNNING' ? 'healthy' : 'unhealthy',
        connected: mediamtx === 'RUNNING',
      },
    };
  },
});

export const getSystemStatus = method({
  name: 'get_system_status',
  role: 'viewer',
  summary: 'Whether the service is ready, and what is missing where it is not.',
  params: noParams,
  result: z.strictObject({
    status: z.enum(['starting', 'partial', 'ready']),
    message: z.string(),
    available_cameras: z.array(z.string()),
    discovery_active: z.boolean(),
    state: z.string(),
    since: stamp,
  }),
  errors: [],
  example: {
    params: {},
    result: {
      status: 'ready',
      message: 'All parts are there.',
      available_cameras: ['camera0'],
      discovery_active: true,
      state: 'ready',
      since: '2026-11-23T04:28:02.000Z',
    },
  },
  handle: (_, { desk }) => {
    const service = desk.door.service();
    const state = topState(service);
    return {
      status:
        state === 'starting' || state === 'ready' ? (state as 'starting' | 'ready') : ('partial' as const),
      message: redact(serviceSentence(service)),
      available_cameras: desk.door
        .cameras()
        .filter(({ status }) => status === 'CONNECTED')
        .map(({ device }) => device),
      discovery_active: discoveryActive(service),
      state: service.state,
      since: stampOf(service.sinceAtMs),
    };
  },
});

export const getServerInfo = method({
  name: 'get_server_info',
  role: 'viewer',
  summary: 'Name, version and what this server can do.',
  params: noParams,
  result: z.strictObject({
    name: z.string(),
    version: z.string(),
    build_date: z.string(),
    go_version: z.string().describe('from the time of a Go service: empty'),
    node_version: z.string(),
    architecture: z.string(),
    capabilities: z.array(z.string()).describe('with `fault_injection` where `debug.fault_injection` is on'),
    supported_formats: z.array(z.string()),
    max_cameras: z.int().describe('what the classic service promised; not a limit here'),
  }),
  errors: [],
  example: {
    params: {},
    result: {
      name: 'mediamtx-camera-service',
      version: '0.1.0',
      build_date: '2026-11-23',
      go_version: '',
      node_version: 'v20.20.2',
      architecture: 'x64',
      capabilities: ['snapshots', 'recordings', 'streaming'],
      supported_formats: ['fmp4', 'mp4', 'mkv', 'mpegts', 'jpg', 'png'],
      max_cameras: 10,
    },
  },
  handle: (_, { desk }) => ({
    name: 'mediamtx-camera-service',
    version: desk.settings.version,
    build_date: desk.settings.buildDate,
    go_version: '',
    node_version: process.version,
    architecture: process.arch,
    capabilities: [
      ...['snapshots', 'recordings', 'streaming'],
      ...(desk.settings.faultInjection ? ['fault_injection'] : []),
    ],
    supported_formats: ['fmp4', 'mp4', 'mkv', 'mpegts', 'jpg', 'png'],
    max_cameras: 10,
  }),
});
