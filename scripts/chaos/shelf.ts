/** After a round: every recording that was accepted is on the shelf and plays, or its failure was told. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { barcodesOf } from '../../tests/support/frames.ts';
import type { ListedRecording } from '../../tests/support/recordings.ts';
import type { Diary } from './diary.ts';
import type { House } from './house.ts';
import { faultsOf, type PlayedPart } from './verdict.ts';

export interface ShelfReport {
  readonly recordings: number;
  readonly frames: number;
  readonly failed: number;
}

interface Filed extends ListedRecording {
  readonly device: string;
  /** When the session ended; it may have waited for its camera for some time by then. */
  readonly modified_time: string;
}

/** Judges what is on the shelf but for these sessions, and adds it to them. */
export async function checkShelf(house: House, diary: Diary, judged: Set<string>): Promise<ShelfReport> {
  const all = await listRecordings(house);
  const files = all.filter(({ session_id }) => !judged.has(session_id));
  const condemn = (evidence: string) =>
    house.judge.condemn(
      'Every recording that was accepted is filed and whole, or its failure is told',
      evidence,
    );
  let frames = 0;
  for (const recording of files) {
    const accepted = diary.accepted.filter(({ session }) => session === recording.session_id);
    const fromMs = Date.parse(recording.parts[0]?.start_time ?? '');
    const felt = diary.felt(recording.device, fromMs, endOf(house, recording));
    try {
      const parts = await play(house.recordingsFolder, recording);
      frames += parts.reduce((sum, part) => sum + part.frames.length, 0);
      // Of an order whose answer was lost with a life of the service nobody knows whether it wished for a length.
      const faults = faultsOf(recording, parts, felt, accepted[0]?.durationS);
      if (faults.length > 0)
        condemn(
          `${recording.session_id}: ${faults.join('; ')}. Done meanwhile: ${felt.join(', ') || 'nothing'}. ${JSON.stringify(recording)}`,
        );
    } catch (error) {
      condemn(`${recording.session_id} does not play: ${(error as Error).message}`);
    }
  }
  const failed = diary.accepted.filter(({ session }) => !all.some((file) => file.session_id === session));
  for (const accepted of failed) {
    const { session, camera, orderedAtMs } = accepted;
    const end = house.story((actor) => actor === `recording:${session}`, 600_000).at(-1);
    const felt = diary.felt(camera, orderedAtMs, Date.now());
    if (end?.to !== 'failed')
      condemn(
        `${session} was accepted, and is not in list_recordings; its last state was ${end?.to ?? 'none'}`,
      );
    else if (
      !diary.wasStopped(accepted) &&
      felt.every((deed) => deed === 'killService' || deed === 'handOver')
    )
      condemn(`${session} failed, and nothing was done that leads to it`);
  }
  for (const { session_id } of files) judged.add(session_id);
  return { recordings: files.length, frames, failed: failed.length };
}

/** Where a full disk took its description, the list knows no more than what its file tells; the log knows better. */
function endOf(house: House, { session_id, modified_time }: Filed): number {
  const last = house.story((actor) => actor === `recording:${session_id}`, 600_000).at(-1);
  return Math.max(Date.parse(modified_time), last === undefined ? 0 : Date.parse(last.time));
}

async function play(folder: string, { parts }: ListedRecording): Promise<PlayedPart[]> {
  const played: PlayedPart[] = [];
  for (const { filename } of parts)
    played.push({ filename, frames: await barcodesOf(join(folder, filename), { timeoutMs: 60_000 }) });
  return played;
}

/** For the next round: the disk is small. */
export async function clearShelf(house: House): Promise<void> {
  for (const { session_id, parts } of await listRecordings(house))
    for (const name of [`${session_id}.json`, ...parts.map(({ filename }) => filename)])
      rmSync(join(house.recordingsFolder, name), { force: true });
}

async function listRecordings(house: House): Promise<readonly Filed[]> {
  return (await house.service.call<{ files: Filed[] }>('list_recordings', { limit: 1000 })).files;
}
