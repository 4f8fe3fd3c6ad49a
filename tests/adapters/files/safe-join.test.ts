import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { safeJoin } from '../../../src/adapters/files/safe-join.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

async function startFolder() {
  const outer = await realpath(await temporaryFolder());
  const folder = join(outer, 'recordings');
  await mkdir(join(folder, 'inner'), { recursive: true });
  await mkdir(`${folder}-more`);
  await writeFile(join(outer, 'secret'), 'secret');
  await writeFile(join(`${folder}-more`, 'x.mp4'), 'secret');
  await writeFile(join(folder, 'a b.mp4'), 'video');
  await writeFile(join(folder, '.hidden'), 'hidden');
  return { outer, folder };
}

test('a visible file of the folder is its real path', async () => {
  const { folder } = await startFolder();
  expect(await safeJoin(folder, 'a b.mp4')).toBe(join(folder, 'a b.mp4'));
  await symlink('a b.mp4', join(folder, 'link.mp4'));
  expect(await safeJoin(folder, 'link.mp4')).toBe(join(folder, 'a b.mp4'));
});

test('a folder that is itself a link is as good', async () => {
  const { outer, folder } = await startFolder();
  await symlink(folder, join(outer, 'alias'));
  expect(await safeJoin(join(outer, 'alias'), 'a b.mp4')).toBe(join(folder, 'a b.mp4'));
});

test.each([
  '',
  '.',
  '..',
  '../secret',
  '/etc/passwd',
  'inner/../../secret',
  '..\\secret',
  '.hidden',
  'a\0b',
  'inner/x',
])('the name %j is refused', async (name) => {
  const { folder } = await startFolder();
  await expect(safeJoin(folder, name)).rejects.toMatchObject({ code: 'bad-params', reason: 'bad_filename' });
});

test('a link that leads outside, also into a folder with a longer name, is as if it were not there', async () => {
  const { outer, folder } = await startFolder();
  await symlink(join(outer, 'secret'), join(folder, 'out.mp4'));
  await symlink(join(`${folder}-more`, 'x.mp4'), join(folder, 'near.mp4'));
  await symlink('loop.mp4', join(folder, 'loop.mp4'));
  for (const name of ['out.mp4', 'near.mp4', 'loop.mp4', 'missing.mp4', 'inner', '%2e%2e%2fsecret']) {
    await expect(safeJoin(folder, name), name).rejects.toMatchObject({ code: 'not-found' });
  }
});
