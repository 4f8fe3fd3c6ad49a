/**
 * Cameras with MJPEG and with H.264 of their own, which `vivid` has not: nodes of v4l2loopback that ffmpeg feeds. They
 * come when it begins and go when it ends, like cameras that are plugged in and out.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { probeStream } from '../support/frames.ts';
import { playFile } from '../support/mp4.ts';
import type { Session } from '../support/recordings.ts';
import { GUEST_SHARE } from './guest.ts';
import { Lab } from './lab.ts';
import { LOOPBACKS, LOOPBACK_RATE_FPS as RATE_FPS } from './settings.ts';

const [MJPEG, H264, BAD] = LOOPBACKS;
const WISHED_S = 5;
/** Longer than all of this takes on a busy machine. */
const FED_S = 600;

interface Plan {
  readonly format: string;
  readonly encoder: string;
  readonly tap_from: string;
  readonly resolution: string;
}

const { noLoopback } = inject('lab');
let lab: Lab;
let writer = 0;
beforeAll(async () => {
  if (noLoopback !== '') return;
  lab = await Lab.open();
  await lab.untilReady();
  writer = await lab.guest.start(feed(), { out: 'writer.out', err: 'writer.err' });
  await lab.until('the three are cameras', async () => (await ready()).length === LOOPBACKS.length);
});
afterAll(async () => {
  if (lab === undefined) return;
  const devices = await ready();
  for (const { device } of devices) await lab.untilIdle(device);
  if (writer > 0) await lab.guest.run(`kill -9 ${writer}`);
  for (const { device } of devices)
    await lab.until(`${device} is forgotten`, async () => {
      await lab.call('forget_camera', { device });
      return true;
    });
  lab.close();
});
beforeEach((ctx) => {
  if (noLoopback !== '') ctx.skip(noLoopback);
});

/**
 * One program writes to all three, as things are on this machine: nothing is drawn or encoded in the guest, which has
 * enough to do with capturing it.
 */
function feed(): string {
  draw('mjpeg.mkv', ['-c:v', 'mjpeg', '-q:v', '8', '-pix_fmt', 'yuvj420p']);
  // STANAG 4406, a keyframe each second.
  const profile = ['-profile:v', 'baseline', '-level', '3.0', '-pix_fmt', 'yuv420p', '-bf', '0'];
  const speed = ['-preset', 'ultrafast', '-g', `${RATE_FPS}`, '-x264-params', 'scenecut=0'];
  draw('h264.mkv', ['-c:v', 'libx264', ...speed, ...profile]);
  const input = (file: string) => ['-re', '-i', `${GUEST_SHARE}/${file}`];
  const output = (from: number, node: string, filters: readonly string[]) => [
    ...['-map', `${from}:v`, '-c', 'copy', ...filters, '-f', 'v4l2', node],
  ];
  return [
    ...['ffmpeg', '-nostdin', '-v', 'error', ...input('mjpeg.mkv'), ...input('h264.mkv')],
    ...output(0, MJPEG.node, []),
    // Parameter sets in front of each keyframe, and none at all.
    ...output(1, H264.node, ['-bsf:v', 'h264_mp4toannexb']),
    ...output(1, BAD.node, ['-bsf:v', 'h264_mp4toannexb,filter_units=remove_types=7-8']),
  ].join(' ');
}

function draw(file: string, codec: readonly string[]): void {
  const source = `testsrc2=size=320x240:rate=${RATE_FPS}:duration=${FED_S}`;
  const args = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, ...codec, '-y'];
  execFileSync('ffmpeg', [...args, join(lab.guest.share, file)]);
}

async function ready() {
  const names: readonly string[] = LOOPBACKS.map(({ name }) => name);
  return Object.values(await lab.cameras()).filter(
    ({ name, state }) => names.includes(name) && state === 'ready.confirmed',
  );
}

async function deviceOf({ name }: { readonly name: string }): Promise<string> {
  return (await ready()).find((camera) => camera.name === name)?.device ?? `no ${name}`;
}

const planOf = async (device: string) =>
  (await lab.call<{ plan: Plan }>('get_camera_status', { device })).plan;

async function expectRecorded(device: string): Promise<void> {
  const session = await lab.call<Session>('start_recording', { device, duration: WISHED_S });
  await lab.untilRecording(device, 'has ended', ({ status }) => status === 'STOPPED');
  await lab.untilIdle(device);
  const listed = await lab.untilListed(session.session_id);
  expect(listed).toMatchObject({ outcome: 'completed', reason: 'duration_reached', gaps: [] });
  const file = await lab.download(listed.download_url);
  const played = playFile(file);
  expect(played.errors).toBe('');
  expect(Math.abs(played.durationMs - listed.duration_ms)).toBeLessThan(300);
  expect(played.frames, 'a busy emulator drops some').toBeGreaterThan((WISHED_S * RATE_FPS) / 2);
  expect(await probeStream(file, ['codec_name', 'width', 'height'])).toEqual({
    codec_name: 'h264',
    width: 320,
    height: 240,
  });
}

test('MJPEG is decoded and encoded, H.264 that conforms is copied; both recordings play', async () => {
  const [mjpeg, h264] = await Promise.all([deviceOf(MJPEG), deviceOf(H264)]);
  // One after the other: an emulated machine is busy enough with one.
  await lab.stream(mjpeg);
  expect(await planOf(mjpeg)).toMatchObject({ format: 'MJPG', encoder: 'libx264', resolution: '320x240' });
  await expectRecorded(mjpeg);
  await lab.stream(h264);
  expect(await planOf(h264)).toMatchObject({ format: 'H264', encoder: 'copy', resolution: '320x240' });
  await expectRecorded(h264);
});

test('H.264 without its parameters is said to be so, and not looked at again and again', async () => {
  const bad = await deviceOf(BAD);
  const message =
    'The camera sends H.264 without its parameters (SPS and PPS), so no picture can be decoded.';
  await expect(lab.call('start_streaming', { device: bad })).rejects.toThrow(message);
  const { stream } = await lab.untilStream(bad, 'is idle again', ({ state }) => state === 'idle');
  expect(stream.trouble).toMatchObject({
    ...{ reason: 'parameters_missing', message },
    suggestion: 'Choose another format of the camera (MJPEG or raw), or re-plug it.',
  });
  expect(await planOf(bad)).toMatchObject({ format: 'H264', encoder: 'copy' });
  const looks = lab
    .story()
    .filter(({ actor, from, to }) => actor === `stream:${bad}` && from !== to && to === 'examining');
  expect(looks).toHaveLength(1);
});
