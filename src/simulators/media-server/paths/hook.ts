/**
 * Runs a hook's command in a process group of its own, with the server's output. Ending it is a SIGINT to the
 * group and never more: nobody waits, except the server at its own end, and then without a limit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { commandWords } from './hook-command.ts';

/** Pause before a command that is to be restarted, after any exit. */
const RESTART_PAUSE_MS = 5000;

export interface Hook {
  /** SIGINT to the group; no more restarts. Does not wait. */
  end(): void;
}

/** Every running hook of this server. */
export class HookPool {
  readonly #running = new Set<Promise<void>>();

  /**
   * Starts the command. Without `restart` its exit is final.
   * @param exited told why a command ended by itself, for the log
   */
  start(
    command: string,
    variables: Readonly<Record<string, string>>,
    restart: boolean,
    exited: (why: string) => void,
  ): Hook {
    let ended = false;
    let child: ChildProcess | null = null;
    let wake = () => {};
    const run = async () => {
      do {
        const why = await this.#runOnce(command, variables, (started) => {
          child = started;
        });
        child = null;
        if (ended) return;
        exited(why);
        if (restart)
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, RESTART_PAUSE_MS);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
      } while (restart && !ended);
    };
    const running = run().finally(() => this.#running.delete(running));
    this.#running.add(running);
    return {
      end() {
        ended = true;
        wake();
        signalGroup(child?.pid);
      },
    };
  }

  /** Resolves when no hook runs any more. */
  async allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  #runOnce(
    command: string,
    variables: Readonly<Record<string, string>>,
    started: (child: ChildProcess) => void,
  ): Promise<string> {
    return new Promise((resolve) => {
      const environment = { ...process.env, ...variables };
      try {
        const [program = '', ...args] = commandWords(command, environment);
        const child = spawn(program, args, {
          env: environment,
          detached: true,
          stdio: ['ignore', 'inherit', 'inherit'],
        });
        child.once('error', (error) => resolve(error.message));
        child.once('exit', () => resolve('command exited with code 0'));
        started(child);
      } catch (error) {
        resolve(error instanceof Error ? error.message : String(error));
      }
    });
  }
}

function signalGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGINT');
  } catch {
    // The group is gone already: that is what was wanted.
  }
}
