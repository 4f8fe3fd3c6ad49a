/**
 * The folder in which MediaMTX raises demand by touching `<path>`. Watched by inotify and listed each second, so that
 * a lost event costs a second at most. Only reports and removes files; what a demand leads to is decided elsewhere.
 */
import { type FSWatcher, watch } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import type { DemandFolder } from '../../machines/ports.ts';
import { isOurPath } from './path-entry.ts';

const LIST_INTERVAL_MS = 1000;

/** One watcher: what it was told of, and whom it tells. */
interface Watch {
  readonly touched: (path: string) => void;
  /** Modification time (ns) of each demand that was reported. */
  readonly reported: Map<string, bigint>;
}

export class DemandFolderOnDisk implements DemandFolder {
  readonly #folder: string;
  readonly #listIntervalMs: number;
  readonly #watches = new Set<Watch>();
  /**
   * Withdrawals under way, by the name a file is moved aside to: that file is not to be swept before it was looked at,
   * and what was reported of its path is not to be forgotten because a listing no longer finds it.
   */
  readonly #aside = new Map<string, string>();
  #takes = 0;

  /** @param folder absolute; made with mode 0700 @param listIntervalMs longest delay of a lost event */
  constructor(folder: string, listIntervalMs = LIST_INTERVAL_MS) {
    this.#folder = folder;
    this.#listIntervalMs = listIntervalMs;
  }

  /** @throws CameraError storage when the folder cannot be made at the start; later it is tried with each listing */
  async watch(touched: (path: string) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#make();
    const watching: Watch = { touched, reported: new Map() };
    this.#watches.add(watching);
    const eyes = new FolderEyes(this.#folder);
    try {
      while (!signal.aborted) {
        // Eyes first: what is touched between the look and the wait is an event, not a loss.
        await this.#make().catch(() => undefined);
        await eyes.open();
        await this.#list(watching).catch(ignoreFileError);
        await eyes.wait(this.#listIntervalMs, signal);
      }
    } finally {
      eyes.close();
      this.#watches.delete(watching);
    }
  }

  /**
   * A demand that was touched anew and not reported yet is reported instead of lost: moving the file away and then
   * looking at its time leaves no moment in which a touch could fall through.
   */
  async withdraw(path: string): Promise<void> {
    if (!isOurPath(path)) return;
    this.#takes += 1;
    const aside = `.withdrawn-${this.#takes}`;
    this.#aside.set(aside, path);
    try {
      const mtimeNs = await this.#take(path, aside);
      for (const watching of this.#watches) {
        const reported = watching.reported.get(path);
        watching.reported.delete(path);
        if (mtimeNs !== undefined && reported !== mtimeNs) watching.touched(path);
      }
    } finally {
      this.#aside.delete(aside);
    }
  }

  async empty(): Promise<void> {
    await this.#make();
    try {
      for (const name of await readdir(this.#folder)) await this.#remove(name);
    } catch (error) {
      throw unusable(error);
    }
    for (const watching of this.#watches) watching.reported.clear();
  }

  async #make(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const { mode } = await stat(this.#folder);
      if ((mode & 0o777) !== 0o700) await chmod(this.#folder, 0o700);
    } catch (error) {
      throw unusable(error);
    }
  }

  async #list(watching: Watch): Promise<void> {
    const names = new Set(await readdir(this.#folder));
    const leaving = new Set(this.#aside.values());
    for (const name of watching.reported.keys()) {
      if (!names.has(name) && !leaving.has(name)) watching.reported.delete(name);
    }
    for (const name of names) {
      if (isOurPath(name)) await this.#look(watching, name);
      else if (!this.#aside.has(name)) await this.#remove(name);
    }
  }

  /** Removes a demand file. @returns when it was last touched (ns); undefined where there is none */
  async #take(path: string, aside: string): Promise<bigint | undefined> {
    try {
      await rename(join(this.#folder, path), join(this.#folder, aside));
      const { mtimeNs } = await stat(join(this.#folder, aside), { bigint: true });
      await this.#remove(aside);
      return mtimeNs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unusable(error);
    }
  }

  async #look(watching: Watch, name: string): Promise<void> {
    const found = await stat(join(this.#folder, name), { bigint: true }).catch(() => undefined);
    if (found === undefined || watching.reported.get(name) === found.mtimeNs) return;
    watching.reported.set(name, found.mtimeNs);
    watching.touched(name);
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true, recursive: true });
  }
}

/** inotify on a folder that may vanish. Without inotify (limits reached) waiting is all it does. */
class FolderEyes {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;
  #identity = '';
  #happened = false;
  #wake: () => void = () => undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens anew when the folder is not the one that was watched. */
  async open(): Promise<void> {
    const now = await identityOf(this.#folder);
    if (this.#watcher !== undefined && now === this.#identity) return;
    this.close();
    try {
      this.#watcher = watch(this.#folder, (_, name) => this.#saw(name));
      this.#watcher.on('error', () => this.close());
      this.#identity = now;
    } catch {
      this.close();
    }
  }

  /** Resolves at the next event, after the limit, or on abort. */
  async wait(limitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#happened && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.#wake, { once: true });
      });
      signal.removeEventListener('abort', this.#wake);
    }
    this.#happened = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #saw(name: string | null): void {
    // An event that names the folder itself: it was removed or moved, and this watcher sees nothing more.
    if (name === basename(this.#folder)) this.close();
    this.#happened = true;
    this.#wake();
  }
}

/** An inode number alone may be given out again at once. */
async function identityOf(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  return found === undefined ? '' : `${found.dev}:${found.ino}:${found.birthtimeMs}`;
}

/** The next listing sees what this one could not; whatever a listener threw is not ours to hide. */
function ignoreFileError(error: unknown): void {
  if (typeof (error as NodeJS.ErrnoException).code !== 'string' || error instanceof CameraError) throw error;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unusable(cause: unknown): CameraError {
  return new CameraError('storage', 'The demand folder cannot be used', {
    reason: 'demand_folder_unusable',
    cause,
  });
}
