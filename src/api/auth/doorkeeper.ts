/** Turns a token or key into a principal, and says on every call whether that principal still holds. */
import { RpcFault } from '../rpc/fault.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { Principal } from './principal.ts';
import type { TokenAuthority } from './token-authority.ts';

export type CredentialKind = 'jwt' | 'api_key' | 'auto';

/** Admits clients. Keeps no state of its own. */
export class Doorkeeper {
  readonly #keys: ApiKeyStore;
  readonly #tokens: TokenAuthority;
  readonly #wallMs: () => number;

  constructor(keys: ApiKeyStore, tokens: TokenAuthority, wallMs: () => number) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.#wallMs = wallMs;
  }

  /** @throws RpcFault auth-failed with the reason */
  admit(secret: string, kind: CredentialKind): Principal {
    const isKey = kind === 'api_key' || (kind === 'auto' && secret.startsWith('csk_'));
    if (!isKey) return this.#tokens.verify(secret);
    const record = this.#keys.find(secret);
    if (record === undefined) {
      throw new RpcFault('auth-failed', {
        reason: 'api_key_invalid',
        details: 'This API key is not known here.',
      });
    }
    const principal: Principal = {
      subject: record.name,
      role: record.role,
      method: 'api_key',
      keyId: record.id,
      expiresAtMs: record.expiresAtMs,
    };
    this.check(principal);
    return principal;
  }

  /** Whether the principal holds at this moment. */
  holds(principal: Principal): boolean {
    const inTime = principal.expiresAtMs === null || principal.expiresAtMs > this.#wallMs();
    return inTime && (principal.keyId === null || this.#keys.has(principal.keyId));
  }

  /** @throws RpcFault auth-failed: token_expired, api_key_expired, api_key_revoked */
  check(principal: Principal): void {
    if (this.holds(principal)) return;
    if (principal.method === 'jwt') {
      throw new RpcFault('auth-failed', {
        reason: 'token_expired',
        details: 'The token of this connection has expired.',
      });
    }
    const revoked = principal.keyId !== null && !this.#keys.has(principal.keyId);
    throw new RpcFault('auth-failed', {
      reason: revoked ? 'api_key_revoked' : 'api_key_expired',
      details: revoked ? 'The API key was taken back.' : 'The API key has expired.',
    });
  }
}
