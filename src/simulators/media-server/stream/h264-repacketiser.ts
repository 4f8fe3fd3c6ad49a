/**
 * Cuts H.264 into RTP payloads of a limited size. MediaMTX does so from the first packet that is too large
 * for its own limit on; sequence numbers then are its own.
 */
import { nalType } from './h264-depacketiser.ts';

/** Largest RTP payload that is passed on as it came, in bytes. */
export const MAX_PAYLOAD_BYTES = 1440;

const FU_A = 28;

/** Payloads for one NAL unit: the unit itself where it fits, else fragments (FU-A). */
export function payloadsOf(unit: Buffer): Buffer[] {
  if (unit.length <= MAX_PAYLOAD_BYTES) return [unit];
  const indicator = (unit.readUInt8(0) & 0xe0) | FU_A;
  const type = nalType(unit);
  const room = MAX_PAYLOAD_BYTES - 2;
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const first = at === 1 ? 0x80 : 0;
    const last = at + room >= unit.length ? 0x40 : 0;
    payloads.push(
      Buffer.concat([Buffer.from([indicator, first | last | type]), unit.subarray(at, at + room)]),
    );
  }
  return payloads;
}
