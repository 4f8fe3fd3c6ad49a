/**
 * The users of a managed server: one for its API, one for captures that publish. Random, made once, kept in a 0600
 * file in the data directory, so that an adopted server can still be talked to after our restart.
 */
import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CameraError } from '../../machines/errors.ts';
import { writeDurably } from '../process/durable-file.ts';

/** A MediaMTX user; both words are base64url, which every language they pass through leaves alone. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface ServerCredentials {
  readonly api: Login;
  readonly publisher: Login;
}

const WHAT = 'The file with the media server’s users';
const word = z.string().regex(/^[A-Za-z0-9_-]{8,128}$/);
const login = z.object({ user: word, password: word });
const kept = z.object({ api: login, publisher: login });

/**
 * Reads the file, or makes it. A file that cannot be understood is made anew: an adopted server then refuses us,
 * is ended and launched again with the new users.
 * @throws CameraError storage when it can be neither read nor written
 */
export async function keepCredentials(file: string): Promise<ServerCredentials> {
  const found = await readKept(file);
  if (found !== undefined) return found;
  const made = { api: newLogin('api'), publisher: newLogin('publisher') };
  await writeDurably(file, `${JSON.stringify(made, null, 2)}\n`).catch((cause: unknown) => {
    throw new CameraError('storage', `${WHAT} cannot be written`, { cause });
  });
  return made;
}

async function readKept(file: string): Promise<ServerCredentials | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    // Somebody may have copied it about; nobody else is to read it from here on.
    await chmod(file, 0o600);
    return kept.safeParse(parsed(text)).data;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CameraError('storage', `${WHAT} cannot be read`, { cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function newLogin(purpose: string): Login {
  return {
    user: `${purpose}-${randomBytes(6).toString('hex')}`,
    password: randomBytes(24).toString('base64url'),
  };
}
