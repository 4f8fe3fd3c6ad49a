/** Publishes a small moving picture to a media server for a while, as a capture would, and ends. */
import { CameraError } from '../../machines/errors.ts';
import { run } from '../process/program-run.ts';

/** Beyond the picture's own length: for a slow start of ffmpeg on a busy machine. */
const START_ALLOWANCE_MS = 10_000;

export interface TestPicture {
  /** Name or path. */
  readonly ffmpeg: string;
  readonly url: string;
  readonly durationMs: number;
}

/**
 * Resolves when all of it was published; called off, it ends early.
 * @throws CameraError capture-failed (test_picture_refused) | missing-program | deadline | cancelled
 */
export async function publishTestPicture(picture: TestPicture, signal: AbortSignal): Promise<void> {
  // A keyframe twice a second, so that a recorder need not wait for one.
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5'];
  const output = ['-pix_fmt', 'yuv420p', '-f', 'rtsp', '-rtsp_transport', 'tcp', picture.url];
  const length = ['-t', `${picture.durationMs / 1000}`];
  const { exitCode, stderr } = await run(
    picture.ffmpeg,
    ['-nostdin', '-hide_banner', '-loglevel', 'error', ...input, ...length, ...codec, ...output],
    { timeoutMs: picture.durationMs + START_ALLOWANCE_MS, signal },
  );
  if (exitCode === 0) return;
  throw new CameraError('capture-failed', 'A test picture could not be published to the media server', {
    reason: 'test_picture_refused',
    suggestion: 'Let everybody on this host publish to and read from the paths cameraN and sourceN.',
    cause: new Error(stderr.trim().split('\n').at(-1)),
  });
}
