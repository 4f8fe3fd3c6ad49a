/** The whole service on mocked devices: what clients see of plugs, through real libudev and v4l2-ctl. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Hearing, listen } from '../support/witness.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { loopbackCamera, type MockedCamera, usbCamera } from './mocked-cameras.ts';
import { announce, whyNoAddon } from './requirement.ts';
import { startServiceOn } from './service-on-testbed.ts';
import { Testbed } from './testbed.ts';

const FLAPS = 20;
const { answers } = KNOWN_DEVICES['uvc-mjpeg'];

interface Listed {
  readonly device: string;
  readonly name: string;
  readonly status: string;
  readonly state: string;
}

const missing = announce();
const noAddon = whyNoAddon();

describe.skipIf(missing !== null)('the service on mocked devices', () => {
  let testbed: Testbed;
  let service: TestService;
  let news: Hearing;
  const plugged = new Set<MockedCamera>();

  beforeAll(async () => {
    testbed = await Testbed.start();
    service = await startServiceOn(testbed, { device_source: noAddon === null ? 'udev' : 'udevadm' });
    news = listen(service, 'camera_status_update');
  }, 60_000);
  afterEach(async () => {
    for (const camera of plugged) await unplug(camera);
  });
  afterAll(async () => {
    await service?.dispose();
    await testbed?.stop();
  });

  async function plug(camera: MockedCamera): Promise<void> {
    await testbed.plug(camera);
    plugged.add(camera);
  }
  async function unplug(camera: MockedCamera): Promise<void> {
    await testbed.unplug(camera);
    plugged.delete(camera);
  }
  const list = async () => (await service.call<{ cameras: Listed[] }>('get_camera_list')).cameras;
  const known = (fits: (cameras: readonly Listed[]) => boolean, what: string) =>
    until(
      async () => {
        const cameras = await list();
        return fits(cameras) && cameras;
      },
      { timeoutMs: 20_000, what },
    );
  const confirmed = (device: string) =>
    known(
      (cameras) => cameras.some((camera) => camera.device === device && camera.state === 'ready.confirmed'),
      `${device} is confirmed`,
    );
  const nodeOf = async (device: string) => {
    const status = await service.call<{ debug: { internal_device_path: string } }>('get_camera_status', {
      device,
      debug: true,
    });
    return status.debug.internal_device_path;
  };
  const camera = (serial: string, port: string, video: number) =>
    usbCamera({
      port,
      vendorId: '046d',
      productId: '0825',
      serial,
      name: 'C270',
      videos: { [video]: answers },
    });

  test('the udev addon is its source where it can be built', async () => {
    const { discovery } = await service.call<{ discovery: object }>('get_status');
    expect(discovery).toMatchObject({ source: noAddon === null ? 'udev' : 'udevadm', trouble: null });
  });

  test('a plug is told as CONNECTED with what v4l2-ctl says, and a re-plug under another node is the same camera', async () => {
    const from = news.heard.length;
    const first = camera('AAA', '1-1', 0);
    await plug(first);
    const told = await news.next(
      ({ status, resolution }) => status === 'CONNECTED' && resolution !== '',
      'it',
      from,
    );
    expect(told).toMatchObject({ name: 'C270', resolution: '320x240' });
    const device = told.device as string;
    await unplug(first);
    await news.next(
      (params) => params.device === device && params.status === 'DISCONNECTED',
      'it goes',
      from,
    );
    await plug(camera('AAA', '1-3', 4));
    const cameras = await confirmed(device);
    expect(cameras.filter(({ status }) => status === 'CONNECTED')).toHaveLength(1);
    expect(await nodeOf(device)).toBe('/dev/video4');
  });

  test('a camera keeps its number when its twin comes and goes, and both are called ambiguous meanwhile', async () => {
    const [first, second] = [camera('EQUAL', '1-1', 0), camera('EQUAL', '1-2', 2)] as const;
    const identityOf = async (device: string) =>
      (await service.call<{ identity: object }>('get_camera_status', { device })).identity;
    const confirmedOnes = async (count: number) =>
      (
        await known(
          (all) => all.filter(({ state }) => state === 'ready.confirmed').length === count,
          `${count} are confirmed`,
        )
      ).flatMap(({ device, state }) => (state === 'ready.confirmed' ? [device] : []));
    await plug(first);
    const [device] = (await confirmedOnes(1)) as [string];
    expect(await identityOf(device)).toEqual({ matched_by: 'serial', ambiguous: false });
    const from = news.heard.length;
    await plug(second);
    const both = await confirmedOnes(2);
    expect(both).toContain(device);
    for (const one of both) expect(await identityOf(one)).toEqual({ matched_by: 'port', ambiguous: true });
    expect(await nodeOf(device)).toBe('/dev/video0');
    await unplug(second);
    await known((all) => all.filter(({ status }) => status === 'CONNECTED').length === 1, 'the twin is gone');
    const told = news.heard.slice(from).filter(({ params }) => params.device === device);
    expect(told.filter(({ params }) => params.status !== 'CONNECTED')).toEqual([]);
    expect(await identityOf(device)).toEqual({ matched_by: 'port', ambiguous: true });
  });

  test('a camera with four nodes is one camera, with the formats of both that capture', async () => {
    const nodes = ['elp-h264-first-node', 'uvc-metadata', 'uvc-h264-second-node', 'uvc-metadata'] as const;
    const videos = Object.fromEntries(nodes.map((name, video) => [video, KNOWN_DEVICES[name].answers]));
    const elp = {
      port: '1-3',
      vendorId: '05a3',
      productId: '9422',
      serial: 'SN0001',
      name: 'H264 USB Camera',
    };
    await plug(usbCamera({ ...elp, videos }));
    const cameras = await known(
      (all) => all.some(({ name, state }) => name === elp.name && state === 'ready.confirmed'),
      'it is confirmed',
    );
    const [only, ...others] = cameras.filter(({ status }) => status === 'CONNECTED');
    expect(others).toEqual([]);
    const found = await service.call<{ formats: string[] }>('get_camera_capabilities', {
      device: only!.device,
    });
    expect(found.formats).toEqual(['MJPG', 'H264']);
  });

  test('a loopback is a camera while somebody writes to it, though udev never hears of that', async () => {
    const loopback = loopbackCamera(20, 'LoopCam', answers);
    const [syspath] = loopback.videoSyspaths as [string];
    const before = (await list()).length;
    await plug(loopback);
    await testbed.set(syspath, 'state', 'capture');
    const cameras = await known(
      (all) => all.some(({ name, state }) => name === 'LoopCam' && state === 'ready.confirmed'),
      'it has a writer',
    );
    expect(cameras).toHaveLength(before + 1);
    await testbed.set(syspath, 'state', 'output');
    await known((all) => all.every(({ status }) => status === 'DISCONNECTED'), 'its writer has gone');
  });

  test('two cameras with one serial are two cameras, each known by its port', async () => {
    const twins = [camera('TWIN', '1-1', 0), camera('TWIN', '1-2', 2)];
    for (const twin of twins) await plug(twin);
    const cameras = await known(
      (all) => all.filter(({ state }) => state === 'ready.confirmed').length === 2,
      'both are confirmed',
    );
    const both = cameras.filter(({ state }) => state === 'ready.confirmed').map(({ device }) => device);
    expect(new Set(both).size).toBe(2);
    const nodes = await Promise.all(both.map(nodeOf));
    expect(nodes.toSorted()).toEqual(['/dev/video0', '/dev/video2']);
    for (const twin of twins) await unplug(twin);
    for (const twin of twins.toReversed()) await plug(twin);
    for (const device of both) await confirmed(device);
    expect(await Promise.all(both.map(nodeOf)), 'whichever comes first').toEqual(nodes);
  });

  test('a plug that flaps 20 times ends as one camera that works', async () => {
    const flapping = camera('FLAP', '1-4', 6);
    const connected = async () => (await list()).filter(({ status }) => status !== 'DISCONNECTED');
    const before = (await list()).length;
    for (let flap = 1; flap <= FLAPS; flap += 1) {
      // In lock-step: the testbed holds ten events that nobody has read.
      await plug(flapping);
      await until(async () => (await connected()).length === 1, { what: `plug ${flap} is seen` });
      await unplug(flapping);
      await until(async () => (await connected()).length === 0, { what: `unplug ${flap} is seen` });
    }
    await plug(flapping);
    const cameras = await known((all) => all.some(({ state }) => state === 'ready.confirmed'), 'it works');
    expect(cameras).toHaveLength(before + 1);
    expect(cameras.filter(({ status }) => status === 'CONNECTED')).toHaveLength(1);
  });
});
