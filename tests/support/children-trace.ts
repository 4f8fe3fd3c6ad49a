/** Whether a process started others, as the kernel counts it: also those that have come and gone between two looks. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The children that live, and the page faults of all that have ended (every process has some, and the kernel adds them
 * to its parent's when it is reaped). Two equal traces: none was started in between.
 */
export function childrenTrace(pid: number): { readonly living: number[]; readonly faultsOfEnded: number } {
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statOf(name)?.[1] === String(pid))
    .map(Number);
  return { living, faultsOfEnded: Number(statOf(pid)?.[8]) };
}

/** The fields of /proc/PID/stat from the third (the state) on; null when it is gone. */
function statOf(pid: number | string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
