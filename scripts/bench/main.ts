/**
 * `npm run bench`: measures group after group and prints one table. A missed goal is a figure and no failure: the
 * exit code is 1 only when something could not be measured, and 2 for a command line that cannot be understood.
 */
import { writeFileSync } from 'node:fs';
import { realMediaServer } from '../../tests/support/media-server.ts';
import type { Bench, Group } from './group.ts';
import { GROUPS } from './groups.ts';
import { describeHost, hostText, loadNow } from './host.ts';
import { judge } from './measurement.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { type GroupResult, markdownTable, textTable } from './table.ts';

const EXIT_NOT_MEASURED = 1;
const EXIT_USAGE = 2;

/** @param words the command line after `--`; @returns the exit code */
export async function main(words: readonly string[]): Promise<number> {
  const names = GROUPS.map(({ name }) => name);
  try {
    const options = readOptions(words, names, realMediaServer() !== null);
    if (options === null) console.log(USAGE);
    else if (options.list)
      console.log(GROUPS.map(({ name, about }) => `${name.padEnd(20)}${about}`).join('\n'));
    else return await run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(error.message);
    return EXIT_USAGE;
  }
}

async function run(options: Options): Promise<number> {
  const host = describeHost(options.server);
  const bench: Bench = {
    server: options.server,
    count: (full, least = 1) => (options.quick ? Math.max(least, Math.round(full / 10)) : full),
    say: (sentence) => say(`  ${sentence}`),
  };
  say(hostText(host));
  const wanted = GROUPS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const results: GroupResult[] = [];
  for (const group of wanted) results.push(await measured(group, bench));
  console.log(`${hostText(host)}\n\n${textTable(results)}`);
  if (options.jsonFile !== null) writeFileSync(options.jsonFile, asData(host, results));
  if (options.markdownFile !== null)
    writeFileSync(options.markdownFile, `${hostText(host)}\n\n${markdownTable(results)}\n`);
  return results.some(({ failure }) => failure !== null) ? EXIT_NOT_MEASURED : 0;
}

async function measured(group: Group, bench: Bench): Promise<GroupResult> {
  say(`${group.name}: ${group.about}`);
  const [loadBefore, startedMs] = [loadNow(), performance.now()];
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  try {
    const rows = await group.measure(bench);
    return { group: group.name, rows, failure: null, loadBefore, seconds: seconds() };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    say(`  not measured: ${failure}`);
    return {
      group: group.name,
      rows: [],
      failure: failure.split('\n')[0] ?? '',
      loadBefore,
      seconds: seconds(),
    };
  }
}

function asData(host: object, results: readonly GroupResult[]): string {
  const groups = results.map((result) => ({
    ...result,
    rows: result.rows.map((row) => ({ ...row, judgement: judge(row) })),
  }));
  return `${JSON.stringify({ host, groups }, null, 2)}\n`;
}

/** The table alone goes to standard output. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
