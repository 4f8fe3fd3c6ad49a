/**
 * Ends processes together with everything in their groups: politely, then by SIGKILL, and waits until all are gone.
 * It signals a group only right after seeing that a process it knows by pid and start time is in it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CameraError } from '../../machines/errors.ts';
import { isAlive, listMarked, readStat } from './proc-table.ts';

/** Looks at processes that are ending. */
const POLL_MS = 10;
/** A killed process that is still there after this hangs in the kernel (a device that does not answer). */
const KILL_LIMIT_MS = 5000;

interface Member {
  readonly pid: number;
  readonly startTicks: number;
  readonly groupId: number;
}

export interface StopPlan {
  /** Which processes, by their mark and identity. */
  matches(mark: string | null, process: { readonly pid: number; readonly startTicks: number }): boolean;
  readonly politeSignal: NodeJS.Signals;
  readonly deadlineMs: number;
}

/**
 * Resolves when none is left, at once when there was none. Repeatable.
 * @throws CameraError cancelled | no-permission | deadline (reason process_unkillable)
 */
export async function stopProcesses(plan: StopPlan, signal: AbortSignal): Promise<void> {
  const groups = new Map<number, number | null>();
  const asked = new Set<number>();
  const killAtMs = performance.now() + plan.deadlineMs;
  for (;;) {
    const members = await findMembers(plan, groups);
    if (members.length === 0) return;
    const killing = performance.now() >= killAtMs;
    // Children that appear between two looks are asked like those before them.
    for (const groupId of new Set(members.map((member) => member.groupId))) {
      if (!killing && asked.has(groupId)) continue;
      signalGroup(groupId, members, killing ? 'SIGKILL' : plan.politeSignal);
      asked.add(groupId);
    }
    await untilGone(members, killing ? killAtMs + KILL_LIMIT_MS : killAtMs, signal);
    if (performance.now() >= killAtMs + KILL_LIMIT_MS && members.some(isAlive)) {
      throw new CameraError('deadline', 'A process did not end even by SIGKILL', {
        reason: 'process_unkillable',
      });
    }
  }
}

/** Marked processes, and whatever else lives in a group that one of them was seen in. */
async function findMembers(plan: StopPlan, groups: Map<number, number | null>): Promise<Member[]> {
  const table = (await listMarked()).filter((found) => found.pid !== process.pid);
  const leaders = new Map(
    table.filter((found) => found.pid === found.groupId).map((found) => [found.pid, found.startTicks]),
  );
  const matching = table.filter((found) => plan.matches(found.mark, found));
  for (const { groupId } of matching)
    if (!groups.has(groupId)) groups.set(groupId, leaders.get(groupId) ?? null);
  // A group whose leader is another process than the one we saw is somebody else's by now.
  const isOurs = (groupId: number) =>
    groups.has(groupId) && groupId !== ownGroupId() && (leaders.get(groupId) ?? null) === groups.get(groupId);
  return table.filter((found) => matching.includes(found) || isOurs(found.groupId));
}

function signalGroup(groupId: number, members: readonly Member[], signal: NodeJS.Signals): void {
  for (const member of members) {
    if (member.groupId !== groupId || !isAlive(member)) continue;
    const current = readStat(member.pid);
    const together = groupId > 1 && current?.groupId === groupId && groupId !== ownGroupId();
    send(together ? -groupId : member.pid, signal);
    if (together) return;
  }
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Gone between the look and the signal.
    if (code === 'ESRCH') return;
    throw new CameraError('no-permission', 'A process of this service belongs to another user', { cause });
  }
}

async function untilGone(members: readonly Member[], untilMs: number, signal: AbortSignal): Promise<void> {
  while (members.some(isAlive) && performance.now() < untilMs) {
    if (signal.aborted) throw new CameraError('cancelled', 'Waiting for a process to end was called off');
    await delay(Math.min(POLL_MS, Math.max(1, untilMs - performance.now())));
  }
}

function ownGroupId(): number | undefined {
  return readStat(process.pid)?.groupId;
}
