/**
 * `CAMERA_SERVICE_<SECTION>_<KEY>` variables. One that no key has is an error: a mistyped variable would otherwise
 * be a setting that silently does nothing.
 */
import { parse } from 'yaml';
import type { ConfigIssue } from './config-error.ts';
import { type ConfigRow, ENVIRONMENT_PREFIX } from './describe.ts';
import { nearest } from './nearest.ts';

/** Ours, but no setting: it is in the environment of everything that the service starts. */
const NO_SETTING: readonly string[] = ['CAMERA_SERVICE_MARK'];

export interface EnvironmentSetting {
  readonly row: ConfigRow;
  readonly value: unknown;
}

export interface EnvironmentReading {
  readonly settings: readonly EnvironmentSetting[];
  readonly issues: readonly ConfigIssue[];
}

/** Settings in the environment, and the variables that mean nothing. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  rows: readonly ConfigRow[],
): EnvironmentReading {
  const settings: EnvironmentSetting[] = [];
  const issues: ConfigIssue[] = [];
  const names = rows.map((row) => row.environment);
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || text === undefined || NO_SETTING.includes(name)) continue;
    const row = rows.find((candidate) => candidate.environment === name);
    if (row) settings.push({ row, value: settingOf(text, row) });
    else
      issues.push({
        where: name,
        sentence: `no setting has this variable; the nearest is ${nearest(name, names)}`,
      });
  }
  return { settings, issues };
}

/** Text is taken as it is: a password may look like anything. The rest are YAML scalars (and lists in brackets). */
function settingOf(text: string, row: ConfigRow): unknown {
  if (row.type === 'text' || row.type === 'choice') return text;
  try {
    return parse(text) ?? text;
  } catch {
    return text;
  }
}
