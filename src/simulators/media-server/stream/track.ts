/**
 * One track of a live stream: gives packets the server's own SSRC, cuts those that are too large, knows where
 * it stands, and takes pictures out of H.264. Never holds pictures back for later readers.
 */
import { randomBytes } from 'node:crypto';
import {
  type AccessUnit,
  H264Depacketiser,
  mayStart,
  NAL_PPS,
  NAL_SPS,
  nalType,
} from './h264-depacketiser.ts';
import { MAX_PAYLOAD_BYTES, payloadsOf } from './h264-repacketiser.ts';
import type { ReportedTime } from './rtcp.ts';
import { buildRtp, counterDistance, parseRtp, type RtpPacket, withSsrc } from './rtp.ts';
import { announcedParameterSets, clockRateOf, h264Parameters, isH264, type Media } from './sdp.ts';

/** What one incoming packet became. */
export interface RelayedPackets {
  readonly packets: readonly Buffer[];
  readonly pictures: readonly AccessUnit[];
  /** This packet was the first that had to be cut. */
  readonly startsCutting: boolean;
}

export class Track {
  readonly media: Media;
  readonly ssrc = randomBytes(4).readUInt32BE(0);
  readonly clockRateHz: number;
  sps: Buffer | null = null;
  pps: Buffer | null = null;
  readonly #depacketiser: H264Depacketiser | null;
  /** H.264 is silent until something a decoder can start with. */
  #started = false;
  #cutting = false;
  #nextSequence = 0;
  #last: { sequence: number; timestamp: number; atMs: number } | null = null;
  readonly #usesReportedTime: boolean;
  #reported: ReportedTime | null = null;
  /** Of the publisher; known with its first packet. */
  #sourceSsrc: number | null = null;

  /** @param usesReportedTime pictures bear the publisher's time, and what comes before its first report is dropped */
  constructor(media: Media, usesReportedTime = false) {
    this.media = media;
    this.#usesReportedTime = usesReportedTime;
    this.clockRateHz = clockRateOf(media);
    this.#depacketiser = isH264(media) ? new H264Depacketiser() : null;
    this.#noteParameterSets(announcedParameterSets(media));
  }

  /** What readers are told: the announced media with the parameter sets that hold now. */
  get described(): Media {
    if (this.sps === null || this.pps === null) return this.media;
    return { ...this.media, parameters: h264Parameters(this.sps, this.pps) };
  }

  /** Takes one packet of the publisher; null when it is no RTP of this track. */
  relay(bytes: Buffer, arrivedMicros: number): RelayedPackets | null {
    const packet = parseRtp(bytes);
    if (packet === null || packet.payloadType !== this.media.payloadType) return null;
    this.#sourceSsrc ??= packet.ssrc;
    const atMicros = this.#usesReportedTime ? this.#reportedMicros(packet.timestamp) : arrivedMicros;
    if (atMicros === null) return { packets: [], pictures: [], startsCutting: false };
    this.#started ||= this.#depacketiser === null || mayStart(packet.payload);
    if (!this.#started) return { packets: [], pictures: [], startsCutting: false };
    const units = this.#depacketiser?.units(packet) ?? [];
    this.#noteParameterSets(units);
    const pictures = this.#depacketiser?.pictures(packet, units, atMicros) ?? [];
    const startsCutting =
      this.#depacketiser !== null && !this.#cutting && packet.payload.length > MAX_PAYLOAD_BYTES;
    if (startsCutting) this.#startCutting(packet);
    const packets = this.#cutting
      ? pictures.flatMap((picture) => this.#cut(picture))
      : [withSsrc(bytes, this.ssrc)];
    for (const sent of packets) this.#noteSent(sent, arrivedMicros / 1000);
    return { packets, pictures, startsCutting };
  }

  /** Sequence number and timestamp that the next packet will have about now; null before the first packet. */
  position(nowMs: number): { readonly sequence: number; readonly rtpTimestamp: number } | null {
    if (this.#last === null) return null;
    const elapsed = Math.round(((nowMs - this.#last.atMs) / 1000) * this.clockRateHz);
    return {
      sequence: (this.#last.sequence + 1) & 0xffff,
      rtpTimestamp: (this.#last.timestamp + elapsed) >>> 0,
    };
  }

  /** What the publisher says of the time; a report that comes before its first packet is nobody's. */
  noteReport(reported: ReportedTime): void {
    if (reported.ssrc === this.#sourceSsrc) this.#reported = reported;
  }

  #reportedMicros(timestamp: number): number | null {
    if (this.#reported === null) return null;
    const ticks = counterDistance(this.#reported.rtpTimestamp, timestamp, 32);
    return this.#reported.atMicros + Math.round((ticks / this.clockRateHz) * 1e6);
  }

  #startCutting(packet: RtpPacket): void {
    this.#cutting = true;
    this.#nextSequence = packet.sequence;
  }

  #cut(picture: AccessUnit): Buffer[] {
    const parameterSets = [this.sps, this.pps].filter((set) => set !== null);
    const payloads = payloadsOf(picture.nals, parameterSets);
    return payloads.map((payload, index) =>
      buildRtp({
        marker: index === payloads.length - 1,
        payloadType: this.media.payloadType,
        sequence: this.#nextSequence++,
        timestamp: picture.rtpTimestamp,
        ssrc: this.ssrc,
        payload,
      }),
    );
  }

  #noteParameterSets(units: readonly Buffer[]): void {
    for (const unit of units) {
      if (nalType(unit) === NAL_SPS && !this.sps?.equals(unit)) this.sps = Buffer.from(unit);
      else if (nalType(unit) === NAL_PPS && !this.pps?.equals(unit)) this.pps = Buffer.from(unit);
    }
  }

  #noteSent(packet: Buffer, atMs: number): void {
    const sequence = packet.readUInt16BE(2);
    if (this.#last === null || counterDistance(this.#last.sequence, sequence, 16) > 0) {
      this.#last = { sequence, timestamp: packet.readUInt32BE(4), atMs };
    }
  }
}
