/** `npm run chaos`: round after round until the time is over or an invariant is broken. Exit codes: 0, 1, 2 for usage. */
import { randomInt } from 'node:crypto';
import { realMediaServer } from '../../tests/support/media-server.ts';
import { type ChaosOptions, readOptions } from './options.ts';
import type { RoundReport } from './play.ts';
import { lineOf, storyOf, summaryOf } from './report.ts';
import { type RoundOutcome, Rounds } from './rounds.ts';

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
  const { seed, server, cameras, shrinks, replay, stepsFile } = options;
  const wish = { server, cameras, seed, shrinks, stepsFile };
  const rounds = new Rounds(wish);
  console.log(
    `chaos on ${server === 'mediamtx' ? 'MediaMTX' : 'the simulator'}, ${cameras} cameras with ${rounds.compressed[0] ?? 'plain pictures'}, seed ${seed}`,
  );
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted = true;
      rounds.interrupt(signal);
    });
  const reports: RoundReport[] = [];
  const endMs = performance.now() + options.minutes * 60_000;
  const first = options.round ?? 1;
  const last = options.round ?? options.rounds ?? Number.POSITIVE_INFINITY;
  try {
    for (let round = first; round <= last && performance.now() < endMs; round += 1) {
      const outcome: RoundOutcome = await rounds.play(round, replay);
      if (interrupted) {
        console.log('Interrupted.');
        return 130;
      }
      if ('failure' in outcome) {
        console.log(storyOf(round, wish, outcome));
        return 1;
      }
      reports.push(outcome.report);
      if (round === first && rounds.hasDisks === false)
        console.log('Without full disks: mounting one needs root.');
      console.log(`${new Date().toISOString().slice(11, 19)} ${lineOf(round, outcome.report, outcome.held)}`);
    }
    console.log(summaryOf(reports));
    return 0;
  } finally {
    await rounds.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
process.exit();
