/**
 * Who may do what: the internal users of the configuration. Decides, never answers: the HTTP and RTSP servers
 * turn a denial into their own replies.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InternalUser } from './config/users.ts';

/** Wrong credentials are answered after up to this long, as a brake on guessing. */
const WRONG_CREDENTIALS_DELAY_MAX_MS = 4000;

export interface AccessRequest {
  readonly action: 'publish' | 'read' | 'api';
  /** "" for the API. */
  readonly path: string;
  readonly address: string;
  /** The value of an Authorization header, if there was one. */
  readonly authorization: string | undefined;
}

/** `ask`: no credentials came, so the client may be asked for them; `wrong`: they do not fit. */
export type Access =
  | { readonly granted: true; readonly user: string }
  | { readonly granted: false; readonly reason: 'ask' | 'wrong' };

/** Decides on one request. Only Basic credentials are known. */
export function decideAccess(users: readonly InternalUser[], request: AccessRequest): Access {
  const { user, pass } = basicCredentials(request.authorization);
  const fits = users.some(
    (entry) => comesFrom(entry, request.address) && permits(entry, request) && proves(entry, user, pass),
  );
  if (fits) return { granted: true, user };
  return { granted: false, reason: user === '' && pass === '' ? 'ask' : 'wrong' };
}

/** The brake: 0 to 4 s. `CAMERA_SIMULATOR_AUTH_DELAY_MAX_MS` can only make it shorter. */
export async function delayWrongCredentials(): Promise<void> {
  const wanted = Number(process.env.CAMERA_SIMULATOR_AUTH_DELAY_MAX_MS ?? WRONG_CREDENTIALS_DELAY_MAX_MS);
  const limitMs = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), WRONG_CREDENTIALS_DELAY_MAX_MS) : 0;
  await sleep(Math.random() * limitMs);
}

function basicCredentials(header: string | undefined): { user: string; pass: string } {
  const encoded = /^Basic\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return { user: '', pass: '' };
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, pass: '' } : { user: text.slice(0, colon), pass: text.slice(colon + 1) };
}

function comesFrom(entry: InternalUser, address: string): boolean {
  if (entry.ips.length === 0) return true;
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  const allowed = new BlockList();
  for (const network of entry.ips) {
    const [base = '', bits = '0'] = network.split('/');
    allowed.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4');
  }
  return allowed.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

function permits(entry: InternalUser, request: AccessRequest): boolean {
  return entry.permissions.some(({ action, path }) => {
    if (action !== request.action) return false;
    if (action === 'api' || path === '' || path === request.path) return true;
    if (!path.startsWith('~')) return false;
    try {
      return new RegExp(path.slice(1)).test(request.path);
    } catch {
      return false;
    }
  });
}

function proves(entry: InternalUser, user: string, pass: string): boolean {
  return entry.user === 'any' || (credentialFits(entry.user, user) && credentialFits(entry.pass, pass));
}

function credentialFits(expected: string, given: string): boolean {
  if (expected === '') return true;
  if (expected.startsWith('sha256:')) {
    return equal(expected.slice('sha256:'.length), createHash('sha256').update(given).digest('base64'));
  }
  return equal(expected, given);
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
