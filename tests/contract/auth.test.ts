import { expect, onTestFinished, test } from 'vitest';
import { PLAY_TRANSPORT, publishRaw, RtspClient, readRaw, SDP } from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';

const basic = (user: string, pass: string) => `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;
const USERS = [
  { user: 'boss', pass: 'secret', permissions: [{ action: 'api' }] },
  { user: 'cam', pass: 'secret', permissions: [{ action: 'publish', path: 'mine' }] },
  {
    user: 'eye',
    pass: 'sha256:K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=',
    permissions: [{ action: 'read', path: '~^mi' }],
  },
  {
    user: 'any',
    permissions: [
      { action: 'publish', path: 'free' },
      { action: 'read', path: 'free' },
    ],
  },
];

describeMediaServers('access by default', (kind) => {
  const shared = sharedServer(kind, { paths: { cam: {} } });

  test('anybody on this machine may use the API, with whatever credentials', async () => {
    const headers = { authorization: basic('who', 'ever') };
    expect((await shared.server.api('GET', '/v3/info', undefined, { headers })).status).toBe(200);
  });

  test('anybody may publish and read', async () => {
    const publisher = await publishRaw(shared.server.rtspPort, 'cam');
    const reader = await readRaw(shared.server.rtspPort, 'cam');
    publisher.close();
    await reader.closedByServer();
  });
});

describeMediaServers('access by users', (kind) => {
  const shared = sharedServer(kind, {
    global: { authInternalUsers: USERS },
    paths: { mine: {}, free: {} },
    authorization: basic('boss', 'secret'),
    // Wrong credentials are answered after up to 4 s; the simulator alone can be told to be quicker.
    env: { CAMERA_SIMULATOR_AUTH_DELAY_MAX_MS: '500' },
  });
  const client = () => {
    const made = new RtspClient(shared.server.rtspPort);
    onTestFinished(() => made.close());
    return made;
  };
  const announce = (rtsp: RtspClient, path: string, headers: Record<string, string> = {}) =>
    rtsp.request(
      'ANNOUNCE',
      shared.server.rtspUrl(path),
      { 'Content-Type': 'application/sdp', ...headers },
      SDP,
    );

  test('the API asks for credentials when none came', async () => {
    const answer = await fetch(`${shared.server.apiUrl}/v3/info`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="mediamtx"']);
    expect(await answer.json()).toEqual({ status: 'error', error: 'authentication error' });
    expect((await fetch(`${shared.server.apiUrl}/v3/unknown`)).status).toBe(401);
  });

  test('wrong credentials and users who may not are answered 401, without asking', async () => {
    const tries = [basic('boss', 'wrong'), basic('cam', 'secret')].map((authorization) =>
      shared.server.api('GET', '/v3/info', undefined, { headers: { authorization } }),
    );
    const rtsp = client();
    const announced = announce(rtsp, 'mine', { Authorization: basic('cam', 'wrong') });
    for (const answer of await Promise.all(tries)) {
      expect([answer.status, answer.headers.has('www-authenticate')]).toEqual([401, false]);
    }
    expect((await announced).status).toBe(401);
    await rtsp.closedByServer();
  });

  test('passwords are hidden in what the API shows', async () => {
    const { body } = await shared.server.api('GET', '/v3/config/global/get');
    const shown = body.authInternalUsers.map(({ user, pass }: { user: string; pass: string }) => [
      user,
      pass,
    ]);
    expect(shown).toEqual([
      ['boss', '<redacted>'],
      ['cam', '<redacted>'],
      ['eye', '<redacted>'],
      ['any', ''],
    ]);
  });

  test('RTSP asks for credentials and the connection may go on with them', async () => {
    const rtsp = client();
    const asked = await announce(rtsp, 'mine');
    expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="ipcam"']);
    expect((await announce(rtsp, 'mine', { Authorization: basic('cam', 'secret') })).status).toBe(200);
  });

  test('reading is checked apart from publishing, passwords may be hashes, paths expressions', async () => {
    const Authorization = basic('cam', 'secret');
    const publisher = client();
    await announce(publisher, 'mine', { Authorization });
    const url = shared.server.rtspUrl('mine');
    await publisher.request('SETUP', `${url}/streamid=0`, { Transport: `${PLAY_TRANSPORT};mode=record` });
    expect((await publisher.request('RECORD', url)).status).toBe(200);

    const reader = client();
    expect((await reader.request('DESCRIBE', url)).status).toBe(401);
    const headers = { Authorization: basic('eye', 'secret'), Transport: PLAY_TRANSPORT };
    expect((await reader.request('SETUP', `${url}/trackID=0`, headers)).status).toBe(200);
    const { items } = (await shared.server.api('GET', '/v3/rtspsessions/list')).body;
    expect(items.map((item: { user: string }) => item.user)).toEqual(['cam', 'eye']);
  });

  test('a path for anybody needs no credentials', async () => {
    const publisher = await publishRaw(shared.server.rtspPort, 'free');
    publisher.close();
  });

  test('users change without dropping anybody', async () => {
    const publisher = await publishRaw(shared.server.rtspPort, 'free');
    onTestFinished(() => publisher.close());
    const changed = USERS.map((user) => (user.user === 'boss' ? { ...user, pass: 'fresh' } : user));
    await shared.server.api('PATCH', '/v3/config/global/patch', { authInternalUsers: changed });
    const headers = { authorization: basic('boss', 'fresh') };
    const fresh = () =>
      shared.server.api('PATCH', '/v3/config/global/patch', { authInternalUsers: USERS }, { headers });
    await expect.poll(async () => (await fresh()).status, { timeout: 10_000 }).toBe(200);
    expect(publisher.closed).toBe(false);
  });
});
