/** What the kernel says of one process: processor time and memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Seconds of processor time so far, user and system; its children are left out. @throws Error when it is gone */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // Fields 14 and 15 of proc(5); what was cut off before `)` are the first two.
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
}

/** Megabytes (10^6) in memory; `pss` shares pages with other processes fairly, null where it may not be read. */
export function memoryOf(pid: number): { readonly rssMb: number; readonly pssMb: number | null } {
  const rss = kilobytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS') ?? 0;
  let pss: number | null = null;
  try {
    pss = kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss');
  } catch {
    // Another user's process, or an old kernel.
  }
  return { rssMb: (rss * 1024) / 1e6, pssMb: pss === null ? null : (pss * 1024) / 1e6 };
}

let ticks: number | undefined;
function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}

function kilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
  return found === null ? null : Number(found[1]);
}
