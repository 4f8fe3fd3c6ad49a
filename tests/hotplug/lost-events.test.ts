/** Plugs of which nobody heard: the next full list finds the truth, and each change is told once, whoever saw it. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { type MockedCamera, usbCamera } from './mocked-cameras.ts';
import { announce } from './requirement.ts';
import { startServiceOn } from './service-on-testbed.ts';
import { Testbed } from './testbed.ts';

const RESCAN_MS = 1500;
const { answers } = KNOWN_DEVICES['laptop-camera'];
const missing = announce();

describe.skipIf(missing !== null)('plugs of which nobody heard', () => {
  let testbed: Testbed;
  let service: TestService;
  const plugged = new Set<MockedCamera>();

  beforeAll(async () => {
    testbed = await Testbed.start();
    service = await startServiceOn(testbed, {
      device_source: 'udevadm',
      rescan_interval_ms: RESCAN_MS,
    });
  }, 60_000);
  afterEach(async () => {
    for (const camera of plugged) await testbed.unplug(camera);
    plugged.clear();
  });
  afterAll(async () => {
    await service?.dispose();
    await testbed?.stop();
  });

  const camera = (serial: string, port: string, video: number) =>
    usbCamera({
      port,
      vendorId: '046d',
      productId: '0825',
      serial,
      name: serial,
      videos: { [video]: answers },
    });
  const cameras = async () =>
    (
      await service.call<{ cameras: { device: string; name: string; status: string; state: string }[] }>(
        'get_camera_list',
      )
    ).cameras;
  const untilState = (name: string, state: string) =>
    until(async () => (await cameras()).find((one) => one.name === name && one.state.startsWith(state)), {
      timeoutMs: 20_000,
      what: `${name} is ${state}`,
    });
  /** What the camera's actor was told of its device, in order. */
  const toldOf = (device: string, from: number) =>
    service.transitions
      .slice(from)
      .filter(({ actor, event }) => actor === `camera:${device}` && event.startsWith('device.'))
      .map(({ event }) => event);
  const monitor = (): number => {
    const children = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8')
      .trim()
      .split(' ');
    const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('monitor'));
    if (pid === undefined) throw new Error('udevadm does not run');
    return Number(pid);
  };
  async function plug(one: MockedCamera): Promise<void> {
    await testbed.plug(one);
    plugged.add(one);
  }

  test('a removal that was lost is found by the full list, and told once', async () => {
    const lost = camera('LOST', '1-1', 0);
    await plug(lost);
    const { device } = await untilState('LOST', 'ready');
    const from = service.transitions.length;
    await testbed.vanish(lost);
    plugged.delete(lost);
    await untilState('LOST', 'disconnected');
    expect(toldOf(device, from)).toEqual(['device.detached']);
  });

  test('a camera that is in another port, with its removal lost, is the same camera and no twin of itself', async () => {
    const before = camera('MOVED', '1-1', 0);
    await plug(before);
    const { device } = await untilState('MOVED', 'ready');
    const from = service.transitions.length;
    await testbed.vanish(before);
    plugged.delete(before);
    await plug(camera('MOVED', '1-2', 3));
    await until(() => toldOf(device, from).includes('device.attached'), { what: 'it is seated again' });
    await untilState('MOVED', 'ready');
    expect(toldOf(device, from)).toEqual(['device.detached', 'device.attached']);
    const status = await service.call<{ identity: object }>('get_camera_status', { device });
    expect(status.identity).toEqual({ matched_by: 'serial', ambiguous: false });
    expect((await cameras()).filter(({ status: word }) => word === 'CONNECTED')).toHaveLength(1);
  });

  test('udevadm is killed: what is plugged in and out meanwhile is found when it runs again', async () => {
    const [stays, goes, comes] = [
      camera('STAYS', '1-1', 0),
      camera('GOES', '1-2', 1),
      camera('COMES', '1-3', 2),
    ];
    await plug(stays!);
    await plug(goes!);
    const { device } = await untilState('STAYS', 'ready');
    await untilState('GOES', 'ready');
    const from = service.transitions.length;
    const killed = monitor();
    process.kill(killed, 'SIGKILL');
    await testbed.vanish(goes!);
    plugged.delete(goes!);
    await plug(comes!);
    await untilState('COMES', 'ready');
    await untilState('GOES', 'disconnected');
    expect(toldOf(device, from), 'the one that stayed heard nothing').toEqual([]);
    expect(monitor()).not.toBe(killed);
  });

  test('udevadm hangs and is ended with events that it never told: they are made up for, each once', async () => {
    const stuck = monitor();
    process.kill(stuck, 'SIGSTOP');
    const from = service.transitions.length;
    const quick = camera('QUICK', '1-4', 5);
    await plug(quick);
    // The full list sees it although no event comes through.
    const { device } = await untilState('QUICK', 'ready');
    process.kill(stuck, 'SIGCONT');
    // Now its event comes too, and says nothing new.
    const later = camera('LATER', '1-5', 6);
    await plug(later);
    await untilState('LATER', 'ready');
    expect(toldOf(device, from).filter((event) => event === 'device.attached')).toHaveLength(0);
    expect((await cameras()).filter(({ name }) => name === 'QUICK')).toHaveLength(1);
    process.kill(stuck, 'SIGSTOP');
    await testbed.unplug(quick);
    plugged.delete(quick);
    process.kill(stuck, 'SIGKILL');
    await untilState('QUICK', 'disconnected');
    expect(toldOf(device, from)).toEqual(['device.detached']);
  });
});
