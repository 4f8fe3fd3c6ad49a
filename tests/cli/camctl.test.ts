import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compiledEntry } from '../support/compiled.ts';
import { openApi } from '../support/open-api.ts';
import { until } from '../support/until.ts';

/** camctl as users run it: a process of its own. */
function start(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [compiledEntry('cli/camctl.ts'), ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.err += chunk;
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, text, code };
}

async function service() {
  const api = await openApi();
  await writeFile(
    join(api.dataDirectory, 'camctl.json'),
    JSON.stringify({ ws: api.url, http: api.http, api_key: api.keyOf.admin }),
  );
  return api;
}

test('finds the service by its data directory, prints, and ends with 0', async () => {
  const { dataDirectory } = await service();
  const { text, code } = start(['--data', dataDirectory, '--json', 'list']);
  expect(await code).toBe(0);
  expect(JSON.parse(text.out).total).toBe(2);
  expect(text.err).toBe('');
});

test('ends with 1 and one line on an error, with 2 on wrong usage', async () => {
  const { dataDirectory } = await service();
  const wrong = start(['--data', dataDirectory, 'status', 'camera9']);
  expect(await wrong.code).toBe(1);
  expect(wrong.text.err).toBe(
    'camctl: No camera "camera9" is known. Call get_camera_list for the cameras that exist.\n',
  );
  const usage = start(['dance']);
  expect(await usage.code).toBe(2);
});

test('ends with 130 when it is interrupted', async () => {
  const { dataDirectory } = await service();
  const { child, text, code } = start(['--data', dataDirectory, 'watch']);
  await until(() => text.out.includes('camera0'), { what: 'the table', timeoutMs: 15_000 });
  child.kill('SIGINT');
  expect(await code).toBe(130);
});
