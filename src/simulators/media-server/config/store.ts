/**
 * The configuration that holds now, and the one door to change it. Writes are taken one at a time: a write is
 * answered once it is checked and takes effect a little later, as in the real server, so a client that reads
 * at once may see the old state. Nothing is ever saved.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Configuration, type GivenConfiguration, resolveConfiguration } from './configuration.ts';
import { decodeGiven } from './fields.ts';
import { GLOBAL_FIELDS } from './global-fields.ts';
import { PATH_FIELDS } from './path-fields.ts';
import { type Json, Refusal } from './values.ts';

/** Longest time between the answer to a write and its effect on what GET shows; p99 was 34 ms in the real one. */
const APPLY_DELAY_MAX_MS = 20;

type GivenPaths = Map<string, Record<string, Json>>;

export class ConfigurationStore {
  #current: Configuration;
  readonly #takeEffect: (next: Configuration, previous: Configuration) => Promise<void>;
  #turn: Promise<void> = Promise.resolve();

  /** @param takeEffect brings the running server in line; the next write waits for it */
  constructor(
    initial: Configuration,
    takeEffect: (next: Configuration, previous: Configuration) => Promise<void>,
  ) {
    this.#current = initial;
    this.#takeEffect = takeEffect;
  }

  /** What GET shows. */
  get current(): Configuration {
    return this.#current;
  }

  /** @throws Refusal 400 when the entry exists or is not allowed */
  addPath(name: string, body: Json): Promise<void> {
    const entry = decodeGiven(PATH_FIELDS, body, ['name']);
    return this.#writePaths((paths) => {
      if (paths.has(name)) throw new Refusal('path already exists');
      paths.set(name, entry);
    });
  }

  /** Creates or overwrites: keys that are not given return to the defaults. @throws Refusal 400 */
  replacePath(name: string, body: Json): Promise<void> {
    const entry = decodeGiven(PATH_FIELDS, body, ['name']);
    return this.#writePaths((paths) => void paths.set(name, entry));
  }

  /**
   * Merges. An entry that is refused stays merged and makes every later write fail until it is replaced,
   * deleted or patched well: the real server's fault, kept because clients must live with it.
   * @throws Refusal 404 when there is no such entry, 400 when the result is not allowed
   */
  patchPath(name: string, body: Json): Promise<void> {
    const change = decodeGiven(PATH_FIELDS, body, ['name']);
    return this.#writePaths((paths) => {
      const entry = paths.get(name);
      if (entry === undefined) throw new Refusal('path not found', 404);
      Object.assign(entry, change);
    });
  }

  /** @throws Refusal 404 when there is no such entry */
  deletePath(name: string): Promise<void> {
    return this.#writePaths((paths) => {
      if (!paths.delete(name)) throw new Refusal('path not found', 404);
    });
  }

  /** @throws Refusal 400 */
  patchGlobal(body: Json): Promise<void> {
    const change = decodeGiven(GLOBAL_FIELDS, body);
    return this.#write((given) => ({ ...given, global: { ...given.global, ...change } }));
  }

  /** @throws Refusal 400 */
  patchPathDefaults(body: Json): Promise<void> {
    const change = decodeGiven(PATH_FIELDS, body, ['name']);
    return this.#write((given) => ({ ...given, pathDefaults: { ...given.pathDefaults, ...change } }));
  }

  /** Everything anew, as from a file. @throws Refusal 400 */
  replaceAll(given: GivenConfiguration): Promise<void> {
    return this.#write(() => given);
  }

  #writePaths(change: (paths: GivenPaths) => void): Promise<void> {
    return this.#write((given) => {
      const paths: GivenPaths = new Map(given.paths);
      change(paths);
      return { ...given, paths };
    });
  }

  /** Resolves when the change is accepted; its effect follows and holds up the next write. */
  #write(change: (given: GivenConfiguration) => GivenConfiguration): Promise<void> {
    const accepted = this.#turn.then(() => resolveConfiguration(change(this.#current.given)));
    this.#turn = accepted.then(
      async (next) => {
        await sleep(Math.random() * APPLY_DELAY_MAX_MS);
        const previous = this.#current;
        this.#current = next;
        await this.#takeEffect(next, previous);
      },
      () => undefined,
    );
    return accepted.then(() => undefined);
  }
}
