/**
 * Sender reports for one track of one reader: the first with the first packet that a decoder can start with,
 * then every 10 s.
 */
import { mayStart } from '../stream/h264-depacketiser.ts';
import { senderReport } from '../stream/rtcp.ts';
import { parseRtp } from '../stream/rtp.ts';
import { isH264 } from '../stream/sdp.ts';
import type { Track } from '../stream/track.ts';

const INTERVAL_MS = 10_000;

export class SenderReports {
  readonly #track: Track;
  readonly #send: (report: Buffer) => void;
  #packets = 0;
  #payloadBytes = 0;
  #mark: { rtpTimestamp: number; atMs: number } | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(track: Track, send: (report: Buffer) => void) {
    this.#track = track;
    this.#send = send;
  }

  /** Notes a packet that went out. */
  note(bytes: Buffer): void {
    const packet = parseRtp(bytes);
    if (packet === null) return;
    this.#packets++;
    this.#payloadBytes += packet.payload.length;
    if (isH264(this.#track.media) && !mayStart(packet.payload)) return;
    this.#mark = { rtpTimestamp: packet.timestamp, atMs: Date.now() };
    if (this.#timer !== null) return;
    this.#report();
    this.#timer = setInterval(() => this.#report(), INTERVAL_MS);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #report(): void {
    if (this.#mark === null) return;
    const atMs = Date.now();
    const elapsedTicks = Math.round(((atMs - this.#mark.atMs) / 1000) * this.#track.clockRateHz);
    const report = senderReport({
      ssrc: this.#track.ssrc,
      atMs,
      rtpTimestamp: this.#mark.rtpTimestamp + elapsedTicks,
      packets: this.#packets,
      payloadBytes: this.#payloadBytes,
    });
    this.#send(report);
  }
}
