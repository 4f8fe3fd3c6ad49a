import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { compiledEntry } from '../../support/compiled.ts';
import { playFile } from '../../support/mp4.ts';
import { never, order, SESSION, startSession } from './session.ts';

/** Another process that finishes the session, killed some milliseconds after it began. @returns whether it was done */
async function finishAndKill(
  recordingsFolder: string,
  request: typeof order,
  afterMs: number,
): Promise<boolean> {
  const entry = compiledEntry('adapters/files/recording-folder.ts');
  const script = `
    import { RecordingFolder } from ${JSON.stringify(entry)};
    const files = new RecordingFolder(${JSON.stringify({ recordingsFolder, ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' })});
    console.log('begins');
    await files.finalise(${JSON.stringify(request)}, new AbortController().signal);
    console.log('done');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout! }).on('line', (line) => said.push(line));
  await once(lines, 'line');
  await delay(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return said.includes('done');
}

test.each([
  ['fmp4', [0, 5, 10, 15, 25]],
  ['mkv', [0, 100, 200, 300]],
] as const)(
  'killed after any number of milliseconds, a %s session is finished by the next life',
  async (format, delays) => {
    for (const afterMs of delays) {
      const { files, recordingsFolder, write, visible, left } = await startSession();
      write({ seconds: 1 }, { seconds: 2 }, { seconds: 1 });
      const request = { ...order, format };
      await finishAndKill(recordingsFolder, request, afterMs);
      const finished = await files.finalise(request, never);
      expect(finished, `killed after ${afterMs} ms`).toMatchObject({
        format,
        durationMs: 4000,
        warning: null,
      });
      expect(await visible()).toEqual([`${SESSION}.json`, ...finished.parts.map((part) => part.file)].sort());
      const frames = finished.parts.map((part) => playFile(join(recordingsFolder, part.file)).frames);
      expect(frames.reduce((sum, count) => sum + count, 0)).toBe(40);
      // What an orphan of the killed life still writes has no name any more.
      expect((await left()).filter((name) => !name.endsWith('.tmp') && !name.endsWith('.list'))).toEqual([]);
    }
  },
  60_000,
);

/** A finished session taken back to just before its draft was removed. */
async function justBeforeTheEnd() {
  const session = await startSession();
  const { files, recordingsFolder, partsFolder, write } = session;
  const parts = write({ seconds: 1 }, { seconds: 2 });
  const finished = await files.finalise(order, never);
  const moves = parts.map((from, index) => ({ from, to: finished.parts[index]!.file }));
  const draft = { version: 1, base: SESSION, moves, obsolete: [], recording: finished };
  await writeFile(join(partsFolder, `${SESSION}.draft.json`), JSON.stringify(draft));
  const final = (index: number) => join(recordingsFolder, moves[index]!.to);
  const part = (index: number) => join(partsFolder, moves[index]!.from);
  return { ...session, finished, final, part, sidecar: join(recordingsFolder, `${SESSION}.json`) };
}

test.each(['between two moves', 'within a move', 'before the sidecar', 'after the sidecar'])(
  'after a crash %s the same names are used again',
  async (moment) => {
    const { files, finished, final, part, sidecar, visible, left } = await justBeforeTheEnd();
    if (moment !== 'after the sidecar') await rm(sidecar);
    if (moment === 'between two moves') await rename(final(1), part(1));
    if (moment === 'within a move') await link(final(1), part(1));
    expect(await files.finalise(order, never)).toEqual(finished);
    expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mp4`, `${SESSION}_2.mp4`]);
    expect(await left()).toEqual([]);
  },
);

test('a broken draft is ignored, and no picture is lost', async () => {
  const { files, partsFolder, final, part, sidecar, visible } = await justBeforeTheEnd();
  await rm(sidecar);
  await rename(final(1), part(1));
  await writeFile(join(partsFolder, `${SESSION}.draft.json`), '{');
  const rest = await files.finalise(order, never);
  // The first part has its name already, so the rest cannot be told from another recording's.
  expect(rest.parts).toMatchObject([{ file: `${SESSION}-2.mp4`, durationMs: 2000 }]);
  expect(await visible()).toEqual([`${SESSION}-2.json`, `${SESSION}-2.mp4`, `${SESSION}.mp4`]);
});

test('a file that took the name after the crash is not overwritten: what is left gets another name', async () => {
  const { files, recordingsFolder, final, part, sidecar, visible } = await justBeforeTheEnd();
  await rm(sidecar);
  await copyFile(final(1), part(1));
  await writeFile(final(1), 'foreign');
  const rest = await files.finalise(order, never);
  expect(rest.parts).toMatchObject([{ file: `${SESSION}-2.mp4`, durationMs: 2000 }]);
  expect(await readFile(final(1), 'utf8')).toBe('foreign');
  expect(playFile(join(recordingsFolder, `${SESSION}-2.mp4`)).frames).toBe(20);
  expect(await visible()).toContain(`${SESSION}.mp4`);
});

test('leftovers of a killed remux do not disturb the next one', async () => {
  const { files, partsFolder, write, visible } = await startSession();
  write({ seconds: 1 });
  await mkdir(partsFolder, { recursive: true });
  for (const name of ['joined.mkv.0a.tmp', 'joined.mkv.0a.list', 'joined.mkv', 'cut.mp4']) {
    await writeFile(join(partsFolder, `${SESSION}.${name}`), 'garbage');
  }
  expect(await files.finalise({ ...order, format: 'mkv' }, never)).toMatchObject({
    format: 'mkv',
    durationMs: 1000,
  });
  expect(await visible()).toEqual([`${SESSION}.json`, `${SESSION}.mkv`]);
  expect(await readdir(partsFolder)).toEqual([]);
});
