/**
 * The end of a session: its parts become files with final names and a sidecar. It may be killed after any step and
 * started again; it never overwrites a file it did not make, and removes a part only when what replaces it is safe.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FinaliseRequest, inOrder } from '../../machines/ports.ts';
import type { FinishedRecording } from '../../machines/values.ts';
import { type Assembly, assemble } from './assemble.ts';
import { diskReason, isMissing, throwIfAborted } from './disk-error.ts';
import { belongsTo, type Draft, finalName, freeBase, readDraft, removeDraft, writeDraft } from './draft.ts';
import { partsFolder } from './part-names.ts';
import { type Salvage, salvageParts } from './part-shelf.ts';
import { exists, moveNew, syncFile } from './publish.ts';
import { type RemuxTools, removeRemuxLeftovers } from './remux.ts';
import { readSidecar, writeSidecar } from './sidecar.ts';

export interface FinaliseTools extends RemuxTools {
  readonly recordingsFolder: string;
  readonly cutToleranceMs: number;
  /** Empty files that were removed from this session before. */
  readonly removedBefore: number;
}

/** @throws the system's error, CameraError cancelled */
export async function finaliseSession(
  request: FinaliseRequest,
  tools: FinaliseTools,
): Promise<FinishedRecording> {
  const { recordingsFolder } = tools;
  const folder = partsFolder(recordingsFolder, request.cameraId);
  let draft = await readDraft(folder, request.session);
  if (draft && !isSame(draft.recording, request)) draft = null;
  if (!draft) {
    const done = await findSidecar(recordingsFolder, request);
    if (done) return done;
    draft = await prepare(request, folder, tools);
    if (draft.moves.length === 0) return draft.recording;
    // Nothing is moved before it is written down why and how the session ended: a full disk would make it forget.
    await writeDraft(folder, draft);
  }
  try {
    await moveFiles(draft, folder, recordingsFolder, tools.signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Somebody took a name meanwhile. What is still to be moved becomes a recording with a free one.
    await removeDraft(folder, request.session);
    return finaliseSession(request, tools);
  }
  const recording = await leaveSidecar(draft, recordingsFolder);
  for (const name of draft.obsolete) await rm(join(folder, name), { force: true });
  await removeDraft(folder, request.session);
  return recording;
}

/** Everything that takes time, before anything changes its name. */
async function prepare(request: FinaliseRequest, folder: string, tools: FinaliseTools): Promise<Draft> {
  const { durationMs: limitMs, partOrder, ...ordered } = request;
  const { session, format } = request;
  await removeRemuxLeftovers(folder, session);
  const salvage = await salvageParts(folder, session, tools);
  const order = { session, format, limitMs, cutToleranceMs: tools.cutToleranceMs };
  const assembly = await assemble(folder, inOrder(salvage.parts, partOrder), order, tools);
  throwIfAborted(tools.signal);
  const { files } = assembly;
  const base = files.length === 0 ? session : await freeBase(tools.recordingsFolder, session);
  const parts = files.map(({ from: _, ...file }, index) => ({
    file: finalName(base, index, assembly.format),
    ...file,
  }));
  const recording: FinishedRecording = {
    ...ordered,
    format: files.length === 0 ? format : assembly.format,
    startedAtMs: parts[0]?.startedAtMs ?? null,
    durationMs: parts.reduce((sum, part) => sum + part.durationMs, 0),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    parts,
    overrunMs: assembly.overrunMs,
    warning: warningOf(salvage, assembly, tools.removedBefore),
  };
  const moves = files.map(({ from }, index) => ({ from, to: parts[index]!.file }));
  return { version: 1, base, moves, obsolete: [...assembly.obsolete], recording };
}

function warningOf(salvage: Salvage, assembly: Assembly, removedBefore: number): string | null {
  const removed = removedBefore + salvage.removed;
  const files = removed === 1 ? '1 empty file was' : `${removed} empty files were`;
  const sentences = [...(removed > 0 ? [`${files} removed.`] : []), salvage.warning, ...assembly.warnings];
  return sentences.filter((sentence) => sentence !== null).join(' ') || null;
}

/** Moves what is still there; what is not has been moved by a life before this one. */
async function moveFiles(
  draft: Draft,
  folder: string,
  recordingsFolder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { from, to } of draft.moves) {
    throwIfAborted(signal);
    const [source, target] = [join(folder, from), join(recordingsFolder, to)];
    if (await isSameFile(source, target)) await rm(source);
    else if (await exists(source)) await moveNew(source, target);
    await syncFile(target);
  }
}

/** A move that a crash interrupted leaves one file with two names. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([stat(one), stat(other)]);
    return first.ino === second.ino && first.dev === second.dev;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Without its sidecar a recording is complete, too; it only says less about itself. @throws what the disk may get over */
async function leaveSidecar(
  { base, recording }: Draft,
  recordingsFolder: string,
): Promise<FinishedRecording> {
  try {
    await writeSidecar(join(recordingsFolder, `${base}.json`), recording);
    return recording;
  } catch (error) {
    const [reason, fact] = diskReason(error);
    if (reason !== 'storage') throw error;
    const sentence = `The description of the recording could not be written: ${fact}.`;
    return { ...recording, warning: recording.warning ? `${recording.warning} ${sentence}` : sentence };
  }
}

async function findSidecar(
  recordingsFolder: string,
  request: FinaliseRequest,
): Promise<FinishedRecording | null> {
  const names = await readdir(recordingsFolder).catch(() => []);
  for (const name of names) {
    if (!name.endsWith('.json') || !name.startsWith(request.session)) continue;
    const found = await readSidecar(join(recordingsFolder, name));
    if (found && isSame(found, request) && belongsTo(name, name.slice(0, -'.json'.length))) return found;
  }
  return null;
}

function isSame(one: FinishedRecording, other: FinaliseRequest): boolean {
  return (
    one.session === other.session && one.orderedAtMs === other.orderedAtMs && one.cameraId === other.cameraId
  );
}
