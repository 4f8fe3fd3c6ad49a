/** The numbered files of a journal's folder, and what they hold. Only reads. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^trace-(\d{6,12})\.ndjson$/;

export interface JournalFile {
  readonly name: string;
  readonly number: number;
  readonly sizeBytes: number;
}

export function fileName(number: number): string {
  return `trace-${String(number).padStart(6, '0')}.ndjson`;
}

/** Oldest first. A folder that is not there has none. */
export async function journalFiles(folder: string): Promise<readonly JournalFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files: JournalFile[] = [];
  for (const name of names) {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) continue;
    const { size } = await stat(join(folder, name));
    files.push({ name, number: Number(number), sizeBytes: size });
  }
  return files.sort((one, other) => one.number - other.number);
}

/**
 * The newest lines of all files together, oldest first. A line that a death cut short is among them: whoever reads them
 * has to leave out what is no JSON.
 * @param limitBytes how much is read at most
 * @throws the system's error where the folder cannot be read
 */
export async function lastLines(folder: string, limitBytes: number): Promise<readonly string[]> {
  const chunks: string[][] = [];
  let leftBytes = limitBytes;
  for (const { name, sizeBytes } of (await journalFiles(folder)).toReversed()) {
    if (leftBytes <= 0) break;
    const bytes = Math.min(sizeBytes, leftBytes);
    const lines = (await readEnd(join(folder, name), sizeBytes, bytes)).split('\n');
    // It began somewhere within a line.
    if (bytes < sizeBytes) lines.shift();
    chunks.unshift(lines.filter((line) => line !== ''));
    leftBytes -= bytes;
  }
  return chunks.flat();
}

async function readEnd(path: string, sizeBytes: number, bytes: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, sizeBytes - bytes);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
