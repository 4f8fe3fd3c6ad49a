/**
 * What a finished session will be, written down before any of its files gets its final name: after a crash in between
 * the same names are used again. Lies beside the parts and is removed when the sidecar is there.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FinishedRecording } from '../../machines/values.ts';
import { writeDurably } from '../process/durable-file.ts';
import { CONTAINERS } from './remux.ts';
import { finishedSchema } from './sidecar.ts';

const draftSchema = z.object({
  version: z.literal(1),
  /** Final names without extension begin with this. */
  base: z.string(),
  /** From the folder of parts to the recordings folder, in order. */
  moves: z.array(z.object({ from: z.string(), to: z.string() })),
  /** In the folder of parts, removed at the end. */
  obsolete: z.array(z.string()),
  recording: finishedSchema,
});

export type Draft = z.infer<typeof draftSchema>;

export function draftPath(folder: string, session: string): string {
  return join(folder, `${session}.draft.json`);
}

/** null where there is none, or a broken one: the work then begins anew. */
export async function readDraft(folder: string, session: string): Promise<Draft | null> {
  try {
    return draftSchema.parse(JSON.parse(await readFile(draftPath(folder, session), 'utf8')));
  } catch {
    return null;
  }
}

/** @throws the system's error */
export function writeDraft(folder: string, draft: Draft): Promise<void> {
  return writeDurably(draftPath(folder, draft.recording.session), `${JSON.stringify(draft, null, 1)}\n`);
}

export async function removeDraft(folder: string, session: string): Promise<void> {
  await rm(draftPath(folder, session), { force: true });
}

/** The session's own name, or with `-2`, `-3`, ... where files of another recording have it already. */
export async function freeBase(recordingsFolder: string, session: string): Promise<string> {
  const names = await readdir(recordingsFolder);
  for (let count = 1; ; count += 1) {
    const base = count === 1 ? session : `${session}-${count}`;
    if (!names.some((name) => belongsTo(name, base))) return base;
  }
}

/** `<base>.mp4`, `<base>_2.mp4`, ...; `<base>.json`. */
export function belongsTo(name: string, base: string): boolean {
  return name.startsWith(base) && /^(_\d+)?\.(mp4|mkv|ts|json)$/.test(name.slice(base.length));
}

export function finalName(base: string, index: number, format: FinishedRecording['format']): string {
  return `${base}${index === 0 ? '' : `_${index + 1}`}.${CONTAINERS[format].extension}`;
}
