/**
 * Durations as MediaMTX reads and prints them: Go's notation with days in front ("1d", "1h30m0s", "200ms").
 * Zero prints as the empty string. Held as whole nanoseconds, which a double keeps exactly up to 104 days.
 */
import { Refusal } from './values.ts';

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const DAY_NS = 86_400e9;

/** Nanoseconds of a text such as "1d2h" or "-3s". @throws Refusal for anything else, a bare number included */
export function parseDurationNs(text: string): number {
  const days = /^(-?)(\d+)d/.exec(text);
  const rest = days === null ? text : text.slice(days[0].length);
  const wholeNs = days === null ? 0 : Number(days[2]) * DAY_NS;
  const totalNs = wholeNs + (rest === '' ? 0 : parseGoNs(rest));
  return days?.[1] === '-' ? -totalNs : totalNs;
}

function parseGoNs(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return 0;
  if (/^\d*\.?\d+$/.test(body)) throw new Refusal(`time: missing unit in duration "${text}"`);
  const parts = [...body.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== body) {
    throw new Refusal(`time: invalid duration "${text}"`);
  }
  const ns = parts.reduce((sum, part) => sum + Number(part[1]) * (UNIT_NS[part[2] ?? 's'] ?? 0), 0);
  return sign * Math.round(ns);
}

/** The text the API prints, e.g. "1d", "1h0m0s", "1.5s"; "" for zero. */
export function formatDurationNs(valueNs: number): string {
  const sign = valueNs < 0 ? '-' : '';
  const ns = Math.abs(valueNs);
  const days = Math.floor(ns / DAY_NS);
  const rest = ns % DAY_NS;
  return sign + (days > 0 ? `${days}d` : '') + (rest > 0 ? formatGo(rest) : '');
}

function formatGo(ns: number): string {
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${ns / 1e3}µs`;
  if (ns < 1e9) return `${ns / 1e6}ms`;
  const hours = Math.floor(ns / 3600e9);
  const minutes = Math.floor((ns % 3600e9) / 60e9);
  const seconds = `${(ns % 60e9) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
