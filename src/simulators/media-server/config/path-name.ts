/** Names of paths: which are allowed, and which configuration entry serves a name. */
import { Refusal } from './values.ts';

/** Says what is wrong with a path name, or null when it may be used. */
export function pathNameProblem(name: string): string | null {
  if (name === '') return 'cannot be empty';
  if (name.startsWith('/')) return "can't begin with a slash";
  if (name.endsWith('/')) return "can't end with a slash";
  if (!/^[0-9a-zA-Z_\-/.]+$/.test(name)) {
    return 'can contain only alphanumeric characters, underscore, dot, minus, slash';
  }
  if (name.split('/').some((part) => part === '.' || part === '..')) return "can't contain dot path segments";
  return null;
}

/**
 * The expression of an entry named `~...`, `all` or `all_others`; null for a plain name.
 * @throws Refusal when the name is neither a valid path name nor a valid expression
 */
export function entryExpression(name: string): RegExp | null {
  if (name === 'all' || name === 'all_others') return /^.*$/;
  if (name.startsWith('~')) {
    try {
      return new RegExp(name.slice(1));
    } catch {
      throw new Refusal(`invalid regular expression: ${name.slice(1)}`);
    }
  }
  const problem = pathNameProblem(name);
  if (problem !== null) throw new Refusal(`invalid path name '${name}': ${problem}`);
  return null;
}

/** What a name must have to be looked up. */
export interface NamedEntry {
  readonly name: string;
  readonly expression: RegExp | null;
}

/**
 * The entry that serves a path name, with the groups of its expression: the exact name first, then expressions
 * by name, `all` and `all_others` last. @throws Refusal when no entry does
 */
export function findEntry<T extends NamedEntry>(
  entries: ReadonlyMap<string, T>,
  name: string,
): { readonly entry: T; readonly groups: readonly string[] } {
  const exact = entries.get(name);
  if (exact !== undefined) return { entry: exact, groups: [] };
  const problem = pathNameProblem(name);
  if (problem !== null) throw new Refusal(`invalid path name: ${problem} (${name})`);
  const last = (entry: T) => (entry.name === 'all' || entry.name === 'all_others' ? 1 : 0);
  const expressions = [...entries.values()]
    .filter((entry) => entry.expression !== null)
    .sort((a, b) => last(a) - last(b) || (a.name < b.name ? -1 : 1));
  for (const entry of expressions) {
    const match = entry.expression?.exec(name);
    if (match) return { entry, groups: [...match].slice(1).map((group) => group ?? '') };
  }
  throw new Refusal(`path '${name}' is not configured`);
}
