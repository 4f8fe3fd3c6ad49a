/**
 * The data plane of a service, run by a plain script with no control plane: the very command lines, files, folders and
 * ports, read off the running service. It knows one thing only: what ended is started again, at once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import type { TestService } from '../../../tests/support/service.ts';
import { until } from '../../../tests/support/until.ts';
import { endOf } from './child.ts';

export interface Command {
  readonly role: string;
  readonly owner: string;
  readonly args: readonly string[];
  readonly folder: string;
}

const ROLES = ['cameras', 'media-server', 'capture'];

/** What runs below this service now. */
export function dataPlaneOf(service: TestService): Command[] {
  return ROLES.flatMap((role) =>
    service.processes(role).map(({ pid, owner }) => ({
      ...{ role, owner },
      args: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
      folder: readlinkSync(`/proc/${pid}/cwd`),
    })),
  );
}

/** Ends this life of the service and everything below it; its folders stay. */
export async function endAll(service: TestService): Promise<void> {
  await service.end('SIGKILL');
  for (const role of ROLES) for (const { pid } of service.processes(role)) process.kill(pid, 'SIGKILL');
  const gone = () => ROLES.every((role) => service.processes(role).length === 0);
  await until(gone, { timeoutMs: 10_000, what: 'the data plane to end' });
}

/** A life that begins with known cameras: only then does the media server's file hold their paths from the start. */
export async function beginAnew(service: TestService): Promise<void> {
  await endAll(service);
  await service.start();
}

export class HandMadePlane {
  readonly #children = new Map<Command, ChildProcess>();
  #over = false;

  constructor(commands: readonly Command[]) {
    for (const command of commands) this.#run(command);
  }

  /** Process of this role. @throws Error when there is none */
  pidOf(role: string, owner: string): number {
    for (const [command, { pid }] of this.#children) {
      if (command.role === role && command.owner === owner && pid !== undefined) return pid;
    }
    throw new Error(`nothing runs as ${role} of ${owner}`);
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all([...this.#children.values()].map((child) => endOf(child)));
  }

  #run(command: Command): void {
    const [program = '', ...args] = command.args;
    const child = spawn(program, args, { cwd: command.folder, stdio: 'ignore' });
    child.once('exit', () => {
      if (!this.#over) this.#run(command);
    });
    this.#children.set(command, child);
  }
}
