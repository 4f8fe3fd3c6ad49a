/** What recordings there are: found by walking the folders, nothing is remembered. */
import { type Dirent, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PathEntry } from '../config/configuration.ts';
import { pathNameProblem } from '../config/path-name.ts';
import { type Json, Refusal } from '../config/values.ts';
import { formatRfc3339 } from '../local-time.ts';
import { commonFolder, parseRecordFile } from './record-path.ts';

/** Names of all configured paths that have at least one recording, sorted. */
export function pathsWithRecordings(entries: ReadonlyMap<string, PathEntry>): string[] {
  const names = new Set<string>();
  for (const entry of entries.values()) {
    if (entry.expression === null) {
      if (startsOf(entry, entry.name).length > 0) names.add(entry.name);
      continue;
    }
    const pattern = String(entry.values.recordPath);
    for (const file of filesBelow(commonFolder(pattern))) {
      const name = parseRecordFile(pattern, file)?.path;
      if (name !== undefined && pathNameProblem(name) === null && entry.expression.test(name))
        names.add(name);
    }
  }
  return [...names].sort();
}

/** One item of the API's list of recordings: when each file of this path starts, oldest first. */
export function recordingsItem(entry: PathEntry, name: string): Json {
  return { name, segments: startsOf(entry, name).map((micros) => ({ start: formatRfc3339(micros) })) };
}

/** Deletes the recording that starts then, also one that is being written. @throws Refusal where there is none */
export function deleteRecording(entry: PathEntry, name: string, start: string): void {
  const found = recordingsOf(entry, name).find(({ startMicros }) => formatRfc3339(startMicros) === start);
  if (found === undefined) throw new Refusal('there is no such recording');
  rmSync(found.file);
}

function startsOf(entry: PathEntry, name: string): number[] {
  return recordingsOf(entry, name).map(({ startMicros }) => startMicros);
}

/** Oldest first. */
function recordingsOf(entry: PathEntry, name: string): { file: string; startMicros: number }[] {
  const pattern = String(entry.values.recordPath).replaceAll('%path', name);
  return filesBelow(commonFolder(pattern))
    .flatMap((file) => {
      const startMicros = parseRecordFile(pattern, file)?.startMicros;
      return startMicros === undefined ? [] : [{ file, startMicros }];
    })
    .sort((a, b) => a.startMicros - b.startMicros);
}

function filesBelow(folder: string): string[] {
  let found: Dirent[];
  try {
    found = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return found.flatMap((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? filesBelow(path) : [path];
  });
}
