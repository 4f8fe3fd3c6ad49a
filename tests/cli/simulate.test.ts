/** `camctl simulate` as a person or a program reads it; what it simulates is proven in tests/simulation. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT, runCamctl } from '../../src/cli/program.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** Runs it without any service. */
async function run(...args: readonly string[]) {
  let out = '';
  let err = '';
  const io = {
    env: {},
    isTerminal: false,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await runCamctl(['simulate', ...args], io, new AbortController().signal);
  return { code, out, err };
}

async function configFile(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'try.yml');
  await writeFile(file, text);
  return file;
}

test('a configuration stands beside the defaults in one table, with what is different in it', async () => {
  const config = await configFile('stream:\n  backoff_max_ms: 600000\n');
  const { code, out } = await run('--config', config, '--days', '1', '--seed', '5', '--cameras', '2');
  expect(code).toBe(EXIT.ok);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^1 days, seed 5\. Failures: (\d+ [a-z-]+(, )?)+\.$/);
  expect(lines[1]).toBe('stream.backoff_max_ms: 600000 instead of 30000');
  expect(lines[3]).toMatch(
    /^POLICY +CAMERA +LIVE +POSSIBLE +LONGEST OUTAGE +RESTARTS +RECORDINGS +RECORDED$/,
  );
  const rows = lines.slice(4, 10).map((line) => line.split(/ {2,}/).slice(0, 2).join(' '));
  expect(rows).toEqual(
    ['defaults', 'given'].flatMap((policy) =>
      ['camera0', 'camera1', 'all'].map((name) => `${policy} ${name}`),
    ),
  );
  expect(lines[4]).toMatch(/ \d+\.\d{3} % +\d+\.\d{3} % +\d+:\d\d +\d+ +\d+ +\d+\.\d{3} %$/);
  expect(out).toContain('Restarts of the media server: ');
  expect(out).not.toContain('Not well');
});

test('without a configuration the defaults stand alone; rates can be told, and the same seed says the same', async () => {
  const args = ['--days', '1', '--cameras', '1', '--rate', 'crash=12', '--rate', 'flap=0'];
  const first = await run(...args);
  expect(first.code).toBe(EXIT.ok);
  expect(first.out).toMatch(/\b\d+ crash\b/);
  expect(first.out).not.toMatch(/\bflap\b|\bgiven\b/);
  expect((await run(...args)).out).toBe(first.out);
  expect((await run(...args, '--seed', '2')).out).not.toBe(first.out);
});

test('what cannot be simulated is said in one sentence', async () => {
  const wrong = async (...args: readonly string[]) => {
    const { code, err } = await run(...args);
    expect(code).toBe(EXIT.error);
    return err;
  };
  expect(await wrong('--rate', 'rain=3')).toContain(
    '--rate rain=3 is not a kind of failure and a number a day.',
  );
  expect(await wrong('--days', '0')).toContain('--days is 1 to 365');
  expect(await wrong('--config', await configFile('stream:\n  backof_ms: 5\n'))).toContain('backof_ms');
  expect(await wrong('--config', await configFile('mediamtx:\n  mode: external\n'))).toContain(
    'An external media server cannot be simulated',
  );
});
