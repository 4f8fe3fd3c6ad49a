/** Reads the project's own files for the house tests: sources, import lines, pages. Knows no rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '../..');

export interface Import {
  /** Path from the project's folder, e.g. `src/api/api.ts`. */
  readonly file: string;
  /** The same for a file of ours, else the package's name. */
  readonly target: string;
  /** `import type`: gone after compiling. */
  readonly typeOnly: boolean;
}

/** Paths below a folder, from the project's folder, in order. */
export function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** Text of a file, named from the project's folder. */
export function read(file: string): string {
  return readFileSync(join(PROJECT, file), 'utf8');
}

/** Every `import ... from`, `export ... from`, `import '...'` and `import('...')` of a file. */
export function importsOf(file: string): readonly Import[] {
  const pattern =
    /^(?:import|export)\s+(?<type>type\s)?[^;'"]*?from\s+'(?<from>[^']+)'|^import\s+'(?<bare>[^']+)'|\bimport\('(?<late>[^']+)'\)/gm;
  return [...read(file).matchAll(pattern)].map(({ groups = {} }) => {
    const target = groups.from ?? groups.bare ?? groups.late ?? '';
    return {
      file,
      target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
      typeOnly: groups.type !== undefined,
    };
  });
}

/** `src/adapters/udev/x.ts` is in `adapters/udev`, `src/api/rpc/x.ts` in `api`, `src/main.ts` in `main`. */
export function roomOf(file: string): string {
  const [, first = '', second = ''] = file.split('/');
  if (first === 'adapters') return `adapters/${second}`;
  return file.split('/').length === 2 ? 'main' : first;
}
