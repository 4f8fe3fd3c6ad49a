/**
 * The last look at every text that leaves in an error: no host path, no secret, no control character.
 * It is a net below the rule, not the rule: whoever throws a CameraError writes a message without them already.
 */

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/csk_[A-Za-z0-9_-]{6,}/g, 'csk_***'],
  [/eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*/g, '***'],
  [/\bfile:\/\/\S+/g, '<path>'],
  [/([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^\s/@]+@/g, '$1***@'],
  [/\b(password|passwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi, '$1$2***'],
];

/** An absolute path that is not part of an URL and not an HTTP address of ours or of the media server's API. */
const HOST_PATH = /(?<![\w.\-/])\/(?!\/|files\/|health\b|v3\/)[^\s'"`,;)\]}]*[^\s'"`,;)\]}:.]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const DEEPEST = 8;

/** The text without host paths, secrets and control characters. */
export function redact(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.replace(HOST_PATH, '<path>').replace(CONTROL, ' ');
}

/** The same for every text inside plain data; deeper than 8 levels is left out. */
export function redactDeep(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value); // JSON has no word for it
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth >= DEEPEST) return '...';
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      /password|passwd|secret|api_?key/i.test(key) ? '***' : redactDeep(item, depth + 1),
    ]),
  );
}

/** At most 64 characters of what a client sent, in quotes, for a sentence that names it. */
export function quoted(text: string): string {
  return `"${text.length > 64 ? `${text.slice(0, 64)}...` : text}"`;
}
