/**
 * Starts, finds, awaits and ends the processes of the data plane, which outlive this service. Each one is detached,
 * marked in its environment and explained in the ledger. It decides nothing: no restart, no retry, no role it knows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CameraError } from '../../machines/errors.ts';
import type { ProcessIdentity } from '../../machines/values.ts';
import { LogKeeper } from './bounded-log.ts';
import type { Ledger } from './ledger.ts';
import { formatMark, newNonce, parseMark } from './mark.ts';
import { isAlive } from './proc-table.ts';
import { launch } from './process-launch.ts';
import { findProcesses } from './process-scan.ts';
import { stopProcesses } from './process-stop.ts';
import type { FoundProcess, ProcessExit, SpawnRequest, StopOptions, StopTarget } from './process-types.ts';
import { redactCommand } from './redact.ts';

/** Nothing else of our environment reaches the data plane. */
export const PASSED_ENVIRONMENT: readonly string[] = ['PATH', 'HOME', 'LANG', 'TZ'];
/** This many ends of children are kept for a late `ended`. */
const REMEMBERED_ENDS = 200;

export interface ProcessRunnerSettings {
  readonly dataId: string;
  /** The processes' working folder. */
  readonly dataDirectory: string;
  readonly ledger: Ledger;
  /** SIGKILL this long after the polite signal, where a stop names no deadline of its own. */
  readonly killAfterMs: number;
  /** An adopted process is looked at this often. */
  readonly adoptedPollMs: number;
  /** Names of our variables that every process gets. Default `PASSED_ENVIRONMENT`. */
  readonly environment?: readonly string[];
}

export class ProcessRunner {
  readonly #settings: ProcessRunnerSettings;
  /** By mark: each child of this life, and how it ended or will end. */
  readonly #children = new Map<
    string,
    { readonly identity: ProcessIdentity; readonly exit: Promise<ProcessExit> }
  >();
  readonly #endedMarks: string[] = [];
  /** Spawns under way, by nonce: their ledger entries are not stale, and a stop waits for them. */
  readonly #starting = new Map<string, { readonly mark: string; readonly over: Promise<unknown> }>();
  readonly #logs = new LogKeeper();

  constructor(settings: ProcessRunnerSettings) {
    this.#settings = settings;
  }

  /** Why the ledger on disk is behind (a later life would know less), one sentence; null while it is not. */
  get ledgerProblem(): string | null {
    return this.#settings.ledger.problem;
  }

