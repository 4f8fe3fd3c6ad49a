/** What a run tells of its rounds. */
import type { RoundReport } from './play.ts';
import type { Resources } from './resources.ts';

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
