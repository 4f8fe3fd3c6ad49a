import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastWords } from '../../../src/adapters/process/bounded-log.ts';
import { isAlive, readMark, readStat } from '../../../src/adapters/process/proc-table.ts';
import { CameraError } from '../../../src/machines/errors.ts';
import { until } from '../../support/until.ts';
import { never, startWorld } from './world.ts';

const waitFor = (what: string) => ({ timeoutMs: 5000, what });

test('a spawned process is its own group leader, bears its mark and gets no more than the allowed environment', async () => {
  process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET = 'very-secret';
  const { runner, sh, dataId } = await startWorld();
  const identity = await sh('exec sleep 60', { nonce: 'n1', variables: { EXTRA: 'yes' } });
  delete process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET;
  expect(identity).toMatchObject({ mark: `${dataId}/capture/camera0/n1`, adopted: false });
  expect(readStat(identity.pid)).toMatchObject({ groupId: identity.pid, startTicks: identity.startTicks });
  const names = (await readFile(`/proc/${identity.pid}/environ`, 'utf8'))
    .split('\0')
    .map((pair) => pair.split('=')[0]);
  const allowed = ['PATH', 'HOME', 'LANG', 'TZ', 'CAMERA_SERVICE_MARK', 'EXTRA', 'PWD', ''];
  expect(names.filter((name) => !allowed.includes(name ?? ''))).toEqual([]);
  expect(await readMark(identity.pid)).toBe(identity.mark);
  expect(runner.ledgerProblem).toBeNull();
});

test('the end of an own child tells its exit code, also when asked for late', async () => {
  const { runner, sh } = await startWorld();
  const identity = await sh('exit 7');
  expect(await runner.ended(identity, never)).toEqual({ exitCode: 7, signal: null });
  expect(await runner.ended(identity, never)).toEqual({ exitCode: 7, signal: null });
});

test('a stop that comes while a process is being spawned ends that one too', async () => {
  const { runner, sh, ledger } = await startWorld();
  let write = () => {};
  const intend = ledger.intend.bind(ledger);
  // The disk takes its time with the intent.
  ledger.intend = async (entry) => {
    await new Promise<void>((resolve) => {
      write = resolve;
    });
    await intend(entry);
  };
  const spawning = sh('exec sleep 60');
  const stopping = runner.stop({ roles: ['capture'], owner: 'camera0' }, { politeSignal: 'SIGTERM' }, never);
  // By then a stop that looks only at what runs would be over.
  await Promise.race([stopping, runner.scan().then(() => runner.scan())]);
  write();
  const identity = await spawning;
  await stopping;
  expect(isAlive(identity)).toBe(false);
});

// Found by chaos, seed 13001: the spawn had begun and was over while the stop still read the process table.
test('a stop ends also a process whose spawn begins and is over while it looks at what runs', async () => {
  const { runner, sh } = await startWorld();
  for (let turn = 1; turn <= 30; turn += 1) {
    const stopping = runner.stop(
      { roles: ['capture'], owner: 'camera0' },
      { politeSignal: 'SIGTERM' },
      never,
    );
    const identity = await sh('exec sleep 60');
    await stopping;
    expect(isAlive(identity), `turn ${turn}`).toBe(false);
  }
});

test('a stop that waits for a spawn can be called off', async () => {
  const { runner, sh, ledger } = await startWorld();
  ledger.intend = () => new Promise<void>(() => {});
  void sh('exec sleep 60');
  const control = new AbortController();
  const stopping = runner.stop(
    { roles: ['capture'], owner: 'camera0' },
    { politeSignal: 'SIGTERM' },
    control.signal,
  );
  control.abort();
  await expect(stopping).rejects.toMatchObject({ code: 'cancelled' });
});

test('the end of a killed child tells the signal', async () => {
  const { runner, sh } = await startWorld();
  const identity = await sh('exec sleep 60');
  process.kill(identity.pid, 'SIGKILL');
  expect(await runner.ended(identity, never)).toEqual({ exitCode: null, signal: 'SIGKILL' });
});

test('waiting for an end can be called off and leaves the process alone', async () => {
  const { runner, sh, nextLife } = await startWorld();
  const identity = await sh('exec sleep 60');
  for (const waiting of [runner, await nextLife()]) {
    const control = new AbortController();
    const ended = waiting.ended(identity, control.signal);
    control.abort();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
  }
  expect(isAlive(identity)).toBe(true);
});

