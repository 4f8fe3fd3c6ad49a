/** What a session received from its publisher or sent to its reader, for the API. */
import { counterDistance } from '../stream/rtp.ts';

/** One track as it comes from a publisher. */
export class InboundTrack {
  lost = 0;
  #highest: number | null = null;

  /** Notes a packet's sequence number. */
  note(packet: Buffer): void {
    const sequence = packet.readUInt16BE(2);
    const step = this.#highest === null ? 1 : counterDistance(this.#highest, sequence, 16);
    if (step <= 0) return;
    this.lost += step - 1;
    this.#highest = sequence;
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
