/**
 * A session that publishes: ANNOUNCE is checked against access only; whether the path takes the stream is
 * decided at RECORD. From then on packets go to the path's stream; nothing is sent back.
 */
import type { PathEntry } from '../config/configuration.ts';
import { Refusal } from '../config/values.ts';
import { nowMicros } from '../local-time.ts';
import type { Path } from '../paths/path.ts';
import { type Announcement, parseAnnouncement } from '../stream/sdp.ts';
import type { Stream } from '../stream/stream.ts';
import { Channels } from './channels.ts';
import { InboundTrack } from './counters.ts';
import type { Answer, InterleavedFrame, RtspRequest } from './message.ts';
import type { Role, RoleSession } from './role.ts';
import { namesMedia, type Target, targetOf } from './target.ts';
import type { TransportWish } from './transport.ts';

export class PublisherRole implements Role {
  readonly target: Target;
  user = '';
  readonly discardedFrames = 0;
  readonly #session: RoleSession;
  readonly #announcement: Announcement;
  /** As it was when the publisher was let in: a later change refuses the stream. */
  readonly #entry: PathEntry;
  readonly #channels = new Channels();
  readonly #inbound: InboundTrack[];
  #path: Path | null = null;
  #stream: Stream | null = null;

  /** @throws Refusal for a description the server does not take or a path that is not configured */
  constructor(session: RoleSession, request: RtspRequest) {
    this.#session = session;
    this.target = targetOf(request.url);
    const type = request.headers.get('content-type');
    if (type === undefined) throw new Refusal('Content-Type header is missing');
    if (type !== 'application/sdp') throw new Refusal(`unsupported Content-Type header '${type}'`);
    this.#announcement = parseAnnouncement(request.body);
    this.#entry = session.world.paths.entryFor(this.target.path);
    this.#inbound = this.#announcement.medias.map(() => new InboundTrack());
  }

  get active(): boolean {
    return this.#stream !== null;
  }

  get lostPackets(): number {
    return this.#inbound.reduce((sum, track) => sum + track.lost, 0);
  }

  async setup(request: RtspRequest, wish: TransportWish): Promise<Answer> {
    if (wish.mode !== 'record') throw new Refusal(`transport header contains a invalid mode (${wish.mode})`);
    const { medias } = this.#announcement;
    const track = medias.findIndex((media) => namesMedia(request.url, this.target, media.control));
    if (track < 0) throw new Refusal('media not found');
    const channel = this.#channels.assign(track, wish.channels);
    return {
      status: 200,
      headers: { Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}` },
    };
  }

  start(request: RtspRequest): Answer {
    if (targetOf(request.url).path !== this.target.path) throw new Refusal('path has changed');
    if (this.#channels.size !== this.#announcement.medias.length) {
      throw new Refusal('not all announced medias have been setup');
    }
    const path = this.#session.world.paths.open(this.target.path);
    try {
      this.#stream = path.addPublisher(this.#session, this.#announcement, this.#entry);
    } catch (error) {
      this.#session.world.paths.release(path);
      throw error;
    }
    this.#path = path;
    this.#session.log('info', `is publishing to path '${path.name}'`);
    return { status: 200 };
  }

  pause(): void {
    this.leave();
  }

  frame(frame: InterleavedFrame): void {
    const meaning = this.#channels.meaning(frame.channel);
    if (meaning === null || this.#stream === null) return;
    const { counters } = this.#session;
    counters.inboundBytes += frame.payload.length;
    if (meaning.control) {
      counters.inboundRtcpPackets++;
      this.#stream.control(meaning.track, frame.payload);
      return;
    }
    if (this.#stream.write(meaning.track, frame.payload, nowMicros())) {
      counters.inboundRtpPackets++;
      this.#inbound[meaning.track]?.note(frame.payload);
    } else {
      counters.inboundRtpPacketsInError++;
    }
  }

  leave(): void {
    const path = this.#path;
    this.#path = null;
    this.#stream = null;
    path?.removePublisher(this.#session);
  }
}
