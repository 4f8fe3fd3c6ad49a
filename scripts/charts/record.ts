/**
 * `statecharts/drawn.json`: from which machine, and by which drawing code, each file was drawn. So freshness is checked
 * in milliseconds, although laying out all charts takes half a minute.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Chart } from '../../src/machines/chart.ts';

/** Machine name to what was drawn of it. */
export type DrawnRecord = Readonly<Record<string, Drawn>>;

export interface Drawn {
  /** Of the machine and the drawing code. */
  readonly fingerprint: string;
  /** File name to the SHA-256 of its content. */
  readonly files: Readonly<Record<string, string>>;
}

export const RECORD_FILE = 'drawn.json';

/** The record of a folder of drawings; empty where there is none. */
export async function readRecord(folder: string): Promise<DrawnRecord> {
  const text = await readFile(join(folder, RECORD_FILE), 'utf8').catch(() => '{}');
  return JSON.parse(text) as DrawnRecord;
}

/** A function that names a chart together with the code that would draw it now. */
export async function fingerprinter(): Promise<(chart: Chart) => string> {
  const code = createHash('sha256');
  const sources = resolve('scripts/charts');
  for (const file of (await readdir(sources)).sort()) code.update(await readFile(join(sources, file)));
  code.update(await readFile(resolve('node_modules/elkjs/package.json')));
  const codeDigest = code.digest('hex');
  return (chart) => digestOf(codeDigest + JSON.stringify(chart));
}

/** Why the drawings of a chart must be made again; null: they are fresh. */
export async function staleness(
  folder: string,
  drawn: Drawn | undefined,
  fingerprint: string,
): Promise<string | null> {
  if (!drawn) return 'it was never drawn';
  if (drawn.fingerprint !== fingerprint) return 'the machine or the drawing code has changed since';
  for (const [file, digest] of Object.entries(drawn.files)) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text === null) return `${file} is missing`;
    if (digestOf(text) !== digest) return `${file} was changed by hand`;
  }
  return null;
}

/** SHA-256 in hex. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
