/**
 * The configuration of one start: defaults, then the YAML file, then the environment, later ones winning. Everything
 * that is wrong is collected and told at once; a configuration that loads is right as a whole and never changes.
 */
import type { z } from 'zod';
import { checkTogether } from './checks.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { type ConfigRow, describeConfig } from './describe.ts';
import { readEnvironment } from './environment.ts';
import { readConfigFile } from './file.ts';
import { type Config, configSchema } from './schema.ts';
import { frozen, isTree, removeAt, setAt, type Tree, valueAt } from './tree.ts';
import { findUnknownKeys } from './unknown-keys.ts';

export interface ConfigSources {
  /** Path of the YAML file; null: defaults and environment only. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** @returns the frozen configuration @throws ConfigError with every issue found */
export function loadConfig(sources: ConfigSources): Config {
  const rows = describeConfig();
  const tree = sources.file === null ? {} : withoutEmptySections(readConfigFile(sources.file), rows);
  const unknown = findUnknownKeys(
    tree,
    rows.map((row) => row.key),
  );
  for (const { key } of unknown) removeAt(tree, key);

  const variables = readEnvironment(sources.environment, rows);
  const variableOf = new Map(variables.settings.map(({ row }) => [row.key, row.environment]));
  for (const { row, value } of variables.settings) setAt(tree, row.key, value);

  const issues = [...unknown.map(({ issue }) => issue), ...variables.issues];
  const bad = new Set<string>();
  const parsed = configSchema.safeParse(tree);
  for (const zodIssue of parsed.error?.issues ?? []) {
    const { key, issue } = explain(zodIssue, tree, rows, variableOf);
    if (!bad.has(key)) issues.push(issue);
    bad.add(key);
  }
  // Without the bad values the rest can still be compared: all mistakes are told in one go.
  for (const key of bad) removeAt(tree, key);
  const config = parsed.data ?? configSchema.parse(tree);
  issues.push(...checkTogether(config, bad));
  if (issues.length > 0) throw new ConfigError(issues);
  return frozen(config);
}

/** `server:` with nothing below it is a section without keys. */
function withoutEmptySections(tree: Tree, rows: readonly ConfigRow[]): Tree {
  const isSection = (name: string) => rows.some((row) => row.key.startsWith(`${name}.`));
  return Object.fromEntries(
    Object.entries(tree).filter(([name, value]) => value !== null || !isSection(name)),
  );
}

function explain(
  { path, code, message }: z.core.$ZodIssue,
  tree: Tree,
  rows: readonly ConfigRow[],
  variableOf: ReadonlyMap<string, string>,
): { key: string; issue: ConfigIssue } {
  const full = path.join('.');
  const row = rows.find(({ key }) => full === key || full.startsWith(`${key}.`));
  if (!row) {
    const keys = rows
      .filter(({ key }) => key.startsWith(`${full}.`))
      .map(({ key }) => key.slice(full.length + 1));
    return {
      key: full,
      issue: { where: full, sentence: `must be a section with keys like ${keys.slice(0, 3).join(', ')}` },
    };
  }
  const where = variableOf.has(row.key) ? `${row.key} (from ${variableOf.get(row.key)})` : row.key;
  // The schema's own words for a pattern say more than its type does.
  const allowed = code === 'invalid_format' ? message : `must be ${allowedFor(row)}`;
  return {
    key: row.key,
    issue: { where, sentence: `${shown(valueAt(tree, row.key), row)} is not allowed; it ${allowed}` },
  };
}

/** e.g. `an integer, 1 to 65535 milliseconds`. */
function allowedFor({ type, range, unit }: ConfigRow): string {
  if (type === 'choice') return `one of ${range}`;
  if (type === 'boolean') return 'true or false';
  const kind = {
    integer: 'an integer',
    number: 'a number',
    text: 'text (in quotes where it looks like a number)',
    list: 'a list',
  }[type];
  return [kind, `${range} ${unit}`.trim()].filter((word) => word !== '').join(', ');
}

/** Short, and nothing at all of a secret. */
function shown(value: unknown, { secret }: ConfigRow): string {
  if (secret) return 'its value (not shown)';
  if (value === null || value === undefined) return 'no value';
  if (typeof value === 'number') return String(value);
  const text = isTree(value) ? 'a section' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
