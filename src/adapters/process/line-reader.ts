/** Programs that talk for as long as we listen, line by line, such as `udevadm monitor`. They end with us. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CameraError } from '../../machines/errors.ts';
import { commandEnvironment, spawnFailure } from './program-run.ts';

const KEPT_STDERR_CHARACTERS = 2000;

/**
 * Calls `line` for each line of standard output, without its end. Resolves once aborted (the program is killed).
 * @throws CameraError missing-program | internal, reason `program_ended`, when it ends by itself, with its last words
 */
export async function lines(
  command: string,
  args: readonly string[],
  listener: { line(text: string): void },
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: commandEnvironment() });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (text) => {
    if (!signal.aborted) listener.line(text);
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  // It owns nothing, so there is nothing to end politely.
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const how = await new Promise<string>((resolve, reject) => {
      child.once('error', (error) => reject(spawnFailure(command, error)));
      child.once('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
    });
    if (signal.aborted) return;
    const program = command.slice(command.lastIndexOf('/') + 1);
    const lastLine = words.trim().split('\n').at(-1);
    throw new CameraError('internal', `"${program}" ended (${how})${lastLine ? `: ${lastLine}` : ''}`, {
      reason: 'program_ended',
    });
  } finally {
    signal.removeEventListener('abort', abort);
    reader.close();
  }
}
