import { describe, expect, test } from 'vitest';
import { finishedRecording, liveStream, START_AT_MS } from '../support/fake-views.ts';
import { type OpenApi, openApi } from '../support/open-api.ts';
import { camctl } from '../support/run-camctl.ts';

const envOf = ({ url, keyOf }: OpenApi, role: 'viewer' | 'operator' | 'admin' = 'operator') => ({
  CAMCTL_URL: url,
  CAMCTL_KEY: keyOf[role],
});

describe('a command', () => {
  test('ping needs no key', async () => {
    const { url } = await openApi();
    expect(await camctl(['ping', '--url', url])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^pong \([\d.]+ ms\)\n$/),
      err: '',
    });
  });

  test('list prints a line per camera', async () => {
    const api = await openApi();
    api.door.unplug('camera1');
    const { code, out } = await camctl(['list'], envOf(api));
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^CAMERA +STATUS +STATE/);
    expect(lines[1]).toMatch(
      /^camera0 +CONNECTED +ready\.confirmed +idle +- +640x480@30 +Camera camera0 +rtsp:\/\/127\.0\.0\.1:8554\/camera0$/,
    );
    expect(lines[2]).toMatch(/^camera1 +DISCONNECTED +disconnected/);
  });

  test('--json prints the plain result, before or after the command', async () => {
    const api = await openApi();
    for (const args of [
      ['--json', 'list'],
      ['list', '--json'],
    ]) {
      expect(JSON.parse((await camctl(args, envOf(api))).out)).toMatchObject({
        total: 2,
        cameras: [{ device: 'camera0' }, {}],
      });
    }
  });

  test('status shows a camera, or the service as far as the role may see it', async () => {
    const api = await openApi();
    expect((await camctl(['status', 'camera0'], envOf(api))).out).toMatch(/^device +camera0\n/);
    expect((await camctl(['status'], envOf(api, 'admin'))).out).toMatch(/^status +HEALTHY\n/);
    expect((await camctl(['status'], envOf(api, 'viewer'))).out).toMatch(/^status +ready\n/);
  });

  test('plan shows every way, which is taken and why others are not', async () => {
    const api = await openApi();
    const { out, code } = await camctl(['plan', 'camera0'], envOf(api, 'viewer'));
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^STANDING +FORMAT +PICTURE +ENCODER +TAP FROM +OF A CORE +OF THE BUS +WHY$/);
    expect(lines[1]).toMatch(/^failed +YUYV .* The bus is full\.$/);
    expect(lines[2]).toMatch(
      /^chosen +MJPG +640x480@30 +libx264 +all +13\.6 % +18\.4 Mbit\/s +its JPEG pictures are decoded$/,
    );
    expect(lines[3]).toMatch(/^possible +MJPG +320x240@30/);
    expect(lines[4]).toBe('Not BA81: ffmpeg cannot capture this format.');
    api.door.change('camera0', { plan: null });
    expect((await camctl(['plan', 'camera0'], envOf(api))).out).toContain('not plugged in');
  });

  test('snapshot passes its options on', async () => {
    const api = await openApi();
    api.door.change('camera0', { stream: liveStream() });
    const { out, code } = await camctl(
      ['snapshot', 'camera0', '--filename', 'door', '--format', 'png', '--quality', '80'],
      envOf(api),
    );
    expect({ out, code }).toEqual({ out: 'door.png saved: 41.2 kB, 411 ms old\n', code: 0 });
    expect(api.door.orders[0]?.args[0]).toMatchObject({ filename: 'door', format: 'png', quality: 80 });
  });

  test('record and stop tell the file', async () => {
    const api = await openApi();
    const started = await camctl(['record', 'camera0', '--duration', '90', '--format', 'mkv'], envOf(api));
    expect(started.out).toBe('camera0 RECORDING camera0_2026-11-23_04-28-00.mkv for 1:30\n');
    const stopped = await camctl(['stop', 'camera0'], envOf(api));
    expect(stopped.out).toBe('camera0 STOPPED camera0_2026-11-23_04-28-00.mkv: 0:04, 301.2 kB\n');
  });

  test('list-recordings and list-snapshots page through files', async () => {
    const api = await openApi();
    api.shelf.recordings = Array.from({ length: 5 }, (_, n) =>
      finishedRecording('camera0', { session: `r${n}` }),
    );
    api.shelf.snapshots = [{ filename: 'door.jpg', cameraId: null, sizeBytes: 5, takenAtMs: START_AT_MS }];
    const { out } = await camctl(['list-recordings', '--limit', '2', '--offset', '1'], envOf(api));
    expect(out).toMatch(/r1\.mp4 +camera0 +2026-11-23T04:28:00\.100Z +0:04 +301\.2 kB\nr2\.mp4/);
    expect(out).toMatch(/\n2 to 3 of 5\n$/);
    expect((await camctl(['list-snapshots'], envOf(api))).out).toMatch(
      /door\.jpg +- .* - +5 B\n1 to 1 of 1\n$/,
    );
    expect((await camctl(['list-snapshots', '--offset', '9'], envOf(api))).out).toBe(
      'No files (1 in all).\n',
    );
  });
});

