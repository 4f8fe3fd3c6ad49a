/** The driver lets go of its cameras while they are recorded, and takes them again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { playFile } from '../support/mp4.ts';
import type { Session } from '../support/recordings.ts';
import { Lab } from './lab.ts';

const DRIVER = '/sys/bus/platform/drivers/vivid';
const DEVICES = ['camera0', 'camera1'] as const;

/** 300 ms are for a machine of its own; an emulated one is ten times slower, and more where the host is busy. */
const LONGEST_NOTICE_MS = 10_000;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
});
afterAll(async () => {
  await lab?.guest.run(`[ -e ${DRIVER}/vivid.0 ] || echo vivid.0 >${DRIVER}/bind`);
  lab?.close();
});

test('unbound while recording both are DISCONNECTED with playable files that say why, and bound again they are the same cameras', async () => {
  await Promise.all(DEVICES.map((device) => lab.stream(device)));
  const sessions = await Promise.all(
    DEVICES.map((device) => lab.call<Session>('start_recording', { device })),
  );
  for (const device of DEVICES)
    await lab.untilRecording(device, 'is 3 s long', ({ duration_ms }) => Number(duration_ms) >= 3000);

  const stamps = await lab.guest.must(`date +%s%3N; echo vivid.0 >${DRIVER}/unbind; date +%s%3N`);
  await lab.untilCameras('DISCONNECTED');
  await expectSoonNoticed(stamps.trim().split('\n').map(Number));
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

/**
 * Both ends by the guest's clock: from the order to the driver to the service's transition. The driver takes part of it
 * for itself, since it ends two streams first.
 */
async function expectSoonNoticed([orderedMs = 0, obeyedMs = 0]: number[]): Promise<void> {
  const noticedMs = DEVICES.map((device) => {
    const step = lab
      .story()
      .findLast(({ actor, to }) => actor === `camera:${device}` && to === 'disconnected');
    return Date.parse(step?.time ?? '') - orderedMs;
  });
  console.info(
    `unplugged while recording: noticed after ${noticedMs.join(' and ')} ms of the guest's clock;`,
  );
  console.info(`the driver had let go of everything after ${obeyedMs - orderedMs} ms`);
  expect(Math.max(...noticedMs)).toBeLessThan(LONGEST_NOTICE_MS);
}
