/**
 * A session that reads: counted as a reader from its first SETUP, gets packets from PLAY on, in the middle of
 * whatever is being sent. Its packets wait in a queue of its own.
 */
import { Refusal } from '../config/values.ts';
import type { Path } from '../paths/path.ts';
import type { Stream, StreamReader } from '../stream/stream.ts';
import { Channels } from './channels.ts';
import { FrameQueue } from './frame-queue.ts';
import { type Answer, formatFrame, type InterleavedFrame, type RtspRequest } from './message.ts';
import type { Role, RoleSession } from './role.ts';
import { SenderReports } from './sender-reports.ts';
import { setupTargetOf, type Target, targetOf } from './target.ts';
import type { TransportWish } from './transport.ts';

export class ReaderRole implements Role, StreamReader {
  readonly target: Target;
  readonly user: string;
  readonly lostPackets = 0;
  active = false;
  readonly #session: RoleSession;
  readonly #path: Path;
  readonly #stream: Stream;
  readonly #channels = new Channels();
  readonly #reports = new Map<number, SenderReports>();
  #queue: FrameQueue | null = null;
  #discarded = 0;

  /**
   * Becomes a reader of the path; waits where the path starts on demand.
   * @throws NoStream | Refusal
   */
  static async enter(session: RoleSession, target: Target, user: string): Promise<ReaderRole> {
    const path = session.world.paths.open(target.path);
    try {
      const stream = await path.addReader(session, target.query);
      return new ReaderRole(session, target, user, path, stream);
    } catch (error) {
      session.world.paths.release(path);
      throw error;
    }
  }

  private constructor(session: RoleSession, target: Target, user: string, path: Path, stream: Stream) {
    this.#session = session;
    this.target = target;
    this.user = user;
    this.#path = path;
    this.#stream = stream;
  }

  get discardedFrames(): number {
    return this.#discarded + (this.#queue?.discarded ?? 0);
  }

  async setup(request: RtspRequest, wish: TransportWish): Promise<Answer> {
    const { path, track: index } = setupTargetOf(request.url);
    if (wish.mode === 'record') throw new Refusal('transport header contains a invalid mode (record)');
    if (path !== this.target.path) throw new Refusal("can't setup medias with different paths");
    const track = this.#stream.tracks[index];
    if (track === undefined) throw new Refusal('media not found');
    const channel = this.#channels.assign(index, wish.channels);
    const ssrc = track.ssrc.toString(16).toUpperCase().padStart(8, '0');
    return {
      status: 200,
      headers: { Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${ssrc}` },
    };
  }

  start(request: RtspRequest): Answer {
    if (targetOf(request.url).path !== this.target.path) throw new Refusal('path has changed');
    const headers = { 'RTP-Info': this.#rtpInfo(request.url) };
    if (this.active) return { status: 200, headers };
    this.active = true;
    this.#session.log('info', `is reading from path '${this.#path.name}', with TCP, ${this.#stream.summary}`);
    return { status: 200, headers, afterwards: () => this.#flow() };
  }

  pause(): void {
    this.active = false;
    this.#stream.removeReader(this);
    this.#discarded = this.discardedFrames;
    this.#queue?.close();
    this.#queue = null;
    for (const reports of this.#reports.values()) reports.close();
    this.#reports.clear();
  }

  /** Receiver reports: counted, nothing is made of them. */
  frame(frame: InterleavedFrame): void {
    this.#session.counters.inboundBytes += frame.payload.length;
    this.#session.counters.inboundRtcpPackets++;
  }

  leave(): void {
    this.pause();
    this.#path.removeReader(this.#session);
  }

  packet(track: number, packet: Buffer): void {
    const channel = this.#channels.channelOf(track);
    if (channel === undefined || !this.#queue?.push(formatFrame(channel, packet))) return;
    this.#reports.get(track)?.note(packet);
    this.#session.counters.outboundRtpPackets++;
    this.#session.counters.outboundBytes += packet.length;
    this.#stream.outboundBytes += packet.length;
  }

  #report(track: number, report: Buffer): void {
    const channel = this.#channels.channelOf(track);
    if (channel === undefined || !this.#queue?.push(formatFrame(channel + 1, report))) return;
    this.#session.counters.outboundRtcpPackets++;
    this.#session.counters.outboundBytes += report.length;
  }

  #flow(): void {
    if (!this.active || this.#queue !== null) return;
    const { connection, world } = this.#session;
    this.#queue = new FrameQueue(
      connection.socket,
      world.queueFrames,
      world.writeTimeoutMs,
      (frames) =>
        this.#session.log('warn', `reader is too slow, discarding ${frames} frame${frames === 1 ? '' : 's'}`),
      () => connection.end('write tcp: i/o timeout'),
    );
    for (const index of this.#channels.tracks) {
      const track = this.#stream.tracks[index];
      const reports = track && new SenderReports(track, (report) => this.#report(index, report));
      if (reports !== undefined) this.#reports.set(index, reports);
    }
    this.#stream.addReader(this);
  }

  #rtpInfo(url: string): string {
    const base = /^(rtsps?:\/\/[^/?]+)/.exec(url)?.[1] ?? '';
    const entries = this.#channels.tracks.map((index) => {
      const position = this.#stream.tracks[index]?.position(Date.now()) ?? null;
      const where = position === null ? '' : `;seq=${position.sequence};rtptime=${position.rtpTimestamp}`;
      return `url=${base}/${this.target.path}/trackID=${index}${where}`;
    });
    return entries.join(',');
  }
}
