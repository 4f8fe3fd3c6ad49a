import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LogKeeper, lastWords, openLog, trimLog } from '../../../src/adapters/process/bounded-log.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';
import { startWorld } from './world.ts';

test('a log beyond its limit keeps its last whole lines', async () => {
  const path = join(await temporaryFolder(), 'x.log');
  await writeFile(path, Array.from({ length: 1000 }, (_, index) => `line ${index}\n`).join(''));
  await trimLog(path, 4000);
  const text = await readFile(path, 'utf8');
  expect(text.length).toBeLessThan(1200);
  expect(text).toMatch(/^\[cut at \d+ bytes\]\nline \d+\n/);
  expect(text.endsWith('line 999\n')).toBe(true);
});

test('a log within its limit, and one that is not there, are left alone', async () => {
  const path = join(await temporaryFolder(), 'x.log');
  await trimLog(path, 10);
  await writeFile(path, '0123456789');
  await trimLog(path, 10);
  expect(await readFile(path, 'utf8')).toBe('0123456789');
  expect(await lastWords(join(path, 'nowhere'), 100)).toBe('');
});

test('a talkative process writes on into its log while that is cut again and again', async () => {
  const { sh, logFile } = await startWorld();
  const limitBytes = 20_000;
  await sh('i=0; while :; do i=$((i+1)); echo "word $i"; done', { logLimitBytes: limitBytes });
  const keeper = new LogKeeper();
  onTestFinished(() => keeper.close());
  keeper.watch(logFile, limitBytes, () => true);
  for (let round = 0; round < 3; round += 1) {
    await until(async () => (await stat(logFile)).size > limitBytes, {
      timeoutMs: 5000,
      what: 'a grown log',
    });
    const before = Number(/word (\d+)\n$/.exec(await readFile(logFile, 'utf8'))?.[1]);
    await keeper.check();
    const text = await readFile(logFile, 'utf8');
    expect(text.startsWith('\0')).toBe(false);
    await until(async () => Number((await lastWords(logFile, 200)).match(/word (\d+)$/)?.[1]) > before, {
      timeoutMs: 5000,
      what: 'newer words',
    });
  }
});

test('a start after a restart of the service cuts what grew meanwhile', async () => {
  const path = join(await temporaryFolder(), 'log', 'x.log');
  await (await openLog(path, 1000, 'a')).close();
  await writeFile(path, 'x\n'.repeat(5000));
  await (await openLog(path, 1000, 'b')).close();
  expect((await stat(path)).size).toBeLessThan(500);
});
