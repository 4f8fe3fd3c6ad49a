import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findAddress } from '../../src/cli/address.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const FILE = { ws: 'ws://127.0.0.1:9/ws', http: 'http://127.0.0.1:9', api_key: 'csk_of_the_file' };

async function dataFolder(content: string = JSON.stringify(FILE)): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'camctl.json'), content);
  return folder;
}

test('options win over the environment, the environment over the file', async () => {
  const data = await dataFolder();
  const env = { CAMCTL_URL: 'ws://env/ws', CAMCTL_KEY: 'of the environment' };
  expect(await findAddress({ url: 'ws://option/ws', key: 'of the option', data, env })).toEqual({
    url: 'ws://option/ws',
    key: 'of the option',
  });
  expect(await findAddress({ data, env })).toEqual({ url: 'ws://env/ws', key: 'of the environment' });
  expect(await findAddress({ data, env: {} })).toEqual({ url: FILE.ws, key: FILE.api_key });
});

test('the demo of the folder one stands in is found by itself', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, '.demo/data'), { recursive: true });
  await writeFile(join(folder, '.demo/data/camctl.json'), JSON.stringify(FILE));
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(folder);
  expect(await findAddress({ env: {} })).toEqual({ url: FILE.ws, key: FILE.api_key });
  // The key of one service is not shown to another one.
  expect(await findAddress({ url: 'ws://elsewhere/ws', env: {} })).toEqual({
    url: 'ws://elsewhere/ws',
    key: undefined,
  });
  expect(await findAddress({ url: FILE.ws, env: {} })).toEqual({ url: FILE.ws, key: FILE.api_key });
});

test('a data directory without the file, or with a broken one, is an error with advice', async () => {
  await expect(findAddress({ data: await temporaryFolder(), env: {} })).rejects.toMatchObject({
    message: expect.stringContaining('no camctl.json'),
    suggestion: expect.any(String),
  });
  for (const content of ['', '{', '{"ws":5}', 'null']) {
    await expect(findAddress({ data: await dataFolder(content), env: {} })).rejects.toMatchObject({
      message: expect.stringContaining('cannot be understood'),
    });
  }
});
