import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DurableFile, writeDurably } from '../../../src/adapters/process/durable-file.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

test('the newest of many saves wins, all of them resolve, and nothing lies beside the file', async () => {
  const folder = await temporaryFolder();
  const file = new DurableFile(join(folder, 'state'));
  await Promise.all(Array.from({ length: 50 }, (_, index) => file.save(`version ${index}`)));
  expect(await readFile(file.path, 'utf8')).toBe('version 49');
  expect(await readdir(folder)).toEqual(['state']);
});

test('a save has its own or newer content on disk when it resolves', async () => {
  const file = new DurableFile(join(await temporaryFolder(), 'state'));
  const seen: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      await file.save(String(index));
      seen.push(Number(await readFile(file.path, 'utf8')) - index);
    }),
  );
  expect(seen).toHaveLength(20);
  expect(seen.every((ahead) => ahead >= 0)).toBe(true);
});

test('a failing write keeps the old content, tells its caller, and the next one works', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'state');
  await writeFile(path, 'old');
  const file = new DurableFile(path);
  await mkdir(`${path}.tmp`);
  await expect(file.save('new')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readFile(path, 'utf8')).toBe('old');
  await rmdir(`${path}.tmp`);
  await file.save('newer');
  expect(await readFile(path, 'utf8')).toBe('newer');
});

test('a folder that vanished is made again', async () => {
  const path = join(await temporaryFolder(), 'gone', 'deep', 'state');
  await writeDurably(path, 'there');
  expect(await readFile(path, 'utf8')).toBe('there');
});

test('what a crash left beside the file is taken over', async () => {
  const path = join(await temporaryFolder(), 'state');
  await writeFile(`${path}.tmp`, 'torn and much longer than the new content');
  await writeDurably(path, 'whole');
  expect(await readFile(path, 'utf8')).toBe('whole');
});
