/**
 * Everything that anybody could ask about one camera, asked at once: the API's list and statuses, the actors, health,
 * and the media server itself, past the service. For tests that all of them tell one story.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { controlApi } from './control-api.ts';
import type { TestService } from './service.ts';
import { until } from './until.ts';

export interface Witnesses {
  /** `<camera status> <stream word>/<stream state> <recording word>` as the list, the status and the streams tell it. */
  readonly list: string;
  readonly status: string;
  readonly streams: string;
  /** State paths of the actors themselves. */
  readonly actors: string;
  /** The media server: is the path configured, is it recording, does somebody publish? */
  readonly server: { readonly configured: boolean; readonly record: boolean; readonly available: boolean };
  readonly captures: number;
  readonly health: string;
}

interface CameraAnswer {
  readonly device: string;
  readonly status: string;
  readonly state: string;
  readonly stream_status: string;
  readonly stream_state: string;
  readonly recording_status: string | null;
}

/** Looks again until everybody tells this, or fails with what they told last. */
export async function untilTold(
  service: TestService,
  device: string,
  expected: Witnesses,
  timeoutMs = 20_000,
): Promise<void> {
  let seen: Witnesses | undefined;
  const agree = async () => {
    seen = await look(service, device);
    return isDeepStrictEqual(seen, expected);
  };
  await until(agree, { timeoutMs, what: `${device} as expected`, intervalMs: 50 }).catch(() =>
    expect(seen, `what is told of ${device}`).toEqual(expected),
  );
}

async function look(service: TestService, device: string): Promise<Witnesses> {
  const [list, status, stream, recording, actors, server, health] = await Promise.all([
    service.call<{ cameras: CameraAnswer[] }>('get_camera_list'),
    service.call<CameraAnswer & { stream: { state: string } }>('get_camera_status', { device }),
    service.call<{ status: string; stream: { state: string } }>('get_stream_status', { device }),
    service.call<{ status: string; recording: boolean }>('get_recording_status', { device }),
    service.call<{ actors: { actor: string; state: string }[] }>('get_actors'),
    serverPath(service, device),
    fetch(`${service.ready?.http}/health`).then((answer) => answer.json() as Promise<{ status: string }>),
  ]);
  const listed = list.cameras.find((camera) => camera.device === device);
  if (listed === undefined) throw new Error(`${device} is not in the list`);
  const word = (camera: CameraAnswer) =>
    `${camera.status} ${camera.stream_status}/${camera.stream_state} ${camera.recording_status ?? 'none'}`;
  const stateOf = (fits: (actor: string) => boolean) =>
    actors.actors.find(({ actor }) => fits(actor))?.state ?? 'none';
  return {
    list: word(listed),
    status: word(status),
    streams: `${status.status} ${stream.status}/${stream.stream.state} ${recording.recording ? recording.status : 'none'}`,
    actors: [
      stateOf((actor) => actor === `camera:${device}`),
      stateOf((actor) => actor === `stream:${device}`),
      stateOf((actor) => actor.startsWith(`recording:${device}_`)),
    ].join(' '),
    server,
    captures: service.processes('capture').filter(({ owner }) => owner === device).length,
    health: health.status,
  };
}

async function serverPath(service: TestService, device: string): Promise<Witnesses['server']> {
  const [configured, path] = await Promise.all([
    controlApi(service, 'GET', `/v3/config/paths/get/${device}`),
    controlApi(service, 'GET', `/v3/paths/get/${device}`),
  ]);
  return {
    configured: configured.status === 200,
    record: (configured.body as { record?: boolean }).record === true,
    available: (path.body as { available?: boolean }).available === true,
  };
}

export { controlApi };

/** Notifications in the order in which a client hears them, with when (ms of performance.now). */
export interface Hearing {
  readonly heard: { readonly atMs: number; readonly params: Record<string, unknown> }[];
  /** Waits for the first that fits and came after the `from`th. */
  next(
    fits: (params: Record<string, unknown>) => boolean,
    what: string,
    from?: number,
  ): Promise<Record<string, unknown>>;
}

export function listen(service: TestService, notification: string): Hearing {
  const heard: Hearing['heard'] = [];
  service.client.on(notification, (params) => heard.push({ atMs: performance.now(), params }));
  return {
    heard,
    next: (fits, what, from = 0) =>
      until(() => heard.slice(from).find(({ params }) => fits(params))?.params, {
        timeoutMs: 30_000,
        what: `${notification}: ${what}`,
      }),
  };
}

export interface RecordingEntry {
  readonly filename: string;
  readonly session_id: string;
  readonly device: string;
  readonly reason: string;
  readonly outcome: string;
  readonly duration_ms: number;
  readonly adoptions: number;
  readonly overrun_ms: number;
  readonly warning: string | null;
  readonly parts: { readonly filename: string; readonly duration_ms: number }[];
  readonly gaps: { readonly from: string; readonly to: string; readonly cause: string }[];
}

/** Waits until the camera's newest session is filed, and gives its entry of list_recordings. */
export function filedRecording(
  service: TestService,
  device: string,
  session: string,
): Promise<RecordingEntry> {
  return until(
    async () => {
      const { files } = await service.call<{ files: RecordingEntry[] }>('list_recordings');
      return files.find((file) => file.device === device && file.session_id === session);
    },
    { timeoutMs: 30_000, what: `${session} in list_recordings`, intervalMs: 50 },
  );
}
