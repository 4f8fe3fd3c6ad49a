/**
 * The port `MediaServer` over MediaMTX's Control API. Every call is one look or one order; what an order led to is
 * only known by looking (`agrees`, `compare`), because MediaMTX answers before it applies. Decides and repeats nothing.
 */
import { CameraError } from '../../machines/errors.ts';
import type { MediaServer } from '../../machines/ports.ts';
import type { MediaServerInfo, PathEntry, PathObservation } from '../../machines/values.ts';
import {
  type ConfiguredPath,
  readConfigured,
  readConfiguredOrNone,
  readConnection,
  readInfo,
  readObservation,
  readPage,
  readSegmentStarts,
  readSource,
  readWritten,
} from './answers.ts';
import { type ApiAddress, type ApiAnswer, ApiConnection, wasNeverSent } from './api-connection.ts';
import { holds, isOurPath, type PathSettings, pathConfiguration, SELF_TEST_PATH } from './path-entry.ts';
import { isAcceptedVersion } from './version.ts';
import { WriteQueue } from './write-queue.ts';

/** Everything one media server's API needs to be told. */
export interface ControlApiSettings extends ApiAddress {
  readonly paths: PathSettings;
  /** Default: the releases of the pinned minor version. */
  readonly acceptsVersion?: (version: string) => boolean;
  /** Entries a page; all pages are read. Default 1000, so a list is one answer in practice. */
  readonly pageSize?: number;
}

/** A connection that publishes, as the server tells of it. */
export interface PublishingConnection {
  /** The server's word for its kind. */
  readonly kind: string;
  readonly id: string;
  readonly remoteAddress: string;
}

/** Where connections of a kind are listed and kicked. */
const CONNECTION_LISTS: Readonly<Record<string, string>> = {
  rtspSession: 'rtspsessions',
  rtspsSession: 'rtspssessions',
  rtmpConn: 'rtmpconns',
  rtmpsConn: 'rtmpsconns',
  srtConn: 'srtconns',
  webRTCSession: 'webrtcsessions',
  moqSession: 'moqsessions',
};
const PAGE_SIZE = 1000;
/** A server that promises more is not believed. */
const MAX_PAGES = 1000;

export class ControlApi implements MediaServer {
  readonly #settings: ControlApiSettings;
  readonly #connection: ApiConnection;
  readonly #writes = new WriteQueue();

  constructor(settings: ControlApiSettings) {
    this.#settings = settings;
    this.#connection = new ApiConnection(settings);
  }