test('a later life finds the process with what the ledger says about it, and sees its end', async () => {
  const { sh, nextLife } = await startWorld();
  const identity = await sh('exec sleep 60', { about: { widthPx: 320 } });
  const later = await nextLife();
  const [found, ...others] = await later.scan({ role: 'capture' });
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    pid: identity.pid,
    startTicks: identity.startTicks,
    adopted: true,
    isMain: true,
  });
  expect(found).toMatchObject({
    owner: 'camera0',
    entry: { about: { widthPx: 320 }, command: expect.stringContaining('sleep') },
  });
  const ended = later.ended(found!, never);
  process.kill(identity.pid, 'SIGKILL');
  expect(await ended).toEqual({ exitCode: null, signal: null });
  expect(await later.scan()).toEqual([]);
});

test('a process is found by its mark even where the ledger is lost', async () => {
  const { sh, dataDirectory, nextLife } = await startWorld();
  const identity = await sh('sleep 60 & wait');
  await writeFile(join(dataDirectory, 'ledger.json'), '{');
  const later = await nextLife();
  expect(later.ledgerProblem).toContain('ledger');
  const found = await until(async () => {
    const all = await later.scan();
    return all.length === 2 && all;
  }, waitFor('the shell and its child'));
  expect(found.map((process) => process.isMain)).toEqual([true, false]);
  expect(found[0]).toMatchObject({ pid: identity.pid, entry: null });
});

test('a scan sees only processes of its own data directory, role and owner', async () => {
  const { runner, sh } = await startWorld();
  const other = await startWorld();
  await other.sh('exec sleep 60');
  const first = await sh('exec sleep 60');
  const second = await sh('exec sleep 60', { owner: 'camera1' });
  expect((await runner.scan()).map((found) => found.pid)).toEqual([first.pid, second.pid]);
  expect((await runner.scan({ owner: 'camera1' })).map((found) => found.pid)).toEqual([second.pid]);
  expect(await runner.scan({ role: 'media-server' })).toEqual([]);
});

test('a missing program is named and leaves nothing in the ledger', async () => {
  const { runner, ledger, logFile } = await startWorld();
  const spawned = runner.spawn({
    role: 'capture',
    owner: 'camera0',
    command: '/nowhere/no-such-ffmpeg',
    args: [],
    logFile,
    logLimitBytes: 1000,
  });
  await expect(spawned).rejects.toMatchObject({
    code: 'missing-program',
    message: 'The program "no-such-ffmpeg" was not found',
  });
  expect(ledger.entries()).toEqual([]);
});

test('an owner that could be mistaken for a separator is refused before anything is started', async () => {
  const { runner, sh } = await startWorld();
  await expect(sh('sleep 60', { owner: 'camera0/x' })).rejects.toThrow(CameraError);
  expect(await runner.scan()).toEqual([]);
});

test('the intent stands in the ledger on disk before the process runs, the pid after', async () => {
  const { sh, dataDirectory } = await startWorld();
  const ledgerFile = join(dataDirectory, 'ledger.json');
  const copy = join(dataDirectory, 'seen.json');
  const identity = await sh(`cp ${ledgerFile} ${copy}; exec sleep 60`, { nonce: 'n2' });
  const seen = await until(
    async () => JSON.parse(await readFile(copy, 'utf8')),
    waitFor('the copied ledger'),
  );
  expect(seen.entries).toMatchObject([{ nonce: 'n2', owner: 'camera0' }]);
  const after = JSON.parse(await readFile(ledgerFile, 'utf8'));
  expect(after.entries).toMatchObject([{ pid: identity.pid, startTicks: identity.startTicks }]);
});

test('a ledger that cannot be written stops no camera, and the runner says so', async () => {
  const { runner, sh, dataDirectory } = await startWorld();
  await mkdir(join(dataDirectory, 'ledger.json.tmp'));
  const identity = await sh('exec sleep 60');
  expect(isAlive(identity)).toBe(true);
  expect(runner.ledgerProblem).toContain('could not be written');
});

test('output goes to the log, and last words are those of the newest process only', async () => {
  const { runner, sh, logFile } = await startWorld();
  await runner.ended(await sh('echo the first one; echo bad >&2'), never);
  expect(await lastWords(logFile, 1000)).toBe('the first one\nbad');
  await runner.ended(await sh('echo the second one'), never);
  expect(await lastWords(logFile, 1000)).toBe('the second one');
  expect(await readFile(logFile, 'utf8')).toContain('the first one');
});

test('a log that cannot be opened stops no camera', async () => {
  const { runner, sh, dataDirectory } = await startWorld();
  await writeFile(join(dataDirectory, 'file'), '');
  const identity = await sh('echo unheard; exit 3', { logFile: join(dataDirectory, 'file', 'x.log') });
  expect(await runner.ended(identity, never)).toEqual({ exitCode: 3, signal: null });
});
