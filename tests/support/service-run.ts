/** Runs the service's process to its end: for starts that fail, and for orders that come during a start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { compiled, NODE_ARGUMENTS } from './build.ts';

export interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    /** Lines for people on standard error; the log's JSON lines are left out. */
    readonly said: readonly string[];
    readonly out: string;
  }>;
}

/** @param args of the command line @param variables beside PATH and HOME */
export function runService(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, compiled('main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (data) => {
    out += String(data);
  });
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended: Run['ended'] = new Promise((resolve) => {
    child.once('close', (code, signal) => {
      const said = errors.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
      resolve({ code, signal, said, out });
    });
  });
  return { child, ended };
}
