/** Another program had the camera first: the service names it, and streams when it has ended. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const DEVICE = 'camera1';
let lab: Lab;
let pid = 0;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
});
afterAll(async () => {
  if (pid > 0) await lab?.guest.run(`kill -9 ${pid}`);
  await lab?.call('stop_streaming', { device: DEVICE }).catch(() => undefined);
  lab?.close();
});

test('a camera that ffmpeg has open is busy by that process, and streams when it has ended', async () => {
  await lab.untilIdle(DEVICE);
  const node = await lab.nodeOf(DEVICE);
  const capture = `ffmpeg -nostdin -v error -f v4l2 -video_size 320x180 -i ${node}`;
  pid = await lab.guest.start(`${capture} -c copy -f rawvideo -y /dev/null -progress /run/lab/rival.txt`, {
    out: 'rival.out',
    err: 'rival.err',
  });
  await lab.until('the other program has pictures', async () =>
    /^frame=[1-9]/m.test(lab.guest.read('rival.txt')),
  );

  const words = `Another process uses the camera: ffmpeg (pid ${pid}).`;
  await expect(lab.call('start_streaming', { device: DEVICE })).rejects.toThrow(words);
  const { stream } = await lab.untilStream(DEVICE, 'has a trouble', ({ trouble }) => trouble !== null);
  expect(stream.trouble).toMatchObject({ reason: 'device_busy', message: words });

  await lab.guest.must(`kill ${pid}`);
  await lab.until('the other program has ended', async () => {
    const { code } = await lab.guest.run(`[ -e /proc/${pid} ]`);
    return code !== 0;
  });
  pid = 0;
  await lab.call('retry_camera', { device: DEVICE });
  await lab.stream(DEVICE);
  const { stream: live } = await lab.untilLive(DEVICE);
  expect(live.trouble).toBeNull();
});
