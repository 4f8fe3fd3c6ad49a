/** The commands as a user meets them when something is wrong: one sentence, the right exit code, nothing started. */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { fakeMachine } from './fake-machine.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

function run(script: string, args: readonly string[], path?: string) {
  const env = path === undefined ? process.env : { ...process.env, PATH: path };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(PROJECT, 'scripts', script), ...args],
    {
      env,
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return { status, stdout, stderr };
}

test('the demo refuses an option that it does not know', () => {
  const { status, stdout, stderr } = run('demo.mjs', ['--webcams', '3']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^Unknown option '--webcams'\.\nUsage: npm run demo/);
});

test('the demo refuses a data directory whose name MediaMTX could not take', () => {
  const { status, stderr } = run('demo.mjs', ['--data', '/tmp/my cameras']);
  expect(status).toBe(2);
  expect(stderr).toContain('/tmp/my cameras may hold only letters, digits');
});

test('the demo says how it is used', () => {
  const { status, stdout } = run('demo.mjs', ['--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run demo -- \[--cameras N\]/);
});

test.each(['demo.mjs', 'test.mjs', 'test-browser.mjs', 'bench.mjs'])(
  '%s names the packages and ends with 3 where ffmpeg cannot be installed',
  (script) => {
    const machine = fakeMachine({ isRoot: false });
    symlinkSync(process.execPath, join(machine.path, 'node'));
    const { status, stdout, stderr } = run(script, [], machine.path);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^Missing: ffmpeg \(it captures and encodes\), v4l2-ctl/);
    expect(stderr).toContain('Debian calls it: ffmpeg v4l-utils');
  },
);
