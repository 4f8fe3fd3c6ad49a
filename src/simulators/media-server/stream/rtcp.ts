/**
 * Sender reports: the one that the server makes itself, of what it sent to a reader, and what a publisher's says of the
 * time. Publishers over TCP get none, and theirs are not passed on.
 */

const SENDER_REPORT = 200;
/** Seconds from 1900, where NTP starts, to 1970. */
const NTP_OFFSET_S = 2_208_988_800;

export interface SentSoFar {
  readonly ssrc: number;
  readonly atMs: number;
  /** The RTP timestamp that stands for `atMs`. */
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly payloadBytes: number;
}

/** A sender report without report blocks (28 bytes). */
export function senderReport(sent: SentSoFar): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(sent.ssrc >>> 0, 4);
  report.writeUInt32BE((Math.floor(sent.atMs / 1000) + NTP_OFFSET_S) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((sent.atMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(sent.rtpTimestamp >>> 0, 16);
  report.writeUInt32BE(sent.packets >>> 0, 20);
  report.writeUInt32BE(sent.payloadBytes >>> 0, 24);
  return report;
}

export interface ReportedTime {
  readonly ssrc: number;
  /** Microseconds since the Unix epoch, by the publisher's clock. */
  readonly atMicros: number;
  /** The RTP timestamp that stands for it. */
  readonly rtpTimestamp: number;
}

/** The time in a publisher's sender report; null where these bytes begin with none. */
export function reportedTime(bytes: Buffer): ReportedTime | null {
  if (bytes.length < 20 || bytes.readUInt8(0) >> 6 !== 2 || bytes.readUInt8(1) !== SENDER_REPORT) return null;
  const fractionMicros = Math.round((bytes.readUInt32BE(12) / 2 ** 32) * 1e6);
  return {
    ssrc: bytes.readUInt32BE(4),
    atMicros: (bytes.readUInt32BE(8) - NTP_OFFSET_S) * 1e6 + fractionMicros,
    rtpTimestamp: bytes.readUInt32BE(16),
  };
}
