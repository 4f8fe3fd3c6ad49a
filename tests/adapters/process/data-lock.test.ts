import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { readDataId } from '../../../src/adapters/process/data-id.ts';
import { lockDataDirectory } from '../../../src/adapters/process/data-lock.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** Another process that holds the lock, told to be there by its own word. */
async function startHolder(dataDirectory: string) {
  const entry = compiledEntry('adapters/process/data-lock.ts');
  const script = `
    import { lockDataDirectory } from ${JSON.stringify(entry)};
    const lock = await lockDataDirectory(${JSON.stringify(dataDirectory)});
    console.log(lock.dataId);
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [dataId] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { child, dataId };
}

test('a second service is refused with the pid of the first, and the kernel frees the lock when that is killed', async () => {
  const dataDirectory = await temporaryFolder();
  const { child, dataId } = await startHolder(dataDirectory);
  await expect(lockDataDirectory(dataDirectory)).rejects.toMatchObject({
    code: 'wrong-state',
    reason: 'data_directory_locked',
    facts: { pid: child.pid },
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockDataDirectory(dataDirectory);
  expect(lock.dataId).toBe(dataId);
  await lock.release();
});

test('a holder that does not answer still holds', async () => {
  const dataDirectory = await temporaryFolder();
  const { child } = await startHolder(dataDirectory);
  child.kill('SIGSTOP');
  await expect(lockDataDirectory(dataDirectory)).rejects.toMatchObject({
    reason: 'data_directory_locked',
    facts: { pid: null },
  });
});

test('the same directory under another name is the same lock', async () => {
  const folder = await temporaryFolder();
  const real = join(folder, 'real');
  await symlink(real, join(folder, 'alias'));
  const lock = await lockDataDirectory(real);
  await expect(lockDataDirectory(join(folder, 'alias'))).rejects.toMatchObject({
    reason: 'data_directory_locked',
  });
  await lock.release();
});

test('a directory that was removed and made again is still locked by its path', async () => {
  const dataDirectory = join(await temporaryFolder(), 'data');
  const lock = await lockDataDirectory(dataDirectory);
  await rm(dataDirectory, { recursive: true });
  await expect(lockDataDirectory(dataDirectory)).rejects.toMatchObject({ facts: { pid: process.pid } });
  await lock.release();
});

test('two directories do not lock each other, and a refusal leaves nothing held', async () => {
  const folder = await temporaryFolder();
  const [one, two] = await Promise.all([
    lockDataDirectory(join(folder, 'one')),
    lockDataDirectory(join(folder, 'two')),
  ]);
  expect(one.dataId).not.toBe(two.dataId);
  await expect(lockDataDirectory(join(folder, 'one'))).rejects.toThrow();
  await one.release();
  const again = await lockDataDirectory(join(folder, 'one'));
  await Promise.all([again.release(), two.release()]);
});

test('the directory is made private to its owner', async () => {
  const dataDirectory = join(await temporaryFolder(), 'data');
  await mkdir(dataDirectory, { mode: 0o755 });
  const lock = await lockDataDirectory(dataDirectory);
  expect((await stat(dataDirectory)).mode & 0o777).toBe(0o700);
  await lock.release();
});

test('the data id is made once, also by many at the same time', async () => {
  const dataDirectory = join(await temporaryFolder(), 'data');
  const ids = await Promise.all(Array.from({ length: 8 }, () => readDataId(dataDirectory)));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  expect((await readFile(join(dataDirectory, 'id'), 'utf8')).trim()).toBe(ids[0]);
});

test('a broken data id is an error that names the file, not a new id', async () => {
  const dataDirectory = await temporaryFolder();
  await writeFile(join(dataDirectory, 'id'), 'oops');
  await expect(readDataId(dataDirectory)).rejects.toMatchObject({
    code: 'storage',
    reason: 'data_id_broken',
  });
  expect(await readFile(join(dataDirectory, 'id'), 'utf8')).toBe('oops');
});
