/** A configuration beside the defaults: both live through the same failures, and what became of it. */
import { describeConfig } from '../config/describe.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { valueAt } from '../config/tree.ts';
import { CameraError } from '../machines/errors.ts';
import { drawFailures, FAILURES, type Failure, type FailureName } from './failures.ts';
import { type CameraOutcome, live, type Outcome } from './life.ts';

const DAY_MS = 86_400_000;
/** Nothing new fails in the last hour: at the end everything should be well. */
const QUIET_MS = 3_600_000;

/** During these no policy could have a picture. */
const HOPELESS: readonly FailureName[] = ['unplug', 'flap', 'upset', 'busy', 'server-loop'];

export interface Question {
  /** A configuration file; null: the defaults alone. */
  readonly file: string | null;
  readonly days: number;
  readonly seed: number;
  readonly cameras: number;
  readonly perDay: Readonly<Partial<Record<FailureName, number>>>;
}

export interface PolicyReport extends Outcome {
  readonly policy: 'defaults' | 'given';
}

export interface Comparison {
  readonly days: number;
  readonly seed: number;
  /** How many failures of each kind happened; those that did not are left out. */
  readonly failures: Readonly<Partial<Record<FailureName, number>>>;
  /** Keys of the given configuration that are not as the defaults are, and can matter here. */
  readonly differences: readonly {
    readonly key: string;
    readonly given: unknown;
    readonly default: unknown;
  }[];
  /** By camera: how long a picture was possible at all. */
  readonly possibleMs: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly policies: readonly PolicyReport[];
}

/** @throws ConfigError with every mistake of the file, CameraError for what cannot be simulated */
export async function compare(question: Question): Promise<Comparison> {
  const { file, days, seed, cameras, perDay } = question;
  const durationMs = days * DAY_MS;
  const defaults = loadConfig({ file: null, environment: {} });
  const given = file === null ? null : loadConfig({ file, environment: {} });
  if (given?.mediamtx.mode === 'external') {
    throw new CameraError(
      'bad-params',
      'An external media server cannot be simulated: whoever restarts it is not known.',
      {
        suggestion: 'Set mediamtx.mode to managed in a copy of the file.',
      },
    );
  }
  const failures = drawFailures({ seed, cameras, durationMs, perDay }, QUIET_MS);
  const policies: PolicyReport[] = [];
  for (const [policy, config] of [
    ['defaults', defaults],
    ['given', given],
  ] as const) {
    if (config === null) continue;
    policies.push({ policy, ...(await live({ config, seed, cameras, durationMs, failures })) });
  }
  return {
    ...{ days, seed, durationMs, policies },
    failures: counted(failures),
    differences: given === null ? [] : differences(given, defaults),
    possibleMs: Object.fromEntries(
      [...Array(cameras).keys()].map((camera) => [
        `camera${camera}`,
        durationMs - hopelessMs(failures.filter((one) => one.camera === camera || one.camera === null)),
      ]),
    ),
  };
}

/** What all cameras of one life make together. */
export function totalOf({ cameras }: Outcome): Omit<CameraOutcome, 'camera'> {
  const sum = (of: (one: CameraOutcome) => number) => cameras.reduce((all, one) => all + of(one), 0);
  return {
    liveMs: sum((one) => one.liveMs),
    missingMs: sum((one) => one.missingMs),
    longestOutageMs: Math.max(0, ...cameras.map((one) => one.longestOutageMs)),
    restarts: sum((one) => one.restarts),
    recordings: sum((one) => one.recordings),
    recordedMs: sum((one) => one.recordedMs),
  };
}

function counted(failures: readonly Failure[]): Partial<Record<FailureName, number>> {
  const names = Object.keys(FAILURES) as FailureName[];
  const counts = names.map((name) => [name, failures.filter(({ kind }) => kind === name).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Length of the union. */
function hopelessMs(failures: readonly Failure[]): number {
  let sumMs = 0;
  let endMs = 0;
  for (const { kind, fromMs, toMs } of failures) {
    if (!HOPELESS.includes(kind)) continue;
    sumMs += Math.max(0, toMs - Math.max(fromMs, endMs));
    endMs = Math.max(endMs, toMs);
  }
  return sumMs;
}

/** Sections whose numbers reach the machines. */
const MATTERS = /^(camera|stream|recording|mediamtx|storage|service)\./;

function differences(given: Config, defaults: Config): Comparison['differences'] {
  return describeConfig()
    .filter(({ key, secret }) => MATTERS.test(key) && !secret)
    .map(({ key }) => ({ key, given: valueAt({ ...given }, key), default: valueAt({ ...defaults }, key) }))
    .filter((row) => JSON.stringify(row.given) !== JSON.stringify(row.default));
}
