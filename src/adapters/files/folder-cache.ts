/** The result of reading a folder, kept until its entries change. One `stat` tells, however many files it has. */
import { stat } from 'node:fs/promises';
import { isMissing } from './disk-error.ts';

/** Changes within one tick of the kernel's clock leave the same time stamp: a result this young is not trusted. */
const SETTLED_MS = 100;

export class FolderCache<T> {
  readonly #folder: string;
  readonly #read: () => Promise<T>;
  readonly #empty: T;
  #kept: { readonly stamp: bigint; readonly result: T } | null = null;

  /** @param empty what a missing folder holds */
  constructor(folder: string, read: () => Promise<T>, empty: T) {
    this.#folder = folder;
    this.#read = read;
    this.#empty = empty;
  }

  /** @throws what reading throws, but not for a missing folder */
  async get(): Promise<T> {
    try {
      const { mtimeNs, mtimeMs } = await stat(this.#folder, { bigint: true });
      if (this.#kept?.stamp === mtimeNs) return this.#kept.result;
      const result = await this.#read();
      const isSettled = Date.now() - Number(mtimeMs) > SETTLED_MS;
      this.#kept = isSettled ? { stamp: mtimeNs, result } : null;
      return result;
    } catch (error) {
      if (isMissing(error)) return this.#empty;
      throw error;
    }
  }
}
