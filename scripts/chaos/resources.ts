/** What the service, its cameras and its media server hold: an hour of chaos must not make it more and more. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Resources {
  readonly rssMb: number;
  readonly fds: number;
}

/** Of one process. @throws the system's error when it is gone */
export function resourcesOf(pid: number): Resources {
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMb: Math.round(rssKb / 1024), fds: readdirSync(`/proc/${pid}/fd`).length };
}

/** The first rounds show what is usual. */
const USUAL_ROUNDS = 3;
/** New code paths and a garbage collector that takes its time; a leak goes beyond it. */
const MORE = { times: 1.5, rssMb: 60, fds: 40 };

/** One sentence where the last of these is far above the first few; null while all is well. */
export function growthOf(name: string, rounds: readonly Resources[]): string | null {
  const last = rounds.at(-1);
  if (last === undefined || rounds.length <= USUAL_ROUNDS) return null;
  const usual = rounds.slice(0, USUAL_ROUNDS);
  const most = (of: (resources: Resources) => number) => Math.max(...usual.map(of)) * MORE.times;
  const mostMb = most(({ rssMb }) => rssMb) + MORE.rssMb;
  const mostFds = most(({ fds }) => fds) + MORE.fds;
  if (last.rssMb <= mostMb && last.fds <= mostFds) return null;
  return `${name} has ${last.rssMb} MB and ${last.fds} open files, at most ${Math.round(mostMb)} and ${Math.round(mostFds)} are usual`;
}
