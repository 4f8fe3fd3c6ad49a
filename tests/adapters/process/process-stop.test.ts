import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive, readStat } from '../../../src/adapters/process/proc-table.ts';
import { until } from '../../support/until.ts';
import { never, startWorld } from './world.ts';

const waitFor = (what: string) => ({ timeoutMs: 5000, what });
const POLITE = { politeSignal: 'SIGINT', deadlineMs: 5000 } as const;
/** A shell's background children ignore SIGINT. */
const TERMINATE = { politeSignal: 'SIGTERM', deadlineMs: 60_000 } as const;

test('a polite process ends by the polite signal, long before the deadline', async () => {
  const { runner, sh, logFile } = await startWorld();
  const identity = await sh('trap "echo bye; exit 4" INT; echo up; while :; do sleep 0.05; done');
  await until(async () => (await readFile(logFile, 'utf8')).includes('up\n'), waitFor('the trap'));
  const startMs = performance.now();
  await runner.stop(identity, POLITE, never);
  expect(performance.now() - startMs).toBeLessThan(2000);
  expect(await runner.ended(identity, never)).toEqual({ exitCode: 4, signal: null });
});

test('a deaf process and its deaf child are killed at the deadline', async () => {
  const { runner, sh, logFile } = await startWorld();
  const identity = await sh(
    'trap "" INT; sh -c "trap \\"\\" INT; echo up; while :; do sleep 0.05; done" & wait; sleep 60',
  );
  await until(async () => (await readFile(logFile, 'utf8')).includes('up\n'), waitFor('the child'));
  await runner.stop(identity, { politeSignal: 'SIGINT', deadlineMs: 200 }, never);
  expect(await runner.scan()).toEqual([]);
  expect(await runner.ended(identity, never)).toEqual({ exitCode: null, signal: 'SIGKILL' });
});

test('a stopped process (SIGSTOP) is killed at the deadline', async () => {
  const { runner, sh } = await startWorld();
  const identity = await sh('exec sleep 60');
  process.kill(identity.pid, 'SIGSTOP');
  await runner.stop(identity, { politeSignal: 'SIGINT', deadlineMs: 100 }, never);
  expect(isAlive(identity)).toBe(false);
});

test('a stop by role and owner ends every such process and no other, also those of an earlier life', async () => {
  const { runner, sh, nextLife } = await startWorld();
  const first = await sh('exec sleep 60');
  const second = await sh('exec sleep 60');
  const other = await sh('exec sleep 60', { owner: 'camera01' });
  const later = await nextLife();
  await later.stop({ roles: ['capture'], owner: 'camera0' }, POLITE, never);
  expect([first, second, other].map(isAlive)).toEqual([false, false, true]);
  expect((await runner.scan()).map((found) => found.pid)).toEqual([other.pid]);
});

test('children that outlive their leader, or left its group, end too', async () => {
  const { runner, sh } = await startWorld();
  const identity = await sh('setsid sleep 60 & sleep 60 & exit 0');
  await runner.ended(identity, never);
  await until(async () => {
    const found = await runner.scan();
    return found.length === 2 && new Set(found.map((process) => process.groupId)).size === 2;
  }, waitFor('two orphans in two groups'));
  await runner.stop({ roles: ['capture'], owner: 'camera0' }, TERMINATE, never);
  expect(await runner.scan()).toEqual([]);
});

test('a child that dropped the mark ends with its group', async () => {
  const { runner, sh, logFile } = await startWorld();
  const identity = await sh('env -i PATH="$PATH" sh -c "echo \\$\\$; exec sleep 60" & wait');
  const pid = await until(
    async () => Number(/^(\d+)$/m.exec(await readFile(logFile, 'utf8'))?.[1]) || null,
    waitFor('its pid'),
  );
  const child = readStat(pid)!;
  expect(child.groupId).toBe(identity.pid);
  await runner.stop(identity, TERMINATE, never);
  expect(isAlive(child)).toBe(false);
});

test('a recycled pid is never signalled', async () => {
  const { runner, dataId } = await startWorld();
  const stranger = spawn('sleep', ['60'], { detached: true });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const real = readStat(stranger.pid!)!;
  const recycled = {
    pid: real.pid,
    startTicks: real.startTicks - 1,
    mark: `${dataId}/capture/camera0/n`,
    adopted: true,
  };
  await runner.stop(recycled, { politeSignal: 'SIGKILL', deadlineMs: 0 }, never);
  expect(await runner.ended(recycled, never)).toEqual({ exitCode: null, signal: null });
  expect(isAlive(real)).toBe(true);
});

test('stopping what is already gone succeeds, twice at once too', async () => {
  const { runner, sh, ledger } = await startWorld();
  const identity = await sh('exec sleep 60');
  await Promise.all([runner.stop(identity, POLITE, never), runner.stop(identity, POLITE, never)]);
  await runner.stop(identity, POLITE, never);
  await runner.stop({ roles: ['capture'], owner: 'nobody' }, POLITE, never);
  expect(ledger.entries()).toEqual([]);
});

test('an aborted stop leaves the process to its polite signal and does not kill it', async () => {
  const { runner, sh } = await startWorld();
  const identity = await sh('trap "" INT; exec sleep 60');
  const control = new AbortController();
  const stopped = runner.stop(identity, { politeSignal: 'SIGINT', deadlineMs: 60_000 }, control.signal);
  control.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(isAlive(identity)).toBe(true);
});
