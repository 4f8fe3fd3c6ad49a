/** What a session received from its publisher or sent to its reader, for the API and for receiver reports. */
import { randomBytes } from 'node:crypto';
import { receiverReport } from '../stream/rtcp.ts';
import { counterDistance } from '../stream/rtp.ts';

/** One track as it comes from a publisher. */
export class InboundTrack {
  lost = 0;
  readonly #ssrc = randomBytes(4).readUInt32BE(0);
  #source: number | null = null;
  #highest = 0;

  /** Notes a packet's sequence number. */
  note(packet: Buffer): void {
    const sequence = packet.readUInt16BE(2);
    if (this.#source === null) {
      this.#source = packet.readUInt32BE(8);
      this.#highest = sequence;
      return;
    }
    const step = counterDistance(this.#highest & 0xffff, sequence, 16);
    if (step <= 0) return;
    this.lost += step - 1;
    this.#highest += step;
  }

  /** The report for the publisher; null before the first packet. */
  report(): Buffer | null {
    if (this.#source === null) return null;
    return receiverReport({
      ssrc: this.#ssrc,
      sourceSsrc: this.#source,
      lostPackets: this.lost,
      highestSequence: this.#highest,
    });
  }
}

/** Totals of one session. */
export class SessionCounters {
  inboundBytes = 0;
  inboundRtpPackets = 0;
  inboundRtpPacketsInError = 0;
  inboundRtcpPackets = 0;
  outboundBytes = 0;
  outboundRtpPackets = 0;
  outboundRtcpPackets = 0;

  /** The API's fields, with their old names behind the new ones. */
  fields(lost: number, discarded: number): Record<string, number> {
    return {
      inboundBytes: this.inboundBytes,
      inboundRTPPackets: this.inboundRtpPackets,
      inboundRTPPacketsLost: lost,
      inboundRTPPacketsInError: this.inboundRtpPacketsInError,
      inboundRTPPacketsJitter: 0,
      inboundRTCPPackets: this.inboundRtcpPackets,
      inboundRTCPPacketsInError: 0,
      outboundBytes: this.outboundBytes,
      outboundRTPPackets: this.outboundRtpPackets,
      outboundRTPPacketsReportedLost: 0,
      outboundRTPPacketsDiscarded: discarded,
      outboundRTCPPackets: this.outboundRtcpPackets,
      bytesReceived: this.inboundBytes,
      bytesSent: this.outboundBytes,
      rtpPacketsReceived: this.inboundRtpPackets,
      rtpPacketsSent: this.outboundRtpPackets,
      rtpPacketsLost: lost,
      rtpPacketsInError: this.inboundRtpPacketsInError,
      rtpPacketsJitter: 0,
      rtcpPacketsReceived: this.inboundRtcpPackets,
      rtcpPacketsSent: this.outboundRtcpPackets,
      rtcpPacketsInError: 0,
    };
  }
}
