/**
 * Finds our processes by the mark in their environment: the truth about what runs, whoever started it.
 * The ledger only explains what is found.
 */
import type { Ledger } from './ledger.ts';
import { parseMark } from './mark.ts';
import { listMarked } from './proc-table.ts';
import type { FoundProcess } from './process-types.ts';

/** Living processes of this data id, oldest first; never this process itself. @param isChild whether this life spawned it */
export async function findProcesses(
  dataId: string,
  ledger: Ledger,
  isChild: (mark: string) => boolean,
): Promise<readonly FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const { pid, groupId, startTicks, mark: text } of await listMarked()) {
    const mark = text === null ? null : parseMark(text);
    if (text === null || mark?.dataId !== dataId || pid === process.pid) continue;
    const { role, owner, nonce } = mark;
    const entry = ledger.find(nonce);
    found.push({
      pid,
      startTicks,
      mark: text,
      adopted: !isChild(text),
      role,
      owner,
      nonce,
      groupId,
      isMain: false,
      entry,
    });
  }
  found.sort((one, other) => one.startTicks - other.startTicks || one.pid - other.pid);
  return found.map((process) => ({ ...process, isMain: isMain(process, found) }));
}

/** As the ledger says; where a crash left no more than the intent, the oldest leader of a group with this mark. */
function isMain(process: FoundProcess, all: readonly FoundProcess[]): boolean {
  const { entry } = process;
  if (entry?.pid != null) return entry.pid === process.pid && entry.startTicks === process.startTicks;
  return all.find((other) => other.mark === process.mark && other.pid === other.groupId)?.pid === process.pid;
}
