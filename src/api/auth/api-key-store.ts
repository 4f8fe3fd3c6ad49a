/**
 * API keys: made here, shown once, kept only as sha256. 256 random bits need no slow hash.
 * A key reads `csk_<id>_<secret>`; the id finds it in a Map, the hash is compared in constant time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { CameraError } from '../../machines/errors.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { ROLES, type Role } from './roles.ts';

const WHAT = 'the API key file';
const KEY_SHAPE = /^csk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

const storedKey = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  role: z.enum(ROLES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
});
const storedFile = z.object({ version: z.literal(1), keys: z.array(storedKey) });

/** One key without its secret. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  /** Epoch milliseconds; null: never. */
  readonly expiresAtMs: number | null;
}

interface Entry extends ApiKeyRecord {
  readonly hash: Buffer;
}

/** All keys of one service. One owner of the file; every change is saved before it is answered. */
export class ApiKeyStore {
  readonly #path: string;
  readonly #wallMs: () => number;
  #entries = new Map<string, Entry>();
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, wallMs: () => number) {
    this.#path = path;
    this.#wallMs = wallMs;
  }

  /** Reads the file; none is an empty store. @throws CameraError storage when it is there and unreadable */
  async load(): Promise<void> {
    const text = await readPrivateFile(this.#path, WHAT);
    this.#entries = new Map(text === undefined ? [] : parse(text).map((entry) => [entry.id, entry]));
  }

  /** Writes the file; calls are serialised and the last one holds all. @throws CameraError storage */
  save(): Promise<void> {
    const saved = this.#saving.then(() => {
      const keys = [...this.#entries.values()].map(stored);
      return writePrivateFile(this.#path, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, WHAT);
    });
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  /**
   * Makes and saves a key. The returned text is the only time it is seen.
   * @param expiresAtMs epoch milliseconds; null: never
   * @throws CameraError storage; the key is then not kept
   */
  async create(role: Role, name: string, expiresAtMs: number | null = null): Promise<string> {
    const id = randomBytes(6).toString('hex');
    const key = `csk_${id}_${randomBytes(32).toString('base64url')}`;
    this.#entries.set(id, { id, name, role, hash: digest(key), createdAtMs: this.#wallMs(), expiresAtMs });
    try {
      await this.save();
    } catch (error) {
      this.#entries.delete(id);
      throw error;
    }
    return key;
  }

  /** The key's record, expired or not; undefined when no such key exists. */
  find(key: string): ApiKeyRecord | undefined {
    const entry = this.#entries.get(KEY_SHAPE.exec(key)?.[1] ?? '');
    // A wrong secret under a known id costs the same as a right one.
    return entry !== undefined && timingSafeEqual(entry.hash, digest(key)) ? entry : undefined;
  }

  /** Whether a key that was shown before is still there. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function stored(entry: Entry): z.infer<typeof storedKey> {
  return {
    id: entry.id,
    name: entry.name,
    role: entry.role,
    sha256: entry.hash.toString('hex'),
    created: new Date(entry.createdAtMs).toISOString(),
    expires: entry.expiresAtMs === null ? null : new Date(entry.expiresAtMs).toISOString(),
  };
}

function parse(text: string): Entry[] {
  try {
    return storedFile.parse(JSON.parse(text)).keys.map((key) => ({
      id: key.id,
      name: key.name,
      role: key.role,
      hash: Buffer.from(key.sha256, 'hex'),
      createdAtMs: Date.parse(key.created),
      expiresAtMs: key.expires === null ? null : Date.parse(key.expires),
    }));
  } catch (error) {
    throw new CameraError('storage', 'The API key file is there but cannot be understood.', {
      cause: error,
      reason: 'api_keys_unreadable',
      suggestion: 'Restore the file from a copy, or move it away to start without keys.',
    });
  }
}
