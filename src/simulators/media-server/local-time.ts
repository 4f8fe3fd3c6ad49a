/**
 * Instants with microseconds, as the server stamps them: RFC 3339 with the local offset for the API, and the
 * parts of a recording's file name. The digits below a millisecond come from the monotonic clock: they make
 * stamps distinct, nothing more.
 */

/** Microseconds since the Unix epoch. */
export function nowMicros(): number {
  return Date.now() * 1000 + ((Number(process.hrtime.bigint() % 1_000_000n) / 1000) | 0);
}

/** E.g. "2026-11-22T10:54:20.091739+01:00"; without trailing zeros, `Z` where the offset is zero. */
export function formatRfc3339(micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const offset = offsetOf(date, ':');
  return `${day}T${time}${fraction === '' ? '' : `.${fraction}`}${offset}`;
}

/** E.g. "2026/11/22 10:54:20", the head of a log line. */
export function formatLogTime(date: Date): string {
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The offset from UTC, "+01:00" or "+0100" by separator; "Z" for none. */
export function offsetOf(date: Date, separator: string): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return 'Z';
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${separator}${two(absolute % 60)}`;
}

/** Two digits. */
export function two(value: number): string {
  return String(value).padStart(2, '0');
}
