import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Ledger } from '../../../src/adapters/process/ledger.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const entry = (nonce: string, about: Record<string, unknown> = {}) => ({
  role: 'capture',
  owner: 'camera0',
  nonce,
  command: 'ffmpeg',
  logFile: '/run/x.log',
  logLimitBytes: 1000,
  intendedAtMs: 1,
  about,
});

test('entries of this boot are there again after a restart, those of another boot are void', async () => {
  const dataDirectory = await temporaryFolder();
  const first = await Ledger.open({ dataDirectory, bootId: 'one' });
  await first.intend(entry('a', { plan: { widthPx: 640 } }));
  await first.complete('a', 123, 456);
  await first.intend(entry('b'));
  const same = await Ledger.open({ dataDirectory, bootId: 'one' });
  expect(same.entries()).toMatchObject([
    { nonce: 'a', pid: 123, startTicks: 456, about: { plan: { widthPx: 640 } } },
    { nonce: 'b', pid: null, startTicks: null },
  ]);
  const rebooted = await Ledger.open({ dataDirectory, bootId: 'two' });
  expect(rebooted.entries()).toEqual([]);
});

test('a removed entry is gone from the disk', async () => {
  const dataDirectory = await temporaryFolder();
  const ledger = await Ledger.open({ dataDirectory, bootId: 'one' });
  await Promise.all(['a', 'b', 'c'].map((nonce) => ledger.intend(entry(nonce))));
  await ledger.remove('a', 'c', 'unknown');
  const onDisk = JSON.parse(await readFile(join(dataDirectory, 'ledger.json'), 'utf8'));
  expect(onDisk.entries.map((found: { nonce: string }) => found.nonce)).toEqual(['b']);
});

test('credentials in what an entry is about never reach the disk', async () => {
  const dataDirectory = await temporaryFolder();
  const ledger = await Ledger.open({ dataDirectory, bootId: 'one' });
  await ledger.intend(entry('a', { sources: [{ url: 'rtsp://admin:hunter2@10.0.0.9/x' }] }));
  const text = await readFile(join(dataDirectory, 'ledger.json'), 'utf8');
  expect(text).not.toContain('hunter2');
  expect(text).toContain('10.0.0.9/x');
});

test.each(['{', '{"version":2,"entries":[]}', '{"version":1,"entries":[{"pid":"x"}]}'])(
  'a broken ledger (%s) is put aside and said to be',
  async (text) => {
    const dataDirectory = await temporaryFolder();
    await writeFile(join(dataDirectory, 'ledger.json'), text);
    const told: string[] = [];
    const ledger = await Ledger.open({ dataDirectory, bootId: 'one', report: (text) => told.push(text) });
    expect(ledger.entries()).toEqual([]);
    expect(told).toEqual([expect.stringContaining('ledger.json.broken')]);
    expect(ledger.problem).toBe(told[0]);
    expect(await readFile(join(dataDirectory, 'ledger.json.broken'), 'utf8')).toBe(text);
  },
);
