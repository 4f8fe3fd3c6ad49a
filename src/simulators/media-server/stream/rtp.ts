/** RTP packets (RFC 3550): reading their header and making new ones. Knows nothing of codecs. */

/** The fixed header's size in bytes. */
export const RTP_HEADER_BYTES = 12;

export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** The packet in these bytes, or null when they are none. The payload is a view, not a copy. */
export function parseRtp(bytes: Buffer): RtpPacket | null {
  if (bytes.length < RTP_HEADER_BYTES) return null;
  const first = bytes.readUInt8(0);
  if (first >> 6 !== 2) return null;
  let start = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (bytes.length < start + 4) return null;
    start += 4 + 4 * bytes.readUInt16BE(start + 2);
  }
  const padding = (first & 0x20) === 0 ? 0 : bytes.readUInt8(bytes.length - 1);
  const end = bytes.length - padding;
  if (start > end) return null;
  const second = bytes.readUInt8(1);
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  };
}

/** The bytes of a packet without extensions. */
export function buildRtp(packet: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(RTP_HEADER_BYTES + packet.payload.length);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8((packet.marker ? 0x80 : 0) | packet.payloadType, 1);
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  packet.payload.copy(bytes, RTP_HEADER_BYTES);
  return bytes;
}

/** A copy of the packet with another SSRC; everything else is kept as it came. */
export function withSsrc(bytes: Buffer, ssrc: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(ssrc >>> 0, 8);
  return copy;
}

/** How far `to` lies after `from` on a counter of 16 or 32 bits, negative when before. */
export function counterDistance(from: number, to: number, bits: 16 | 32): number {
  return bits === 32 ? (to - from) | 0 : ((to - from) << 16) >> 16;
}
