/** The login that HTTP headers carry: `Authorization: Bearer` (a token or a key) or `X-API-Key`. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Doorkeeper } from '../auth/doorkeeper.ts';
import type { Principal } from '../auth/principal.ts';

/**
 * @returns null when the headers carry none (another Authorization scheme belongs to a proxy and counts as none)
 * @throws RpcFault auth-failed when they carry one that is not accepted
 */
export function principalOf(headers: IncomingHttpHeaders, doorkeeper: Doorkeeper): Principal | null {
  const key = headers['x-api-key'];
  if (typeof key === 'string') return doorkeeper.admit(key, 'api_key');
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  return bearer === undefined ? null : doorkeeper.admit(bearer, 'auto');
}
