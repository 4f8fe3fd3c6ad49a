/**
 * How one configuration value is checked and brought into the form the API prints. Types are strict, as in
 * the real server: a duration is a string, a flag is a boolean, nothing is converted.
 */
import { formatDurationNs, parseDurationNs } from './duration.ts';
import { formatSizeBytes, parseSizeBytes } from './size.ts';
import { decodeNetworks, decodePermissions, decodeUsers } from './users.ts';
import { isObject, type Json, Refusal } from './values.ts';

export type FieldKind =
  | 'string'
  | 'bool'
  | 'int'
  | 'float'
  | 'duration'
  | 'size'
  | 'strings'
  | 'list'
  | 'networks'
  | 'users'
  | 'permissions'
  | 'encryption'
  | 'level'
  | 'transports'
  | 'recordFormat'
  | 'authMethod';

/** A key's kind and its value when nobody gives one (as printed). */
export type Field = readonly [kind: FieldKind, initial: Json];
export type Fields = Readonly<Record<string, Field>>;

const DECODERS: Readonly<Record<FieldKind, (raw: Json, at: string) => Json>> = {
  string: (raw) => typed(raw, 'string'),
  bool: (raw) => typed(raw, 'boolean'),
  int: (raw) => {
    const value = typed(raw, 'number');
    if (!Number.isInteger(value))
      throw new Refusal(`json: cannot unmarshal number ${value} into Go value of type int`);
    return value;
  },
  float: (raw) => typed(raw, 'number'),
  duration: (raw) => formatDurationNs(parseDurationNs(typed(raw, 'string'))),
  size: (raw) => formatSizeBytes(parseSizeBytes(typed(raw, 'string'))),
  strings: (raw) => listOf(raw).map((item) => typed(item, 'string')),
  list: (raw) => listOf(raw),
  networks: decodeNetworks,
  users: decodeUsers,
  permissions: decodePermissions,
  encryption: (raw) =>
    oneOf(raw === false ? 'no' : raw === true ? 'strict' : raw, ['no', 'optional', 'strict'], 'encryption'),
  level: (raw) => oneOf(raw, ['error', 'warn', 'info', 'debug'], 'log level'),
  transports: (raw) => listOf(raw).map((item) => oneOf(item, ['udp', 'multicast', 'tcp'], 'transport')),
  recordFormat: (raw) => oneOf(raw, ['fmp4', 'mpegts'], 'record format'),
  authMethod: (raw) => oneOf(raw, ['internal', 'http', 'jwt'], 'authMethod'),
};

/**
 * Checks what was given against the table and returns it normalised. Null means "not given".
 * @throws Refusal for an unknown key or a wrong type
 */
export function decodeGiven(
  fields: Fields,
  raw: Json,
  ignored: readonly string[] = [],
): Record<string, Json> {
  if (raw === null) return {};
  if (!isObject(raw)) {
    throw new Refusal(
      `json: cannot unmarshal ${jsonType(raw)} into Go value of type map[string]json.RawMessage`,
    );
  }
  const given: Record<string, Json> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (ignored.includes(key)) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) throw new Refusal(`json: unknown field "${key}"`);
    if (value !== null) given[key] = DECODERS[field[0]](value, key);
  }
  return given;
}

/** Every key of the table: what was given, else the initial value, in the table's order. */
export function withInitial(fields: Fields, ...given: readonly Record<string, Json>[]): Record<string, Json> {
  const all: Record<string, Json> = {};
  for (const [key, [, initial]] of Object.entries(fields)) {
    all[key] = given.reduce<Json>((value, layer) => layer[key] ?? value, initial);
  }
  return all;
}

type TypeNames = { string: string; boolean: boolean; number: number };

function typed<T extends keyof TypeNames>(raw: Json, type: T): TypeNames[T] {
  if (typeof raw !== type) {
    const goType = { string: 'string', boolean: 'bool', number: 'float64' }[type];
    throw new Refusal(`json: cannot unmarshal ${jsonType(raw)} into Go value of type ${goType}`);
  }
  return raw as TypeNames[T];
}

function listOf(raw: Json): readonly Json[] {
  if (!Array.isArray(raw))
    throw new Refusal(`json: cannot unmarshal ${jsonType(raw)} into Go value of type []string`);
  return raw as readonly Json[];
}

function oneOf(raw: Json, allowed: readonly string[], what: string): string {
  const value = typed(raw, 'string');
  if (!allowed.includes(value)) throw new Refusal(`invalid ${what} '${value}'`);
  return value;
}

function jsonType(raw: Json): string {
  if (Array.isArray(raw)) return 'array';
  return typeof raw === 'boolean' ? 'bool' : raw === null ? 'null' : typeof raw;
}
