/** The server's log: plain lines on standard output in the real server's form, nothing else ever goes there. */
import { formatLogTime } from './local-time.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];
const LABELS: Readonly<Record<LogLevel, string>> = { debug: 'DEB', info: 'INF', warn: 'WAR', error: 'ERR' };

/** Writes one line per call. */
export type Log = (level: LogLevel, text: string) => void;

/** A log that leaves out what is below `least`. Asked each time, so the level may change. */
export function createLog(least: () => string): Log {
  return (level, text) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least() as LogLevel)) return;
    process.stdout.write(`${formatLogTime(new Date())} ${LABELS[level]} ${text}\n`);
  };
}

/** The same log with a prefix, e.g. "[path cam] ". */
export function prefixed(log: Log, prefix: string): Log {
  return (level, text) => log(level, prefix + text);
}
