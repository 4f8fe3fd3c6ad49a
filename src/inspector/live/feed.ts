/**
 * Keeps a story up to date with a running service: logs in, takes a picture, reads the flight recorder back page by
 * page, and goes on with what is told. Mends holes, and connects again by itself until it is stopped.
 */
import { Story } from '../model/story.ts';
import type { ActorNow, Snapshot, TraceRecord } from '../model/wire.ts';
import { chartsOf, olderThan, PAGE, type TracePage } from './pages.ts';
import { isRefusal, RpcSocket, ServiceError } from './socket.ts';

/** The newest so many are read back: what a recorder keeps by default. */
const MOST_RECORDS = 20_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8000;
/** Looks that are not recorded move timers, so the service is asked now and then how they stand. */
const REFRESH_MS = 2000;
const REFRESH_AFTER_NEWS_MS = 120;

export interface Login {
  readonly role: string;
  readonly version: string;
  readonly faultInjection: boolean;
}

/** What the page does with it. */
export interface FeedListener {
  /** A whole story, or another one than before. */
  began(story: Story, login: Login): void;
  /** The same story with what came before it. @param by so many records more at its beginning */
  grewOlder(story: Story, by: number): void;
  /** Records or a newer picture were added to the story. */
  grew(): void;
  /** @param serverMs wall clock of the service at this moment */
  told(serverMs: number): void;
  /** The connection is gone; the next try comes after so many milliseconds. */
  lost(sentence: string, retryMs: number): void;
  /** The login is not accepted: no try follows. */
  refused(sentence: string): void;
}

export class Feed {
  readonly #url: string;
  readonly #key: string;
  readonly #listener: FeedListener;
  #socket: RpcSocket | null = null;
  #story: Story | null = null;
  #retryMs = FIRST_RETRY_MS;
  #stopped = false;
  #mending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshDueMs = Number.POSITIVE_INFINITY;

  constructor(url: string, key: string, listener: FeedListener) {
    this.#url = url;
    this.#key = key;
    this.#listener = listener;
  }

  start(): void {
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Tries now what would be tried later. */
  retryNow(): void {
    if (this.#socket !== null || this.#stopped) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  /** @throws Error with a sentence for the person who asked */
  async call<T>(method: string, params: object): Promise<T> {
    if (this.#socket === null) throw new Error('The service is not connected.');
    const { result } = await this.#socket.call<T>(method, params);
    return result;
  }

  async #connect(): Promise<void> {
    try {
      const socket = await RpcSocket.open(this.#url, {
        heard: (name, params) => this.#heard(name, params),
        ended: (code) => this.#lost(code === 1001 ? 'The service is stopping.' : 'The connection has ended.'),
      });
      if (this.#stopped) {
        socket.close();
        return;
      }
      this.#socket = socket;
      await this.#begin(socket);
      this.#retryMs = FIRST_RETRY_MS;
    } catch (error) {
      this.#socket?.close();
      this.#giveUp(error as Error);
    }
  }

  /** @param error why this connection is of no use any more */
  #giveUp(error: Error): void {
    if (!isRefusal(error)) {
      this.#lost(error.message);
      return;
    }
    this.stop();
    this.#socket = null;
    this.#listener.refused(error.message);
  }

  /** A call failed while the connection stands: a login that has ended, or nobody who answers. Else its end tells it. */
  #failed(error: unknown, socket: RpcSocket): void {
    if (this.#socket !== socket || this.#stopped) return;
    // Any other answer in words is about that call alone.
    if (error instanceof ServiceError && !isRefusal(error)) return;
    socket.close();
    this.#giveUp(error as Error);
  }

  async #begin(socket: RpcSocket): Promise<void> {
    const { result: login } = await socket.call<{ role: string }>('authenticate', { auth_token: this.#key });
    const info = socket.call<{ version: string; capabilities: string[] }>('get_server_info');
    const snapshot = await this.#picture(socket);
    const { result: newest } = await socket.call<TracePage>('get_actor_trace', { limit: PAGE });
    const charts = await chartsOf(socket, snapshot.actors, newest.records);
    const { version, capabilities } = (await info).result;
    const story = new Story(newest.records, charts, snapshot);
    this.#story = story;
    this.#listener.began(story, {
      ...{ role: login.role, version, faultInjection: capabilities.includes('fault_injection') },
    });
    this.#refreshIn(REFRESH_MS);
    await this.#readBack(socket, story, newest);
  }

