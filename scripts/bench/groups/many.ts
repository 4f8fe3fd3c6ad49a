/** Many cameras in one process, each size in a process of its own: what a start, an event and a camera cost. */
import type { Bench, Group } from '../group.ts';
import { atMost, besideFloor, type Measurement, plainRow } from '../measurement.ts';
import { answerOf } from '../parts/child.ts';
import type { Many } from '../parts/many.ts';

const FEW = 10;
/** A start of ten thousand takes minutes: once is enough to see whether an event costs more. */
const SIZES = [
  { cameras: 1000, turns: 3 },
  { cameras: 10_000, turns: 1 },
] as const;
const LONGEST_MS = 1_800_000;
const BYTES_PER_MB = 1_048_576;
/** Seconds of simulated time: about as many events at each size, some 7 a second and camera. */
const looksOf = (cameras: number) => Math.max(5, Math.round(10_000 / cameras));

export const many: Group = {
  name: 'many',
  about: 'simulated cameras in one process: start, events a second, memory; 10, 1,000 and 10,000 of them',
  measure: async (bench) => {
    const rows: Measurement[] = [];
    for (const size of SIZES) rows.push(...(await measureSize(bench, size)));
    return rows;
  },
};

async function measureSize(bench: Bench, { cameras, turns }: (typeof SIZES)[number]): Promise<Measurement[]> {
  const few: Many[] = [];
  const all: Many[] = [];
  for (let turn = 0; turn < bench.count(turns, 1); turn += 1) {
    for (const [count, into] of [
      [FEW, few],
      [cameras, all],
    ] as const) {
      bench.say(`${count} cameras`);
      into.push(await answerOf<Many>('many-cameras', { cameras: count, looks: looksOf(count) }, LONGEST_MS));
    }
  }
  const title = `${cameras} cameras in one process`;
  const beside = (of: (one: Many) => number) => ({ samples: all.map(of), floors: few.map(of) });
  return [
    besideFloor({
      ...{
        title: `${title}, an event`,
        unit: 'µs',
        goal: atMost(1.5, 'ratio'),
        note: `floor: ${FEW} cameras`,
      },
      ...beside(({ usPerEvent }) => usPerEvent),
    }),
    besideFloor({
      ...{ title: `${title}, events`, unit: 'events/s', note: 'of processor time, all live' },
      ...beside(({ eventsPerS }) => eventsPerS),
    }),
    besideFloor({
      ...{ title: `${title}, start of a camera`, unit: 'ms', note: 'all at once, plug to live' },
      ...beside(({ startMsPerCamera }) => startMsPerCamera),
    }),
    plainRow({
      ...{
        title: `${title}, memory of a camera`,
        unit: 'MB',
        note: 'live in the heap; the recorder is full',
      },
      samples: all.map(({ bytesPerCamera }) => bytesPerCamera / BYTES_PER_MB),
    }),
  ];
}
