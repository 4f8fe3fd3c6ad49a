/**
 * Which processes have a device node open, as /proc/PID/fd tells. The node is known by its device number as well as by
 * its path: a container may call it otherwise. Reads only, and of a process nothing but its name: arguments may hold
 * secrets. Processes of other users, and those outside of our namespace, cannot be seen.
 */
import type { Stats } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { commandOf } from './ip-sockets.ts';
import { type Mark, parseMark } from './mark.ts';
import { readMark, readStat } from './proc-table.ts';

export interface DeviceHolder {
  readonly pid: number;
  /** Its name without arguments. */
  readonly command: string;
  /** What it is to a service like this one; null for a stranger. */
  readonly mark: Mark | null;
}

export interface DeviceHolders {
  /** In order of their pids. */
  readonly holders: readonly DeviceHolder[];
  /** Whether there are processes whose open files this user may not see. */
  readonly someUnseen: boolean;
}

interface Wanted {
  readonly path: string;
  readonly stats: Stats | null;
}

/** Never rejects; processes that end meanwhile are left out. @param path of a device node, or of a file */
export async function holdersOfDevice(path: string): Promise<DeviceHolders> {
  const wanted: Wanted = {
    path: await realpath(path).catch(() => path),
    stats: await stat(path).catch(() => null),
  };
  const holders: DeviceHolder[] = [];
  let someUnseen = false;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((one, other) => one - other)) {
    const holds = await holdsDevice(pid, wanted);
    if (holds === null) someUnseen = true;
    if (holds !== true) continue;
    const holder = await describe(pid);
    if (holder !== null && !isOwnQuestion(holder)) holders.push(holder);
  }
  return { holders, someUnseen };
}

/** null where its open files may not be seen. */
async function holdsDevice(pid: number, wanted: Wanted): Promise<boolean | null> {
  const folder = `/proc/${pid}/fd`;
  try {
    const names = await readdir(folder);
    const found = await Promise.all(names.map((name) => leadsTo(`${folder}/${name}`, wanted)));
    return found.includes(true);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : null;
  }
}

async function leadsTo(link: string, { path, stats }: Wanted): Promise<boolean> {
  const target = await readlink(link).catch(() => '');
  if (target === path) return true;
  // Only what may be a device is looked at: a file on a server that is away would hold us up.
  if (stats?.isCharacterDevice() !== true || !/\/dev\/|video/.test(target)) return false;
  const other = await stat(link).catch(() => null);
  return other?.isCharacterDevice() === true && other.rdev === stats.rdev;
}

/** null when it ended meanwhile. */
async function describe(pid: number): Promise<DeviceHolder | null> {
  const command = await commandOf(pid);
  const text = await readMark(pid);
  return command === null ? null : { pid, command, mark: text === null ? null : parseMark(text) };
}

/** v4l2-ctl that we ask something just now: it keeps nobody from streaming. */
function isOwnQuestion({ pid, command, mark }: DeviceHolder): boolean {
  return mark === null && command === 'v4l2-ctl' && readStat(pid)?.parentPid === process.pid;
}
