import { spawnSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog, type LogSettings } from '../../../src/adapters/log/log.ts';
import { transitionLine } from '../../../src/adapters/log/transition-line.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

async function startLog(settings: Partial<LogSettings> = {}) {
  const file = join(await temporaryFolder(), 'log', 'service.log');
  const log = createLog({ level: 'info', format: 'json', file, ...settings });
  const text = () => readFile(file, 'utf8');
  const entries = async () =>
    (await text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { log, file, text, entries };
}

test('a line is on disk when the call returns, with its level, time and fields', async () => {
  const { log, file, entries } = await startLog();
  log.info({ camera: 'camera0' }, 'plugged');
  log.debug('not written');
  const [entry, ...others] = await entries();
  expect(entry).toMatchObject({ level: 'info', camera: 'camera0', msg: 'plugged' });
  expect(new Date(entry.time).toISOString()).toBe(entry.time);
  expect(others).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a file that is there is appended to', async () => {
  const { log, file, text } = await startLog();
  log.info('first');
  createLog({ level: 'info', format: 'json', file }).info('second');
  expect((await text()).trim().split('\n')).toHaveLength(2);
});

test.each(['json', 'pretty'] as const)('no secret is written as %s, wherever it stands', async (format) => {
  const { log, text } = await startLog({ format, secrets: ['known-secret-value'] });
  const inner = new Error('GET http://a:hunter2@h/ failed');
  log.error(
    {
      err: new Error('rtsp://a:hunter2@h/x broke', { cause: inner }),
      deep: { list: [{ auth_token: 'hunter2' }] },
    },
    'Bearer hunter2hunter2',
  );
  log.child({ password: 'hunter2' }).info('the value is known-secret-value');
  expect(await text()).not.toMatch(/hunter2|known-secret-value/);
  expect(await text()).toContain('<redacted>');
});

test('a pretty line is one line for people', async () => {
  const { log, text } = await startLog({ format: 'pretty' });
  log.warn({ camera: 'camera0' }, 'unplugged');
  expect(await text()).toMatch(/^\[\d\d:\d\d:\d\d\.\d+\] WARN: unplugged \{"camera":"camera0"\}\n$/);
});

test('a step of an actor is one line with where it was and where it went', async () => {
  const { log, entries } = await startLog();
  const facts = {
    actor: 'stream:camera0',
    machine: 'stream',
    event: 'path.seen',
    from: 'starting',
    to: 'live.flowing',
  };
  transitionLine(log, { ...facts, correlationId: 'c-1' });
  transitionLine(log, { ...facts, from: 'live.flowing' });
  transitionLine(log, facts);
  const [first, second, ...others] = await entries();
  const { correlationId: _, ...fields } = { ...facts, correlationId: null };
  expect(first).toMatchObject({
    ...fields,
    correlation_id: 'c-1',
    msg: 'stream:camera0 starting -> live.flowing',
  });
  expect(second).not.toHaveProperty('correlation_id');
  expect(others).toEqual([]);
});

test('a log file that cannot be opened is an error at once', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const settings = { level: 'info', format: 'json', file: join(folder, 'file', 'x.log') } as const;
  expect(() => createLog(settings)).toThrow(
    expect.objectContaining({ code: 'storage', reason: 'log_unwritable' }),
  );
});

test('without a file lines go to standard error, all of them, even when the process ends at once', () => {
  const entry = compiledEntry('adapters/log/log.ts');
  const script = `
    import { createLog } from ${JSON.stringify(entry)};
    const log = createLog({ level: 'info', format: 'json', file: '' });
    for (let n = 0; n < 500; n += 1) log.info({ n }, 'line');
    process.exit(3);`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ended.status).toBe(3);
  expect(ended.stdout).toBe('');
  expect(ended.stderr.trim().split('\n')).toHaveLength(500);
});

test('a full disk costs lines, not the service', () => {
  const entry = compiledEntry('adapters/log/log.ts');
  const script = `
    import { createLog } from ${JSON.stringify(entry)};
    const log = createLog({ level: 'info', format: 'json', file: '/dev/full' });
    for (let n = 0; n < 10; n += 1) log.info('lost');
    setTimeout(() => process.exit(5), 50);`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(5);
});
