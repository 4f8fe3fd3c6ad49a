/** The commands of camctl about what the actors did: read it, follow it, take it along in a file. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import type { Outcome } from './commands.ts';
import type { CommandIo } from './io.ts';
import { STATELY_PORT, serveStately } from './stately-server.ts';
import type { TraceRow } from './trace-row.ts';

/** Of what a person wants to read at once. */
const DEFAULT_LINES = 50;
/** The most that one call gives. */
const PAGE = 1000;

interface TracePage {
  readonly records: readonly TraceRow[];
  readonly last_seq: number;
  readonly more: boolean;
}

/** What `export-trace` writes; docs/recorder.md describes it. */
interface TraceFile {
  readonly format: 'camera-service-trace';
  readonly version: 1;
  readonly exported_at: string;
  readonly service: { readonly version: unknown };
  readonly actors: readonly { readonly machine: string }[];
  readonly records: readonly TraceRow[];
  readonly charts: Readonly<Record<string, unknown>>;
}

interface TraceOptions {
  readonly limit?: number;
  readonly follow?: boolean;
}

export interface TraceHands {
  print(command: (client: Client) => Promise<Outcome>): Promise<void>;
  run(act: (client: Client, asJson: boolean) => Promise<void>): Promise<void>;
  whole(text: string): number;
  readonly io: CommandIo;
  readonly signal: AbortSignal;
}

export function addTraceCommands(program: Command, hands: TraceHands): void {
  const { print, run, whole, io, signal } = hands;
  addInspect(program, hands);
  program
    .command('trace')
    .description('what the actors did, newest last; with --json one line per record')
    .argument('[camera-or-actor]', 'e.g. camera0, media-server, stream:camera0; all without')
    .option('--limit <count>', `how many, 1 to ${PAGE} (default ${DEFAULT_LINES})`, whole)
    .option('--follow', 'and what they do from now on')
    .action((subject: string | undefined, options: TraceOptions) =>
      run((client, asJson) => trace(client, io, subject, options, asJson, signal)),
    );
  program
    .command('export-trace')
    .description(
      'write all that is recorded, the actors and their charts into one file, to look at elsewhere',
    )
    .argument('<file>', 'JSON; it must not exist')
    .action((file: string) => print((client) => exportTrace(client, file)));
}

/** Beside the page at /inspect. */
function addInspect(program: Command, { run, whole, io, signal }: TraceHands): void {
  program
    .command('inspect')
    .description("tell Stately's inspectors what the actors do; the service's own page is at /inspect")
    .requiredOption('--stately', 'speak the protocol of @statelyai/inspect on a WebSocket of this machine')
    .option('--port <port>', `of that WebSocket (default ${STATELY_PORT}); 0 takes a free one`, whole)
    .action(({ port = STATELY_PORT }: { port?: number }) =>
      run((client) => serveStately(client, io, port, signal)),
    );
}

/** Prints records; with `follow` until the signal aborts. @throws CliError when the connection ends */
export async function trace(
  client: Client,
  io: CommandIo,
  subject: string | undefined,
  { limit = DEFAULT_LINES, follow = false }: TraceOptions,
  asJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const params = subjectOf(subject);
  const show = ({ records }: TracePage) => {
    for (const record of records) io.out(`${asJson ? JSON.stringify(record) : traceLine(record)}\n`);
  };
  if (!follow) {
    show(await client.call<TracePage>('get_actor_trace', { ...params, limit }));
    return;
  }
  let wake: () => void = () => undefined;
  let isNews = false;
  const news = () => {
    isNews = true;
    wake();
  };
  const stops = [client.on('inspection_update', news), client.on('lagged', news)];
  let ended = false;
  void client.closed.then(() => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', news);
  try {
    // First subscribed, then read: nothing falls between.
    await client.call('subscribe_inspection');
    const first = await client.call<TracePage>('get_actor_trace', { ...params, limit });
    show(first);
    let sinceSeq = first.last_seq;
    while (!signal.aborted && !ended) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!isNews) await woken;
      isNews = false;
      if (signal.aborted || ended) break;
      sinceSeq = await showSince(client, params, sinceSeq, show);
    }
  } finally {
    for (const stop of stops) stop();
    signal.removeEventListener('abort', news);
  }
  if (!signal.aborted)
    throw new CliError('The service closed the connection', 'Start it again when the service is back.');
}

/** All pages after this number. @returns the number to go on from */
async function showSince(
  client: Client,
  params: object,
  sinceSeq: number,
  show: (page: TracePage) => void,
): Promise<number> {
  for (let since = sinceSeq; ; ) {
    const page = await client.call<TracePage>('get_actor_trace', {
      ...params,
      since_seq: since,
      limit: PAGE,
    });
    show(page);
    if (!page.more) return page.last_seq;
    since = page.records.at(-1)?.seq ?? page.last_seq;
  }
}

/** @throws CliError when the file exists or cannot be written */
export async function exportTrace(client: Client, file: string): Promise<Outcome> {
  const { actors } = await client.call<{ actors: TraceFile['actors'] }>('get_actors');
  const records: TraceRow[] = [];
  await showSince(client, {}, 0, (page) => records.push(...page.records));
  const machines = new Set([...actors, ...records].map(({ machine }) => machine));
  const charts: Record<string, unknown> = {};
  for (const machine of machines) charts[machine] = await client.call('get_statechart', { machine });
  const { version } = await client.call('get_server_info');
  const content: TraceFile = {
    ...{ format: 'camera-service-trace', version: 1, exported_at: new Date().toISOString() },
    ...{ service: { version }, actors, records, charts },
  };
  // It tells as much of a host as its log does.
  await writeFile(file, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o600 }).catch((error) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST'
      ? new CliError(`${file} exists`, 'Give another name, or remove it.')
      : new CliError(`${file} cannot be written (${code ?? 'unknown'})`);
  });
  const result = { file, records: records.length, actors: actors.length, charts: machines.size };
  return {
    result,
    text: `${file}: ${records.length} records of ${actors.length} actors, ${machines.size} charts`,
  };
}

/** `camera0` and `/dev/video0` are cameras, all else is an actor. */
function subjectOf(subject: string | undefined): object {
  if (subject === undefined) return {};
  return /^(camera\d+|\/dev\/video\d+)$/.test(subject) ? { device: subject } : { actor: subject };
}

/** One record for people: number, time, actor, what moved it and where, its cause. */
export function traceLine(record: TraceRow): string {
  const { seq, time, actor, event, payload, from, to, cause, delays, trouble, ended, life } = record;
  const clock = time.slice(11, 23);
  if (life !== null)
    return `${seq} ${clock} ---- the service ${life.version} starts, pid ${life.pid}, ${time.slice(0, 10)} ----`;
  const timers = delays.map(({ name, duration_ms: ms }) => `${name} ${ms / 1000} s`).join(', ');
  const words = [
    from === to ? `stays ${to}` : `${from === '' ? '(new)' : from} -> ${to}`,
    `by ${event}${payload === null ? '' : ` {${payload}}`}`,
    cause === null ? '' : `because of ${cause}`,
    timers === '' ? '' : `waits: ${timers}`,
    trouble === null ? '' : `trouble: ${trouble}`,
    ended === null ? '' : `ended (${ended})`,
  ];
  return `${seq} ${clock} ${actor} ${words.filter((word) => word !== '').join('; ')}`;
}
