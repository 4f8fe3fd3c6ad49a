/** The front desk on real sockets of 127.0.0.1, over a fake Door, with a key for every role. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Api, createApi } from '../../src/api/api.ts';
import type { ApiKeyStore } from '../../src/api/auth/api-key-store.ts';
import { openAuth } from '../../src/api/auth/open-auth.ts';
import { ROLES, type Role } from '../../src/api/auth/roles.ts';
import type { TokenAuthority } from '../../src/api/auth/token-authority.ts';
import type { MetricsPage } from '../../src/api/http/metrics.ts';
import type { ApiSettings } from '../../src/api/settings.ts';
import { FakeDoor } from './fake-door.ts';
import { FakeShelf } from './fake-shelf.ts';
import { FrameClient, type FrameClientOptions } from './frame-client.ts';
import { temporaryFolder } from './temp-folder.ts';

export const TEST_SETTINGS: ApiSettings = {
  host: '127.0.0.1',
  port: 0,
  healthHost: '127.0.0.1',
  healthPort: 0,
  websocketPath: '/ws',
  maxConnections: 100,
  maxMessageBytes: 1_048_576,
  clientQueueMessages: 100,
  publicHost: '',
  rtspPort: 8554,
  hlsPort: 8888,
  webrtcPort: 8889,
  callCloseAfterMs: 300_000,
  faultInjection: true,
  version: '0.1.0',
  buildDate: '2026-11-23',
  checkResults: true,
};

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: Record<string, unknown>;
  readonly sentence: string;
}

/** A log that a test reads. */
export function listedLog(lines: LogLine[]) {
  const to = (level: LogLine['level']) => (facts: object, sentence: string) => {
    lines.push({ level, facts: facts as Record<string, unknown>, sentence });
  };
  return { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
}

/** Real time, moved on by a test where it wants an expiry. */
export class ShiftedClock {
  shiftMs = 0;
  monoMs = () => performance.now();
  wallMs = () => Date.now() + this.shiftMs;
}

export interface OpenApi {
  readonly api: Api;
  readonly door: FakeDoor;
  readonly shelf: FakeShelf;
  readonly keys: ApiKeyStore;
  readonly tokens: TokenAuthority;
  readonly keyOf: Readonly<Record<Role, string>>;
  readonly clock: ShiftedClock;
  readonly log: readonly LogLine[];
  readonly port: number;
  readonly healthPort: number;
  readonly url: string;
  readonly http: string;
  readonly dataDirectory: string;
  /** A connected client, logged in when a role is given; closed at the end of the test. */
  client(role?: Role, options?: FrameClientOptions): Promise<FrameClient>;
}

/** Opens everything; the end of the test closes it. */
export async function openApi(
  settings: Partial<ApiSettings> = {},
  door = new FakeDoor('camera0', 'camera1'),
  metrics: MetricsPage = { contentType: 'text/plain', text: () => Promise.resolve('') },
): Promise<OpenApi> {
  const dataDirectory = await temporaryFolder();
  const shelf = new FakeShelf(join(dataDirectory, 'recordings'), join(dataDirectory, 'snapshots'));
  await mkdir(shelf.recordingsFolder);
  await mkdir(shelf.snapshotsFolder);
  const clock = new ShiftedClock();
  const { keys, tokens } = await openAuth({
    dataDirectory,
    jwtSecret: '',
    apiKeysFile: '',
    wallMs: clock.wallMs,
  });
  const made = await Promise.all(
    ROLES.map(async (role) => [role, await keys.create(role, `the ${role}`)] as const),
  );
  const log: LogLine[] = [];
  const api = createApi({
    door,
    shelf,
    settings: { ...TEST_SETTINGS, ...settings },
    keys,
    tokens,
    metrics,
    clock,
    log: listedLog(log),
  });
  onTestFinished(() => api.close());
  const { port, healthPort } = await api.listen();
  const keyOf = Object.fromEntries(made) as Record<Role, string>;
  const url = `ws://127.0.0.1:${port}/ws`;
  return {
    api,
    door,
    shelf,
    keys,
    tokens,
    keyOf,
    clock,
    log,
    port,
    healthPort,
    url,
    http: `http://127.0.0.1:${port}`,
    dataDirectory,
    client: async (role, options = {}) => {
      const headers = role === undefined ? {} : { 'X-API-Key': keyOf[role] };
      return FrameClient.open(url, { ...options, headers: { ...headers, ...options.headers } });
    },
  };
}
