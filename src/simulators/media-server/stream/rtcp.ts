/** The two RTCP reports that the server makes itself: to readers what it sent, to publishers what it got. */

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
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
  writeHead(report, 0, SENDER_REPORT, sent.ssrc);
  report.writeUInt32BE((Math.floor(sent.atMs / 1000) + NTP_OFFSET_S) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((sent.atMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(sent.rtpTimestamp >>> 0, 16);
  report.writeUInt32BE(sent.packets >>> 0, 20);
  report.writeUInt32BE(sent.payloadBytes >>> 0, 24);
  return report;
}

export interface ReceivedSoFar {
  readonly ssrc: number;
  /** Of the publisher's packets. */
  readonly sourceSsrc: number;
  readonly lostPackets: number;
  /** With the number of wraps in the upper half. */
  readonly highestSequence: number;
}

/** A receiver report with one block (32 bytes). */
export function receiverReport(received: ReceivedSoFar): Buffer {
  const report = Buffer.alloc(32);
  writeHead(report, 1, RECEIVER_REPORT, received.ssrc);
  report.writeUInt32BE(received.sourceSsrc >>> 0, 8);
  report.writeUInt32BE(Math.min(received.lostPackets, 0x7f_ffff), 12);
  report.writeUInt32BE(received.highestSequence >>> 0, 16);
  return report;
}

function writeHead(report: Buffer, blocks: number, type: number, ssrc: number): void {
  report.writeUInt8(0x80 | blocks, 0);
  report.writeUInt8(type, 1);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc >>> 0, 4);
}
