/**
 * One whole configuration: what was given, checked and resolved into what holds. A value: never changed, only
 * replaced. Every write checks all of it again, as the real server does.
 */
import { checkGlobal, checkPath } from './checks.ts';
import { withInitial } from './fields.ts';
import { GLOBAL_FIELDS } from './global-fields.ts';
import { PATH_FIELDS } from './path-fields.ts';
import { entryExpression } from './path-name.ts';
import type { InternalUser } from './users.ts';
import { isObject, type Json, type Values } from './values.ts';

/** What files and API calls gave, already of the right types. */
export interface GivenConfiguration {
  readonly global: Record<string, Json>;
  readonly pathDefaults: Record<string, Json>;
  /** By name of the entry. The inner records are shared between versions, see store.ts. */
  readonly paths: ReadonlyMap<string, Record<string, Json>>;
}

/** One entry of `paths`, with the defaults merged in. */
export interface PathEntry {
  readonly name: string;
  /** Null for a plain name. */
  readonly expression: RegExp | null;
  readonly values: Values;
}

export interface Configuration {
  readonly given: GivenConfiguration;
  readonly global: Values;
  readonly pathDefaults: Values;
  readonly paths: ReadonlyMap<string, PathEntry>;
}

/** Merges and checks. @throws Refusal when anything in it is not allowed */
export function resolveConfiguration(given: GivenConfiguration): Configuration {
  const global = withInitial(GLOBAL_FIELDS, given.global);
  checkGlobal(global);
  const paths = new Map<string, PathEntry>();
  for (const name of [...given.paths.keys()].sort()) {
    const expression = entryExpression(name);
    const values = { name, ...withInitial(PATH_FIELDS, given.pathDefaults, given.paths.get(name) ?? {}) };
    checkPath(values, expression);
    paths.set(name, { name, expression, values });
  }
  return {
    given,
    global,
    pathDefaults: { name: '', ...withInitial(PATH_FIELDS, given.pathDefaults) },
    paths,
  };
}

/** The global values as the API shows them: passwords are hidden. */
export function redactedGlobal(global: Values): Values {
  const users = global.authInternalUsers;
  if (!Array.isArray(users)) return global;
  const hidden = users.map((user: Json) =>
    isObject(user) && user.pass !== '' ? { ...user, pass: '<redacted>' } : user,
  );
  return { ...global, authInternalUsers: hidden };
}

/** The users of a configuration, typed. */
export function loadedUsers(configuration: Configuration): readonly InternalUser[] {
  return configuration.global.authInternalUsers as unknown as readonly InternalUser[];
}
