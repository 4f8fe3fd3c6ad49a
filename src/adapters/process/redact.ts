/**
 * Takes secrets out of text before it reaches a log, the ledger or a reply: credentials in URLs, tokens,
 * values behind telling names, and values known to be secret. It errs on the side of hiding too much.
 */

/** What stands where a secret stood. */
export const REDACTED = '<redacted>';

const URL_CREDENTIALS = /([a-z0-9+.-]:\/\/)[^\s/"'<>]*@/gi;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const TELLING_NAME =
  '(?:password|passwd|passphrase|secret|token|api[_-]?key|authorization|cookie|ticket|jwt)';
/**
 * `name=value`, `name: value`, `"name":"value"`, also with escaped quotes inside a JSON string. How a name begins is
 * not looked at: to try each word from each of its letters took a quarter of the time of a line of the log.
 */
const NAMED_VALUE = new RegExp(
  `(${TELLING_NAME}(?:\\\\?["'])?\\s*[:=]\\s*)(\\\\"(?:(?!\\\\").)*\\\\"|"(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,;&"'}\\])]+)`,
  'gi',
);
const TELLING_OPTION = new RegExp(`^--?[\\w-]*${TELLING_NAME}$`, 'i');

/**
 * The same text without its secrets.
 * @param known values that are secret whatever surrounds them; shorter than 4 characters are ignored
 */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const secret of known) if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED);
  return clean
    .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(NAMED_VALUE, (whole: string, name: string, value: string) => name + hideValue(whole, value));
}

/** One line for people: program and arguments, without secrets. Not meant to be run again. */
export function redactCommand(
  command: string,
  args: readonly string[],
  known: readonly string[] = [],
): string {
  const words = [command, ...args].map((word, index, all) => {
    const option = index > 1 ? (all[index - 1] ?? '') : '';
    return TELLING_OPTION.test(option) ? REDACTED : redactSecrets(word, known);
  });
  return words.map((word) => (/[\s"']/.test(word) || word === '' ? JSON.stringify(word) : word)).join(' ');
}

/** A plain value with every string in it redacted; for the ledger's `about`. */
export function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactDeep(inner)]));
}

/** Keeps the quotes, so that a line of JSON stays a line of JSON. */
function hideValue(whole: string, value: string): string {
  if (value === REDACTED || /^(null|true|false)$/.test(value)) return value;
  if (value.startsWith('\\"')) return `\\"${REDACTED}\\"`;
  if (value.startsWith('"') || value.startsWith("'")) return `${value[0]}${REDACTED}${value[0]}`;
  return /":\s*[^"]*$/.test(whole) ? `"${REDACTED}"` : REDACTED;
}
