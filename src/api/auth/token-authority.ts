/**
 * JSON Web Tokens, HS256 and nothing else. The secret is a KeyObject: jsonwebtoken is 45 times slower with text.
 * All four claims (user, role, iat, exp) are required; a token without an end is refused.
 */
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { CameraError } from '../../machines/errors.ts';
import { RpcFault } from '../rpc/fault.ts';
import type { Principal } from './principal.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { isRole, type Role } from './roles.ts';

const WHAT = 'the token secret file';
const MIN_SECRET_CHARACTERS = 32;
const LONGEST_TOKEN = 8192;
const CLOCK_SKEW_S = 60;

/** Signs and verifies the tokens of one service. */
export class TokenAuthority {
  readonly #key: KeyObject;
  readonly #wallMs: () => number;

  constructor(secret: string, wallMs: () => number) {
    this.#key = createSecretKey(Buffer.from(secret));
    this.#wallMs = wallMs;
  }

  /** @throws RpcFault auth-failed: token_expired, token_invalid, token_claims_missing */
  verify(token: string): Principal {
    const nowS = Math.floor(this.#wallMs() / 1000);
    const claims = this.#claims(token, nowS);
    const subject = claims.user_id ?? claims.sub;
    if (typeof subject !== 'string' || subject === '' || !isRole(claims.role)) {
      throw refused('token_claims_missing', 'The token lacks user_id (or sub), or its role is none of ours.');
    }
    if (typeof claims.iat !== 'number' || typeof claims.exp !== 'number') {
      throw refused('token_claims_missing', 'The token lacks iat or exp.');
    }
    if (claims.iat > nowS + CLOCK_SKEW_S) {
      throw refused('token_invalid', 'The token was issued in the future; compare the clocks.');
    }
    return { subject, role: claims.role, method: 'jwt', keyId: null, expiresAtMs: claims.exp * 1000 };
  }

  /** A token for this user that ends after `ttlMs` milliseconds (rounded up to seconds). */
  sign(userId: string, role: Role, ttlMs: number): string {
    const iat = Math.floor(this.#wallMs() / 1000);
    const exp = iat + Math.ceil(ttlMs / 1000);
    return jwt.sign({ user_id: userId, role, iat, exp }, this.#key, { algorithm: 'HS256' });
  }

  #claims(token: string, nowS: number): Record<string, unknown> {
    if (token.length > LONGEST_TOKEN) throw refused('token_invalid', 'The token is longer than any of ours.');
    try {
      const claims = jwt.verify(token, this.#key, { algorithms: ['HS256'], clockTimestamp: nowS });
      if (typeof claims === 'object') return claims as Record<string, unknown>;
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) throw refused('token_expired', 'The token has expired.');
    }
    throw refused('token_invalid', 'The token is malformed, or signed with another secret or algorithm.');
  }
}

/**
 * The secret of this service: the configured one, else the one in the file, made at the first start.
 * @throws CameraError bad-params when the configured one is too short, storage when the file fails
 */
export async function tokenSecret(configured: string, path: string): Promise<string> {
  if (configured !== '') {
    if (configured.length >= MIN_SECRET_CHARACTERS) return configured;
    throw new CameraError(
      'bad-params',
      `security.jwt_secret has fewer than ${MIN_SECRET_CHARACTERS} characters.`,
      {
        reason: 'jwt_secret_short',
        suggestion: 'Leave it empty and one is made, or set at least 32 random characters.',
      },
    );
  }
  const kept = (await readPrivateFile(path, WHAT))?.trim();
  if (kept !== undefined && kept.length >= MIN_SECRET_CHARACTERS) return kept;
  const made = randomBytes(32).toString('base64url');
  await writePrivateFile(path, `${made}\n`, WHAT);
  return made;
}

function refused(reason: string, details: string): RpcFault {
  return new RpcFault('auth-failed', { reason, details });
}
