/**
 * `npm run coverage:models`: which states, transitions and pairs of transitions of the machines the three back ends take. The fake one is
 * explored here; the service's own records were written by chaos (`--steps`) and by the walks (`COVERAGE=1`) into .cache/coverage.
 * Writes docs/coverage.md, with `--charts` also drawings with what was taken in colour. Exit code 1: a miss has no reason.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MODELS } from '../../tests/models/alphabets.ts';
import { Coverage, type Covered } from '../../tests/models/coverage.ts';
import { edgesOf, nameEdges } from '../../tests/models/edges.ts';
import { type Exploration, explore } from '../../tests/models/explore.ts';
import { type MachineCoverage, missesOf, pageOf } from './page.ts';
import { painted } from './paint.ts';

const FOLDER = '.cache/coverage';
const PAGE = 'docs/coverage.md';

interface Explored {
  readonly all: Covered;
  readonly taken: Covered;
}

function exploreFake(): ReadonlyMap<string, Explored> {
  return new Map(
    Object.entries(MODELS).map(([name, { machine, alphabets }]) => {
      const explorations = alphabets.map((alphabet) => explore(machine, alphabet));
      const union = (of: (one: Exploration) => Iterable<string>) =>
        new Set(explorations.flatMap((one) => [...of(one)]));
      const pairs = union((one) => one.pairs);
      const all = {
        states: union((one) => one.states.all),
        transitions: union((one) => one.transitions.all),
        pairs,
      };
      const taken = {
        states: union((one) => one.states.reached),
        transitions: union((one) => one.transitions.taken),
        pairs,
      };
      return [name, { all, taken }];
    }),
  );
}

async function readRecords(server: 'simulator' | 'mediamtx'): Promise<Coverage> {
  const coverage = new Coverage();
  const files = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  for (const file of files.filter((name) => name.startsWith(`${server}-`) && name.endsWith('.ndjson'))) {
    // A line that is still being written.
    for await (const text of createInterface(createReadStream(join(FOLDER, file))))
      if (text.endsWith('}')) coverage.add(JSON.parse(text));
  }
  return coverage;
}

function paint(machines: readonly MachineCoverage[]): void {
  const folder = join(FOLDER, 'charts');
  mkdirSync(folder, { recursive: true });
  for (const { name, simulator, mediamtx } of machines) {
    const edges = [...nameEdges(edgesOf(MODELS[name]!.machine))].flatMap(([{ source, target = [] }, edge]) =>
      simulator.transitions.has(edge) || mediamtx.transitions.has(edge)
        ? target.map(({ id }) => `${source.id} > ${id}`)
        : [],
    );
    const states = new Set([...simulator.states, ...mediamtx.states]);
    const drawings = readdirSync('statecharts').filter((file) =>
      new RegExp(`^${name}(\\..+)?\\.svg$`).test(file),
    );
    for (const file of drawings)
      writeFileSync(
        join(folder, file),
        painted(readFileSync(join('statecharts', file), 'utf8'), states, new Set(edges)),
      );
  }
  console.log(`The drawings are in ${folder}.`);
}

async function main(words: readonly string[]): Promise<number> {
  const fake = exploreFake();
  const simulator = await readRecords('simulator');
  const mediamtx = await readRecords('mediamtx');
  if (simulator.records === 0 || mediamtx.records === 0) {
    console.error(`There are no records in ${FOLDER}: CONTRIBUTING.md says how they are made.`);
    return 1;
  }
  const machines = [...fake].map(([name, { all, taken }]) => ({
    ...{ name, all, fake: taken },
    ...{ simulator: simulator.machines.get(name)!, mediamtx: mediamtx.machines.get(name)! },
  }));
  const unread = [...simulator.unexplained, ...mediamtx.unexplained];
  for (const { machine, event, states } of unread)
    console.error(`Not explained: ${machine} ${event} -> ${states}`);
  const records = { simulator: simulator.records, mediamtx: mediamtx.records };
  writeFileSync(PAGE, pageOf(machines, records));
  const without = missesOf(machines).filter(({ reason }) => reason === null);
  for (const { miss, server } of without)
    console.error(`Without a reason, not taken with ${server}: ${miss}`);
  console.log(`${PAGE} is written.`);
  if (words.includes('--charts')) paint(machines);
  return unread.length + without.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
