/** The ffmpeg that is installed says what the rules expect, of whatever version it is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { troubleOfEnd } from '../../../src/adapters/ffmpeg/trouble.ts';
import { run } from '../../../src/adapters/process/program-run.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const FFMPEG = process.env.FFMPEG_BIN ?? 'ffmpeg';
const signal = new AbortController().signal;
const ffmpeg = (args: readonly string[], input?: Uint8Array) =>
  run(FFMPEG, ['-hide_banner', '-nostats', '-loglevel', 'warning', ...args], {
    ...{ timeoutMs: 20_000, signal },
    ...(input === undefined ? {} : { input }),
  });

/** The trouble of an ffmpeg that reads this and throws the pictures away. */
async function troubleWith(input: readonly string[], devicePath: string, fed?: Uint8Array) {
  const { exitCode, endedBySignal, stderr } = await ffmpeg([...input, '-f', 'null', '-'], fed);
  const plan = { origin: 'v4l2', devicePath } as const;
  return troubleOfEnd({ exitCode, signal: endedBySignal, words: stderr, plan, devicePresent: true });
}

test('frames of nonsense, where JPEG was promised', async () => {
  const frame = (n: number) => [
    ...[0xff, 0xd8],
    ...Array.from({ length: 3000 }, (_, i) => (i * 73 + n * 31) % 240),
    ...[0xff, 0xd9],
  ];
  const bytes = Uint8Array.from(Array.from({ length: 40 }, (_, n) => frame(n)).flat());
  expect(await troubleWith(['-f', 'mjpeg', '-i', 'pipe:0'], 'pipe:0', bytes)).toMatchObject({
    code: 'decoder-errors',
    reason: 'undecodable',
  });
});

test('H.264 without SPS and PPS', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'bare.h264');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-frames:v', '20'];
  const bare = ['-c:v', 'libx264', '-bsf:v', 'filter_units=remove_types=6|7|8', '-f', 'h264', file];
  expect(await ffmpeg([...source, ...bare])).toMatchObject({ exitCode: 0 });
  expect(await troubleWith(['-f', 'h264', '-i', file], '/dev/video9')).toMatchObject({
    code: 'decoder-errors',
    reason: 'parameters_missing',
  });
});

test('a node that is not there, and one that is no camera', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'video9');
  expect(await troubleWith(['-f', 'v4l2', '-i', file], file)).toMatchObject({ code: 'device-gone' });
  writeFileSync(file, '');
  expect(await troubleWith(['-f', 'v4l2', '-i', file], file)).toMatchObject({ code: 'invalid-format' });
});
