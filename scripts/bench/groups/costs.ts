/** What the control plane's own process costs: memory with cameras and clients, processor time idle and per camera. */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '../../../src/cli/client.ts';
import type { TestService } from '../../../tests/support/service.ts';
import type { Bench, Group } from '../group.ts';
import { atMost, besideFloor, type Measurement, plainRow } from '../measurement.ts';
import { startEntry } from '../parts/child.ts';
import { packagesOfService } from '../parts/loaded-packages.ts';
import { goLive, startMeasured } from '../parts/measured-service.ts';
import { memoryOf, processorSeconds } from '../parts/process-facts.ts';

const CAMERAS = [1, 4, 16];
const CLIENTS = 100;
const LOOKS = 20;
const BETWEEN_LOOKS_MS = 1000;
const WINDOW_MS = 60_000;
const WINDOW_CAMERAS = 4;

export const memory: Group = {
  name: 'memory',
  about: 'memory of the service with 1, 4 and 16 live cameras and 100 clients, beside bare node',
  measure: async (bench) => {
    const rows: Measurement[] = [];
    for (const cameras of CAMERAS) {
      bench.say(`${cameras} cameras, ${CLIENTS} clients`);
      rows.push(...(await memoryWith(bench, cameras)));
    }
    return rows;
  },
};

export const processor: Group = {
  name: 'cpu',
  about: 'processor time of the service in an idle minute, and per live camera',
  measure: async (bench) => {
    const windowMs = bench.count(WINDOW_MS, 6000);
    const service = await startMeasured(bench.server, { cameras: WINDOW_CAMERAS });
    try {
      await setTimeout(windowMs / 10); // what the start leaves behind
      bench.say('idle');
      const idleS = (await secondsIn(windowMs, service)) * (WINDOW_MS / windowMs);
      await goLive(service, WINDOW_CAMERAS);
      await setTimeout(windowMs / 10);
      bench.say(`${WINDOW_CAMERAS} live cameras`);
      const liveS = (await secondsIn(windowMs, service)) * (WINDOW_MS / windowMs);
      const perCamera = ((liveS - idleS) / WINDOW_CAMERAS / (WINDOW_MS / 1000)) * 100;
      const about = `${WINDOW_CAMERAS} cameras, 1 client, ${windowMs / 1000} s of user and system time`;
      return [
        plainRow({ title: 'an idle minute', unit: 's', samples: [idleS], goal: atMost(0.3), note: about }),
        plainRow({
          title: 'one live camera',
          unit: '% of a core',
          samples: [perCamera],
          goal: atMost(0.5),
          note: about,
        }),
      ];
    } finally {
      await service.dispose();
    }
  },
};

async function secondsIn(windowMs: number, { pid }: TestService): Promise<number> {
  const before = processorSeconds(pid);
  await setTimeout(windowMs);
  return processorSeconds(pid) - before;
}

async function memoryWith(bench: Bench, cameras: number): Promise<Measurement[]> {
  const service = await startMeasured(bench.server, { cameras });
  const bare = await startEntry('bare-node', ...packagesOfService());
  const clients: Client[] = [];
  try {
    await goLive(service, cameras);
    for (let i = 1; i < CLIENTS; i += 1) clients.push(await service.connect());
    const [ours, floors]: [Memory[], Memory[]] = [[], []];
    for (let look = 0; look < bench.count(LOOKS, 3); look += 1) {
      await setTimeout(BETWEEN_LOOKS_MS);
      ours.push(memoryOf(service.pid));
      floors.push(memoryOf(bare.pid));
    }
    return rowsOf(cameras, ours, floors);
  } finally {
    for (const client of clients) client.close();
    await bare.end();
    await service.dispose();
  }
}

type Memory = ReturnType<typeof memoryOf>;

function rowsOf(cameras: number, ours: readonly Memory[], floors: readonly Memory[]): Measurement[] {
  const title = `memory, ${cameras} live camera${cameras === 1 ? '' : 's'}, ${CLIENTS} clients`;
  const note = 'floor: bare node with the same packages, listening';
  const rss = besideFloor({
    ...{ title: `${title}, RSS`, unit: 'MB' as const, note, goal: atMost(1.3, 'ratio') },
    ...{ samples: ours.map(({ rssMb }) => rssMb), floors: floors.map(({ rssMb }) => rssMb) },
  });
  const [samples, pssFloors] = [ours, floors].map((looks) => looks.flatMap(({ pssMb }) => pssMb ?? []));
  if (samples?.length !== ours.length || pssFloors?.length !== ours.length) return [rss];
  return [rss, besideFloor({ title: `${title}, PSS`, unit: 'MB', samples, floors: pssFloors })];
}
