/**
 * Where the service is and which key opens it: options, then CAMCTL_URL and CAMCTL_KEY, then the `camctl.json` that
 * the service writes into its data directory.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from './cli-error.ts';

const DEFAULT_URL = 'ws://127.0.0.1:8002/ws';

export interface AddressOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  /** A data directory to look into instead of the usual ones. */
  readonly data?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Address {
  readonly url: string;
  readonly key: string | undefined;
}

/** @throws CliError when `data` names a directory without a readable camctl.json */
export async function findAddress({ url, key, data, env }: AddressOptions): Promise<Address> {
  const given = { url: url ?? env.CAMCTL_URL, key: key ?? env.CAMCTL_KEY };
  // An address of another service must not meet the key of this one, unless both come from the same place.
  if (given.url !== undefined && data === undefined)
    return { url: given.url, key: given.key ?? (await keyOf(given.url)) };
  const file = await accessFile(data);
  return { url: given.url ?? file?.url ?? DEFAULT_URL, key: given.key ?? file?.key };
}

/** Of an address alone: the key that a local service wrote for exactly that address. */
async function keyOf(url: string): Promise<string | undefined> {
  const file = await accessFile(undefined);
  return file?.url === url ? file.key : undefined;
}

async function accessFile(data: string | undefined): Promise<Address | undefined> {
  if (data !== undefined) {
    const found = await read(join(data, 'camctl.json'));
    if (found !== undefined) return found;
    throw new CliError(
      `There is no camctl.json in ${data}`,
      'Is the service running with this data directory?',
    );
  }
  for (const folder of usualFolders()) {
    const found = await read(join(folder, 'camctl.json'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The demo's folder where one stands, the one of this project, then the installed service's. */
function usualFolders(): string[] {
  const project = fileURLToPath(new URL('../../.demo/data', import.meta.url));
  return [join(process.cwd(), '.demo/data'), project, '/var/lib/camera-service'];
}

async function read(path: string): Promise<Address | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return undefined;
    throw new CliError(
      `You may not read ${path}`,
      'Run camctl as the user of the service, or give --url and --key.',
    );
  }
  try {
    const { ws, api_key: key } = JSON.parse(text) as { ws?: unknown; api_key?: unknown };
    if (typeof ws === 'string') return { url: ws, key: typeof key === 'string' ? key : undefined };
  } catch {
    // said below
  }
  throw new CliError(`${path} cannot be understood`, 'Start the service again: it writes the file anew.');
}
