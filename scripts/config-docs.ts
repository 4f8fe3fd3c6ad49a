/** docs/configuration.md as text, from the one schema of the configuration. */
import { type ConfigRow, describeConfig, ENVIRONMENT_PREFIX } from '../src/config/describe.ts';
import type { Config } from '../src/config/schema.ts';

/** What each section is about: the one thing here that the schema does not say. */
const SECTIONS: Readonly<Record<keyof Config, string>> = {
  server: 'The two listeners of the service itself.',
  security:
    'Logins. See [keys and tokens](operating.md#keys-and-tokens). The values of secrets are never logged or quoted.',
  paths:
    'Folders, absolute or from the working folder. See [files and folders](operating.md#files-and-folders).',
  mediamtx:
    'The media server: where it is, and when it counts as down. See [the media server](operating.md#the-media-server).',
  camera: 'Finding cameras and asking what they can do; synthetic cameras.',
  capture:
    'The picture and its encoding, the same for all cameras. A running capture keeps what it was started with; a stop and a start of the stream brings the new settings.',
  stream: 'When a stream counts as live, suspect, lost or broken, and how long it outlives its viewers.',
  recording: 'Sessions and their files.',
  snapshot: 'Pictures on order.',
  storage: 'Judgement on the file system of the recordings.',
  service: 'Limits of a start and a stop.',
  logging: 'The log of the service; captures and media server have [files of their own](operating.md#logs).',
  recorder: 'The [flight recorder](recorder.md): what actors did, in memory and in the data directory.',
  debug: 'Off in production.',
};

/** The whole page, ending in a newline. */
export function configDocs(): string {
  const rows = describeConfig();
  return `${[
    '# Configuration',
    '',
    '<!-- Written by `npm run docs` from src/config/schema.ts. Do not edit: a test compares. -->',
    '',
    'Every key has a default. The YAML file (`--config FILE`) comes on top of the defaults, the environment on top of the file.',
    'In the file a key is nested:',
    '',
    '```yaml',
    'server:',
    '  port: 9000',
    'capture:',
    '  bitrate_bps: 1000000',
    '```',
    '',
    `In the environment it is in capitals with \`_\` for \`.\`, behind \`${ENVIRONMENT_PREFIX}\`: \`${ENVIRONMENT_PREFIX}SERVER_PORT=9000\`. Lists are`,
    'written in brackets: `[0.8, 1.2]`.',
    '',
    'Units end the names: `_ms` milliseconds, `_px` pixels, `_bps` bits per second, `_fps` frames per second. An unknown key, an unknown',
    `variable that begins with \`${ENVIRONMENT_PREFIX}\`, a bad value or two equal ports stop the start with [exit code 2](troubleshooting.md#exit-code-2).`,
    'The configuration is read once, at the start.',
    ...Object.entries(SECTIONS).flatMap(([name, about]) => [
      '',
      `## ${name}`,
      '',
      about,
      '',
      ...table(rows.filter(({ key }) => key.startsWith(`${name}.`))),
    ]),
  ].join('\n')}\n`;
}

function table(rows: readonly ConfigRow[]): readonly string[] {
  const lines = rows.map(({ key, default: value, range, about, secret }) => {
    const cells = [
      `\`${key}\``,
      value === '' ? 'empty' : `\`${JSON.stringify(value)}\``,
      range,
      secret ? `${about}; a secret` : about,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| key | default | allowed | what |', '|---|---|---|---|', ...lines];
}
