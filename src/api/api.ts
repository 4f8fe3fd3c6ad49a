/**
 * The front desk, put together: one WebSocket API and HTTP on the main listener, health and metrics on the probe
 * listener.
 * It asks the Door and reads its views; it decides nothing about cameras.
 */
import type { Clock, FileShelf } from '../machines/ports.ts';
import type { ApiKeyStore } from './auth/api-key-store.ts';
import { Doorkeeper } from './auth/doorkeeper.ts';
import type { TokenAuthority } from './auth/token-authority.ts';
import type { Desk } from './desk.ts';
import type { Door } from './door.ts';
import { addFiles } from './http/files.ts';
import { addHealth } from './http/health.ts';
import { addInspector } from './http/inspector-page.ts';
import { assertAddressFree, listenOn, makeListener } from './http/listener.ts';
import { addMetrics, type MetricsPage } from './http/metrics.ts';
import type { ApiLog } from './log.ts';
import { methodsByName } from './methods/table.ts';
import { Notifier, traceNotices } from './notifier.ts';
import { Dispatcher } from './rpc/dispatcher.ts';
import type { ApiSettings } from './settings.ts';
import { SocketServer } from './socket/socket-server.ts';

const DEFAULT_CLOSE_GRACE_MS = 1000;

export interface ApiParts {
  readonly door: Door;
  readonly shelf: FileShelf;
  readonly settings: ApiSettings;
  readonly keys: ApiKeyStore;
  readonly tokens: TokenAuthority;
  readonly metrics: MetricsPage;
  readonly clock: Clock;
  readonly log: ApiLog;
}

export interface Api {
  /**
   * Opens both listeners. On a failure none stays open. @returns the ports
   * @throws CameraError naming port and configuration key
   */
  listen(): Promise<{ readonly port: number; readonly healthPort: number }>;
  /** No new calls and no new clients; answers in flight and notifications still go out. Idempotent. */
  refuse(): void;
  /** `refuse`, then every client is told 1001, then both listeners close. Idempotent; bounded by the grace time. */
  close(): Promise<void>;
}

const MAIN_KEYS = { host: 'server.host', port: 'server.port' };
const PROBE_KEYS = { host: 'server.health_host', port: 'server.health_port' };

/**
 * Whether both listeners could open now: asked before anything is started that would be left running.
 * @throws CameraError naming port and configuration key
 */
export async function assertAddressesFree(
  settings: Pick<ApiSettings, 'host' | 'port' | 'healthHost' | 'healthPort'>,
): Promise<void> {
  await assertAddressFree(settings.host, settings.port, MAIN_KEYS);
  await assertAddressFree(settings.healthHost, settings.healthPort, PROBE_KEYS);
}

/** Builds the front desk. Nothing listens before `listen`. */
export function createApi(parts: ApiParts): Api {
  const { door, shelf, settings, keys, tokens, metrics, clock, log } = parts;
  let refusing = false;
  let closed: Promise<void> | undefined;
  const desk: Desk = {
    door,
    shelf,
    settings,
    doorkeeper: new Doorkeeper(keys, tokens, () => clock.wallMs()),
    clock,
    log,
    clientCount: () => sockets.count,
    isRefusing: () => refusing,
  };
  const sockets = new SocketServer(desk, new Dispatcher(desk, methodsByName()));
  const notifier = new Notifier(door, settings);
  const stopHearing = door.onFact((fact) => {
    try {
      const notice = notifier.noticeOf(fact);
      if (notice !== undefined) sockets.broadcast(notice);
    } catch (error) {
      log.error({ err: error, fact: fact.type }, 'a fact was not told'); // never into an actor
    }
  });
  const stopTracing = door.onTrace((batch) => {
    try {
      for (const notice of traceNotices(batch)) sockets.broadcast(notice);
    } catch (error) {
      log.error({ err: error }, 'records were not told'); // never into the recorder
    }
  });
  const main = makeListener(desk);
  const probe = makeListener(desk);
  addHealth(main, desk);
  addHealth(probe, desk);
  addFiles(main, desk);
  addInspector(main, settings);
  addMetrics(main, metrics, { doorkeeper: desk.doorkeeper });
  addMetrics(probe, metrics, { doorkeeper: null });
  sockets.attach(main.server);

  const shut = async (): Promise<void> => {
    await sockets.close(settings.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS);
    stopHearing();
    stopTracing();
    await Promise.all([main.close(), probe.close()]);
  };
  const api: Api = {
    listen: async () => {
      try {
        const port = await listenOn(main, settings.host, settings.port, MAIN_KEYS);
        return {
          port,
          healthPort: await listenOn(probe, settings.healthHost, settings.healthPort, PROBE_KEYS),
        };
      } catch (error) {
        await api.close();
        throw error;
      }
    },
    refuse: () => {
      refusing = true;
    },
    close: () => {
      refusing = true;
      closed ??= shut();
      return closed;
    },
  };
  return api;
}
