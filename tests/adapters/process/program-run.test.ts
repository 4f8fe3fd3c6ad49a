import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lines } from '../../../src/adapters/process/line-reader.ts';
import { readStat } from '../../../src/adapters/process/proc-table.ts';
import { run } from '../../../src/adapters/process/program-run.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const options = { timeoutMs: 10_000, signal: never };
const isGone = (pid: number) => readStat(pid)?.alive !== true;

test('output, error output and exit code are results, also when the code is not zero', async () => {
  const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], options);
  expect(result).toEqual({ exitCode: 3, endedBySignal: null, stdout: 'out\n', stderr: 'err\n' });
});

test('a program killed by somebody else ends by a signal', async () => {
  const result = await run('sh', ['-c', 'kill -9 $$'], options);
  expect(result).toMatchObject({ exitCode: null, endedBySignal: 'SIGKILL' });
});

test('input is passed byte for byte, and without input a program that reads ends at once', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const result = await run('od', ['-An', '-v', '-tu1', '-w256'], { ...options, input: bytes });
  expect(result.stdout.trim().split(/\s+/).map(Number)).toEqual([...bytes]);
  expect((await run('cat', [], options)).stdout).toBe('');
});

test('a missing program is named without its folder', async () => {
  await expect(run('/opt/none/ffprobe9', [], options)).rejects.toMatchObject({
    code: 'missing-program',
    message: 'The program "ffprobe9" was not found',
    facts: { program: 'ffprobe9' },
  });
  await expect(lines('/opt/none/udevadm9', [], { line: () => {} }, never)).rejects.toMatchObject({
    code: 'missing-program',
  });
});

test('a file that may not be executed is told apart from a missing one', async () => {
  const plain = join(await temporaryFolder(), 'plain');
  await writeFile(plain, 'no program', { mode: 0o600 });
  await expect(run(plain, [], options)).rejects.toMatchObject({ reason: 'program_not_executable' });
});

test('a run beyond its time is ended, deaf or not', async () => {
  const pidFile = join(await temporaryFolder(), 'pid');
  const script = `trap "" TERM; echo $$ > ${pidFile}; while :; do sleep 0.05; done`;
  await expect(run('sh', ['-c', script], { ...options, timeoutMs: 300 })).rejects.toMatchObject({
    code: 'deadline',
  });
  const pid = Number(await readFile(pidFile, 'utf8'));
  await until(() => isGone(pid), { timeoutMs: 3000, what: 'the end of the deaf program' });
});

test('an aborted run ends its program', async () => {
  const control = new AbortController();
  const pidFile = join(await temporaryFolder(), 'pid');
  const running = run('sh', ['-c', `echo $$ > ${pidFile}; exec sleep 60`], {
    ...options,
    signal: control.signal,
  });
  const rejected = expect(running).rejects.toMatchObject({ code: 'cancelled' });
  const pid = await until(async () => Number(await readFile(pidFile, 'utf8')) || null, {
    timeoutMs: 3000,
    what: 'pid',
  });
  control.abort();
  await rejected;
  await until(() => isGone(pid), { timeoutMs: 3000, what: 'its end' });
  await expect(run('true', [], { ...options, signal: control.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

test('a program that writes without end is ended', async () => {
  const running = run('yes', [], { ...options, maxOutputBytes: 10_000 });
  await expect(running).rejects.toMatchObject({ reason: 'output_too_large' });
});

test('our own settings do not reach a program, and it speaks plain English', async () => {
  process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET = 'very-secret';
  const { stdout } = await run('env', [], options);
  delete process.env.CAMERA_SERVICE_SECURITY_JWT_SECRET;
  expect(stdout).not.toContain('CAMERA_SERVICE_');
  expect(stdout).toContain('LC_ALL=C\n');
});

test('lines come one by one until aborted, and the program ends with the abort', async () => {
  const control = new AbortController();
  const seen: string[] = [];
  const reading = lines(
    'sh',
    ['-c', 'echo $$; printf "a\\nb c\\n\\nd\\n"; exec sleep 60'],
    { line: (text) => seen.push(text) },
    control.signal,
  );
  await until(() => seen.length === 5, { timeoutMs: 3000, what: 'five lines' });
  expect(seen.slice(1)).toEqual(['a', 'b c', '', 'd']);
  control.abort();
  await reading;
  expect(isGone(Number(seen[0]))).toBe(true);
});

test('a talker that ends by itself is an error with its last words, after all its lines', async () => {
  const seen: string[] = [];
  const reading = lines(
    'sh',
    ['-c', 'echo last; echo no monitor >&2; exit 2'],
    { line: (text) => seen.push(text) },
    never,
  );
  await expect(reading).rejects.toMatchObject({
    reason: 'program_ended',
    message: '"sh" ended (exit code 2): no monitor',
  });
  expect(seen).toEqual(['last']);
});
