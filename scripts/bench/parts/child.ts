/** Processes of the bench itself: compiled entries of scripts/bench/parts, and whatever must end with the bench. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LONGEST_OUTPUT_BYTES = 1_000_000;

/** Runs an entry to its end and reads the JSON line that it prints. @throws Error with its last words */
export function answerOf<T>(entry: string, argument: object, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const args = [entryFile(entry), JSON.stringify(argument)];
    const options = { timeout: timeoutMs, maxBuffer: LONGEST_OUTPUT_BYTES };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as T);
      else reject(new Error(`${entry}: ${stderr.trim().slice(0, 500) || error.message}`));
    });
  });
}

export interface RunningEntry {
  readonly pid: number;
  /** The first line it printed. */
  readonly line: string;
  end(): Promise<void>;
}

/** Starts an entry and waits for its first line. @throws Error when it ends before */
export async function startEntry(entry: string, ...args: readonly string[]): Promise<RunningEntry> {
  const child = spawn(process.execPath, [entryFile(entry), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    exited.then(() => {
      throw new Error(`${entry} ended at its start`);
    }),
  ]);
  return { pid: pidOf(child), line, end: () => endOf(child) };
}

/** Kills and waits. */
export async function endOf(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('a program could not be started');
  return child.pid;
}

function entryFile(entry: string): string {
  return join(import.meta.dirname, `${entry}.js`);
}
