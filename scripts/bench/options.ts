/** The options of `npm run bench -- ...`. */
import { parseArgs } from 'node:util';
import type { MediaServerKind } from '../../tests/support/media-server.ts';

export const USAGE = `Usage: npm run bench -- [--only NAME]... [--server KIND] [--quick] [--json FILE] [--markdown FILE]
  --only NAME      only this group of rows; may be given several times
  --list           names the groups and ends
  --server KIND    simulator or mediamtx; default: a real MediaMTX where MEDIAMTX_BIN or PATH has one
  --quick          a tenth of the samples: to see that it works, not for figures
  --json FILE      writes the same as data
  --markdown FILE  writes the same as a Markdown table`;

export interface Options {
  /** Empty: all groups. */
  readonly only: readonly string[];
  readonly list: boolean;
  readonly server: MediaServerKind;
  readonly quick: boolean;
  readonly jsonFile: string | null;
  readonly markdownFile: string | null;
}

/** A command line that cannot be understood; the message ends with the usage. */
export class UsageError extends Error {}

/**
 * @param words the command line after `--`; @param groups names there are; @param hasRealServer found on this machine
 * @returns null: help was asked for
 * @throws UsageError
 */
export function readOptions(
  words: readonly string[],
  groups: readonly string[],
  hasRealServer: boolean,
): Options | null {
  const values = parsed(words);
  if (values.help === true) return null;
  const only = values.only ?? [];
  const unknown = only.find((name) => !groups.includes(name));
  if (unknown !== undefined) throw wrong(`There is no group "${unknown}"; there are ${groups.join(', ')}.`);
  const server = values.server ?? (hasRealServer ? 'mediamtx' : 'simulator');
  if (server !== 'simulator' && server !== 'mediamtx')
    throw wrong(`--server is simulator or mediamtx, not "${server}".`);
  if (server === 'mediamtx' && !hasRealServer)
    throw wrong('No MediaMTX is found: put it on the PATH, or set MEDIAMTX_BIN.');
  return {
    ...{ only, server, list: values.list === true, quick: values.quick === true },
    ...{ jsonFile: values.json ?? null, markdownFile: values.markdown ?? null },
  };
}

function parsed(words: readonly string[]) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  try {
    return parseArgs({
      args: [...words],
      options: {
        only: { type: 'string', multiple: true },
        ...{ server: text, json: text, markdown: text },
        ...{ list: flag, quick: flag, help: { type: 'boolean', short: 'h' } },
      },
    }).values;
  } catch (error) {
    throw wrong(`${(error instanceof Error ? error.message : String(error)).split('. ')[0]}.`);
  }
}

function wrong(sentence: string): UsageError {
  return new UsageError(`${sentence}\n${USAGE}`);
}
