/** docs/configuration.md as text, from the one schema of the configuration. */
import { type ConfigRow, describeConfig, ENVIRONMENT_PREFIX } from '../src/config/describe.ts';

/** The whole page, ending in a newline. */
export function configDocs(): string {
  const rows = describeConfig();
  const sections = new Map(rows.map((row) => [row.key.split('.')[0]!, [] as ConfigRow[]]));
  for (const row of rows) sections.get(row.key.split('.')[0]!)!.push(row);
  return `${[
    '# Configuration',
    '',
    '<!-- Written by `npm run docs` from src/config/schema.ts. Do not edit: a test compares. -->',
    '',
    'Defaults, then the YAML file (`--config FILE`), then the environment; later ones win. In the file a key is nested:',
    '',
    '```yaml',
    'server:',
    '  port: 9000',
    'capture:',
    '  bitrate_bps: 1000000',
    '```',
    '',
    `In the environment it is in capitals with \`_\` for \`.\`: \`${ENVIRONMENT_PREFIX}SERVER_PORT=9000\`. An unknown key, a bad value`,
    'or two equal ports stop the start with exit code 2. Units end the names: `_ms` milliseconds, `_px` pixels, `_bps` bits per',
    'second, `_fps` frames per second.',
    ...[...sections].flatMap(([name, keys]) => ['', `## ${name}`, '', ...table(keys)]),
  ].join('\n')}\n`;
}

function table(rows: readonly ConfigRow[]): readonly string[] {
  const lines = rows.map(({ key, default: value, range, about }) => {
    const cells = [`\`${key}\``, value === '' ? '' : `\`${JSON.stringify(value)}\``, range, about];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| key | default | allowed | what |', '|---|---|---|---|', ...lines];
}