  /** Requests on the wire now, and writes that wait or run. */
  get load(): { readonly inFlight: number; readonly writes: number } {
    return { inFlight: this.#connection.inFlight, writes: this.#writes.length };
  }

  async info(signal: AbortSignal): Promise<MediaServerInfo> {
    const answer = await this.#connection.request('GET', '/v3/info', undefined, signal);
    return readInfo(answer, this.#settings.acceptsVersion ?? isAcceptedVersion);
  }

  async listPaths(signal: AbortSignal): Promise<readonly PathObservation[]> {
    return (await this.#list('/v3/paths/list', signal)).map(readObservation);
  }

  async replacePath(entry: PathEntry, signal: AbortSignal): Promise<void> {
    const body = pathConfiguration(entry, this.#settings.paths);
    await this.#write('POST', `/v3/config/paths/replace/${encodeURIComponent(entry.name)}`, body, signal);
  }

  async deletePath(name: string, signal: AbortSignal): Promise<void> {
    await this.#write('DELETE', `/v3/config/paths/delete/${encodeURIComponent(name)}`, undefined, signal);
  }

  async agrees(name: string, entry: PathEntry | null, signal: AbortSignal): Promise<boolean> {
    const path = `/v3/config/paths/get/${encodeURIComponent(name)}`;
    const found = readConfiguredOrNone(await this.#connection.request('GET', path, undefined, signal));
    return this.#matches(found ?? undefined, entry);
  }

  async compare(
    wanted: readonly PathEntry[],
    signal: AbortSignal,
  ): Promise<{ readonly differing: readonly string[]; readonly unwanted: readonly string[] }> {
    const items = (await this.#list('/v3/config/paths/list', signal)).map(readConfigured);
    const found = new Map(items.map((path) => [path.name, path]));
    const wantedNames = new Set(wanted.map((entry) => entry.name));
    return {
      differing: wanted
        .filter((entry) => !this.#matches(found.get(entry.name), entry))
        .map((entry) => entry.name),
      // The self-test comes and goes beside the wishes, and cleans up by itself.
      unwanted: [...found.keys()].filter(
        (name) => isOurPath(name) && name !== SELF_TEST_PATH && !wantedNames.has(name),
      ),
    };
  }

  /**
   * Who publishes on this path now: RTSP sessions, and its source if that is of another kind. One that came and went
   * between two answers is left out.
   */
  async publishers(name: string, signal: AbortSignal): Promise<readonly PublishingConnection[]> {
    const path = `/v3/paths/get/${encodeURIComponent(name)}`;
    const source = readSource(await this.#connection.request('GET', path, undefined, signal));
    const kinds = new Set<string>(['rtspSession', ...(source === null ? [] : [source.type])]);
    const found: PublishingConnection[] = [];
    for (const kind of kinds) {
      const list = CONNECTION_LISTS[kind];
      if (list === undefined) continue;
      for (const item of await this.#list(`/v3/${list}/list`, signal)) {
        const { id, remoteAddr, state, path } = readConnection(item, `GET /v3/${list}/list`);
        if (state === 'publish' && path === name) found.push({ kind, id, remoteAddress: remoteAddr });
      }
    }
    return found;
  }

  /** Cuts one connection; one that is gone already is a success. */
  async disconnect(
    { kind, id }: Pick<PublishingConnection, 'kind' | 'id'>,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/v3/${CONNECTION_LISTS[kind]}/kick/${encodeURIComponent(id)}`;
    readWritten(await this.#connection.request('POST', path, undefined, signal), `POST ${path}`, 'success');
  }

  /** Has the server delete the recordings that it itself finds for a configured path, wherever they lie. */
  async deleteRecordings(name: string, signal: AbortSignal): Promise<void> {
    const path = encodeURIComponent(name);
    const found = await this.#connection.request('GET', `/v3/recordings/get/${path}`, undefined, signal);
    for (const start of readSegmentStarts(found)) {
      const query = `path=${path}&start=${encodeURIComponent(start)}`;
      const answer = await this.#connection.request(
        'DELETE',
        `/v3/recordings/deletesegment?${query}`,
        undefined,
        signal,
      );
      readWritten(answer, 'DELETE /v3/recordings/deletesegment', 'success');
    }
  }

  /** Drops the connections. Requests under way fail; a write under way stays unknown. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  #matches(found: ConfiguredPath | undefined, entry: PathEntry | null): boolean {
    if (found === undefined || entry === null) return found === undefined && entry === null;
    return holds(found, pathConfiguration(entry, this.#settings.paths));
  }

  async #list(path: string, signal: AbortSignal): Promise<unknown[]> {
    const items: unknown[] = [];
    for (let page = 0, pageCount = 1; page < Math.min(pageCount, MAX_PAGES); page += 1) {
      const query = `?itemsPerPage=${this.#settings.pageSize ?? PAGE_SIZE}&page=${page}`;
      const answer = await this.#connection.request('GET', path + query, undefined, signal);
      const read = readPage(answer, `GET ${path}`);
      items.push(...read.items);
      pageCount = read.pageCount;
    }
    return items;
  }

  #write(method: 'POST' | 'DELETE', path: string, body: unknown, signal: AbortSignal): Promise<void> {
    const missing = method === 'DELETE' ? 'success' : 'failure';
    return this.#writes.run(async () => {
      const answer = await this.#answered(method, path, body);
      readWritten(answer, `${method} ${path}`, missing);
    }, signal);
  }

  async #answered(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<ApiAnswer> {
    try {
      return await this.#connection.request(method, path, body, null);
    } catch (error) {
      const known =
        !(error instanceof CameraError) || error.code === 'media-server-refused' || wasNeverSent(error);
      if (known) throw error;
      throw new CameraError(
        'outcome-unknown',
        `The media server did not answer ${method} ${path}: it may still do it`,
        {
          reason: error.code === 'deadline' ? 'no_answer_in_time' : 'no_answer',
          cause: error,
        },
      );
    }
  }
}