  /** What is older, from the oldest on; the story is made anew with it, once. */
  async #readBack(socket: RpcSocket, story: Story, newest: TracePage): Promise<void> {
    const [first] = newest.records;
    if (first === undefined || !newest.more) return;
    const older = await olderThan(
      socket,
      first.seq,
      Math.max(newest.first_seq - 1, first.seq - MOST_RECORDS),
    );
    if (this.#story !== story || older.length === 0) return;
    const charts = { ...(await chartsOf(socket, [], older, story.charts)), ...story.charts };
    const whole = new Story([...older, ...story.records], charts, story.snapshot);
    this.#story = whole;
    this.#listener.grewOlder(whole, older.length);
  }

  async #picture(socket: RpcSocket): Promise<Snapshot> {
    const { result, serverMs } = await socket.call<{ last_seq: number; actors: ActorNow[] }>(
      'subscribe_inspection',
    );
    this.#listener.told(serverMs);
    return { actors: result.actors, lastSeq: result.last_seq, wallMs: serverMs };
  }

  #heard(name: string, params: Readonly<Record<string, unknown>>): void {
    const story = this.#story;
    if (story === null) return;
    if (name === 'lagged') void this.#mend();
    if (name !== 'inspection_update') return;
    const records = params.records as readonly TraceRecord[];
    const [first] = records;
    if (first !== undefined && first.kind !== 'life' && first.seq > story.lastSeq + 1 && story.length > 0) {
      void this.#mend();
      return;
    }
    story.append(records);
    this.#listener.grew();
    this.#refreshIn(REFRESH_AFTER_NEWS_MS);
  }

  /** Asks for everything after what is known; what the service has lost meanwhile stays a gap, and is shown as one. */
  async #mend(): Promise<void> {
    const [socket, story] = [this.#socket, this.#story];
    if (socket === null || story === null || this.#mending) return;
    this.#mending = true;
    try {
      for (let more = true; more; ) {
        const { result } = await socket.call<TracePage>('get_actor_trace', {
          since_seq: story.lastSeq,
          limit: PAGE,
        });
        story.append(result.records);
        more = result.more && result.records.length > 0;
      }
      this.#listener.grew();
    } catch (error) {
      this.#failed(error, socket);
    } finally {
      this.#mending = false;
    }
  }

  #refreshIn(ms: number): void {
    const dueMs = performance.now() + ms;
    // News must not put off the one that is due: on a busy service it would never come.
    if (this.#refreshDueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#refreshDueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#refreshDueMs = Number.POSITIVE_INFINITY;
      void this.#refresh();
    }, ms);
  }

  async #refresh(): Promise<void> {
    const [socket, story] = [this.#socket, this.#story];
    if (socket === null || story === null) return;
    try {
      // Nobody looks: nothing is asked.
      if (document.visibilityState === 'visible') {
        const snapshot = await this.#picture(socket);
        if (snapshot.lastSeq > story.lastSeq) await this.#mend();
        if (this.#story === story) story.append([], snapshot);
        this.#listener.grew();
      }
    } catch (error) {
      this.#failed(error, socket);
    }
    if (this.#socket === socket) this.#refreshIn(REFRESH_MS);
  }

  #lost(sentence: string): void {
    if (this.#stopped) return;
    this.#socket = null;
    clearTimeout(this.#timer);
    this.#refreshDueMs = Number.POSITIVE_INFINITY;
    const retryMs = this.#retryMs * (0.8 + Math.random() * 0.4);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    this.#listener.lost(sentence, retryMs);
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }
}
