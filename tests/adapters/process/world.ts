/** A runner on a data directory of its own, whose processes all end with the test. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readBootId } from '../../../src/adapters/clock/boot-id.ts';
import { Ledger } from '../../../src/adapters/process/ledger.ts';
import { ProcessRunner } from '../../../src/adapters/process/process-runner.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

export const never = new AbortController().signal;
export const KILL = { politeSignal: 'SIGKILL', deadlineMs: 0 } as const;

export async function startWorld(dataId = `test${process.pid}x${Math.random().toString(36).slice(2)}`) {
  const dataDirectory = await temporaryFolder();
  const bootId = await readBootId();
  const ledger = await Ledger.open({ dataDirectory, bootId });
  const settings = { dataId, dataDirectory, killAfterMs: 1000, adoptedPollMs: 20 };
  const runner = new ProcessRunner({ ...settings, ledger });
  onTestFinished(async () => {
    for (const found of await runner.scan()) await runner.stop(found, KILL, never);
  });
  const logFile = join(dataDirectory, 'log', 'process.log');
  const sh = (script: string, extra: object = {}) =>
    runner.spawn({
      role: 'capture',
      owner: 'camera0',
      command: 'sh',
      args: ['-c', script],
      logFile,
      logLimitBytes: 100_000,
      ...extra,
    });
  /** As after a crash: the same data directory, but no process is a child any more. */
  const nextLife = async () =>
    new ProcessRunner({ ...settings, ledger: await Ledger.open({ dataDirectory, bootId }) });
  return { runner, ledger, dataDirectory, dataId, bootId, logFile, sh, nextLife };
}
