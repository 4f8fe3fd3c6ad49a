import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApiKeyStore } from '../../../src/api/auth/api-key-store.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const NOW_MS = Date.UTC(2026, 10, 23);

async function store(): Promise<{ keys: ApiKeyStore; path: string; folder: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, 'api-keys.json');
  return { keys: new ApiKeyStore(path, () => NOW_MS), path, folder };
}

describe('an API key', () => {
  test('starts with csk_ and holds 256 random bits', async () => {
    const { keys } = await store();
    const made = await Promise.all([keys.create('viewer', 'one'), keys.create('viewer', 'two')]);
    for (const key of made) expect(key).toMatch(/^csk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(made[0]).not.toBe(made[1]);
  });

  test('is found by exactly its text', async () => {
    const { keys } = await store();
    const key = await keys.create('operator', 'the door bell', NOW_MS + 1000);
    expect(keys.find(key)).toMatchObject({
      role: 'operator',
      name: 'the door bell',
      expiresAtMs: NOW_MS + 1000,
    });
    const last = key.endsWith('A') ? 'B' : 'A';
    for (const wrong of [
      key.slice(0, -1),
      `${key.slice(0, -1)}${last}`,
      `${key}A`,
      key.toUpperCase(),
      '',
      'csk_',
      ` ${key}`,
    ]) {
      expect(keys.find(wrong)).toBeUndefined();
    }
  });

  test('is kept as a hash alone, in a file that only its owner may read', async () => {
    const { keys, path, folder } = await store();
    const key = await keys.create('admin', 'root of all');
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(key);
    // The secret itself may hold underscores.
    const [, id, secret] = /^csk_([0-9a-f]{12})_(.{43})$/.exec(key)!;
    expect(text).not.toContain(secret);
    expect(JSON.parse(text).keys[0]).toEqual({
      id,
      name: 'root of all',
      role: 'admin',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      created: '2026-11-23T00:00:00.000Z',
      expires: null,
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['api-keys.json']);
  });

  test('survives a restart', async () => {
    const { keys, path } = await store();
    const made = await Promise.all(['a', 'b', 'c'].map((name) => keys.create('viewer', name)));
    const again = new ApiKeyStore(path, () => NOW_MS);
    await again.load();
    for (const key of made) expect(again.find(key)).toEqual(keys.find(key));
  });

  test('is not given out when it cannot be kept', async () => {
    const keys = new ApiKeyStore('/proc/nowhere/api-keys.json', () => NOW_MS);
    await expect(keys.create('viewer', 'x')).rejects.toMatchObject({
      code: 'storage',
      reason: 'private_file_failed',
    });
    await expect(keys.create('viewer', 'x')).rejects.not.toThrow(/proc/);
  });
});

describe('the key file', () => {
  test('may be missing: no keys', async () => {
    const { keys } = await store();
    await keys.load();
    expect(keys.find('csk_0123456789ab_')).toBeUndefined();
  });

  test.each(['', '{', '{"version":2,"keys":[]}', '{"version":1,"keys":[{"id":"x"}]}'])(
    'holding %j stops the start with a clear error',
    async (text) => {
      const { keys, path } = await store();
      await writeFile(path, text);
      await expect(keys.load()).rejects.toMatchObject({ code: 'storage', reason: 'api_keys_unreadable' });
    },
  );

  test('that others could read is closed to them', async () => {
    const { keys, path } = await store();
    await writeFile(path, '{"version":1,"keys":[]}', { mode: 0o644 });
    await keys.load();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
