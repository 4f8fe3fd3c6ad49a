import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { TapFolder, tapFile } from '../../../src/adapters/ffmpeg/tap.ts';
import type { TappedFrame } from '../../../src/machines/values.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

/** A tap folder, a way to write pictures as ffmpeg does, and what a watcher of camera0 is told. */
async function stage() {
  const folder = join(await temporaryFolder(), 'taps');
  await mkdir(folder);
  const tap = new TapFolder({ folder, clock: systemClock });
  const put = async (cameraId: string, content: string) => {
    const file = tapFile(folder, cameraId);
    await writeFile(`${file}.tmp`, content);
    await rename(`${file}.tmp`, file);
  };
  const watch = () => {
    const frames: TappedFrame[] = [];
    const stop = new AbortController();
    const ended = tap.watch('camera0', (frame) => void frames.push(frame), stop.signal);
    onTestFinished(() => stop.abort());
    return { frames, stop, ended };
  };
  return { folder, tap, put, watch };
}

/** Puts pictures until the watcher, which begins a little after its call, has seen the last one put. */
async function seenFirst(put: (content: string) => Promise<void>, frames: readonly TappedFrame[]) {
  let tries = 0;
  const isLast = () => frames.at(-1)?.digest === createHash('sha1').update(`first ${tries}`).digest('hex');
  await until(
    async () => {
      if (isLast()) return true;
      tries += 1;
      await put(`first ${tries}`);
      await until(isLast, { what: 'this one is seen', timeoutMs: 200 }).catch(() => {});
      return isLast();
    },
    { what: 'a first picture is seen' },
  );
}

describe('frame tap', () => {
  test('tells each new picture within moments, equal ones too, with equal digests', async () => {
    const { put, watch } = await stage();
    const { frames } = watch();
    await seenFirst((content) => put('camera0', content), frames);
    const seen = frames.length;
    const fromMonoMs = systemClock.monoMs();
    await put('camera0', 'other!');
    await until(() => frames.length === seen + 1, { what: 'the other picture', timeoutMs: 500 });
    expect(frames.at(-1)!.seenMonoMs - fromMonoMs).toBeLessThan(300);
    expect(frames.at(-1)!.sizeBytes).toBe(6);
    await put('camera0', 'other!');
    await until(() => frames.length === seen + 2, { what: 'the same picture, written anew', timeoutMs: 500 });
    expect(frames.at(-1)!.digest).toBe(frames.at(-2)!.digest);
    expect(frames.at(-1)!.digest).not.toBe(frames[0]!.digest);
  });

  test('says nothing of a picture from before, of another camera, or of an empty file', async () => {
    const { put, watch } = await stage();
    await put('camera0', 'old');
    const { frames } = watch();
    await put('camera1', 'somebody else');
    await put('camera0', '');
    await seenFirst((content) => put('camera0', content), frames);
    expect(frames.map(({ sizeBytes }) => sizeBytes)).toEqual(frames.map(() => 'first 1'.length));
  });

  test('makes a vanished folder again at once and sees what comes then', async () => {
    const { folder, put, watch } = await stage();
    const { frames } = watch();
    await seenFirst((content) => put('camera0', content), frames);
    const before = frames.length;
    await rm(folder, { recursive: true });
    await until(() => stat(folder), { what: 'the folder is back', timeoutMs: 500 });
    await put('camera0', 'in the new folder');
    await until(() => frames.length > before, { what: 'the picture in the new folder' });
    expect(frames.at(-1)!.sizeBytes).toBe(17);
  });

  test('ends when it is aborted', async () => {
    const { frames, stop, ended, put } = await stage().then((on) => ({ ...on, ...on.watch() }));
    stop.abort();
    await ended;
    await put('camera0', 'late');
    expect(frames).toEqual([]);
  });

  test('is writable where a file can be written, and says why where not', async () => {
    const { folder, tap } = await stage();
    expect(await tap.writable(never)).toEqual({ ok: true, problem: null });
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file in its place');
    expect(await tap.writable(never)).toEqual({
      ok: false,
      problem: 'The runtime directory cannot be written (EEXIST).',
    });
  });

  test('clears the picture and what a full disk left of one, twice without harm', async () => {
    const { folder, tap, put } = await stage();
    await put('camera0', 'picture');
    await writeFile(join(folder, 'camera0.jpg.tmp'), '');
    await tap.clear('camera0');
    await tap.clear('camera0');
    await expect(stat(join(folder, 'camera0.jpg'))).rejects.toThrow('ENOENT');
    await expect(stat(join(folder, 'camera0.jpg.tmp'))).rejects.toThrow('ENOENT');
  });
});
