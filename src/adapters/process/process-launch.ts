/**
 * One detached spawn: own session and group, marked environment, output appended to a log file and never to a pipe
 * of ours, so that nothing about us is needed for it to live on.
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';
import { openLog } from './bounded-log.ts';
import { MARK_VARIABLE } from './mark.ts';
import { readStat } from './proc-table.ts';
import type { ProcessExit, SpawnRequest } from './process-types.ts';
import { spawnFailure } from './program-run.ts';

export interface Launch {
  readonly request: SpawnRequest;
  readonly mark: string;
  readonly workingFolder: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Launched {
  readonly pid: number;
  readonly startTicks: number;
  readonly ended: Promise<ProcessExit>;
}

/** Resolves once the program runs. @throws CameraError missing-program | internal (spawn_failed) */
export async function launch({ request, mark, workingFolder, variables }: Launch): Promise<Launched> {
  const cwd = await mkdir(workingFolder, { recursive: true, mode: 0o700 }).then(
    () => workingFolder,
    () => '/',
  );
  // A log that cannot be written (a full disk) must not keep a camera dark.
  const log = await openLog(request.logFile, request.logLimitBytes, mark).catch(() => null);
  try {
    return await start(request, { cwd, mark, variables, output: log?.fd ?? 'ignore' });
  } finally {
    await log?.close();
  }
}

function start(
  { command, args }: SpawnRequest,
  how: { cwd: string; mark: string; variables: Launch['variables']; output: number | 'ignore' },
): Promise<Launched> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      detached: true,
      cwd: how.cwd,
      env: { ...how.variables, [MARK_VARIABLE]: how.mark },
      stdio: ['ignore', how.output, how.output],
    });
    child.once('error', (error) => reject(spawnFailure(command, error)));
    if (child.pid === undefined) return;
    // Read in the turn of the spawn: Node cannot have reaped it yet, so the pid is certainly this process's.
    const stat = readStat(child.pid);
    const ended = new Promise<ProcessExit>((done) => {
      child.once('exit', (exitCode, signal) => done({ exitCode, signal }));
    });
    child.unref();
    if (stat) resolve({ pid: child.pid, startTicks: stat.startTicks, ended });
    else
      reject(
        new CameraError('internal', 'The process table in /proc cannot be read', { reason: 'spawn_failed' }),
      );
  });
}
