/** The worst picture there is, noise, through the capture's own command; into a file, since nobody has to watch it. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { captureArguments, openedPath } from '../../../src/adapters/ffmpeg/command.ts';
import type { CapturePlan } from '../../../src/machines/values.ts';
import { packetsOf } from '../../support/frames.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { ENCODING } from './stage.ts';

const FRAMES = 120;

test('a noisy picture stays within the bitrate and a buffer of one second', async () => {
  const folder = await temporaryFolder();
  const plan: CapturePlan = {
    ...{ cameraId: 'camera0', cameraName: 'Noise', origin: 'synthetic', fourcc: 'YUYV' },
    ...{ devicePath: join(folder, 'noise.sock'), widthPx: 320, heightPx: 240, rateFps: 20 },
    ...{ encoder: 'libx264', encoderDevicePath: null, tapFrom: 'all' },
  };
  await serveNoise(openedPath(plan), plan);
  const file = join(folder, 'noise.mkv');
  const args = captureArguments(plan, ENCODING, {
    ...{ publishUrl: file, tapFile: join(folder, 'tap.jpg'), lumaFile: join(folder, 'tap.luma') },
  });
  const intoFile = args.map((arg) =>
    arg === 'rtsp' ? 'matroska' : arg === 'rtsp_transport=tcp' ? 'live=1' : arg,
  );
  await execa(process.env.FFMPEG_BIN ?? 'ffmpeg', intoFile);

  const packets = await packetsOf(file);
  expect(packets).toHaveLength(FRAMES);
  const lengthS = packets.at(-1)!.timeS - packets[0]!.timeS;
  const bits = 8 * packets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // Noise needs all it can get; over 20 s the buffer is one part in twenty.
  expect(bits).toBeGreaterThan(0.7 * 600_000 * lengthS);
  expect(bits).toBeLessThan(600_000 * (lengthS + 1));
});

/** A camera that shows noise and then is unplugged. */
async function serveNoise(path: string, { widthPx, heightPx, rateFps }: CapturePlan): Promise<void> {
  const pictures = Array.from({ length: 5 }, () => randomBytes(widthPx * heightPx * 2));
  const server = createServer((socket) => {
    let sent = 0;
    const timer = setInterval(() => {
      socket.write(pictures[sent % pictures.length]!);
      sent += 1;
      if (sent < FRAMES) return;
      clearInterval(timer);
      socket.end();
    }, 1000 / rateFps);
    socket.on('error', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}
