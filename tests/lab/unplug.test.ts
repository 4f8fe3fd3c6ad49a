/** The driver lets go of its cameras while they are recorded, and takes them again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { playFile } from '../support/mp4.ts';
import type { Session } from '../support/recordings.ts';
import { Lab } from './lab.ts';

const DRIVER = '/sys/bus/platform/drivers/vivid';
const DEVICES = ['camera0', 'camera1'] as const;

/**
 * Beyond what a program sees that does nothing but listen to udev; udevd itself takes a second on an emulated machine.
 * On a quiet host it is below 300 ms, which is what the line that is printed is for: a busy one adds seconds.
 */
const LONGEST_NOTICE_MS = 10_000;

let lab: Lab;
let watcher = 0;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
  // What is plain to see: a reader that does nothing else.
  const monitor = 'udevadm monitor --kernel --udev --subsystem-match=video4linux';
  watcher = await lab.guest.start(`stdbuf -oL ${monitor}`, { out: 'events.out', err: 'events.err' });
});
afterAll(async () => {
  if (watcher > 0) await lab?.guest.run(`kill ${watcher}`);
  await lab?.guest.run(`[ -e ${DRIVER}/vivid.0 ] || echo vivid.0 >${DRIVER}/bind`);
  lab?.close();
});

test('unbound while one streams, it is told soon', async () => {
  await lab.stream(DEVICES[0]);
  const nodes = await Promise.all(DEVICES.map((device) => lab.nodeOf(device)));
  await lab.guest.must(`echo vivid.0 >${DRIVER}/unbind`);
  await lab.untilCameras('DISCONNECTED');
  await expectSoonNoticed(nodes);
  await lab.guest.must(`echo vivid.0 >${DRIVER}/bind`);
  await lab.untilReady();
});

test('unbound while recording both are DISCONNECTED with playable files that say why, and bound again they are the same cameras', async () => {
  await Promise.all(DEVICES.map((device) => lab.stream(device)));
  const sessions = await Promise.all(
    DEVICES.map((device) => lab.call<Session>('start_recording', { device })),
  );
  for (const device of DEVICES)
    await lab.untilRecording(device, 'is 3 s long', ({ duration_ms }) => Number(duration_ms) >= 3000);

  const nodes = await Promise.all(DEVICES.map((device) => lab.nodeOf(device)));
  await lab.guest.must(`echo vivid.0 >${DRIVER}/unbind`);
  await lab.untilCameras('DISCONNECTED');
  await expectSoonNoticed(nodes);
  for (const { session_id } of sessions) {
    const listed = await lab.untilListed(session_id);
    expect(listed).toMatchObject({ outcome: 'completed', reason: 'camera_disconnected', gaps: [] });
    expect(listed.duration_ms).toBeGreaterThanOrEqual(3000);
    const played = playFile(await lab.download(listed.download_url));
    expect(played.errors).toBe('');
    expect(Math.abs(played.durationMs - listed.duration_ms)).toBeLessThan(200);
  }

  await lab.guest.must(`echo vivid.0 >${DRIVER}/bind`);
  await lab.untilReady();
  expect(Object.values(await lab.cameras()).map(({ device, name }) => [device, name])).toEqual([
    ['camera0', 'vivid-000-vid-cap'],
    ['camera1', 'vivid-001-vid-cap'],
  ]);
  // Not only their names: each one's pictures come from the node it had before.
  for (const device of DEVICES) {
    const node = (await lab.nodeOf(device)).replace('/dev/', '');
    const card = (await lab.guest.must(`cat /sys/class/video4linux/${node}/name`)).trim();
    expect(card).toBe(`vivid-00${device.at(-1)}-vid-cap`);
    await lab.stream(device);
  }
});

/** Both ends by the guest's clocks: from the events that every program gets to the service's transition. */
async function expectSoonNoticed(nodes: readonly string[]): Promise<void> {
  const clocks = (await lab.guest.must('cut -d" " -f1 /proc/uptime; date +%s.%N')).trim().split('\n');
  const [upS = 0, wallS = 0] = clocks.map(Number);
  const notices = DEVICES.map((device, index) => {
    const step = lab
      .story()
      .findLast(({ actor, to }) => actor === `camera:${device}` && to === 'disconnected');
    const noticedMs = Date.parse(step?.time ?? '') - (wallS - upS) * 1000;
    const afterMs = (of: 'KERNEL' | 'UDEV') => Math.round(noticedMs - removedMs(of, nodes[index]!));
    return { kernelMs: afterMs('KERNEL'), udevMs: afterMs('UDEV') };
  });
  console.info(`unplugged: told as disconnected after ${JSON.stringify(notices)}`);
  expect(Math.max(...notices.map(({ udevMs }) => udevMs))).toBeLessThan(LONGEST_NOTICE_MS);
}

/** When the removal of a node was seen, in ms since the boot. */
function removedMs(of: 'KERNEL' | 'UDEV', node: string): number {
  const line = new RegExp(`^${of}\\s*\\[([\\d.]+)\\] remove\\s.*/${node.replace('/dev/', '')} `, 'gm');
  const seconds = [...lab.guest.read('events.out').matchAll(line)].at(-1)?.[1];
  if (seconds === undefined) throw new Error(`No ${of} event of ${node}: ${lab.guest.read('events.out')}`);
  return Number(seconds) * 1000;
}
