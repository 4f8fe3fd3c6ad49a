/** RTSP messages (RFC 2326) as values, and the answers of this server. */

export interface RtspRequest {
  readonly method: string;
  /** Absolute URL, or `*`. */
  readonly url: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** RTP or RTCP inside the RTSP connection. */
export interface InterleavedFrame {
  readonly channel: number;
  readonly payload: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection is closed after the answer, for this reason. */
  readonly closeReason?: string;
  /** Done right after the answer has been written: whatever it sends comes after it. */
  readonly afterwards?: () => void;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
};

/** The bytes of an answer; header lines are sorted. @param cseq undefined when the request had none */
export function formatAnswer(answer: Answer, cseq: string | undefined): Buffer {
  const headers: Record<string, string> = { ...answer.headers, Server: 'gortsplib' };
  if (cseq !== undefined) headers.CSeq = cseq;
  if (answer.body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(answer.body));
  const lines = Object.keys(headers)
    .sort()
    .map((name) => `${name}: ${headers[name]}\r\n`);
  const head = `RTSP/1.0 ${answer.status} ${REASONS[answer.status] ?? ''}\r\n`;
  return Buffer.from(`${head}${lines.join('')}\r\n${answer.body ?? ''}`);
}

/** The bytes of an interleaved frame. */
export function formatFrame(channel: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + payload.length);
  bytes.writeUInt8(0x24, 0);
  bytes.writeUInt8(channel, 1);
  bytes.writeUInt16BE(payload.length, 2);
  payload.copy(bytes, 4);
  return bytes;
}
