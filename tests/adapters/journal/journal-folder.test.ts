/** The journal on disk: numbered files, torn lines, and disks that do not take them. Real files, and a real small disk. */
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastLines } from '../../../src/adapters/journal/journal-files.ts';
import { JournalFolder } from '../../../src/adapters/journal/journal-folder.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const open = (folder: string, { fileBytes = 1000, files = 3 } = {}) => {
  const said: string[] = [];
  const journal = new JournalFolder({ folder, fileBytes, files, report: (sentence) => said.push(sentence) });
  return { journal, said };
};
const line = (number: number) => `{"seq":${number},"filler":"${'x'.repeat(80)}"}\n`;
const seqs = (lines: readonly string[]) => lines.map((text) => (JSON.parse(text) as { seq: number }).seq);
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function write(journal: JournalFolder, first: number, last: number): Promise<void> {
  for (const number of range(first, last)) {
    journal.append(line(number));
    await journal.written();
  }
}

test('a full file is followed by the next, and only so many are kept', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  const { journal, said } = open(folder);
  await write(journal, 1, 60);
  await journal.close();
  expect(readdirSync(folder)).toEqual(['trace-000004.ndjson', 'trace-000005.ndjson', 'trace-000006.ndjson']);
  expect(seqs(await lastLines(folder, 1_000_000))).toEqual(range(31, 60));
  expect(said).toEqual([]);
});

test('the next life goes on in the last file, behind a line that was cut short', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  const first = open(folder);
  await write(first.journal, 1, 2);
  await first.journal.close();
  appendFileSync(join(folder, 'trace-000001.ndjson'), '{"seq":3,"fil');
  const second = open(folder);
  await write(second.journal, 4, 5);
  await second.journal.close();
  const lines = await lastLines(folder, 1_000_000);
  expect(lines).toContain('{"seq":3,"fil');
  expect(seqs(lines.filter((text) => text.endsWith('}')))).toEqual([1, 2, 4, 5]);
});

test('only the end of the files is read, from a whole line on', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  const { journal } = open(folder);
  await write(journal, 1, 20);
  await journal.close();
  const lineBytes = line(15).length;
  expect(seqs(await lastLines(folder, lineBytes * 3 + 10))).toEqual([18, 19, 20]);
  expect(await lastLines(join(folder, 'not-there'), 1000)).toEqual([]);
});

test('what is appended while a write is under way goes out with the next, in order', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  const { journal } = open(folder, { fileBytes: 1_000_000 });
  for (const number of range(1, 500)) journal.append(line(number));
  await journal.close();
  expect(seqs(await lastLines(folder, 1_000_000))).toEqual(range(1, 500));
});

test('a full disk costs lines and one sentence, and lines are kept again when there is room', async (ctx) => {
  const disk = await smallDisk(64);
  if (disk === null) return ctx.skip('this user may not mount a small disk');
  const folder = join(disk, 'journal');
  const { journal, said } = open(folder, { fileBytes: 1_000_000 });
  await write(journal, 1, 5);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(40_960));
  try {
    appendFileSync(join(disk, 'ballast'), Buffer.alloc(65_536));
  } catch {
    // Full now, which is what it is for.
  }
  await write(journal, 6, 200);
  expect(journal.lost).toBeGreaterThan(0);
  expect(said).toEqual([expect.stringMatching(/cannot be written \(ENOSPC\)/)]);
  rmSync(join(disk, 'ballast'));
  await write(journal, 201, 203);
  await journal.close();
  expect(said).toHaveLength(2);
  expect(said[1]).toContain(`${journal.lost} records are missing`);
  const whole = (await lastLines(folder, 1_000_000)).filter((text) => text.endsWith('}'));
  expect(seqs(whole).slice(0, 5)).toEqual(range(1, 5));
  expect(seqs(whole).slice(-3)).toEqual(range(201, 203));
});

test('a folder that cannot be written harms nobody and is told once', async () => {
  const parent = await temporaryFolder();
  // A file where the folder should be stops everybody, root too.
  writeFileSync(join(parent, 'journal'), '');
  const { journal, said } = open(join(parent, 'journal'));
  await write(journal, 1, 3);
  expect(journal.lost).toBe(3);
  expect(said).toHaveLength(1);
  expect(said[0]).not.toContain(parent);
  rmSync(join(parent, 'journal'));
  await write(journal, 4, 4);
  await journal.close();
  expect(readFileSync(join(parent, 'journal', 'trace-000001.ndjson'), 'utf8')).toBe(line(4));
});

test('the last words of a process are written at once', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  const { journal } = open(folder);
  await write(journal, 1, 1);
  journal.append(line(2));
  journal.append(line(3));
  journal.writeNow();
  await journal.close();
  expect(seqs(await lastLines(folder, 1_000_000)).toSorted()).toEqual([1, 2, 3]);
});
