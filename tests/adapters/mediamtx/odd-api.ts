/** The client under test, against a small server that answers as a test says. */
import { afterEach } from 'vitest';
import { ControlApi, type ControlApiSettings } from '../../../src/adapters/mediamtx/control-api.ts';
import { CameraError } from '../../../src/machines/errors.ts';
import { type Handler, json, type OddServer, oddServer } from './odd-server.ts';

/** Closed after each test, the newest first. */
export const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

export const never = new AbortController().signal;
export const entry = { name: 'camera0', demandStartTimeoutMs: 10_000, record: null };
const paths = { demandFolder: '/run/x/demand', recordingsFolder: '/var/x', recordPartDurationMs: 1000 };

export async function against(
  handler: Handler,
  settings: Partial<ControlApiSettings> = {},
): Promise<{ api: ControlApi; server: OddServer }> {
  const server = await oddServer(handler);
  const api = apiAt(server.port, settings);
  open.push(server);
  return { api, server };
}

export function apiAt(port: number, settings: Partial<ControlApiSettings> = {}): ControlApi {
  const api = new ControlApi({
    ...{ host: '127.0.0.1', port, user: '', password: '', requestTimeoutMs: 2000, paths },
    ...settings,
  });
  open.push(api);
  return api;
}

/** `code reason` of the CameraError that the work ends with. */
export async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CameraError)) throw error;
  return `${error.code} ${error.reason}`;
}

export const good = (response: Parameters<Handler>[1]) => json(response, 200, { status: 'ok' });
export const info = (answer: object, status = 200) =>
  against((_, response) => json(response, status, answer));
