/** From nothing to a recording on a real kernel: found through udev, probed, streamed, photographed, recorded. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyStream, packetsOf, probeStream } from '../support/frames.ts';
import { playFile } from '../support/mp4.ts';
import type { Session } from '../support/recordings.ts';
import { Lab } from './lab.ts';

const WISHED_S = 6;
const FRAME_MS = 100;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
});
afterAll(() => lab?.close());

test('the two cameras are found by the udev addon, and none of the other nodes of their driver is one', async () => {
  const nodes = (await lab.guest.must('ls -d /dev/video* /dev/vbi* /dev/radio*')).trim().split('\n');
  expect(nodes.length, 'the driver makes nodes of every kind').toBeGreaterThan(10);
  const status = await lab.call<{ discovery: object; media_server: { kind: string } }>('get_status');
  // An addon that did not load would leave the work to udevadm: this must not go unnoticed.
  expect(status.discovery).toMatchObject({ source: 'udev', trouble: null });
  expect(lab.mediaServer).toMatch(status.media_server.kind);
  const cameras = Object.values(await lab.cameras()).map(({ device, name, status }) => [
    device,
    name,
    status,
  ]);
  expect(cameras).toEqual([
    ['camera0', 'vivid-000-vid-cap', 'CONNECTED'],
    ['camera1', 'vivid-001-vid-cap', 'CONNECTED'],
  ]);
});

test('what a camera offers is what v4l2-ctl lists', async () => {
  const listed = await lab.guest.must('v4l2-ctl -d /dev/video0 --list-formats-ext');
  const fourccs = [...listed.matchAll(/^\s*\[\d+\]: '(.{4}(?:-BE)?)'/gm)].map((found) => found[1]);
  const first = listed.split(/^\s*\[\d+\]: /m)[1]!;
  const sizes = [...first.matchAll(/Size: Discrete (\d+x\d+)/g)].map((found) => found[1]);
  expect(fourccs.length).toBeGreaterThan(50);
  expect(sizes).toContain('640x360');
  const known = await lab.call<{ formats: string[]; modes: { sizes: { resolution: string }[] }[] }>(
    'get_camera_capabilities',
    { device: 'camera0' },
  );
  expect(new Set(known.formats)).toEqual(new Set(fourccs));
  expect(known.modes[0]?.sizes.map(({ resolution }) => resolution)).toEqual(sizes);
});

test('a reader gets pictures, a snapshot is a JPEG of their size, a recording is as long as ordered and plays', async () => {
  await lab.stream('camera0');
  const copy = lab.file('reader.mp4');
  await copyStream(lab.rtspUrl('camera0'), copy, 3);
  expect(await probeStream(copy, ['codec_name', 'width', 'height'])).toEqual({
    codec_name: 'h264',
    width: 320,
    height: 180,
  });
  expect((await packetsOf(copy)).length, 'pictures of 3 s').toBeGreaterThan(10);

  const shot = await lab.call<{ download_url: string }>('take_snapshot', { device: 'camera0' });
  const jpeg = await probeStream(await lab.download(shot.download_url), ['codec_name', 'width', 'height']);
  expect(jpeg).toEqual({ codec_name: 'mjpeg', width: 320, height: 180 });

  const session = await lab.call<Session>('start_recording', { device: 'camera0', duration: WISHED_S });
  const listed = await lab.untilListed(session.session_id);
  expect(listed).toMatchObject({ outcome: 'completed', reason: 'duration_reached', gaps: [] });
  expect(Math.abs(listed.duration_ms - WISHED_S * 1000)).toBeLessThan(1000);
  const played = playFile(await lab.download(listed.download_url));
  expect(played.errors).toBe('');
  expect(Math.abs(played.durationMs - listed.duration_ms)).toBeLessThan(2 * FRAME_MS);
  expect(played.frames, 'a busy emulator drops some').toBeGreaterThan((WISHED_S * 1000) / FRAME_MS / 2);
});
