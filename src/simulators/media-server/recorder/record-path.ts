/**
 * The `recordPath` language: from an instant to a file name and back, in the server's local time.
 * %path %Y %m %d %H %M %S %f (microseconds) %z %s (seconds since the epoch).
 */
import { resolve } from 'node:path';
import { offsetOf, two } from '../local-time.ts';

const WORDS = /%(path|[YmdHMSfzs])/g;
const PATTERNS: Readonly<Record<string, string>> = {
  path: '(.*?)',
  Y: '([0-9]{4})',
  f: '([0-9]{6})',
  z: '(Z|[+-][0-9]{4})',
  s: '([0-9]{10})',
};

/** The absolute file for a recording of this path that starts then. */
export function recordFile(recordPath: string, path: string, startMicros: number): string {
  const date = new Date(Math.floor(startMicros / 1000));
  const values: Readonly<Record<string, string>> = {
    path,
    Y: String(date.getFullYear()),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    H: two(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    f: String(startMicros % 1_000_000).padStart(6, '0'),
    z: offsetOf(date, ''),
    s: String(Math.floor(startMicros / 1_000_000)),
  };
  return resolve(`${recordPath.replace(WORDS, (_all, word: string) => values[word] ?? '')}.mp4`);
}

/** The absolute folder that holds every recording of this pattern. */
export function commonFolder(recordPath: string): string {
  const parts = resolve(recordPath).split('/');
  const variable = parts.findIndex((part) => part.includes('%'));
  return parts.slice(0, variable < 0 ? -1 : variable).join('/') || '/';
}

/** The path and start of the recording in this file, or null when the name does not fit the pattern. */
export function parseRecordFile(
  recordPath: string,
  file: string,
): { readonly path: string; readonly startMicros: number } | null {
  const words: string[] = [];
  const source = resolve(`${recordPath}.mp4`)
    .replace(/[\\.+*?^$()[\]{}|]/g, '\\$&')
    .replace(WORDS, (_all, word: string) => {
      words.push(word);
      return PATTERNS[word] ?? '([0-9]{2})';
    });
  const match = new RegExp(source).exec(file);
  if (match === null) return null;
  const found = new Map(words.map((word, index) => [word, match[index + 1] ?? '']));
  return { path: found.get('path') ?? '', startMicros: startOf(found) };
}

function startOf(found: ReadonlyMap<string, string>): number {
  const number = (word: string, otherwise: number) => Number(found.get(word) ?? otherwise);
  const micros = number('f', 0);
  if (found.has('s')) return number('s', 0) * 1_000_000 + micros;
  const month = number('m', 1) - 1;
  const fields = [
    number('Y', 0),
    month,
    number('d', 1),
    number('H', 0),
    number('M', 0),
    number('S', 0),
  ] as const;
  const zone = found.get('z');
  const ms = zone === undefined ? new Date(...fields).getTime() : Date.UTC(...fields) - offsetMs(zone);
  return ms * 1000 + micros;
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
