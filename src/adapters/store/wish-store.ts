/**
 * The wishes (known cameras, wanted recordings, what is switched off) in one JSON file that no crash tears.
 * A file it cannot read is an error and is left as it is: starting without wishes would end recordings.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { CameraError } from '../../machines/errors.ts';
import type { WishStore } from '../../machines/ports.ts';
import type { Wishes } from '../../machines/values.ts';
import { DurableFile } from '../process/durable-file.ts';
import { ofThisBoot, WISHES_VERSION, wishesSchema } from './wish-schema.ts';

const headSchema = z.object({ version: z.int(), bootId: z.string().optional().catch(undefined) });

/** `wishes.json` in the data directory. */
export class FileWishStore implements WishStore {
  readonly #file: DurableFile;
  readonly #bootId: string;

  constructor(dataDirectory: string, bootId: string) {
    this.#bootId = bootId;
    this.#file = new DurableFile(join(dataDirectory, 'wishes.json'));
  }

  /** Empty wishes when there is no file. @throws CameraError storage (wishes_broken) naming the file and what is wrong in it */
  async load(): Promise<Wishes> {
    const text = await this.#read();
    if (text === null) return { cameras: [], recordings: [] };
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (cause) {
      throw this.#broken('it is not JSON', cause);
    }
    const { version, bootId } = headSchema.safeParse(content).data ?? {};
    if (version !== WISHES_VERSION) {
      throw this.#broken(`its version is ${version ?? 'missing'}, not ${WISHES_VERSION}`);
    }
    const wishes = wishesSchema.safeParse(content);
    if (!wishes.success) {
      const [first] = wishes.error.issues;
      throw this.#broken(`${first?.path.join('.')}: ${first?.message}`, wishes.error);
    }
    return ofThisBoot(wishes.data, bootId === this.#bootId);
  }

  /** Resolves once these wishes, or newer ones, survive a crash. @throws CameraError storage (wishes_unwritable) */
  async save(wishes: Wishes): Promise<void> {
    try {
      await this.#file.save(
        `${JSON.stringify({ version: WISHES_VERSION, bootId: this.#bootId, ...wishes }, null, 1)}\n`,
      );
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      throw new CameraError('storage', `The wishes could not be written (${why})`, {
        cause,
        reason: 'wishes_unwritable',
      });
    }
  }

  async #read(): Promise<string | null> {
    try {
      return await readFile(this.#file.path, 'utf8');
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code;
      if (why === 'ENOENT') return null;
      throw this.#broken(`it cannot be read (${why ?? 'unknown'})`, cause);
    }
  }

  #broken(what: string, cause?: unknown): CameraError {
    const file = basename(this.#file.path);
    return new CameraError('storage', `The file ${file} in the data directory is unusable: ${what}`, {
      cause,
      reason: 'wishes_broken',
      facts: { file },
      suggestion: `Mend ${file} or move it away; without it all cameras are new and no recording is resumed.`,
    });
  }
}
