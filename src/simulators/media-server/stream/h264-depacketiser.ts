/**
 * RTP packets of H.264 (RFC 6184) to NAL units and access units: single units, STAP-A and FU-A. A lost packet
 * costs the unit it belonged to. Assumes no B-frames: order of arrival is order of decoding.
 */
import { counterDistance, type RtpPacket } from './rtp.ts';

const STAP_A = 24;
const FU_A = 28;

export const NAL_IDR = 5;
export const NAL_SPS = 7;
export const NAL_PPS = 8;
export const NAL_DELIMITER = 9;

/** The type of a NAL unit, 0 for an empty one. */
export function nalType(nal: Buffer): number {
  return nal.length === 0 ? 0 : nal.readUInt8(0) & 0x1f;
}

/** Whether a packet holds, or begins, a keyframe or parameter sets: what a stream may start with. */
export function mayStart(payload: Buffer): boolean {
  const type = nalType(payload);
  if (type === STAP_A) return splitAggregate(payload).some(mayStart);
  if (type !== FU_A) return [NAL_IDR, NAL_SPS, NAL_PPS].includes(type);
  const header = payload.length < 2 ? 0 : payload.readUInt8(1);
  return (header & 0x80) !== 0 && [NAL_IDR, NAL_SPS, NAL_PPS].includes(header & 0x1f);
}

/** One picture. */
export interface AccessUnit {
  readonly nals: readonly Buffer[];
  /** RTP clock, 32 bits, wrapping. */
  readonly rtpTimestamp: number;
  readonly atMicros: number;
}

export class H264Depacketiser {
  #fragments: Buffer[] = [];
  #lastSequence: number | null = null;
  #nals: Buffer[] = [];
  #timestamp: number | null = null;

  /** NAL units that this packet completes. */
  units(packet: RtpPacket): Buffer[] {
    const gap = this.#lastSequence !== null && counterDistance(this.#lastSequence, packet.sequence, 16) !== 1;
    this.#lastSequence = packet.sequence;
    if (gap) this.#fragments = [];
    const type = nalType(packet.payload);
    if (type === FU_A) return this.#fragment(packet.payload);
    this.#fragments = [];
    if (type === STAP_A) return splitAggregate(packet.payload);
    return type >= 1 && type <= 23 ? [packet.payload] : [];
  }

  /** Collects units into pictures: a picture ends with the marker, or where the timestamp changes. */
  pictures(packet: RtpPacket, units: readonly Buffer[], atMicros: number): AccessUnit[] {
    const done: AccessUnit[] = [];
    if (this.#timestamp !== null && this.#timestamp !== packet.timestamp) this.#finish(done, atMicros);
    this.#timestamp = packet.timestamp;
    this.#nals.push(...units.filter((unit) => unit.length > 0));
    if (packet.marker) this.#finish(done, atMicros);
    return done;
  }

  #finish(done: AccessUnit[], atMicros: number): void {
    if (this.#nals.length > 0 && this.#timestamp !== null) {
      done.push({ nals: this.#nals, rtpTimestamp: this.#timestamp, atMicros });
    }
    this.#nals = [];
    this.#timestamp = null;
  }

  #fragment(payload: Buffer): Buffer[] {
    if (payload.length < 2) return [];
    const header = payload.readUInt8(1);
    if ((header & 0x80) !== 0) {
      this.#fragments = [Buffer.from([(payload.readUInt8(0) & 0xe0) | (header & 0x1f)])];
    } else if (this.#fragments.length === 0) {
      return [];
    }
    this.#fragments.push(payload.subarray(2));
    if ((header & 0x40) === 0) return [];
    const unit = Buffer.concat(this.#fragments);
    this.#fragments = [];
    return [unit];
  }
}

function splitAggregate(payload: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let at = 1;
  while (at + 2 <= payload.length) {
    const length = payload.readUInt16BE(at);
    units.push(payload.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return units;
}
