/**
 * Packs pictures of H.264 into RTP payloads of a limited size (RFC 6184): several small units share a packet, a
 * large one is cut. MediaMTX does so from the first packet that is too large for its own limit on; delimiters
 * are left out then, and parameter sets stand before each keyframe.
 */
import { NAL_DELIMITER, NAL_IDR, NAL_PPS, NAL_SPS, nalType } from './h264-depacketiser.ts';

/** Largest RTP payload that is passed on as it came, in bytes. */
export const MAX_PAYLOAD_BYTES = 1440;

const STAP_A = 24;
const FU_A = 28;
const DROPPED = [NAL_SPS, NAL_PPS, NAL_DELIMITER];

/** Payloads for one picture, in order. @param parameterSets SPS and PPS that hold now, where known */
export function payloadsOf(nals: readonly Buffer[], parameterSets: readonly Buffer[]): Buffer[] {
  const slices = nals.filter((nal) => !DROPPED.includes(nalType(nal)));
  const keyframe = slices.some((nal) => nalType(nal) === NAL_IDR);
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = () => {
    if (small.length > 0) payloads.push(aggregated(small));
    small = [];
  };
  for (const unit of keyframe ? [...parameterSets, ...slices] : slices) {
    if (aggregatedBytes([...small, unit]) > MAX_PAYLOAD_BYTES) flush();
    if (unit.length > MAX_PAYLOAD_BYTES) payloads.push(...cut(unit));
    else small.push(unit);
  }
  flush();
  return payloads;
}

function aggregatedBytes(units: readonly Buffer[]): number {
  return units.reduce((sum, unit) => sum + 2 + unit.length, 1);
}

function aggregated(units: readonly Buffer[]): Buffer {
  const [first] = units;
  if (units.length === 1 && first !== undefined) return first;
  const parts = units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit]);
  return Buffer.concat([Buffer.from([STAP_A]), ...parts]);
}

function cut(unit: Buffer): Buffer[] {
  const indicator = (unit.readUInt8(0) & 0xe0) | FU_A;
  const type = nalType(unit);
  const room = MAX_PAYLOAD_BYTES - 2;
  const fragments: Buffer[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const first = at === 1 ? 0x80 : 0;
    const last = at + room >= unit.length ? 0x40 : 0;
    fragments.push(
      Buffer.concat([Buffer.from([indicator, first | last | type]), unit.subarray(at, at + room)]),
    );
  }
  return fragments;
}
