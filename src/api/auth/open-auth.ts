/** Opens what the doorkeeper needs from the data directory, and the file by which camctl finds the service. */
import { join } from 'node:path';
import { ApiKeyStore } from './api-key-store.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { TokenAuthority, tokenSecret } from './token-authority.ts';

export interface AuthOptions {
  readonly dataDirectory: string;
  /** security.jwt_secret; empty: made once and kept. */
  readonly jwtSecret: string;
  /** security.api_keys_file; empty: api-keys.json in the data directory. */
  readonly apiKeysFile: string;
  readonly wallMs: () => number;
}

/** @throws CameraError bad-params (secret too short), storage */
export async function openAuth(options: AuthOptions): Promise<{ keys: ApiKeyStore; tokens: TokenAuthority }> {
  const keys = new ApiKeyStore(
    options.apiKeysFile || join(options.dataDirectory, 'api-keys.json'),
    options.wallMs,
  );
  await keys.load();
  const secret = await tokenSecret(options.jwtSecret, join(options.dataDirectory, 'jwt-secret'));
  return { keys, tokens: new TokenAuthority(secret, options.wallMs) };
}

/**
 * Writes `camctl.json` (0600) with the addresses and an admin key; a key that is there and still known is kept.
 * May be repeated at every start. @returns the key. @throws CameraError storage
 */
export async function writeAccessFile(
  keys: ApiKeyStore,
  dataDirectory: string,
  addresses: { readonly ws: string; readonly http: string },
): Promise<string> {
  const path = join(dataDirectory, 'camctl.json');
  const known = keyIn(await readPrivateFile(path, 'the access file'));
  const key =
    known !== undefined && keys.find(known) !== undefined ? known : await keys.create('admin', 'camctl');
  const text = JSON.stringify({ ws: addresses.ws, http: addresses.http, api_key: key }, null, 2);
  await writePrivateFile(path, `${text}\n`, 'the access file');
  return key;
}

function keyIn(text: string | undefined): string | undefined {
  try {
    const key: unknown = text === undefined ? undefined : JSON.parse(text)?.api_key;
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined; // a broken file is written anew
  }
}
