/**
 * One path while it exists: who publishes, who reads, what is recorded. Everything happens at once and in
 * order; closing people's connections is left to them (`close`).
 */
import type { PathEntry } from '../config/configuration.ts';
import { type Json, Refusal, sameValues } from '../config/values.ts';
import { formatRfc3339, nowMicros } from '../local-time.ts';
import { type Log, prefixed } from '../log.ts';
import { Recorder } from '../recorder/recorder.ts';
import type { Announcement } from '../stream/sdp.ts';
import { Stream } from '../stream/stream.ts';
import { Demand } from './demand.ts';
import type { HookPool } from './hook.ts';
import { type PathSettings, recordingDiffers, settingsOf, unsupportedWishes } from './settings.ts';

/** A session that publishes or reads; `close` drops its connection and is never called twice for one role. */
export interface PathUser {
  readonly id: string;
  close(): void;
}

/** Nobody publishes here and nothing can be started. */
export class NoStream extends Refusal {}

export interface PathWorld {
  readonly hooks: HookPool;
  readonly log: Log;
  readonly rtspPort: string;
  /** Told when somebody left: an unused path of an expression goes away. */
  left(path: Path): void;
}

export class Path {
  readonly name: string;
  entry: PathEntry;
  #settings: PathSettings;
  readonly #demand: Demand;
  readonly #world: PathWorld;
  readonly #log: Log;
  #publisher: PathUser | null = null;
  #stream: Stream | null = null;
  #sinceMicros = 0;
  #recorder: Recorder | null = null;
  readonly #readers = new Map<string, PathUser>();

  constructor(name: string, entry: PathEntry, groups: readonly string[], world: PathWorld) {
    this.name = name;
    this.entry = entry;
    this.#settings = settingsOf(entry);
    this.#world = world;
    this.#log = prefixed(world.log, `[path ${name}] `);
    const variables: Record<string, string> = { MTX_PATH: name, RTSP_PATH: name, RTSP_PORT: world.rtspPort };
    for (const [index, group] of groups.entries()) variables[`G${index + 1}`] = group;
    this.#demand = new Demand(name, () => this.#settings, world.hooks, variables, this.#log);
    const unsupported = unsupportedWishes(entry);
    if (unsupported.length > 0) this.#log('warn', `the simulator does not do: ${unsupported.join(', ')}`);
  }

  /** Nobody is here and nobody waits. */
  get unused(): boolean {
    return this.#publisher === null && this.#readers.size === 0 && !this.#demand.holdsReaders;
  }

  /** The stream, when there is one; raises demand and waits where the path has a hook. @throws NoStream | Refusal */
  describe(query: string): Promise<Stream> {
    return this.#whenPublished(query, (stream) => stream);
  }

  /** The same, and counts the session as a reader. @throws NoStream | Refusal */
  addReader(reader: PathUser, query: string): Promise<Stream> {
    return this.#whenPublished(query, (stream) => {
      if (this.#settings.maxReaders !== 0 && this.#readers.size >= this.#settings.maxReaders) {
        throw new Refusal('maximum reader count reached');
      }
      this.#readers.set(reader.id, reader);
      this.#demand.read();
      return stream;
    });
  }

  removeReader(reader: PathUser): void {
    this.#readers.delete(reader.id);
    if (this.#readers.size === 0) this.#demand.unread();
    this.#world.left(this);
  }

  /**
   * Makes the stream available. Whoever published before is closed first, readers included.
   * @param expected the entry's values when the publisher announced itself
   * @throws Refusal when the path takes no publisher, or not this one
   */
  addPublisher(publisher: PathUser, announcement: Announcement, expected: PathEntry): Stream {
    if (!sameValues(expected.values, this.entry.values)) throw new Refusal('configuration has changed');
    if (this.#settings.source !== 'publisher') {
      throw new Refusal(`can't publish to path '${this.name}' since 'source' is not 'publisher'`);
    }
    if (this.#publisher !== null) {
      if (!this.#settings.overridePublisher) {
        throw new Refusal(`someone is already publishing to path '${this.name}'`);
      }
      this.#log('info', 'closing existing publisher');
      const previous = this.#publisher;
      this.#endStream();
      previous.close();
    }
    const stream = new Stream(announcement, this.#settings.useAbsoluteTimestamp, this.#log);
    this.#publisher = publisher;
    this.#stream = stream;
    this.#sinceMicros = nowMicros();
    if (this.#settings.record) this.#startRecording(stream);
    this.#log('info', `stream is available and online, ${stream.summary}`);
    this.#demand.published();
    return stream;
  }

  removePublisher(publisher: PathUser): void {
    if (this.#publisher === publisher) this.#endStream();
    this.#world.left(this);
  }

  /** Takes over an entry that differs in hot keys only. */
  reload(entry: PathEntry): void {
    const differs = recordingDiffers(this.entry, entry);
    this.entry = entry;
    this.#settings = settingsOf(entry);
    if (differs) {
      this.#recorder?.close();
      this.#recorder = null;
    }
    if (this.#settings.record && this.#stream !== null && this.#recorder === null)
      this.#startRecording(this.#stream);
  }

  /** Drops everybody. */
  close(): void {
    this.#demand.close();
    const publisher = this.#publisher;
    this.#endStream();
    publisher?.close();
  }

  /** The API's item. */
  get item(): Json {
    const stream = this.#stream;
    const available = stream !== null;
    const since = available ? formatRfc3339(this.#sinceMicros) : null;
    const readers = [...this.#readers.keys()].sort();
    return {
      name: this.name,
      confName: this.entry.name,
      ready: available,
      readyTime: since,
      available,
      availableTime: since,
      online: available,
      onlineTime: since,
      source: this.#publisher === null ? null : { type: 'rtspSession', id: this.#publisher.id },
      tracks: stream?.labels ?? [],
      tracks2: stream?.trackItems ?? [],
      readers: readers.map((id) => ({ type: 'rtspSession', id })),
      inboundBytes: stream?.inboundBytes ?? 0,
      outboundBytes: stream?.outboundBytes ?? 0,
      inboundFramesInError: stream?.inboundFramesInError ?? 0,
      bytesReceived: stream?.inboundBytes ?? 0,
      bytesSent: stream?.outboundBytes ?? 0,
    };
  }

  #whenPublished(query: string, use: (stream: Stream) => Stream): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        try {
          if (this.#stream === null) throw new NoStream(`no stream is available on path '${this.name}'`);
          resolve(use(this.#stream));
        } catch (error) {
          reject(error);
        }
      };
      if (this.#stream !== null || !this.#demand.wanted) attempt();
      else this.#demand.hold({ serve: attempt, refuse: (reason) => reject(new Refusal(reason)) }, query);
    });
  }

  #endStream(): void {
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    this.#publisher = null;
    this.#recorder?.close();
    this.#recorder = null;
    this.#stream?.close();
    this.#stream = null;
    for (const reader of readers) reader.close();
  }

  #startRecording(stream: Stream): void {
    this.#recorder = new Recorder(
      stream,
      {
        path: this.name,
        recordPath: this.#settings.recordPath,
        partDurationMs: this.#settings.recordPartDurationMs,
        maxPartBytes: this.#settings.recordMaxPartBytes,
        segmentDurationMs: this.#settings.recordSegmentDurationMs,
      },
      this.#log,
    );
  }
}
