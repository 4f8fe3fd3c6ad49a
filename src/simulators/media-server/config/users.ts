/**
 * The shape of `authInternalUsers`: who, with which password, from where, may do what. Checks the shape only;
 * whether a request is let in is decided in auth.ts.
 */
import { isIP } from 'node:net';
import { isObject, type Json, Refusal } from './values.ts';

/** One action a user may take; `path` "" means every path, `~` starts a regular expression. */
export interface Permission {
  readonly action: string;
  readonly path: string;
}

/** One entry of `authInternalUsers` as the API prints it. */
export interface InternalUser {
  readonly user: string;
  readonly pass: string;
  /** CIDR networks; empty means from anywhere. */
  readonly ips: readonly string[];
  readonly permissions: readonly Permission[];
}

const ACTIONS = ['publish', 'read', 'playback', 'api', 'metrics', 'pprof'];
const PLAIN_CREDENTIAL = /^[a-zA-Z0-9!$()*+.;<=>[\]^_\-{}@#&]+$/;
const SHA256_CREDENTIAL = /^sha256:[a-zA-Z0-9+/=]+$/;

/** Networks in CIDR form; a bare address becomes /32 or /128. @throws Refusal */
export function decodeNetworks(raw: Json): Json {
  return arrayAt(raw, 'ips').map((item) => {
    const text = textAt(item);
    const [address = '', bits] = text.split('/');
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    if (family === 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= longest))) {
      throw new Refusal(`unable to parse IP/CIDR '${text}'`);
    }
    return `${address}/${bits ?? longest}`;
  });
}

/** Permissions with known actions. @throws Refusal */
export function decodePermissions(raw: Json, at = 'permissions'): Json {
  return arrayAt(raw, at).map((item, index) => {
    const entry = objectAt(item, `${at}[${index}]`, ['action', 'path']);
    const action = textAt(entry.action ?? '');
    if (!ACTIONS.includes(action)) throw new Refusal(`invalid auth action: '${action}'`);
    return { action, path: textAt(entry.path ?? '') };
  });
}

/** Users. @throws Refusal for an empty name, a password for `any`, or characters a credential may not have */
export function decodeUsers(raw: Json, at = 'authInternalUsers'): Json {
  return arrayAt(raw, at).map((item, index) => {
    const where = `${at}[${index}]`;
    const entry = objectAt(item, where, ['user', 'pass', 'ips', 'permissions']);
    const user = credentialAt(entry.user ?? '');
    const pass = credentialAt(entry.pass ?? '');
    if (user === '') throw new Refusal('empty usernames are not supported');
    if (user === 'any' && pass !== '') throw new Refusal("using a password with 'any' user is not supported");
    return {
      user,
      pass,
      ips: decodeNetworks(entry.ips ?? []),
      permissions: decodePermissions(entry.permissions ?? [], `${where}.permissions`),
    };
  });
}

function credentialAt(raw: Json): string {
  const text = textAt(raw);
  if (text !== '' && !PLAIN_CREDENTIAL.test(text) && !SHA256_CREDENTIAL.test(text)) {
    throw new Refusal('credential contains unsupported characters');
  }
  return text;
}

function arrayAt(raw: Json, at: string): readonly Json[] {
  if (!Array.isArray(raw)) throw new Refusal(`json: '${at}' must be an array`);
  return raw as readonly Json[];
}

function objectAt(raw: Json, at: string, known: readonly string[]): Record<string, Json> {
  if (!isObject(raw)) throw new Refusal(`json: '${at}' must be an object`);
  const unknown = Object.keys(raw).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Refusal(`json: unknown field "${at}.${unknown}"`);
  return raw;
}

function textAt(raw: Json): string {
  if (typeof raw !== 'string')
    throw new Refusal(`json: cannot unmarshal ${typeof raw} into Go value of type string`);
  return raw;
}
