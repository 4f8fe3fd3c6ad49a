/** `npm run chaos`: round after round until the time is over or an invariant is broken. Exit codes: 0, 1, 2 for usage. */
import { randomInt } from 'node:crypto';
import { realMediaServer } from '../../tests/support/media-server.ts';
import { House } from './house.ts';
import { Judge, Violation } from './judge.ts';
import { mainProcesses } from './look.ts';
import { type ChaosOptions, readOptions } from './options.ts';
import { Player, type RoundReport } from './play.ts';
import { lineOf, summaryOf } from './report.ts';
import { growthOf, type Resources, resourcesOf } from './resources.ts';
import { scriptOf } from './script.ts';

const ROUND_MS = 30_000;
const STORY_MS = 30_000;

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
  // Half of all runs copy H.264, the others encode.
  const compressed = seed % 2 === 1 ? (['H264'] as const) : [];
  console.log(
    `chaos on ${server === 'mediamtx' ? 'MediaMTX' : 'the simulator'}, ${cameras} cameras with ${compressed[0] ?? 'plain pictures'}, seed ${seed}`,
  );
  const judge = new Judge();
  const house = await House.open({ server, cameras, compressed }, judge);
  if (house.recordingsDisk === null) console.log('Without full disks: mounting one needs root.');
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted = true;
      judge.condemn('Nobody interrupts it', signal);
    });
  const names = Array.from({ length: cameras }, (_, index) => `camera${index}`);
  const player = new Player(house, names);
  const reports: RoundReport[] = [];
  const rounds = new Map<string, Resources[]>();
  const endMs = performance.now() + options.minutes * 60_000;
  let round = options.round ?? 1;
  try {
    do {
      const steps = scriptOf({ seed, round, cameras, lengthMs: ROUND_MS });
      const report = await player.play(steps, names[round % cameras]!);
      reports.push(report);
      const held = await checkResources(house, judge, rounds);
      console.log(`${new Date().toISOString().slice(11, 19)} ${lineOf(round, report, held)}`);
      if (judge.verdict !== null) throw judge.verdict;
      round += 1;
    } while (options.round === null && performance.now() < endMs);
    console.log(summaryOf(reports));
    return 0;
  } catch (error) {
    if (interrupted) {
      console.log('Interrupted.');
      return 130;
    }
    const violation =
      error instanceof Violation ? error : new Violation('Chaos itself works', `${(error as Error).stack}`);
    tell(violation, house, player, options, round);
    return 1;
  } finally {
    await house.close();
  }
}

/** @returns what the service holds */
async function checkResources(
  house: House,
  judge: Judge,
  rounds: Map<string, Resources[]>,
): Promise<Resources> {
  const service = { role: 'the service', pid: house.service.pid };
  for (const { role, pid } of [service, ...(await mainProcesses(house.dataId))]) {
    const held = [...(rounds.get(role) ?? []), resourcesOf(pid)];
    rounds.set(role, held);
    const growth = growthOf(role, held);
    if (growth !== null) judge.condemn('Memory and open files are bounded', growth);
  }
  return rounds.get(service.role)!.at(-1)!;
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
