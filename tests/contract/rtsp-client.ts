/** A plain RTSP client over TCP: says exactly what a test wants, and keeps every answer and frame it gets. */
import { connect, type Socket } from 'node:net';
import { until } from '../support/until.ts';

export interface RtspAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly text: string;
}

export interface Frame {
  readonly channel: number;
  readonly payload: Buffer;
}

/** Of one H.264 track, 320x240 constrained baseline, level 1.3. */
export const SDP = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=contract',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LADdoFB+hAAAADAEAAAAeDxQqS,aM48gA==',
  'a=control:streamid=0',
  '',
].join('\r\n');

export const RECORD_TRANSPORT = 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record';
export const PLAY_TRANSPORT = 'RTP/AVP/TCP;unicast;interleaved=0-1';

export class RtspClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  /** Set when the server closed the connection. */
  closed = false;
  #session: string | undefined;
  #cseq = 0;
  #rest = Buffer.alloc(0);
  readonly #answers: RtspAnswer[] = [];

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Sends a request with the next CSeq, and the session once there is one, and waits for its answer. */
  request(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
    timeoutMs = 8000,
  ): Promise<RtspAnswer> {
    this.#cseq++;
    const all: Record<string, string> = { CSeq: String(this.#cseq), ...headers };
    if (this.#session !== undefined) all.Session ??= this.#session;
    if (body !== '') all['Content-Length'] = String(Buffer.byteLength(body));
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return this.raw(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n${body}`, timeoutMs);
  }

  /** Sends bytes as they are and waits for an answer. */
  async raw(text: string, timeoutMs = 8000): Promise<RtspAnswer> {
    const awaited = this.#answers.length;
    this.socket.write(text);
    const answer = await until(
      () => {
        if (this.#answers[awaited] === undefined && this.closed) return 'closed';
        return this.#answers[awaited];
      },
      { timeoutMs, what: `an answer to ${text.slice(0, 40)}` },
    );
    if (answer === 'closed') throw new Error(`connection closed without an answer to ${text.slice(0, 60)}`);
    this.#session = answer.headers.get('session')?.split(';')[0] ?? this.#session;
    return answer;
  }

  /** Sends one frame. */
  sendFrame(channel: number, payload: Buffer): void {
    const head = Buffer.from([0x24, channel, payload.length >> 8, payload.length & 0xff]);
    this.socket.write(Buffer.concat([head, payload]));
  }

  /** Waits until the server has closed the connection. */
  async closedByServer(timeoutMs = 5000): Promise<void> {
    await until(() => this.closed, { timeoutMs, what: 'the server to close the connection' });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#takeOne());
  }

  #takeOne(): boolean {
    if (this.#rest[0] === 0x24) {
      const end = this.#rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + this.#rest.readUInt16BE(2);
      if (this.#rest.length < end) return false;
      this.frames.push({
        channel: this.#rest.readUInt8(1),
        payload: Buffer.from(this.#rest.subarray(4, end)),
      });
      this.#rest = this.#rest.subarray(end);
      return true;
    }
    const headEnd = this.#rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const [first = '', ...lines] = this.#rest.subarray(0, headEnd).toString().split('\r\n');
    const headers = new Map(
      lines.map((line) => [
        line.split(':')[0]?.toLowerCase() ?? '',
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const end = headEnd + 4 + Number(headers.get('content-length') ?? 0);
    if (this.#rest.length < end) return false;
    const body = this.#rest.subarray(headEnd + 4, end).toString();
    const text = this.#rest.subarray(0, end).toString();
    this.#rest = this.#rest.subarray(end);
    this.#answers.push({ status: Number(first.split(' ')[1]), headers, body, text });
    return true;
  }
}

/** An RTP packet with the SSRC of the tests' publishers. */
export function rtpPacket(sequence: number, timestamp: number, payload: Buffer, marker = true): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(0x80, 0);
  head.writeUInt8((marker ? 0x80 : 0) | 96, 1);
  head.writeUInt16BE(sequence, 2);
  head.writeUInt32BE(timestamp, 4);
  head.writeUInt32BE(PUBLISHER_SSRC, 8);
  return Buffer.concat([head, payload]);
}

export const PUBLISHER_SSRC = 0xdeadbeef;

/** Publishes by hand, up to and with RECORD. Packets are the caller's. */
export async function publishRaw(port: number, path: string, sdp = SDP): Promise<RtspClient> {
  const client = new RtspClient(port);
  const url = `rtsp://127.0.0.1:${port}/${path}`;
  await expectOk(client.request('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, sdp));
  await expectOk(client.request('SETUP', `${url}/streamid=0`, { Transport: RECORD_TRANSPORT }));
  await expectOk(client.request('RECORD', url));
  return client;
}

/** Reads by hand, up to and with PLAY. */
export async function readRaw(port: number, path: string): Promise<RtspClient> {
  const client = new RtspClient(port);
  const url = `rtsp://127.0.0.1:${port}/${path}`;
  await expectOk(client.request('SETUP', `${url}/trackID=0`, { Transport: PLAY_TRANSPORT }));
  await expectOk(client.request('PLAY', url));
  return client;
}

async function expectOk(answer: Promise<RtspAnswer>): Promise<void> {
  const { status, text } = await answer;
  if (status !== 200) throw new Error(`expected 200, got ${text}`);
}