  /**
   * Starts a process in a session and group of its own, its output appended to a log file. It lives on without us.
   * @throws CameraError missing-program | internal (spawn_failed)
   */
  async spawn(request: SpawnRequest): Promise<ProcessIdentity> {
    const { dataId, dataDirectory, ledger } = this.#settings;
    const nonce = request.nonce ?? newNonce();
    const mark = formatMark({ dataId, role: request.role, owner: request.owner, nonce });
    const { promise: over, resolve: isOver } = promised();
    this.#starting.set(nonce, { mark, over });
    try {
      // A full disk must not keep a camera dark: the scan finds the process also without its entry.
      await bestEffort(ledger.intend(intentOf(request, nonce)));
      const variables = { ...this.#passedVariables(), ...request.variables };
      const started = await launch({ request, mark, workingFolder: dataDirectory, variables });
      const identity = { pid: started.pid, startTicks: started.startTicks, mark, adopted: false };
      this.#remember(identity, started.ended);
      this.#logs.watch(request.logFile, request.logLimitBytes, () => isAlive(identity));
      await bestEffort(ledger.complete(nonce, identity.pid, identity.startTicks));
      return identity;
    } catch (error) {
      await ledger.remove(nonce);
      throw error;
    } finally {
      this.#starting.delete(nonce);
      isOver();
    }
  }

  /** Resolves when the process has ended. @throws CameraError cancelled on abort; the process is left alone */
  async ended(identity: ProcessIdentity, signal: AbortSignal): Promise<ProcessExit> {
    const child = this.#children.get(identity.mark);
    const exit = await (child ? unlessAborted(child.exit, signal) : this.#adoptedEnded(identity, signal));
    const nonce = parseMark(identity.mark)?.nonce;
    if (nonce !== undefined) await this.#settings.ledger.remove(nonce);
    return exit;
  }

  /**
   * Ends every process with the target's mark and everything in their groups. Also one whose spawn is under way, and one
   * that was spawned while the process table was read: that one the table may not show, or not with its mark.
   * Idempotent; resolves when all are gone.
   * @throws CameraError cancelled | no-permission | deadline (process_unkillable)
   */
  async stop(target: StopTarget, options: StopOptions, signal: AbortSignal): Promise<void> {
    const { dataId, ledger, killAfterMs } = this.#settings;
    const one = 'pid' in target ? target : null;
    const isMarked = (mark: string) =>
      'pid' in target
        ? mark === target.mark
        : target.roles.some((role) => mark.startsWith(`${dataId}/${role}/${target.owner}/`));
    const underWay = () => [...this.#starting.values()].filter(({ mark }) => isMarked(mark));
    const children = () =>
      [...this.#children.values()]
        .map(({ identity }) => identity)
        .filter((child) => isMarked(child.mark) && isAlive(child));
    do {
      await unlessAborted(Promise.all(underWay().map(({ over }) => over)), signal);
      const known = children();
      const isKnown = (found: { readonly pid: number; readonly startTicks: number }) =>
        known.some(({ pid, startTicks }) => pid === found.pid && startTicks === found.startTicks);
      const entries = this.#settledEntries().filter((entry) => isMarked(formatMark({ dataId, ...entry })));
      await stopProcesses(
        {
          politeSignal: options.politeSignal,
          deadlineMs: options.deadlineMs ?? killAfterMs,
          matches: (mark, found) =>
            (mark !== null && isMarked(mark)) ||
            isKnown(found) ||
            (found.pid === one?.pid && found.startTicks === one.startTicks),
        },
        signal,
      );
      await ledger.remove(...entries.map((entry) => entry.nonce));
    } while (underWay().length > 0 || children().length > 0);
  }

  /**
   * The truth about what runs: every living process with this data directory's mark, oldest first. Looks after the
   * logs of those it finds from then on, and drops ledger entries whose process is gone.
   */
  async scan(
    only: { readonly role?: string; readonly owner?: string } = {},
  ): Promise<readonly FoundProcess[]> {
    const { dataId, ledger } = this.#settings;
    const entries = this.#settledEntries();
    const found = await findProcesses(dataId, ledger, (mark) => this.#children.has(mark));
    const living = new Set(found.map((process) => process.nonce));
    await ledger.remove(...entries.map((entry) => entry.nonce).filter((nonce) => !living.has(nonce)));
    for (const { entry, isMain, ...identity } of found) {
      if (entry && isMain) this.#logs.watch(entry.logFile, entry.logLimitBytes, () => isAlive(identity));
    }
    return found.filter(({ role, owner }) => role === (only.role ?? role) && owner === (only.owner ?? owner));
  }

  /** Not our child: its end shows in the process table only. */
  async #adoptedEnded(identity: ProcessIdentity, signal: AbortSignal): Promise<ProcessExit> {
    while (isAlive(identity)) {
      await delay(this.#settings.adoptedPollMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) throw cancelled();
    }
    return { exitCode: null, signal: null };
  }

  #settledEntries() {
    return this.#settings.ledger.entries().filter((entry) => !this.#starting.has(entry.nonce));
  }

  #remember(identity: ProcessIdentity, exit: Promise<ProcessExit>): void {
    const { mark } = identity;
    this.#children.set(mark, { identity, exit });
    void exit.then(() => {
      if (this.#endedMarks.push(mark) <= REMEMBERED_ENDS) return;
      this.#children.delete(this.#endedMarks.shift() ?? '');
    });
  }

  #passedVariables(): Record<string, string> {
    const names = this.#settings.environment ?? PASSED_ENVIRONMENT;
    const pairs = names.map((name) => [name, process.env[name]] as const);
    return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
  }
}

function intentOf(request: SpawnRequest, nonce: string) {
  const { role, owner, logFile, logLimitBytes } = request;
  const command = redactCommand(request.command, request.args, request.secrets);
  return {
    role,
    owner,
    nonce,
    command,
    logFile,
    logLimitBytes,
    intendedAtMs: Date.now(),
    about: { ...request.about },
  };
}

function promised(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled());
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function cancelled(): CameraError {
  return new CameraError('cancelled', 'Waiting for a process to end was called off');
}

async function bestEffort(write: Promise<void>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!(error instanceof CameraError && error.code === 'storage')) throw error;
  });
}
