/** `camctl simulate`: a configuration tried on a simulated month before it is used. Needs no service. */
import type { Comparison, Question } from '../simulation/compare.ts';
import type { FailureName } from '../simulation/failures.ts';
import { CliError } from './cli-error.ts';
import type { Outcome } from './commands.ts';
import { durationText, textTable } from './text-table.ts';

export interface SimulateOptions {
  readonly config?: string;
  readonly days: number;
  readonly seed: number;
  readonly cameras: number;
  readonly rate: readonly string[];
}

/** Loaded when it is asked for: the other commands are clients and need nothing of the service. */
export async function simulate({ config, days, seed, cameras, rate }: SimulateOptions): Promise<Outcome> {
  if (days < 1 || days > 365) throw new CliError('--days is 1 to 365.');
  if (cameras < 1 || cameras > 64) throw new CliError('--cameras is 1 to 64.');
  const { compare, totalOf } = await import('../simulation/compare.ts');
  const { FAILURES } = await import('../simulation/failures.ts');
  const perDay = ratesOf(rate, Object.keys(FAILURES));
  const question: Question = { file: config ?? null, days, seed, cameras, perDay };
  const result = await compare(question).catch((error: unknown) => {
    const { name, message, suggestion } = error as Error & { suggestion?: string };
    // What is wrong with the file is told in its own words; anything else is a defect.
    if (name === 'ConfigError' || name === 'CameraError') throw new CliError(message, suggestion);
    throw error;
  });
  return { result, text: comparisonText(result, totalOf) };
}

function ratesOf(rates: readonly string[], known: readonly string[]): Partial<Record<FailureName, number>> {
  return Object.fromEntries(
    rates.map((rate) => {
      const [, kind = '', perDay = ''] = /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(rate) ?? [];
      if (!known.includes(kind))
        throw new CliError(
          `--rate ${rate} is not a kind of failure and a number a day.`,
          `Kinds: ${known.join(', ')}.`,
        );
      return [kind, Number(perDay)];
    }),
  );
}

type TotalOf = typeof import('../simulation/compare.ts').totalOf;

function comparisonText(comparison: Comparison, totalOf: TotalOf): string {
  const { days, seed, durationMs, failures, differences, possibleMs, policies } = comparison;
  const possible = Object.values(possibleMs);
  const rows = policies.flatMap((report) => {
    const total = { ...totalOf(report), camera: 'all' };
    const counted = report.cameras.length === 1 ? report.cameras : [...report.cameras, total];
    return counted.map((one) => {
      const isAll = one === total;
      const wholeMs = isAll ? durationMs * report.cameras.length : durationMs;
      const canMs = isAll ? possible.reduce((sum, ms) => sum + ms, 0) : (possibleMs[one.camera] ?? 0);
      return [
        report.policy,
        one.camera,
        percent(one.liveMs, one.liveMs + one.missingMs),
        percent(canMs, wholeMs),
        durationText(Math.round(one.longestOutageMs / 1000)),
        String(one.restarts),
        String(one.recordings),
        percent(one.recordedMs, wholeMs),
      ];
    });
  });
  const head = [
    'POLICY',
    'CAMERA',
    'LIVE',
    'POSSIBLE',
    'LONGEST OUTAGE',
    'RESTARTS',
    'RECORDINGS',
    'RECORDED',
  ];
  const happened = Object.entries(failures).map(([kind, count]) => `${count} ${kind}`);
  const servers = policies.map(({ policy, serverRestarts }) => `${serverRestarts} (${policy})`);
  return [
    `${days} days, seed ${seed}. Failures: ${happened.join(', ') || 'none'}.`,
    ...differences.map(
      (row) => `${row.key}: ${JSON.stringify(row.given)} instead of ${JSON.stringify(row.default)}`,
    ),
    '',
    textTable(head, rows),
    '',
    `Restarts of the media server: ${servers.join(', ')}.`,
    ...policies.flatMap(({ policy, unwell }) =>
      unwell.length === 0 ? [] : [`Not well at the end (${policy}): ${unwell.join('; ')}.`],
    ),
  ].join('\n');
}

const percent = (part: number, whole: number) =>
  whole === 0 ? '-' : `${((part / whole) * 100).toFixed(3)} %`;
