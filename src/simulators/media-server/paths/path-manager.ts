/**
 * All paths: plain ones exist as long as their entry, those of an expression only while they are used. Brings
 * them in line with a new configuration: hot changes reach a running path, any other closes and remakes it.
 */
import type { PathEntry } from '../config/configuration.ts';
import { findEntry } from '../config/path-name.ts';
import { Refusal, sameValues } from '../config/values.ts';
import type { Log } from '../log.ts';
import type { HookPool } from './hook.ts';
import { Path, type PathWorld } from './path.ts';
import { changesHot } from './settings.ts';

export class PathManager {
  readonly #paths = new Map<string, Path>();
  readonly #world: PathWorld;
  #entries: ReadonlyMap<string, PathEntry>;

  constructor(entries: ReadonlyMap<string, PathEntry>, hooks: HookPool, log: Log, rtspPort: string) {
    this.#entries = entries;
    // Later: a path whose publisher is being replaced is unused for a moment.
    const left = (path: Path) => queueMicrotask(() => this.#dropUnused(path));
    this.#world = { hooks, log, rtspPort, left };
    this.#createPlain();
  }

  /** Paths that exist now, by name. */
  list(): Path[] {
    return [...this.#paths.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Path | undefined {
    return this.#paths.get(name);
  }

  /** The entry that serves this name. @throws Refusal when there is none */
  entryFor(name: string): PathEntry {
    return findEntry(this.#entries, name).entry;
  }

  /** The path, made when an expression serves the name. @throws Refusal when no entry does */
  open(name: string): Path {
    const { entry, groups } = findEntry(this.#entries, name);
    const existing = this.#paths.get(name);
    if (existing !== undefined) return existing;
    const path = new Path(name, entry, groups, this.#world);
    this.#paths.set(name, path);
    return path;
  }

  /** Forgets the path when it was made for somebody who then did not come. */
  #dropUnused(path: Path): void {
    if (path.entry.expression === null || !path.unused || this.#paths.get(path.name) !== path) return;
    this.#paths.delete(path.name);
  }

  /** Drops the path again where `open` made it in vain. */
  release(path: Path): void {
    this.#dropUnused(path);
  }

  /** Takes over a new configuration. */
  reload(entries: ReadonlyMap<string, PathEntry>): void {
    this.#entries = entries;
    for (const path of this.list()) {
      const entry = entryOrNull(entries, path.name);
      if (entry === null || !changesHot(path.entry, entry)) this.#close(path);
      else if (!sameValues(path.entry.values, entry.values)) path.reload(entry);
    }
    this.#createPlain();
  }

  /** Drops everybody from every path. */
  close(): void {
    for (const path of this.list()) this.#close(path);
  }

  #close(path: Path): void {
    this.#paths.delete(path.name);
    path.close();
  }

  #createPlain(): void {
    for (const entry of this.#entries.values()) {
      if (entry.expression === null && !this.#paths.has(entry.name)) {
        this.#paths.set(entry.name, new Path(entry.name, entry, [], this.#world));
      }
    }
  }
}

function entryOrNull(entries: ReadonlyMap<string, PathEntry>, name: string): PathEntry | null {
  try {
    return findEntry(entries, name).entry;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
