/**
 * The endpoints of the Control API that the simulator has: what each one reads or changes. Knows nothing of
 * HTTP beyond method, path and query. Endpoints of protocols it does not speak do not exist, as in the real
 * server where they are switched off.
 */
import { redactedGlobal } from '../config/configuration.ts';
import { findEntry } from '../config/path-name.ts';
import type { ConfigurationStore } from '../config/store.ts';
import { type Json, Refusal } from '../config/values.ts';
import type { PathManager } from '../paths/path-manager.ts';
import { deleteRecording, pathsWithRecordings, recordingsItem } from '../recorder/recordings.ts';
import type { RtspServer } from '../rtsp/server.ts';
import { paginated } from './pagination.ts';

/** What the endpoints look at. Asked anew at each call: parts of the server may be restarted. */
export interface ApiWorld {
  readonly store: ConfigurationStore;
  readonly paths: PathManager;
  /** Null while RTSP is off: its endpoints do not exist then. */
  readonly rtsp: RtspServer | null;
  readonly version: string;
  /** When this server was started, RFC 3339. */
  readonly started: string;
}

export interface ApiCall {
  readonly query: URLSearchParams;
  /** What stands in the place of `*`: a name or an id. */
  readonly name: string;
  /** The parsed body. @throws Refusal when it is no JSON */
  body(): Json;
}

/** Undefined: nothing to say but that it went well. */
export type Endpoint = (world: ApiWorld, call: ApiCall) => Json | Promise<Json | undefined> | undefined;

const ROUTES: Readonly<Record<string, Endpoint>> = {
  'GET /v3/info': ({ version, started }) => ({ version, started, simulator: true }),

  'GET /v3/config/global/get': ({ store }) => redactedGlobal(store.current.global),
  'PATCH /v3/config/global/patch': async ({ store }, call) => void (await store.patchGlobal(call.body())),
  'GET /v3/config/pathdefaults/get': ({ store }) => store.current.pathDefaults,
  'PATCH /v3/config/pathdefaults/patch': async ({ store }, call) =>
    void (await store.patchPathDefaults(call.body())),

  'GET /v3/config/paths/list': ({ store }, { query }) =>
    paginated([...store.current.paths.values()], query, (entry) => entry.values),
  'GET /v3/config/paths/get/*': ({ store }, { name }) =>
    known(store.current.paths.get(name), 'path configuration not found').values,
  'POST /v3/config/paths/add/*': async ({ store }, call) =>
    void (await store.addPath(call.name, call.body())),
  'PATCH /v3/config/paths/patch/*': async ({ store }, call) =>
    void (await store.patchPath(call.name, call.body())),
  'POST /v3/config/paths/replace/*': async ({ store }, call) =>
    void (await store.replacePath(call.name, call.body())),
  'DELETE /v3/config/paths/delete/*': async ({ store }, { name }) => void (await store.deletePath(name)),

  'GET /v3/paths/list': ({ paths }, { query }) => paginated(paths.list(), query, (path) => path.item),
  'GET /v3/paths/get/*': ({ paths }, { name }) => known(paths.find(name), 'path not found').item,

  'GET /v3/recordings/list': ({ store }, { query }) =>
    paginated(pathsWithRecordings(store.current.paths), query, (name) =>
      recordingsItem(findEntry(store.current.paths, name).entry, name),
    ),
  'GET /v3/recordings/get/*': ({ store }, { name }) =>
    recordingsItem(findEntry(store.current.paths, name).entry, name),
  'DELETE /v3/recordings/deletesegment': ({ store }, { query }) => {
    const name = query.get('path') ?? '';
    deleteRecording(findEntry(store.current.paths, name).entry, name, query.get('start') ?? '');
    return undefined;
  },
};

const RTSP_ROUTES: Readonly<Record<string, (rtsp: RtspServer, call: ApiCall) => Json | undefined>> = {
  'GET /v3/rtspconns/list': (rtsp, { query }) =>
    paginated(rtsp.connections, query, (connection) => connection.item),
  'GET /v3/rtspconns/get/*': (rtsp, { name }) => {
    const id = uuid(name);
    return known(
      rtsp.connections.find((connection) => connection.id === id),
      'connection not found',
    ).item;
  },
  'GET /v3/rtspsessions/list': (rtsp, { query }) =>
    paginated(rtsp.sessions, query, (session) => session.item),
  'GET /v3/rtspsessions/get/*': (rtsp, { name }) => known(rtsp.session(uuid(name)), 'session not found').item,
  'POST /v3/rtspsessions/kick/*': (rtsp, { name }) => {
    known(rtsp.session(uuid(name)), 'session not found').close();
    return undefined;
  },
};

/** The endpoint for a method and path, with what its name stands for; null when there is none. */
export function findRoute(
  method: string,
  pathname: string,
  rtspOn: boolean,
): { readonly endpoint: Endpoint; readonly name: string } | null {
  const parts = pathname.split('/');
  const fixed = `${method} ${pathname}`;
  const open = `${method} ${parts.slice(0, pathname.startsWith('/v3/config/') ? 5 : 4).join('/')}/*`;
  const rest = parts.slice(pathname.startsWith('/v3/config/') ? 5 : 4).join('/');
  for (const [key, name] of [
    [fixed, ''],
    [open, rest],
  ] as const) {
    const plain = ROUTES[key];
    if (plain !== undefined) return { endpoint: plain, name };
    const ofRtsp = rtspOn ? RTSP_ROUTES[key] : undefined;
    if (ofRtsp !== undefined) {
      return { endpoint: ({ rtsp }, call) => (rtsp === null ? undefined : ofRtsp(rtsp, call)), name };
    }
  }
  return null;
}

/** Whether the endpoint wants a name behind its path: then an empty one is refused. */
export function wantsName(method: string, pathname: string): boolean {
  return ROUTES[`${method} ${pathname}`] === undefined && RTSP_ROUTES[`${method} ${pathname}`] === undefined;
}

function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Refusal(message, 404);
  return value;
}

function uuid(text: string): string {
  if (text.length !== 36) throw new Refusal(`invalid UUID length: ${text.length}`);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new Refusal('invalid UUID format');
  return text.toLowerCase();
}
