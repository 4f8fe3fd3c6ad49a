/**
 * Reads the kernel's process table in /proc. A pid alone names nobody: it is always paired with the start time,
 * and a zombie counts as ended (where pid 1 reaps nobody, zombies stay for ever).
 */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { MARK_VARIABLE } from './mark.ts';

export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  /** False for zombies and the dead. */
  readonly alive: boolean;
}

/** null when there is no such process. */
export function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** Whether this very process, not a later one with its number, is still running. */
export function isAlive(process: { readonly pid: number; readonly startTicks: number }): boolean {
  const stat = readStat(process.pid);
  return stat?.alive === true && stat.startTicks === process.startTicks;
}

/** All living processes. Read without blocking; a process that ends meanwhile is left out. */
export async function listProcesses(): Promise<ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await inChunks(pids, async (pid) => {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
    return text === null ? null : parseStat(pid, text);
  });
  return stats.filter((stat) => stat?.alive === true) as ProcessStat[];
}

/** The mark in a process's environment; null without one, or where the environment is not ours to read. */
export async function readMark(pid: number): Promise<string | null> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  const start = `\0${environment}`.indexOf(`\0${MARK_VARIABLE}=`);
  if (start < 0) return null;
  const end = environment.indexOf('\0', start);
  return environment.slice(start + MARK_VARIABLE.length + 1, end < 0 ? undefined : end);
}

/** Every living process with its mark (null: none). Marks are read again for pids that changed hands meanwhile. */
export async function listMarked(): Promise<(ProcessStat & { readonly mark: string | null })[]> {
  const stats = await listProcesses();
  const marks = await inChunks(stats, (stat) => readMark(stat.pid));
  return stats.map((stat, index) => {
    const mark = marks[index] ?? null;
    return { ...stat, mark: mark !== null && isAlive(stat) ? mark : null };
  });
}

/** Field numbers as in proc(5); the name in brackets may itself hold spaces and brackets. */
function parseStat(pid: number, text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTicks = Number(fields[19]);
  if (!Number.isFinite(startTicks)) return null;
  return {
    pid,
    parentPid: Number(fields[1]),
    groupId: Number(fields[2]),
    startTicks,
    alive: !['Z', 'X', 'x'].includes(fields[0] ?? ''),
  };
}

/** 16 at a time: the thread pool stays free for others. */
async function inChunks<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (let start = 0; start < items.length; start += 16) {
    results.push(...(await Promise.all(items.slice(start, start + 16).map(work))));
  }
  return results;
}
