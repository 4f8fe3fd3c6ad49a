import { createSecretKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { TokenAuthority, tokenSecret } from '../../../src/api/auth/token-authority.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const NOW_S = 1_795_000_000;
const authority = () => new TokenAuthority(SECRET, () => NOW_S * 1000);
const claims = { user_id: 'eve', role: 'operator', iat: NOW_S, exp: NOW_S + 60 };
const signed = (payload: object, options: jwt.SignOptions = {}, secret = SECRET) =>
  jwt.sign(payload, createSecretKey(Buffer.from(secret)), {
    algorithm: 'HS256',
    noTimestamp: !('iat' in payload),
    ...options,
  });

describe('a token', () => {
  test('with all four claims is admitted', () => {
    expect(authority().verify(signed(claims))).toEqual({
      subject: 'eve',
      role: 'operator',
      method: 'jwt',
      keyId: null,
      expiresAtMs: (NOW_S + 60) * 1000,
    });
  });

  test('may name its user as sub', () => {
    const { user_id: sub, ...rest } = claims;
    expect(authority().verify(signed({ ...rest, sub })).subject).toBe('eve');
  });

  test('signed here is admitted here', () => {
    const own = authority();
    expect(own.verify(own.sign('eve', 'viewer', 1500))).toMatchObject({
      role: 'viewer',
      expiresAtMs: (NOW_S + 2) * 1000,
    });
  });

  test.each(['user_id', 'role', 'iat', 'exp'] as const)('without %s is refused', (claim) => {
    const { [claim]: _, ...rest } = claims;
    expect(() => authority().verify(signed(rest))).toThrow(
      expect.objectContaining({ fault: 'auth-failed', reason: 'token_claims_missing' }),
    );
  });

  test.each([{ role: 'root' }, { role: 3 }, { role: '__proto__' }, { user_id: '' }, { user_id: 5 }])(
    'with %j is refused',
    (change) => {
      expect(() => authority().verify(signed({ ...claims, ...change }))).toThrow(
        expect.objectContaining({ reason: 'token_claims_missing' }),
      );
    },
  );

  test('that has expired, to the second, is refused as expired', () => {
    expect(() => authority().verify(signed({ ...claims, exp: NOW_S }))).toThrow(
      expect.objectContaining({ reason: 'token_expired' }),
    );
  });

  test.each([
    ['another secret', signed(claims, {}, 'x'.repeat(32))],
    ['another algorithm', signed(claims, { algorithm: 'HS512' })],
    ['no algorithm', jwt.sign(claims, null, { algorithm: 'none', noTimestamp: true })],
    ['an issue date in the future', signed({ ...claims, iat: NOW_S + 3600, exp: NOW_S + 7200 })],
    ['no structure', 'not.a.token'],
    ['nothing', ''],
    ['ten thousand characters', `${signed(claims)}${'x'.repeat(10_000)}`],
    ['a text as payload', jwt.sign('eve', createSecretKey(Buffer.from(SECRET)))],
  ])('with %s is refused as invalid', (_, token) => {
    expect(() => authority().verify(token)).toThrow(expect.objectContaining({ reason: 'token_invalid' }));
  });
});

describe('the secret', () => {
  test('is made once, random, in a file that only its owner may read', async () => {
    const path = join(await temporaryFolder(), 'jwt-secret');
    const made = await tokenSecret('', path);
    expect(made.length).toBeGreaterThanOrEqual(43);
    expect(await tokenSecret('', path)).toBe(made);
    expect((await readFile(path, 'utf8')).trim()).toBe(made);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('of the configuration wins, unless it is short', async () => {
    const path = join(await temporaryFolder(), 'jwt-secret');
    expect(await tokenSecret(SECRET, path)).toBe(SECRET);
    await expect(tokenSecret('short', path)).rejects.toMatchObject({
      code: 'bad-params',
      reason: 'jwt_secret_short',
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
