/**
 * Demand by hook: a reader of a path without a stream starts a command and is held until a publisher comes or
 * the start timeout passes. Keeps the real server's edges: the close timer of an old demand does not look at
 * readers that are held meanwhile, and a reader that is held then waits without a limit of its own.
 */
import type { Log } from '../log.ts';
import type { Hook, HookPool } from './hook.ts';
import type { PathSettings } from './settings.ts';

/** idle: no command; waiting: for a publisher; ready: published and read; closing: published, nobody reads. */
type DemandState = 'idle' | 'waiting' | 'ready' | 'closing';

/** A reader that waits: exactly one of the two is called, once. */
export interface HeldReader {
  serve(): void;
  refuse(reason: string): void;
}

export class Demand {
  readonly #path: string;
  readonly #hooks: HookPool;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #settings: () => PathSettings;
  readonly #log: Log;
  #state: DemandState = 'idle';
  #hook: Hook | null = null;
  #query = '';
  #timer: NodeJS.Timeout | undefined;
  #held: HeldReader[] = [];

  constructor(
    path: string,
    settings: () => PathSettings,
    hooks: HookPool,
    variables: Readonly<Record<string, string>>,
    log: Log,
  ) {
    this.#path = path;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#variables = variables;
    this.#log = log;
  }

  /** Whether this path starts something for its readers. */
  get wanted(): boolean {
    const { runOnDemand, runOnUnDemand } = this.#settings();
    return runOnDemand !== '' || runOnUnDemand !== '';
  }

  get holdsReaders(): boolean {
    return this.#held.length > 0;
  }

  /** Holds a reader, and raises demand when there is none. */
  hold(reader: HeldReader, query: string): void {
    if (this.#state === 'idle') this.#start(query);
    this.#held.push(reader);
  }

  /** A publisher came. */
  published(): void {
    if (this.#state !== 'idle') this.#scheduleClose();
    const held = this.#held;
    this.#held = [];
    for (const reader of held) reader.serve();
  }

  /** Somebody reads now. */
  read(): void {
    if (this.#state !== 'closing') return;
    clearTimeout(this.#timer);
    this.#state = 'ready';
  }

  /** The last reader left. */
  unread(): void {
    if (this.#state === 'ready') this.#scheduleClose();
  }

  /** The path is closed. */
  close(): void {
    clearTimeout(this.#timer);
    this.#refuse('terminated');
    if (this.#state !== 'idle') this.#stop('path destroyed');
  }

  #start(query: string): void {
    const { runOnDemand, runOnDemandRestart, runOnDemandStartTimeoutMs } = this.#settings();
    this.#query = query;
    if (runOnDemand !== '') {
      this.#log('info', 'runOnDemand command started');
      this.#hook = this.#hooks.start(runOnDemand, this.#environment, runOnDemandRestart, (why) =>
        this.#log('info', `runOnDemand command exited: ${why}`),
      );
    }
    this.#state = 'waiting';
    this.#timer = setTimeout(() => {
      this.#refuse(`source of path '${this.#path}' has timed out`);
      this.#stop('timed out');
    }, runOnDemandStartTimeoutMs);
  }

  #scheduleClose(): void {
    clearTimeout(this.#timer);
    this.#state = 'closing';
    this.#timer = setTimeout(
      () => this.#stop('not needed by anyone'),
      this.#settings().runOnDemandCloseAfterMs,
    );
  }

  #stop(reason: string): void {
    clearTimeout(this.#timer);
    this.#state = 'idle';
    if (this.#hook !== null) {
      this.#hook.end();
      this.#log('info', `runOnDemand command stopped: ${reason}`);
    }
    this.#hook = null;
    const { runOnUnDemand } = this.#settings();
    if (runOnUnDemand === '') return;
    this.#log('info', 'runOnUnDemand command launched');
    this.#hooks.start(runOnUnDemand, this.#environment, false, () => {});
  }

  #refuse(reason: string): void {
    const held = this.#held;
    this.#held = [];
    for (const reader of held) reader.refuse(reason);
  }

  get #environment(): Record<string, string> {
    return { ...this.#variables, MTX_QUERY: encodeURIComponent(this.#query) };
  }
}
