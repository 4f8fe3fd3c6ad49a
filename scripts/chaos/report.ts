/** What a run tells of its rounds. */
import type { RoundReport } from './play.ts';
import type { Resources } from './resources.ts';
import type { Failure, Replay, RoundsWish } from './rounds.ts';

/** One line for one round. */
export function lineOf(round: number, report: RoundReport, { rssMb, fds }: Resources): string {
  const { steps, looks, recordings, frames, failedRecordings, answered, refused, lost, restMs, lives } =
    report;
  return (
    `round ${round}: ${steps} steps, ${looks} looks, ${lives} new lives; ${answered} orders done, ${refused} refused, ` +
    `${lost} lost; ${recordings} recordings with ${frames} frames checked, ${failedRecordings} failed as told; ` +
    `at rest after ${(restMs / 1000).toFixed(1)} s; ${rssMb} MB, ${fds} fds`
  );
}

/** The end of a run without a violation. */
export function summaryOf(reports: readonly RoundReport[]): string {
  const sum = (of: (report: RoundReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const worstMs = Math.max(...reports.map(({ restMs }) => restMs));
  return [
    'No invariant was broken.',
    `rounds               ${reports.length}`,
    `steps                ${sum(({ steps }) => steps)}`,
    `looks                ${sum(({ looks }) => looks)}`,
    `lives of the service ${sum(({ lives }) => lives) + 1}`,
    `orders               ${sum(({ answered }) => answered)} done, ${sum(({ refused }) => refused)} refused, ${sum(({ lost }) => lost)} lost`,
    `recordings           ${sum(({ recordings }) => recordings)} checked, ${sum(({ failedRecordings }) => failedRecordings)} failed as told`,
    `frames               ${sum(({ frames }) => frames)}`,
    `calm to rest, worst  ${(worstMs / 1000).toFixed(1)} s`,
  ].join('\n');
}

interface Broken {
  readonly failure: Failure;
  /** How many smaller ones were found after the first. */
  readonly smaller: number;
  readonly replay: Replay;
}

/** A broken rule: what was seen, what was done, what the actors did, and how to see it again. */
export function storyOf(round: number, { seed, server, cameras }: RoundsWish, broken: Broken): string {
  const again = `--seed ${seed} --round ${round} --server ${server} --cameras ${cameras}`;
  const { failure, smaller, replay } = broken;
  const { violation, journal, story, folder } = failure;
  const exact = `--path ${replay.path} --executed '${replay.executed}'`;
  return [
    `\nBROKEN in round ${round} of seed ${seed}: ${violation.invariant}.`,
    violation.evidence,
    `\nDone${smaller > 0 ? `, after ${smaller} times it was made smaller` : ''}:`,
    ...journal,
    "\nThe actors' story of the last while:",
    ...story.map(
      ({ time, actor, from, to, event }) => `${time.slice(11, 23)} ${actor} ${from} -> ${to} (${event})`,
    ),
    `\nTrace, logs and recordings: ${folder}`,
    `To see it again: npm run chaos -- ${again}`,
    ...(replay.executed === '' ? [] : [`The smallest alone: npm run chaos -- ${again} ${exact}`]),
  ].join('\n');
}
