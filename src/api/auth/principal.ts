/** Who a client is, once it has shown a token or a key. */
import type { Role } from './roles.ts';

export interface Principal {
  /** The token's user or the key's name; for logs, never for decisions. */
  readonly subject: string;
  readonly role: Role;
  readonly method: 'jwt' | 'api_key';
  /** Id of the API key; null for a token. */
  readonly keyId: string | null;
  /** Epoch milliseconds; null: never. */
  readonly expiresAtMs: number | null;
}
