/** Looks at the data plane of a data directory all along: how many processes there are, of which role, for whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { throughout } from './until.ts';

/** `role owner` of each process that was spawned; their children bear the same mark and are left out. */
export function mainProcesses(dataFolder: string): string[] {
  const dataId = readFileSync(join(dataFolder, 'id'), 'utf8').trim();
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const mark = /(?:^|\0)CAMERA_SERVICE_MARK=([^\0]*)/.exec(environment)?.[1]?.split('/');
      if (mark?.[0] !== dataId) return [];
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return group === pid && state !== 'Z' ? [`${mark[1]} ${mark[2]}`] : [];
    } catch {
      return []; // gone meanwhile, or not ours
    }
  });
}

/** Fails when two processes do one thing at any look, until `work` has ended; hands through what that gives. */
export async function withoutDoubles<T>(dataFolder: string, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  let doubles: string[] = [];
  const watched = throughout(
    () => {
      const all = mainProcesses(dataFolder);
      doubles = all.filter((one, index) => all.indexOf(one) !== index);
      return doubles.length === 0;
    },
    {
      durationMs: () => done,
      intervalMs: 50,
      what: () => `one process for each thing; twice: ${doubles.join(', ')}`,
    },
  );
  const [result] = await Promise.all([ended, watched]);
  return result;
}
