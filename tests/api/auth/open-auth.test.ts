import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAuth, writeAccessFile } from '../../../src/api/auth/open-auth.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const addresses = { ws: 'ws://127.0.0.1:8002/ws', http: 'http://127.0.0.1:8002' };

test('the access file holds the addresses and an admin key, and keeps the key over restarts', async () => {
  const dataDirectory = await temporaryFolder();
  const open = () => openAuth({ dataDirectory, jwtSecret: '', apiKeysFile: '', wallMs: Date.now });
  const path = join(dataDirectory, 'camctl.json');
  const { keys } = await open();
  const key = await writeAccessFile(keys, dataDirectory, addresses);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ ...addresses, api_key: key });
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const again = await open();
  expect(again.keys.find(key)?.role).toBe('admin');
  expect(await writeAccessFile(again.keys, dataDirectory, addresses)).toBe(key);

  await writeFile(path, 'broken');
  expect(await writeAccessFile(again.keys, dataDirectory, addresses)).not.toBe(key);
});

test('tokens of one life are good in the next', async () => {
  const dataDirectory = await temporaryFolder();
  const open = () => openAuth({ dataDirectory, jwtSecret: '', apiKeysFile: '', wallMs: Date.now });
  const token = (await open()).tokens.sign('eve', 'viewer', 60_000);
  expect((await open()).tokens.verify(token).subject).toBe('eve');
});
