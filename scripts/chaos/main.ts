/** `npm run chaos`: round after round until the time is over or an invariant is broken. Exit codes: 0, 1, 2 for usage. */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { realMediaServer } from '../../tests/support/media-server.ts';
import { House } from './house.ts';
import { Judge, Violation } from './judge.ts';
import { type ChaosOptions, readOptions } from './options.ts';
import { Player, type RoundReport } from './play.ts';
import { scriptOf } from './script.ts';

const ROUND_MS = 30_000;
const STORY_MS = 30_000;
/** Far beyond what the service needs; a leak gets there in an hour. */
const MOST = { rssMb: 400, fds: 200 };

async function main(words: readonly string[]): Promise<number> {
  let options: ChaosOptions;
  try {
    options = readOptions(words, {
      randomSeed: randomInt(0x7fff_ffff),
      hasMediaMtx: realMediaServer() !== null,
    });
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const { seed, server, cameras } = options;
  console.log(
    `chaos on ${server === 'mediamtx' ? 'MediaMTX' : 'the simulator'}, ${cameras} cameras, seed ${seed}`,
  );
  const judge = new Judge();
  const house = await House.open(server, cameras, judge);
  if (house.recordingsDisk === null) console.log('Without full disks: mounting one needs root.');
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
    console.log('Interrupted.');
    void house.close().then(() => process.exit(130));
  });
  const names = Array.from({ length: cameras }, (_, index) => `camera${index}`);
  const player = new Player(house, names);
  const reports: RoundReport[] = [];
  const endMs = performance.now() + options.minutes * 60_000;
  let round = options.round ?? 1;
  try {
    do {
      const steps = scriptOf({ seed, round, cameras, lengthMs: ROUND_MS });
      const report = await player.play(steps, names[round % cameras]!);
      reports.push(report);
      console.log(`${new Date().toISOString().slice(11, 19)} ${lineOf(round, report, house.service.pid)}`);
      checkResources(house, judge);
      if (judge.verdict !== null) throw judge.verdict;
      round += 1;
    } while (options.round === null && performance.now() < endMs);
    console.log(summaryOf(reports));
    return 0;
  } catch (error) {
    if (interrupted) return 130;
    const violation =
      error instanceof Violation ? error : new Violation('Chaos itself works', `${(error as Error).stack}`);
    tell(violation, house, player, options, round);
    return 1;
  } finally {
    if (!interrupted) await house.close();
  }
}

function lineOf(round: number, report: RoundReport, pid: number): string {
  const { steps, looks, recordings, frames, failedRecordings, answered, refused, lost, restMs, lives } =
    report;
  const { rssMb, fds } = resourcesOf(pid);
  return (
    `round ${round}: ${steps} steps, ${looks} looks, ${lives} new lives; ${answered} orders done, ${refused} refused, ` +
    `${lost} lost; ${recordings} recordings with ${frames} frames checked, ${failedRecordings} failed as told; ` +
    `at rest after ${(restMs / 1000).toFixed(1)} s; ${rssMb} MB, ${fds} fds`
  );
}

function resourcesOf(pid: number): { rssMb: number; fds: number } {
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMb: Math.round(rssKb / 1024), fds: readdirSync(`/proc/${pid}/fd`).length };
}

function checkResources(house: House, judge: Judge): void {
  const { rssMb, fds } = resourcesOf(house.service.pid);
  if (rssMb > MOST.rssMb || fds > MOST.fds)
    judge.condemn('Memory and open files are bounded', `the service has ${rssMb} MB and ${fds} open files`);
}

function summaryOf(reports: readonly RoundReport[]): string {
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

function tell(
  violation: Violation,
  house: House,
  player: Player,
  options: ChaosOptions,
  round: number,
): void {
  const { seed, server, cameras } = options;
  const devices = new Set(violation.message.match(/camera\d+/g));
  const about = (actor: string) =>
    devices.size === 0 || !/camera\d/.test(actor) || [...devices].some((device) => actor.includes(device));
  console.log(
    `\nBROKEN in round ${round} of seed ${seed}: ${violation.invariant}.\n${violation.evidence}\n\nDone:`,
  );
  console.log(player.journal.join('\n'));
  console.log(`\nThe actors' story of the last ${STORY_MS / 1000} s:`);
  for (const { time, actor, from, to, event } of house.story(about, STORY_MS))
    console.log(`${time.slice(11, 23)} ${actor} ${from} -> ${to} (${event})`);
  console.log(`\nLogs and recordings: ${house.keep()}`);
  const again = `--seed ${seed} --round ${round} --server ${server} --cameras ${cameras}`;
  console.log(`To see it again: npm run chaos -- ${again}`);
}

process.exitCode = await main(process.argv.slice(2));
process.exit();
