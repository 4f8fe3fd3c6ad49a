/** docs/coverage.md: what each back end took, as a table, and each miss of the running service with its reason. Pure. */
import type { Covered } from '../../tests/models/coverage.ts';
import { REASONS } from './reasons.ts';

const SERVERS = ['simulator', 'mediamtx'] as const;
type Server = (typeof SERVERS)[number];

/** One machine: what there is, and what each back end took of it. */
export interface MachineCoverage extends Readonly<Record<Server | 'all' | 'fake', Covered>> {
  readonly name: string;
}

export interface Miss {
  /** Name of the state or transition. */
  readonly miss: string;
  readonly server: Server;
  /** null: nobody has said why. */
  readonly reason: string | null;
}

/** States and transitions that the running service did not take. Pairs are counted only. */
export function missesOf(machines: readonly MachineCoverage[]): readonly Miss[] {
  return machines.flatMap((machine) =>
    SERVERS.flatMap((server) =>
      (['states', 'transitions'] as const).flatMap((kind) =>
        [...machine.all[kind]]
          .filter((name) => !machine[server][kind].has(name))
          .map((miss) => ({ miss, server, reason: reasonFor(miss) })),
      ),
    ),
  );
}

/** The first that fits, as in REASONS. */
export function reasonFor(miss: string): string | null {
  return REASONS.find(({ fits }) => fits.some((pattern) => pattern.test(miss)))?.why ?? null;
}

export function pageOf(
  machines: readonly MachineCoverage[],
  records: Readonly<Record<Server, number>>,
): string {
  const share = (some: ReadonlySet<string>, all: ReadonlySet<string>) =>
    `${[...some].filter((name) => all.has(name)).length}/${all.size}`;
  const row = ({ name, all, fake, simulator, mediamtx }: MachineCoverage) =>
    [
      name,
      ...[fake, simulator, mediamtx].flatMap((one) => [
        share(one.states, all.states),
        share(one.transitions, all.transitions),
        share(one.pairs, all.pairs),
      ]),
    ].join(' | ');
  const misses = missesOf(machines);
  const whys = [...new Set(misses.map(({ reason }) => reason ?? 'NOT EXPLAINED'))];
  const groups = whys.map((why) => {
    const of = misses.filter(({ reason }) => (reason ?? 'NOT EXPLAINED') === why);
    const names = [...new Set(of.map(({ miss }) => miss))];
    const lines = names.map((name) => {
      const servers = of.filter(({ miss }) => miss === name).map(({ server }) => server);
      return `- \`${name}\`${servers.length === 1 ? ` (${servers[0]} only)` : ''}`;
    });
    return `### ${why}\n\n${lines.join('\n')}`;
  });
  return `# What the models cover

Written by \`npm run coverage:models\`; how the records are made: [CONTRIBUTING](../CONTRIBUTING.md#models). Three back ends take the
transitions of the machines: the machine with a fake world ([tests/models](../tests/models/)), where all must be taken; the service with
the simulator; the service with real MediaMTX. What the service took is read off its own records, get_actor_trace with
\`debug.record_every_step\` ([decision 0022](decisions/0022-transitions-are-read-off-the-records.md)): ${records.simulator} records with the
simulator, ${records.mediamtx} with MediaMTX. Pairs are transitions that may follow each other, as the fake back end finds them.

Each cell: taken of all.

| machine | fake: states | transitions | pairs | simulator: states | transitions | pairs | MediaMTX: states | transitions | pairs |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${machines.map((machine) => `| ${row(machine)} |`).join('\n')}

## What the running service did not take, and why

The fake back end takes all of these.

${groups.join('\n\n')}
`;
}
