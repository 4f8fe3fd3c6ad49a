/**
 * MediaMTX prints what it was given in its own way: `3600s` comes back as `1h0m0s`, `24h` as `1d`, zero as an
 * empty string, `51200K` as `50M`. So values are compared by what they mean, never by how they are spelled.
 */

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};
const DAY_NS = 8.64e13;
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
/** `bytefmt` counts every unit in powers of 1024. */
const SIZE_POWER: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 };

/** A duration as MediaMTX reads it. @param durationMs whole milliseconds, ≥ 0 */
export function durationText(durationMs: number): string {
  return durationMs % 1000 === 0 ? `${durationMs / 1000}s` : `${durationMs}ms`;
}

/** Microseconds (whole) of `10s`, `1h0m0s`, `1d2h`, or the empty string that stands for zero; null for anything else. */
export function durationUs(text: string): number | null {
  const days = /^(-?)(?:(\d+)d)?/.exec(text);
  const sign = days?.[1] === '-' ? -1 : 1;
  let totalNs = Number(days?.[2] ?? 0) * DAY_NS;
  let at = days?.[0].length ?? 0;
  if (text.slice(at) === '0') return sign * Math.round(totalNs / 1e3) || 0;
  while (at < text.length) {
    TERM.lastIndex = at;
    const term = TERM.exec(text);
    if (term === null) return null;
    totalNs += Number(term[1]) * UNIT_NS[term[2]!]!;
    at = TERM.lastIndex;
  }
  return sign * Math.round(totalNs / 1e3) || 0;
}

/** Bytes of `50M`, `50MB`, `50MiB` or `51200K`; null for anything else. */
export function sizeBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGTPE]?)(?:I?B)?$/.exec(text.trim().toUpperCase());
  if (match === null) return null;
  return Math.round(Number(match[1]) * 1024 ** SIZE_POWER[match[2]!]!);
}

/** Whether two spellings of one configuration key mean the same. The kind follows from the key's name. */
export function meansTheSame(key: string, wanted: unknown, found: unknown): boolean {
  if (wanted === found) return true;
  if (typeof wanted !== 'string' || typeof found !== 'string') return false;
  const read = /(Duration|Timeout|After)$/.test(key) ? durationUs : /Size$/.test(key) ? sizeBytes : null;
  if (read === null) return false;
  const value = read(wanted);
  return value !== null && value === read(found);
}
