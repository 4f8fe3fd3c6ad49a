/** What is found out about a camera's own H.264, from real streams of a synthetic camera and of sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openedPath } from '../../../src/adapters/ffmpeg/command.ts';
import { FfprobeExaminer } from '../../../src/adapters/ffmpeg/examiner.ts';
import { FfmpegCaptures } from '../../../src/adapters/ffmpeg/runner.ts';
import type { CapturePlan } from '../../../src/machines/values.ts';
import { startCameras } from '../../support/synthetic-cameras.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';
import { never } from '../mediamtx/house.ts';
import { setBackstage } from './stage.ts';

const planAt = (devicePath: string): CapturePlan => ({
  ...{ cameraId: 'camera0', cameraName: 'Synthetic Camera 0', origin: 'synthetic', fourcc: 'H264' },
  ...{ devicePath, widthPx: 320, heightPx: 240, rateFps: 10 },
  ...{ encoder: 'copy', encoderDevicePath: null, tapFrom: 'keyframes' },
});
const settings = { ffprobe: 'ffprobe', lengthMs: 2500, timeoutMs: 15_000 };
const examiner = new FfprobeExaminer({ ...settings, dataId: 'examined' });

/** As the pictures came: half of it more or less is a busy machine. */
const about = (ms: number) => expect.toSatisfy((told: number) => Math.abs(told - ms) <= ms / 2, `${ms} ms`);

/** A camera whose H.264 is made with these options of ffmpeg. */
async function cameraThatGives(options: readonly string[]): Promise<CapturePlan> {
  const plan = planAt(join(await temporaryFolder(), 'camera.sock'));
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=10'];
  const server = createServer((socket) => {
    const args = ['-v', 'error', '-nostdin', ...picture, ...options, '-f', 'h264', '-'];
    const camera = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    camera.stdout.pipe(socket);
    socket.on('error', () => {});
    socket.once('close', () => camera.kill('SIGKILL'));
  });
  server.listen(openedPath(plan));
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return plan;
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

describe("a camera's own H.264", () => {
  test('is told by profile, level, size and keyframes, and the camera is free again', async () => {
    const cameras = await startCameras({ compressed: ['H264'] });
    expect(await examiner.examine(planAt(cameras.path(0)), never)).toEqual({
      ...{ profile: 'Constrained Baseline', level: 3, widthPx: 320, heightPx: 240 },
      ...{ pixelFormat: 'yuv420p', reordered: false, keyframeIntervalMs: about(1000) },
    });
    expect(await examiner.examine(planAt(cameras.path(0)), never)).toMatchObject({ level: 3 });
  });

  test('shows its B-frames and its size, whatever was asked for', async () => {
    const plan = await cameraThatGives([
      ...X264,
      '-bf',
      '2',
      '-profile:v',
      'main',
      '-s',
      '352x288',
      '-g',
      '5',
    ]);
    expect(await examiner.examine(plan, never)).toMatchObject({
      ...{ profile: 'Main', reordered: true, widthPx: 352, heightPx: 288, keyframeIntervalMs: about(500) },
    });
  });

  test('with one keyframe in a long time has no known interval', async () => {
    const plan = await cameraThatGives([...X264, '-bf', '0', '-g', '600', '-tune', 'zerolatency']);
    expect(await examiner.examine(plan, never)).toMatchObject({ keyframeIntervalMs: null, reordered: false });
  });

  test('without parameter sets is nothing that could be decoded', async () => {
    const plan = await cameraThatGives([
      ...X264,
      '-bf',
      '0',
      '-g',
      '10',
      '-bsf:v',
      'filter_units=remove_types=7-8',
    ]);
    expect(await examiner.examine(plan, never)).toBeNull();
  });

  test('cannot be told where the camera is gone or held by another program', async () => {
    const plan = planAt(join(await temporaryFolder(), 'camera.sock'));
    await expect(examiner.examine(plan, never)).rejects.toMatchObject({ code: 'device-gone' });
    const cameras = await startCameras({ compressed: ['H264'] });
    const holder = examiner.examine(planAt(cameras.path(0)), never);
    await expect
      .poll(async () => (await cameras.buttons.report())[0]?.opened, { timeout: 10_000 })
      .toBe(true);
    await expect(examiner.examine(planAt(cameras.path(0)), never)).rejects.toMatchObject({
      code: 'device-busy',
    });
    await holder;
  });

  test('is looked at by a process that a later life finds, and ends with the captures of the camera', async () => {
    const plan = planAt(join(await temporaryFolder(), 'camera.sock'));
    const silent = createServer();
    silent.listen(openedPath(plan));
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { settings: captureSettings, world } = await setBackstage({ url: 'rtsp://127.0.0.1:1/camera0' });
    const { dataId, runner } = world;
    const looking = new FfprobeExaminer({ ...settings, dataId }).examine(plan, never);
    const over = expect(looking).rejects.toThrow();
    const found = async () =>
      (await runner.scan()).map(({ role, owner, isMain }) => ({ role, owner, isMain }));
    await until(async () => (await found()).length > 0, { what: 'ffprobe is found' });
    expect(await found()).toEqual([{ role: 'examine', owner: 'camera0', isMain: true }]);
    const captures = new FfmpegCaptures(await world.nextLife(), captureSettings);
    await captures.stop('camera0', never);
    expect(await found()).toEqual([]);
    await over;
  });
});
