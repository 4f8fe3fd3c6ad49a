/**
 * The service once more, as a user who is not root and meets cameras without YUYV: what a node's permissions do, and
 * another raw format of the driver from the probe to a recording.
 */
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { probeStream } from '../support/frames.ts';
import { playFile } from '../support/mp4.ts';
import type { Session } from '../support/recordings.ts';
import { GUEST_SHARE, Guest } from './guest.ts';
import { Lab } from './lab.ts';
import { startService } from './service.ts';
import { SECOND_CONFIG, SECOND_FOLDER } from './settings.ts';

const DEVICE = 'camera0';
const NODE = '/dev/video0';
const WISHED_S = 5;
const RATE_FPS = 10;

let lab: Lab;
let first: Lab;
let pid = 0;
beforeAll(async () => {
  first = await Lab.open();
  // What an earlier file left running would have the cameras.
  for (const { device } of await first.vividCameras()) await first.untilIdle(device);
  const { share, second } = inject('lab');
  const guest = new Guest(share);
  mkdirSync(join(share, 'bin'), { recursive: true });
  cpSync(join(import.meta.dirname, 'guest/v4l2-ctl'), join(share, 'bin/v4l2-ctl'));
  chmodSync(join(share, 'bin/v4l2-ctl'), 0o755);
  const user = await userOfProject(guest);
  await guest.must(`mkdir -p ${SECOND_FOLDER} && chown ${user}:${user} ${SECOND_FOLDER}`);
  const as = `setpriv --reuid=${user} --regid=${user} --groups=video --inh-caps=-all`;
  const environment = `env PATH=${GUEST_SHARE}/bin:$PATH HOME=${SECOND_FOLDER}`;
  const started = await startService(guest, {
    ...{ name: 'second', config: SECOND_CONFIG, as: `${as} ${environment}` },
  });
  pid = started.pid;
  lab = await Lab.open({ ...started, ...second });
  await lab.untilReady();
});
afterAll(async () => {
  await first?.guest.run(`chgrp video ${NODE}`);
  if (pid > 0) {
    await first.guest.run(`kill ${pid}`);
    await first.until('the second service has ended', async () => {
      const { code } = await first.guest.run(`[ -e /proc/${pid} ]`);
      return code !== 0;
    });
  }
  lab?.close();
  first?.close();
});

/** Whoever may read the project, so that the guest's user may; nobody where that is root. */
async function userOfProject(guest: Guest): Promise<string> {
  const owner = (await guest.must(`stat -c %u ${join(import.meta.dirname, '../..')}`)).trim();
  return owner === '0' ? '65534' : owner;
}

test('a node that was given to another group is not permitted, which names it; given back, it streams', async () => {
  await lab.guest.must(`chgrp audio ${NODE}`);
  const words = 'The camera may not be opened by this user: the group audio may open it.';
  await expect(lab.call('start_streaming', { device: DEVICE })).rejects.toThrow(words);
  const { stream } = await lab.untilStream(DEVICE, 'has a trouble', ({ trouble }) => trouble !== null);
  expect(stream.trouble).toMatchObject({ reason: 'no_permission', message: words });
  await lab.guest.must(`chgrp video ${NODE}`);
  await lab.call('retry_camera', { device: DEVICE });
  await lab.stream(DEVICE);
  const { stream: live } = await lab.untilLive(DEVICE);
  expect(live.trouble).toBeNull();
});

test('a camera without YUYV is recorded as another raw format, which plays', async () => {
  await lab.stream(DEVICE);
  const { plan } = await lab.call<{ plan: object }>('get_camera_status', { device: DEVICE });
  expect(plan).toMatchObject({ format: 'UYVY', encoder: 'libx264', resolution: '320x180' });
  const session = await lab.call<Session>('start_recording', { device: DEVICE, duration: WISHED_S });
  const listed = await lab.untilListed(session.session_id);
  expect(listed).toMatchObject({ outcome: 'completed', reason: 'duration_reached', gaps: [] });
  const file = await lab.download(listed.download_url);
  const played = playFile(file);
  expect(played.errors).toBe('');
  expect(played.frames, 'a busy emulator drops some').toBeGreaterThan((WISHED_S * RATE_FPS) / 2);
  expect(await probeStream(file, ['codec_name', 'width', 'height'])).toEqual({
    ...{ codec_name: 'h264', width: 320, height: 180 },
  });
});
