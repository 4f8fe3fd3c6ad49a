/**
 * A live stream: the tracks of one publisher and everybody who takes packets from it. Exists from RECORD to
 * the publisher's end.
 */
import type { Json } from '../config/values.ts';
import type { Log } from '../log.ts';
import { codecLabel, codecProperties } from './codec-label.ts';
import type { AccessUnit } from './h264-depacketiser.ts';
import { reportedTime } from './rtcp.ts';
import { type Announcement, formatDescription } from './sdp.ts';
import { Track } from './track.ts';

/** Takes packets. Each method must return at once and never throw. */
export interface StreamReader {
  packet?(track: number, packet: Buffer): void;
  picture?(track: number, picture: AccessUnit): void;
}

export class Stream {
  readonly tracks: readonly Track[];
  inboundBytes = 0;
  outboundBytes = 0;
  inboundFramesInError = 0;
  readonly #name: string;
  readonly #readers = new Set<StreamReader>();
  readonly #log: Log;

  constructor(announcement: Announcement, useAbsoluteTimestamp: boolean, log: Log) {
    this.#name = announcement.name;
    this.tracks = announcement.medias.map((media) => new Track(media, useAbsoluteTimestamp));
    this.#log = log;
  }

  addReader(reader: StreamReader): void {
    this.#readers.add(reader);
  }

  removeReader(reader: StreamReader): void {
    this.#readers.delete(reader);
  }

  /** One RTP packet from the publisher. Returns false when it was not usable. */
  write(index: number, bytes: Buffer, atMicros: number): boolean {
    const relayed = this.tracks[index]?.relay(bytes, atMicros) ?? null;
    if (relayed === null) {
      this.inboundFramesInError++;
      return false;
    }
    if (relayed.startsCutting) {
      this.#log('info', `RTP packets are too big (${bytes.length} bytes), remuxing them into smaller ones`);
    }
    for (const packet of relayed.packets) this.inboundBytes += packet.length;
    for (const reader of this.#readers) {
      for (const packet of relayed.packets) reader.packet?.(index, packet);
      for (const picture of relayed.pictures) reader.picture?.(index, picture);
    }
    return true;
  }

  /** RTCP from the publisher; only what it says of the time is of use. */
  control(index: number, bytes: Buffer): void {
    const reported = reportedTime(bytes);
    if (reported !== null) this.tracks[index]?.noteReport(reported);
  }

  /** Lets go of all readers; the path tells them. */
  close(): void {
    this.#readers.clear();
  }

  /** What DESCRIBE answers. */
  get description(): string {
    return formatDescription(
      this.#name,
      this.tracks.map((track) => track.described),
    );
  }

  /** E.g. "1 track (H264)". */
  get summary(): string {
    const labels = this.labels;
    return `${labels.length} track${labels.length === 1 ? '' : 's'} (${labels.join(', ')})`;
  }

  get labels(): string[] {
    return this.tracks.map((track) => codecLabel(track.media));
  }

  /** `tracks2` of the API. */
  get trackItems(): Json[] {
    return this.tracks.map(({ media, sps }) => ({
      codec: codecLabel(media),
      codecProps: codecProperties(media, sps),
    }));
  }
}