describe('a failure', () => {
  test('of the service is one sentence and what to do, on stderr, with code 1', async () => {
    const api = await openApi();
    const { code, out, err } = await camctl(['stop', 'camera0'], envOf(api));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'camctl: camera0 is not recording. Use one of the methods in "allowed", or wait until the state changes.\n',
    );
  });

  test('with --json is an object with code and data', async () => {
    const api = await openApi();
    const { code, err } = await camctl(['--json', 'status', 'camera9'], envOf(api));
    expect(code).toBe(1);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: -32010, message: 'No camera "camera9" is known.', data: { reason: 'camera_unknown' } },
    });
  });

  test('of the role, of the key, of a missing key', async () => {
    const api = await openApi();
    expect(await camctl(['record', 'camera0'], envOf(api, 'viewer'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('start_recording needs the role operator'),
    });
    expect(await camctl(['list', '--key', 'csk_wrong'], envOf(api))).toMatchObject({
      code: 1,
      err: expect.stringContaining('This API key is not known here.'),
    });
    expect(await camctl(['list', '--url', api.url])).toMatchObject({
      code: 1,
      err: expect.stringContaining('This connection has not logged in.'),
    });
  });

  test.each([
    ['ws://127.0.0.1:1/ws', 'nothing listens there'],
    ['no address', 'is no WebSocket address'],
  ])('to reach %s says so', async (url, sentence) => {
    const { code, err } = await camctl(['ping', '--url', url]);
    expect(code).toBe(1);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('of the service to stay is one sentence too', async () => {
    const api = await openApi({ closeGraceMs: 50 });
    const open = api.door.gate('takeSnapshot');
    const run = camctl(['snapshot', 'camera0'], envOf(api));
    await expect.poll(() => api.door.orders.length).toBe(1);
    void api.api.close();
    expect(await run).toMatchObject({ code: 1, err: expect.stringContaining('The service is stopping.') });
    open();
  });
});

describe('wrong usage ends with code 2 and says why', () => {
  test.each([
    [[], 'Usage: camctl'],
    [['dance'], "unknown command 'dance'"],
    [['snapshot'], "missing required argument 'camera'"],
    [['list', '--color'], "unknown option '--color'"],
    [['record', 'camera0', '--duration', 'long'], 'It is a whole number.'],
    [['record', 'camera0', '--format', 'avi'], 'Allowed choices are fmp4, mp4, mkv, mpegts'],
    [['list', 'camera0'], 'too many arguments'],
  ])('%j', async (args, sentence) => {
    const { code, err } = await camctl(args);
    expect({ code }).toEqual({ code: 2 });
    expect(err).toContain(sentence);
  });

  test('but asking for help does not', async () => {
    const { code, out } = await camctl(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'ping',
      'list',
      'status',
      'snapshot',
      'record',
      'stop',
      'list-recordings',
      'list-snapshots',
      'watch',
    ])
      expect(out).toContain(name);
  });
});
