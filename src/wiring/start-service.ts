/** One life of the service: assembled, started, made ready, and ended in an order. */

import { systemClock } from '../adapters/clock/system-clock.ts';
import { createLog } from '../adapters/log/log.ts';
import { assertAddressesFree, createApi } from '../api/api.ts';
import { openAuth, writeAccessFile } from '../api/auth/open-auth.ts';
import type { ApiSettings } from '../api/settings.ts';
import { serviceFolders } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { SERVICE_VERSION } from '../version.ts';
import { answerOf } from './answer.ts';
import { assemble } from './assemble.ts';
import { Engine } from './engine.ts';
import { Journal } from './journal.ts';
import { serviceInput } from './limits.ts';
import { observe } from './observe.ts';
import { openRecorder } from './open-recorder.ts';
import { provideService } from './provide.ts';
import { Timeline } from './timeline.ts';

export interface ReadyFacts {
  readonly ws: string;
  readonly http: string;
  readonly rtsp: string;
  /** `mediamtx 1.20.1` or `simulator`. */
  readonly media_server: string;
  readonly api_key: string;
  readonly pid: number;
  readonly data: string;
}

export interface RunningService {
  /** Resolves when the start is over and every camera that is plugged in has been probed. */
  ready(): Promise<ReadyFacts>;
  /** Recordings finalised, captures ended, paths removed, media server stopped. */
  stop(): Promise<void>;
  /** Leaves the data plane running for the next start to adopt. */
  handOver(): Promise<void>;
}

/** @throws CameraError with a sentence for the operator when something it cannot do without is missing */
export async function startService(config: Config, dataId: string): Promise<RunningService> {
  const { dataDirectory } = serviceFolders(config.paths);
  // The log hides what stands in this list when a line is written; the media server's passwords are known later.
  const secrets = [config.security.jwt_secret].filter((secret) => secret !== '');
  const log = createLog({ ...config.logging, secrets });
  await assertAddressesFree(apiSettings(config));
  const assembly = await assemble(config, dataId, log);
  const { world, found, syntheticCameras, settle, stopHardware } = assembly;
  secrets.push(...assembly.secrets);
  if (found?.notice != null) log.warn({ media_server: found.kind }, found.notice);
  const { recorder, close, closeNow } = await openRecorder(config, dataDirectory, secrets, log);
  const journal = new Journal(log, new Timeline(systemClock), recorder);
  const telemetry = new Telemetry({
    monoMs: () => systemClock.monoMs(),
    info: () => ({ version: SERVICE_VERSION, mediaServer: serverName() }),
    processMetrics: true,
  });
  observe(journal, telemetry);
  const engine = new Engine({
    machine: provideService(world),
    input: serviceInput(config, world.wishes.wishes),
    config,
    journal,
    recorder,
    clock: systemClock,
    version: SERVICE_VERSION,
    serverKind: found?.kind ?? 'unknown',
    syntheticCameras,
    wishesSaved: () => world.wishes.saved(),
  });
  const serverName = (): string => {
    const { kind, version } = engine.service().mediaServer;
    return kind === 'mediamtx' ? `mediamtx ${version ?? found?.version ?? ''}` : kind;
  };
  const { keys, tokens } = await openAuth({
    dataDirectory,
    jwtSecret: config.security.jwt_secret,
    apiKeysFile: config.security.api_keys_file,
    wallMs: () => systemClock.wallMs(),
  });
  const api = createApi({
    door: engine,
    shelf: world.shelf,
    settings: apiSettings(config),
    keys,
    tokens,
    metrics: telemetry,
    clock: systemClock,
    log,
  });
  engine.root.subscribe({
    error: (error) => {
      log.fatal({ err: error }, 'the service actor ended by a defect; the data plane is left running');
      closeNow();
      process.exit(1);
    },
  });
  engine.root.start();
  let ports: { port: number; healthPort: number };
  try {
    ports = await api.listen();
  } catch (error) {
    // Nothing was promised to anybody yet; what runs is found again by the next start.
    engine.root.send({ type: 'service.handOver' });
    throw error;
  }
  const host =
    config.server.public_host || (config.server.host === '0.0.0.0' ? '127.0.0.1' : config.server.host);
  const addresses = {
    ws: `ws://${host}:${ports.port}${config.server.websocket_path}`,
    http: `http://${host}:${ports.port}`,
  };
  const apiKey = await writeAccessFile(keys, dataDirectory, addresses);
  log.info({ ...addresses, version: SERVICE_VERSION }, 'listening');
  const ended = (event: 'service.stop' | 'service.handOver') => {
    engine.root.send({ type: event });
    return answerOf(engine.root, (snapshot) => snapshot.status !== 'active');
  };
  return {
    ready: async () => {
      await answerOf(
        engine.root,
        (now) => now.matches({ working: 'ready' }) || now.matches({ working: 'partial' }),
      );
      await camerasProbed(engine);
      return {
        ...addresses,
        rtsp: `rtsp://${host}:${config.mediamtx.rtsp_port}`,
        media_server: serverName(),
        api_key: apiKey,
        pid: process.pid,
        data: dataDirectory,
      };
    },
    stop: async () => {
      api.refuse();
      await ended('service.stop');
      await settle();
      await stopHardware();
      await api.close();
      await close();
    },
    handOver: async () => {
      await ended('service.handOver');
      await settle();
      await api.close();
      await close();
    },
  };
}

/** Until no camera is on its way from a plug to its first probe's end. */
function camerasProbed(engine: Engine): Promise<void> {
  const settled = () =>
    engine.cameras().every(({ state }) => !['beginning', 'expected', 'settling', 'probing'].includes(state));
  if (settled()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = engine.onFact(() => {
      if (!settled()) return;
      stop();
      resolve();
    });
  });
}

function apiSettings({ server, mediamtx, stream, debug }: Config): ApiSettings {
  return {
    host: server.host,
    port: server.port,
    healthHost: server.health_host,
    healthPort: server.health_port,
    websocketPath: server.websocket_path,
    maxConnections: server.max_connections,
    maxMessageBytes: server.max_message_bytes,
    clientQueueMessages: server.client_queue_messages,
    publicHost: server.public_host,
    rtspPort: mediamtx.rtsp_port,
    hlsPort: mediamtx.hls_port,
    webrtcPort: mediamtx.webrtc_port,
    callCloseAfterMs: stream.call_close_after_ms,
    faultInjection: debug.fault_injection,
    version: SERVICE_VERSION,
    buildDate: '',
  };
}
