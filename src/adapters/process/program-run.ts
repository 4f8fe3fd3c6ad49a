/**
 * Short commands: run to their end with captured, bounded output. For everything that answers and is gone
 * (v4l2-ctl, ffprobe, a remux). Long-lived processes belong to the runner.
 */
import { type ExecaError, execa } from 'execa';
import { CameraError } from '../../machines/errors.ts';
import { MARK_VARIABLE } from './mark.ts';

export interface RunOptions {
  /** The whole run; then it is killed. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Of each output; more ends the run. Default 4 MiB. */
  readonly maxOutputBytes?: number;
  /** Written to its standard input; without it the input is empty. */
  readonly input?: Uint8Array;
  readonly workingFolder?: string;
  /** A later life of this service must find it, as `formatMark` makes it; it then has a group of its own. */
  readonly mark?: string;
}

export interface RunResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly endedBySignal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; a non-zero exit code is a result, not an error. On timeout and abort: SIGTERM, SIGKILL 0.5 s later.
 * @throws CameraError missing-program (named) | deadline | cancelled | internal
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  if (options.signal.aborted) throw cancelled(command);
  const result = await execa(command, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.workingFolder === undefined ? {} : { cwd: options.workingFolder }),
    env: {
      ...commandEnvironment(),
      ...(options.mark === undefined ? {} : { [MARK_VARIABLE]: options.mark }),
    },
    // What is found by its mark is ended with its group, which must not be ours.
    detached: options.mark !== undefined,
    extendEnv: false,
    stripFinalNewline: false,
    maxBuffer: options.maxOutputBytes ?? 4_194_304,
    timeout: options.timeoutMs,
    cancelSignal: options.signal,
    forceKillAfterDelay: 500,
  });
  const failure = failureOf(command, result as unknown as ExecaError, options.timeoutMs);
  if (failure) throw failure;
  return {
    exitCode: result.exitCode ?? null,
    endedBySignal: result.signal ?? null,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
  };
}

/** Ours without our own settings (secrets among them), and in the language that parsers read. */
export function commandEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CAMERA_SERVICE_'));
  return { ...(Object.fromEntries(own) as Record<string, string>), LC_ALL: 'C' };
}

/** What a failed spawn means; also for programs that are not run to their end. */
export function spawnFailure(command: string, error: NodeJS.ErrnoException): CameraError {
  const program = command.slice(command.lastIndexOf('/') + 1);
  if (error.code === 'ENOENT') {
    return new CameraError('missing-program', `The program "${program}" was not found`, {
      cause: error,
      facts: { program },
      suggestion: `Install ${program}, or name its place in the configuration.`,
    });
  }
  if (error.code === 'EACCES') {
    return new CameraError('missing-program', `The program "${program}" may not be executed`, {
      cause: error,
      reason: 'program_not_executable',
      facts: { program },
    });
  }
  return new CameraError(
    'internal',
    `The program "${program}" could not be started (${error.code ?? 'unknown'})`,
    {
      cause: error,
      reason: 'spawn_failed',
      facts: { program },
    },
  );
}

function failureOf(command: string, result: ExecaError, timeoutMs: number): CameraError | null {
  const program = command.slice(command.lastIndexOf('/') + 1);
  if (result.isCanceled) return cancelled(command, result);
  if (result.timedOut) {
    return new CameraError('deadline', `"${program}" did not end within ${timeoutMs} milliseconds`, {
      cause: result,
    });
  }
  if (result.isMaxBuffer) {
    return new CameraError('internal', `"${program}" wrote more than it may`, {
      cause: result,
      reason: 'output_too_large',
    });
  }
  // Neither an exit code nor a signal: it never ran.
  if (result.failed && result.exitCode === undefined && result.signal === undefined) {
    const cause = (result.cause ?? result) as NodeJS.ErrnoException;
    return spawnFailure(command, cause.code ? cause : (result as NodeJS.ErrnoException));
  }
  return null;
}

function cancelled(command: string, cause?: unknown): CameraError {
  const program = command.slice(command.lastIndexOf('/') + 1);
  return new CameraError('cancelled', `"${program}" was called off`, { cause });
}
