/** Copying into another container: nothing may be lost, and nothing is called lost that is there. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { remux } from '../../../src/adapters/files/remux.ts';
import { barcodesOf } from '../../support/frames.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const tools = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffprobe',
  remuxTimeoutMs: 20_000,
  signal: new AbortController().signal,
};

/** A part as the recorder writes it. */
async function part(pictures: number): Promise<string> {
  const path = join(await temporaryFolder('remux-'), 'part.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10', '-frames:v', `${pictures}`];
  const container = ['-c:v', 'libx264', '-bf', '0', '-movflags', '+frag_keyframe+empty_moov', path];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...container]);
  return path;
}

test.each([1, 2])(
  'a recording of %i pictures, the last of which was long, is copied to MPEG-TS',
  async (pictures) => {
    const path = await part(pictures);
    const output = path.replace('.mp4', '.ts');
    // By the recorder the last picture lasted until the end of the recording; MPEG-TS tells its usual length.
    const inputs = [{ path, durationMs: pictures * 100 + 60 }];
    await remux({ inputs, format: 'mpegts', limitMs: null, output }, tools);
    expect((await barcodesOf(output)).length).toBe(pictures);
  },
);

test('a copy that misses pictures is none', async () => {
  const path = await part(30);
  const ffmpeg = join(await temporaryFolder('remux-'), 'ffmpeg');
  writeFileSync(ffmpeg, '#!/bin/sh\nexec ffmpeg -t 1 "$@"\n', { mode: 0o755 });
  const request = {
    inputs: [{ path, durationMs: 3000 }],
    limitMs: null,
    output: path.replace('.mp4', '.ts'),
  };
  await expect(remux({ ...request, format: 'mpegts' }, { ...tools, ffmpeg })).rejects.toThrow(
    'pictures would be lost',
  );
});
