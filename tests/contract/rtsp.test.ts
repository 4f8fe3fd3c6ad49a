import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import {
  PLAY_TRANSPORT,
  PUBLISHER_SSRC,
  publishRaw,
  RECORD_TRANSPORT,
  RtspClient,
  readRaw,
  rtpPacket,
  SDP,
} from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';

const PUBLIC = 'DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, GET_PARAMETER, TEARDOWN';
/** A second track, and one that the publisher wants to be sent. */
const SECOND_TRACK = SDP.slice(SDP.indexOf('m=')).replace('streamid=0', 'streamid=1').replaceAll('96', '97');
const BACK_CHANNEL = SECOND_TRACK.replace('a=control', 'a=sendonly\r\na=control');
const announced = { 'Content-Type': 'application/sdp' };

describeMediaServers('RTSP requests', (kind) => {
  const shared = sharedServer(kind, {
    paths: {
      cam: {},
      held: { runOnDemand: 'true', runOnDemandStartTimeout: '300ms' },
      few: { maxReaders: 1 },
      other: {},
    },
  });
  const url = (path: string) => shared.server.rtspUrl(path);
  const client = () => {
    const made = new RtspClient(shared.server.rtspPort);
    onTestFinished(() => made.close());
    return made;
  };
  const publisher = async (path: string, sdp?: string) => {
    const made = await publishRaw(shared.server.rtspPort, path, sdp);
    onTestFinished(() => made.close());
    return made;
  };

  test('OPTIONS names the methods, for a URL and for *, and echoes CSeq', async () => {
    const rtsp = client();
    const first = await rtsp.request('OPTIONS', '*');
    expect([first.status, first.headers.get('public'), first.headers.get('cseq')]).toEqual([
      200,
      PUBLIC,
      '1',
    ]);
    expect(first.headers.get('server')).toBe('gortsplib');
    expect((await rtsp.request('OPTIONS', url('cam'))).headers.get('cseq')).toBe('2');
  });

  test('names of headers may have any case', async () => {
    const answer = await client().raw(`OPTIONS ${url('cam')} RTSP/1.0\r\ncseq: 7\r\n\r\n`);
    expect([answer.status, answer.headers.get('cseq')]).toEqual([200, '7']);
  });

  test('a request without CSeq is answered 400 and the connection ends', async () => {
    const rtsp = client();
    const answer = await rtsp.raw('OPTIONS * RTSP/1.0\r\n\r\n');
    expect([answer.status, answer.headers.has('cseq')]).toEqual([400, false]);
    await rtsp.closedByServer();
  });

  test('a request that is cut into single bytes is understood', async () => {
    const rtsp = client();
    const text = 'OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\n';
    for (const byte of text.slice(0, -1)) {
      rtsp.socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await rtsp.raw(text.slice(-1))).status).toBe(200);
  });

  test.each(['SET_PARAMETER', 'PLAY', 'RECORD', 'GET_PARAMETER'])(
    '%s without a session is answered 501 and the connection stays',
    async (method) => {
      const rtsp = client();
      expect((await rtsp.request(method, url('cam'))).status).toBe(501);
      expect((await rtsp.request('OPTIONS', '*')).status).toBe(200);
    },
  );

  test('an unknown session is answered 454 and the connection ends', async () => {
    const rtsp = client();
    expect((await rtsp.request('PLAY', url('cam'), { Session: 'unknown' })).status).toBe(454);
    await rtsp.closedByServer();
  });

  test.each([
    ['a configured path without a stream', 'cam', 404],
    ['a path that is not configured', 'nowhere', 400],
    ['a path whose source does not come in time', 'held', 400],
  ])('DESCRIBE of %s fails and the connection ends', async (_what, path, status) => {
    const rtsp = client();
    expect((await rtsp.request('DESCRIBE', url(path))).status).toBe(status);
    await rtsp.closedByServer();
  });

  test('DESCRIBE gives the server its own description with the publisher’s format', async () => {
    await publisher('cam');
    const answer = await client().request('DESCRIBE', url('cam'));
    expect(answer.headers.get('content-base')).toBe(`${url('cam')}/`);
    expect(answer.headers.get('content-type')).toBe('application/sdp');
    expect(answer.body.split('\r\n')).toEqual([
      'v=0',
      'o=- 0 0 IN IP4 127.0.0.1',
      's=contract',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'm=video 0 RTP/AVP 96',
      'a=control:trackID=0',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1; profile-level-id=42C00D; sprop-parameter-sets=Z0LADdoFB+hAAAADAEAAAAeDxQqS,aM48gA==',
      '',
    ]);
  });

  test.each([
    ['a path that is not configured', 'nowhere', announced, SDP],
    ['no Content-Type', 'cam', {}, SDP],
    ['another Content-Type', 'cam', { 'Content-Type': 'text/plain' }, SDP],
    ['no media', 'cam', announced, SDP.split('m=')[0] ?? ''],
    ['H.264 with packetization-mode 0', 'cam', announced, SDP.replace('mode=1', 'mode=0')],
    ['a back channel beside a track', 'cam', announced, SDP + BACK_CHANNEL],
  ])('ANNOUNCE with %s is answered 400 and the connection ends', async (_what, path, headers, sdp) => {
    const rtsp = client();
    expect((await rtsp.request('ANNOUNCE', url(path), headers, sdp)).status).toBe(400);
    await rtsp.closedByServer();
  });

  test('a path becomes available at RECORD, before any packet, not at ANNOUNCE', async () => {
    const rtsp = client();
    expect((await rtsp.request('ANNOUNCE', url('cam'), announced, SDP)).headers.has('session')).toBe(false);
    const setup = await rtsp.request('SETUP', `${url('cam')}/streamid=0`, { Transport: RECORD_TRANSPORT });
    expect(setup.headers.get('transport')).toBe('RTP/AVP/TCP;unicast;interleaved=0-1');
    expect(setup.headers.get('session')).toMatch(/^[0-9a-f]{32};timeout=55$/);
    expect((await shared.server.path('cam')).available).toBe(false);
    expect((await rtsp.request('RECORD', url('cam'))).status).toBe(200);
    expect(await shared.server.path('cam')).toMatchObject({
      available: true,
      ready: true,
      online: true,
      tracks: ['H264'],
      tracks2: [
        { codec: 'H264', codecProps: { width: 320, height: 240, profile: 'Baseline', level: '1.3' } },
      ],
      inboundBytes: 0,
    });
  });

  test('RECORD is refused before all announced media are set up', async () => {
    const rtsp = client();
    await rtsp.request('ANNOUNCE', url('cam'), announced, SDP + SECOND_TRACK);
    await rtsp.request('SETUP', `${url('cam')}/streamid=0`, { Transport: RECORD_TRANSPORT });
    expect((await rtsp.request('RECORD', url('cam'))).status).toBe(400);
    await rtsp.closedByServer();
  });

  test('a publisher whose path changed after ANNOUNCE is refused at RECORD', async () => {
    const rtsp = client();
    await rtsp.request('ANNOUNCE', url('other'), announced, SDP);
    await rtsp.request('SETUP', `${url('other')}/streamid=0`, { Transport: RECORD_TRANSPORT });
    await shared.server.replacePath('other', { recordDeleteAfter: '2d' });
    expect((await rtsp.request('RECORD', url('other'))).status).toBe(400);
    await rtsp.closedByServer();
  });

  test.each([
    ['without mode=record', PLAY_TRANSPORT, 400],
    ['over UDP, which is off', 'RTP/AVP;unicast;client_port=5000-5001;mode=record', 461],
  ])('a publisher’s SETUP %s fails', async (_what, transport, status) => {
    const rtsp = client();
    await rtsp.request('ANNOUNCE', url('cam'), announced, SDP);
    expect((await rtsp.request('SETUP', `${url('cam')}/streamid=0`, { Transport: transport })).status).toBe(
      status,
    );
  });

  test.each([
    ['a track that does not exist', '/trackID=9', PLAY_TRANSPORT],
    ['a URL that names no track', '', PLAY_TRANSPORT],
    ['no Transport', '/trackID=0', undefined],
    ['channels that are no pair', '/trackID=0', 'RTP/AVP/TCP;unicast;interleaved=1-3'],
    ['mode=record', '/trackID=0', RECORD_TRANSPORT],
  ])('a reader’s SETUP with %s is answered 400 and the connection ends', async (_what, suffix, transport) => {
    await publisher('cam');
    const rtsp = client();
    const headers: Record<string, string> = transport === undefined ? {} : { Transport: transport };
    expect((await rtsp.request('SETUP', url('cam') + suffix, headers)).status).toBe(400);
    await rtsp.closedByServer();
  });

  test('a reader’s SETUP over UDP, which is off, is answered 461 and the connection stays', async () => {
    await publisher('cam');
    const rtsp = client();
    const answer = await rtsp.request('SETUP', `${url('cam')}/trackID=0`, {
      Transport: 'RTP/AVP;unicast;client_port=5000-5001',
    });
    expect(answer.status).toBe(461);
    expect(
      (await rtsp.request('SETUP', `${url('cam')}/trackID=0`, { Transport: PLAY_TRANSPORT })).status,
    ).toBe(200);
  });

  test('a slash instead of a track means the first one; channels are the client’s or the first free', async () => {
    await publisher('cam');
    const own = await client().request('SETUP', `${url('cam')}/`, {
      Transport: 'RTP/AVP/TCP;unicast;interleaved=4-5',
    });
    expect(own.headers.get('transport')).toMatch(/^RTP\/AVP\/TCP;unicast;interleaved=4-5;ssrc=[0-9A-F]{8}$/);
    const free = await client().request('SETUP', `${url('cam')}/trackID=0`, {
      Transport: 'RTP/AVP/TCP;unicast',
    });
    expect(free.headers.get('transport')).toContain('interleaved=0-1');
  });

  test('a track may stand behind the query, as ffmpeg writes it', async () => {
    await publisher('cam');
    const rtsp = client();
    const setup = await rtsp.request('SETUP', `${url('cam')}?token=x/trackID=0`, {
      Transport: PLAY_TRANSPORT,
    });
    expect(setup.status).toBe(200);
    expect((await rtsp.request('PLAY', `${url('cam')}?token=x/`)).status).toBe(200);
    const { items } = (await shared.server.api('GET', '/v3/rtspsessions/list')).body;
    expect(items.at(-1)).toMatchObject({ path: 'cam', query: 'token=x', state: 'read' });
  });

  test('a reader counts from its first SETUP on', async () => {
    await publisher('cam');
    const rtsp = client();
    await rtsp.request('DESCRIBE', url('cam'));
    expect((await shared.server.path('cam')).readers).toEqual([]);
    await rtsp.request('SETUP', `${url('cam')}/trackID=0`, { Transport: PLAY_TRANSPORT });
    expect((await shared.server.path('cam')).readers).toEqual([
      { type: 'rtspSession', id: expect.any(String) },
    ]);
  });

  test('more readers than maxReaders are refused with 400', async () => {
    await publisher('few');
    const first = await readRaw(shared.server.rtspPort, 'few');
    onTestFinished(() => first.close());
    const rtsp = client();
    const answer = await rtsp.request('SETUP', `${url('few')}/trackID=0`, { Transport: PLAY_TRANSPORT });
    expect(answer.status).toBe(400);
    await rtsp.closedByServer();
  });

  test('a session lives from PLAY over PAUSE and GET_PARAMETER to TEARDOWN', async () => {
    const source = await publisher('cam');
    const rtsp = client();
    await rtsp.request('SETUP', `${url('cam')}/trackID=0`, { Transport: PLAY_TRANSPORT });
    const play = await rtsp.request('PLAY', url('cam'));
    expect(play.headers.get('rtp-info')).toBe(`url=${url('cam')}/trackID=0`);
    source.sendFrame(0, rtpPacket(41, 9000, Buffer.from([0x65, 1])));
    await until(() => rtsp.frames.length > 0, { what: 'a frame' });
    const alive = await rtsp.request('GET_PARAMETER', url('cam'));
    expect([alive.status, alive.headers.get('session')]).toEqual([200, play.headers.get('session')]);

    expect((await rtsp.request('PAUSE', url('cam'))).status).toBe(200);
    const seen = rtsp.frames.length;
    source.sendFrame(0, rtpPacket(42, 18_000, Buffer.from([0x41, 1])));
    await until(async () => (await shared.server.path('cam')).inboundBytes === 28, {
      what: 'the second packet',
    });
    expect(rtsp.frames).toHaveLength(seen);
    expect((await rtsp.request('PLAY', url('cam'))).headers.get('rtp-info')).toMatch(/;seq=43;rtptime=\d+$/);

    expect((await rtsp.request('TEARDOWN', url('cam'))).status).toBe(200);
    await shared.server.pathThat('cam', (path) => path.readers.length === 0, 'no readers');
    expect((await rtsp.request('OPTIONS', url('cam'))).status).toBe(454);
  });

  test('a frame outside a session that plays or records ends the connection', async () => {
    const rtsp = client();
    await rtsp.request('OPTIONS', '*');
    rtsp.sendFrame(0, rtpPacket(1, 0, Buffer.from([0x65])));
    await rtsp.closedByServer();
  });

  test('sessions and connections are listed with what they do', async () => {
    const source = await publisher('cam');
    const rtsp = await readRaw(shared.server.rtspPort, 'cam');
    onTestFinished(() => rtsp.close());
    source.sendFrame(0, rtpPacket(1, 0, Buffer.from([0x65, 1, 2, 3])));
    await until(() => rtsp.frames.length > 0, { what: 'a frame' });
    const { items: sessions } = (await shared.server.api('GET', '/v3/rtspsessions/list')).body;
    const { items: connections } = (await shared.server.api('GET', '/v3/rtspconns/list')).body;
    const { source: origin, readers } = await shared.server.path('cam');
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({
      id: origin?.id,
      state: 'publish',
      path: 'cam',
      transport: 'TCP',
      inboundBytes: 16,
      bytesReceived: 16,
      inboundRTPPackets: 1,
    });
    expect(sessions[1]).toMatchObject({ id: readers[0]?.id, state: 'read', outboundRTPPackets: 1 });
    expect(sessions.map((item: { conns: string[] }) => item.conns[0])).toEqual(
      connections.map((item: { id: string }) => item.id),
    );
    expect(connections[0]).toMatchObject({
      session: origin?.id,
      tunnel: 'none',
      remoteAddr: sessions[0].remoteAddr,
    });
    expect(Object.keys(sessions[0])).toHaveLength(33);
    const one = await shared.server.api('GET', `/v3/rtspsessions/get/${origin?.id}`);
    expect(one.body.id).toBe(origin?.id);
  });

  test('the server’s SSRC, not the publisher’s, reaches readers; sequence, time and marker stay', async () => {
    const source = await publisher('cam');
    const rtsp = client();
    const setup = await rtsp.request('SETUP', `${url('cam')}/trackID=0`, { Transport: PLAY_TRANSPORT });
    await rtsp.request('PLAY', url('cam'));
    source.sendFrame(
      1,
      Buffer.from('80c80006deadbeef000000000000000000000000000000000000000000', 'hex').subarray(0, 28),
    );
    source.sendFrame(0, rtpPacket(100, 9000, Buffer.from([0x65, 1, 2, 3])));
    const frame = await until(() => rtsp.frames.find(({ channel }) => channel === 0), { what: 'a packet' });
    const ssrc = frame.payload.readUInt32BE(8);
    expect(ssrc).not.toBe(PUBLISHER_SSRC);
    expect(setup.headers.get('transport')).toContain(ssrc.toString(16).toUpperCase());
    const same = rtpPacket(100, 9000, Buffer.from([0x65, 1, 2, 3]));
    same.writeUInt32BE(ssrc, 8);
    expect(frame.payload).toEqual(same);

    const report = await until(() => rtsp.frames.find(({ channel }) => channel === 1), {
      what: 'a sender report',
    });
    expect([report.payload.readUInt8(1), report.payload.readUInt32BE(4)]).toEqual([200, ssrc]);
    const reports = rtsp.frames.filter(({ channel }) => channel === 1);
    expect(reports.every(({ payload }) => payload.readUInt32BE(4) === ssrc)).toBe(true);
  });

  test('packets that are too large are cut, and the numbering is the server’s from then on', async () => {
    const source = await publisher('cam');
    const rtsp = await readRaw(shared.server.rtspPort, 'cam');
    onTestFinished(() => rtsp.close());
    source.sendFrame(0, rtpPacket(100, 9000, Buffer.concat([Buffer.from([0x65]), Buffer.alloc(1500, 7)])));
    source.sendFrame(0, rtpPacket(101, 18_000, Buffer.from([0x41, 1])));
    const packets = await until(
      () => [rtsp.frames.filter(({ channel }) => channel === 0)].find(({ length }) => length === 4),
      { what: 'four packets' },
    );
    const seen = packets.map(({ payload }) => [
      payload.readUInt16BE(2),
      payload.readUInt32BE(4),
      payload.readUInt8(1) >> 7,
      payload.readUInt8(12) & 0x1f,
    ]);
    // Parameter sets together, the keyframe in two pieces, the next picture as it was.
    expect(seen).toEqual([
      [100, 9000, 0, 24],
      [101, 9000, 0, 28],
      [102, 9000, 1, 28],
      [103, 18_000, 1, 1],
    ]);
    expect(packets.every(({ payload }) => payload.length <= 1452)).toBe(true);
  });

  test('a stream is silent until a keyframe or parameter sets come', async () => {
    const source = await publisher('cam');
    const rtsp = await readRaw(shared.server.rtspPort, 'cam');
    onTestFinished(() => rtsp.close());
    source.sendFrame(0, rtpPacket(1, 0, Buffer.from([0x41, 1])));
    source.sendFrame(0, rtpPacket(2, 9000, Buffer.from([0x65, 1])));
    source.sendFrame(0, rtpPacket(3, 18_000, Buffer.from([0x41, 1])));
    const packets = await until(
      () => [rtsp.frames.filter(({ channel }) => channel === 0)].find(({ length }) => length === 2),
      { what: 'two packets' },
    );
    expect(packets.map(({ payload }) => payload.readUInt16BE(2))).toEqual([2, 3]);
    expect((await shared.server.path('cam')).inboundBytes).toBe(28);
  });

  test('a new reader starts where the stream is: nothing is sent again for it', async () => {
    const source = await publisher('cam');
    source.sendFrame(0, rtpPacket(1, 0, Buffer.from([0x65, 1])));
    await until(async () => (await shared.server.path('cam')).inboundBytes > 0, { what: 'the keyframe' });
    const rtsp = await readRaw(shared.server.rtspPort, 'cam');
    onTestFinished(() => rtsp.close());
    source.sendFrame(0, rtpPacket(2, 9000, Buffer.from([0x41, 2])));
    const frame = await until(() => rtsp.frames.find(({ channel }) => channel === 0), { what: 'a packet' });
    expect(frame.payload.readUInt16BE(2)).toBe(2);
  });

  test('bytes are counted per path: packets in, the sum over readers out, zero when the stream ends', async () => {
    const source = await publisher('cam');
    const readers = [
      await readRaw(shared.server.rtspPort, 'cam'),
      await readRaw(shared.server.rtspPort, 'cam'),
    ];
    source.sendFrame(0, rtpPacket(1, 0, Buffer.from([0x65, 1, 2, 3])));
    await shared.server.pathThat(
      'cam',
      (path) => path.inboundBytes === 16 && path.outboundBytes === 32,
      'counted',
    );
    source.close();
    await shared.server.pathThat('cam', (path) => !path.available && path.inboundBytes === 0, 'ended');
    for (const reader of readers) await reader.closedByServer();
  });

  test('a reader that takes nothing loses packets alone, and is told of in the log', async () => {
    const source = await publisher('cam');
    const slow = await readRaw(shared.server.rtspPort, 'cam');
    const good = await readRaw(shared.server.rtspPort, 'cam');
    onTestFinished(() => slow.close());
    onTestFinished(() => good.close());
    slow.socket.pause();
    const payload = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(1300)]);
    const sent = 8000;
    for (let sequence = 0; sequence < sent; sequence++) {
      source.sendFrame(0, rtpPacket(sequence, sequence * 90, payload));
      if (sequence % 100 === 99) {
        await until(() => good.frames.filter(({ channel }) => channel === 0).length > sequence, {
          what: 'the good reader',
        });
      }
    }
    await until(() => shared.server.log.includes('reader is too slow'), { what: 'the line in the log' });
    expect(slow.closed).toBe(false);
  });
});
