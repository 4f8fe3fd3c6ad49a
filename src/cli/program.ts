/** The command line of camctl: names, options, help. Returns an exit code, never ends the process. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { findAddress } from './address.ts';
import { addCameraCommands } from './camera-commands.ts';
import { CliError } from './cli-error.ts';
import { type Client, connect, ServiceError } from './client.ts';
import {
  explain,
  list,
  listFiles,
  type Outcome,
  ping,
  plan,
  record,
  snapshot,
  status,
  stop,
} from './commands.ts';
import type { CommandIo } from './io.ts';
import { type SimulateOptions, simulate } from './simulate.ts';
import { addTraceCommands } from './trace-commands.ts';
import { watch } from './watch.ts';

export const EXIT = { ok: 0, error: 1, usage: 2, interrupted: 130 } as const;

interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/**
 * Runs one command line.
 * @param args without node and script name
 * @param signal aborts on an interrupt: the exit code is then 130
 */
export async function runCamctl(
  args: readonly string[],
  io: CommandIo,
  signal: AbortSignal,
): Promise<number> {
  let asJson = false;
  try {
    const program = describe(
      async (options, act) => {
        asJson = options.json === true;
        const { url, key } = await findAddress({ ...options, env: io.env });
        const client = await interruptible(connect(url, key), signal);
        try {
          await interruptible(act(client, asJson), signal);
        } finally {
          client.close();
        }
      },
      io,
      signal,
    );
    addSimulate(program, io, signal, (isJson) => {
      asJson = isJson;
    });
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    io.err(asJson ? `${JSON.stringify(errorForm(error))}\n` : `camctl: ${sentences(error)}\n`);
    return EXIT.error;
  }
}

type Act = (client: Client, asJson: boolean) => Promise<void>;
type Run = (options: GlobalOptions, act: Act) => Promise<void>;

function describe(run: Run, io: CommandIo, signal: AbortSignal): Command {
  const program = new Command('camctl')
    .description('Talks to the camera service.')
    .option('--json', 'print plain JSON')
    .option('--url <url>', 'address of the API (else CAMCTL_URL, else found by itself)')
    .option('--key <key>', 'API key or token (else CAMCTL_KEY, else found by itself)')
    .option('--data <dir>', 'data directory of the service, to find address and key')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const print = (command: (client: Client) => Promise<Outcome>) =>
    run(program.opts<GlobalOptions>(), async (client, asJson) => {
      const { result, text } = await command(client);
      io.out(asJson ? `${JSON.stringify(result)}\n` : `${text}\n`);
    });

  program
    .command('ping')
    .description('ask whether the service answers')
    .action(() => print(ping));
  program
    .command('list')
    .description('the cameras')
    .action(() => print(list));
  program
    .command('status')
    .description('the service, or one camera')
    .argument('[camera]', 'e.g. camera0')
    .action((camera: string | undefined) => print((client) => status(client, camera)));
  addCameraCommands(program, print);
  program
    .command('plan')
    .description('how a camera is captured, how else it could be, and what it costs')
    .argument('<camera>')
    .action((camera: string) => print((client) => plan(client, camera)));
  program
    .command('explain')
    .description('where a camera is, what brought it there, and what it waits for')
    .argument('<camera>')
    .action((camera: string) => print((client) => explain(client, camera)));
  program
    .command('snapshot')
    .description('save a picture')
    .argument('<camera>')
    .option('--filename <name>', 'name on the service')
    .addOption(new Option('--format <format>', 'of the file').choices(['jpg', 'png']))
    .option('--quality <percent>', '1 to 100', whole)
    .action((camera: string, options: object) => print((client) => snapshot(client, camera, { ...options })));
  program
    .command('record')
    .description('start a recording')
    .argument('<camera>')
    .option('--duration <seconds>', 'end by itself', whole)
    .addOption(new Option('--format <format>', 'of the file').choices(['fmp4', 'mp4', 'mkv', 'mpegts']))
    .action((camera: string, options: object) => print((client) => record(client, camera, { ...options })));
  program
    .command('stop')
    .description('end a recording')
    .argument('<camera>')
    .action((camera: string) => print((client) => stop(client, camera)));
  for (const [name, method, what] of [
    ['list-recordings', 'list_recordings', 'recordings'],
    ['list-snapshots', 'list_snapshots', 'pictures'],
  ] as const) {
    program
      .command(name)
      .description(`finished ${what}, newest first`)
      .option('--limit <count>', 'at most, 1 to 1000', whole)
      .option('--offset <count>', 'leave out the newest', whole)
      .action((page: object) => print((client) => listFiles(client, method, { ...page })));
  }
  program
    .command('watch')
    .description('the cameras, live; with --json one line per change')
    .action(() => run(program.opts<GlobalOptions>(), (client, asJson) => watch(client, io, asJson, signal)));
  addTraceCommands(program, {
    ...{ print, whole, io, signal },
    run: (act) => run(program.opts<GlobalOptions>(), act),
  });
  return program;
}

/** The one command that talks to no service. */
function addSimulate(
  program: Command,
  io: CommandIo,
  signal: AbortSignal,
  noteForm: (asJson: boolean) => void,
): void {
  program
    .command('simulate')
    .description('try a configuration on a simulated month of failures, beside the defaults')
    .option('--config <file>', 'configuration to try; without it the defaults alone')
    .option('--days <days>', 'simulated time, 1 to 365', whole, 30)
    .option('--seed <number>', 'another one draws other failures', whole, 1)
    .option('--cameras <count>', '1 to 64', whole, 2)
    .option('--rate <kind=per-day>', 'failures a day of one kind; repeatable', collected, [])
    .action(async (options: SimulateOptions) => {
      const asJson = program.opts<GlobalOptions>().json === true;
      noteForm(asJson);
      const { result, text } = await interruptible(simulate(options), signal);
      io.out(asJson ? `${JSON.stringify(result)}\n` : `${text}\n`);
    });
}

function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

/** Rejects as soon as the signal aborts, whatever the promise does. */
async function interruptible<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stopWaiting: () => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stopWaiting = () => reject(new CliError('interrupted'));
    signal.addEventListener('abort', stopWaiting);
    if (signal.aborted) stopWaiting();
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', stopWaiting);
    work.catch(() => undefined);
  }
}

function errorForm(error: CliError): object {
  const base = { message: error.message, suggestion: error.suggestion ?? null };
  return { error: error instanceof ServiceError ? { code: error.code, ...base, data: error.data } : base };
}

function sentences({ message, suggestion }: CliError): string {
  const end = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
  return suggestion === undefined ? end(message) : `${end(message)} ${end(suggestion)}`;
}
