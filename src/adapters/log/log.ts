/**
 * The service's log: one line per event, to standard error or a file, as JSON or for people. Every finished line
 * passes the redaction, so a secret cannot get out through a message, an error or a field nobody thought of.
 */
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { CameraError } from '../../machines/errors.ts';
import { redactSecrets } from '../process/redact.ts';

export type Log = Logger;

/** Lines waiting for a disk with room again; more are dropped. */
const KEPT_BYTES = 4_194_304;

export interface LogSettings {
  /** Least level that is written. */
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly format: 'json' | 'pretty';
  /** Appended to, made with mode 0600; empty: standard error. */
  readonly file: string;
  /** Values that are hidden wherever they appear. */
  readonly secrets?: readonly string[];
}

/**
 * Lines are written before the call returns: the last words before a crash are the ones that matter.
 * @throws CameraError storage when the file cannot be opened
 */
export function createLog(settings: LogSettings): Log {
  const output = openOutput(settings.file);
  const secrets = settings.secrets ?? [];
  const redacting: DestinationStream = { write: (line) => output.write(redactSecrets(line, secrets)) };
  const target = settings.format === 'json' ? redacting : prettyInto(redacting, settings.file === '');
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
}

function openOutput(file: string): DestinationStream {
  try {
    const output = file === '' ? destination({ fd: 2, sync: true, maxLength: KEPT_BYTES }) : openFile(file);
    // A full disk costs lines, not the service.
    output.on('error', () => {});
    return output;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CameraError('storage', `The log file cannot be opened (${why})`, {
      cause,
      reason: 'log_unwritable',
    });
  }
}

function openFile(file: string) {
  return destination({
    dest: file,
    append: true,
    mkdir: true,
    mode: 0o600,
    sync: true,
    maxLength: KEPT_BYTES,
  });
}

function prettyInto(target: DestinationStream, isTerminal: boolean): DestinationStream {
  const format = pretty.prettyFactory({
    colorize: isTerminal && process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return {
    write: (line) => {
      target.write(format(JSON.parse(line)));
    },
  };
}
