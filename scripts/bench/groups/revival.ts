/**
 * Killed, and live again: the media server under 1 and 16 cameras, and one capture. Beside the floor: the same captures
 * and server under a plain script that starts again what ends. Both are looked at on the media server itself.
 */
import { setTimeout } from 'node:timers/promises';
import type { TestService } from '../../../tests/support/service.ts';
import type { Bench, Group } from '../group.ts';
import { atMost, besideFloor, type Goal, type Measurement, plainRow } from '../measurement.ts';
import { beginAnew, type Command, dataPlaneOf, endAll, HandMadePlane } from '../parts/by-hand.ts';
import { goLive, startMeasured } from '../parts/measured-service.ts';
import { ServerPaths } from '../parts/server-paths.ts';

const ROUNDS = 3;
const KILLS_PER_ROUND = 3;
/** Each kill is the first of its kind, without the minute that this takes as shipped. */
const FORGET_MS = 300;
const FORGETFUL = { mediamtx: { restart_forget_ms: FORGET_MS }, stream: { forget_ms: FORGET_MS } };

interface Subject {
  readonly name: string;
  readonly title: string;
  readonly cameras: number;
  readonly role: string;
  readonly owner: string;
  readonly goal?: Goal;
  readonly floor: string;
}

const SERVER = { role: 'media-server', owner: 'media-server', goal: atMost(1.5, 'ratio') };
const RESTARTED = 'the same processes under a plain script that starts again what ends';

export const serverKilledOne = revival({
  ...SERVER,
  ...{ name: 'server-killed', title: 'media server killed, 1 camera live', cameras: 1, floor: RESTARTED },
});
export const serverKilledMany = revival({
  ...SERVER,
  ...{
    name: 'server-killed-16',
    title: 'media server killed, 16 cameras live',
    cameras: 16,
    floor: RESTARTED,
  },
});
export const captureKilled = revival({
  ...{ name: 'capture-killed', title: 'capture killed, camera live', cameras: 1, floor: RESTARTED },
  ...{ role: 'capture', owner: 'camera0' },
});

function revival(subject: Subject): Group {
  return {
    name: subject.name,
    about: `${subject.title} again, beside a plain script`,
    measure: (bench) => measureRevival(bench, subject),
  };
}

async function measureRevival(bench: Bench, subject: Subject): Promise<Measurement[]> {
  const { cameras, title, floor, goal } = subject;
  const [samples, told, floors]: [number[], number[], number[]] = [[], [], []];
  const service = await startMeasured(bench.server, { cameras, config: FORGETFUL });
  try {
    await beginAnew(service);
    for (let round = 1; round <= bench.count(ROUNDS); round += 1) {
      bench.say(`round ${round}: the service`);
      await goLive(service, cameras);
      const paths = ServerPaths.of(service);
      for (let kill = 0; kill < KILLS_PER_ROUND; kill += 1) {
        const once = await underService(service, subject, paths);
        samples.push(once.atServerS);
        told.push(once.toldS);
      }
      const commands = dataPlaneOf(service);
      await endAll(service);
      bench.say(`round ${round}: by hand`);
      floors.push(...(await byHand(commands, subject, paths)));
      paths.close();
      await service.start();
    }
  } finally {
    await service.dispose();
  }
  return [
    besideFloor({ title, unit: 's', samples, floors, note: floor, ...(goal === undefined ? {} : { goal }) }),
    plainRow({
      title: `${title}: told by the service`,
      unit: 's',
      samples: told,
      note: 'live.flowing for all',
    }),
  ];
}

async function underService(service: TestService, { role, owner, cameras }: Subject, paths: ServerPaths) {
  const before = await paths.allLive(cameras);
  const victim = service.processes(role).find((process) => process.owner === owner);
  if (victim === undefined) throw new Error(`no ${role} runs for ${owner}`);
  const killedMs = performance.now();
  process.kill(victim.pid, 'SIGKILL');
  await paths.allRenewed(before);
  const atServerS = (performance.now() - killedMs) / 1000;
  await flowing(service, cameras);
  const toldS = (performance.now() - killedMs) / 1000;
  // Until this end is forgotten: the second in a row would wait on purpose.
  await setTimeout(FORGET_MS * 3);
  return { atServerS, toldS };
}

async function byHand(commands: readonly Command[], subject: Subject, paths: ServerPaths): Promise<number[]> {
  const plane = new HandMadePlane(commands);
  const floors: number[] = [];
  try {
    for (let kill = 0; kill < KILLS_PER_ROUND; kill += 1) {
      const before = await paths.allLive(subject.cameras);
      const killedMs = performance.now();
      process.kill(plane.pidOf(subject.role, subject.owner), 'SIGKILL');
      await paths.allRenewed(before);
      floors.push((performance.now() - killedMs) / 1000);
    }
  } finally {
    await plane.end();
  }
  return floors;
}

async function flowing(service: TestService, cameras: number): Promise<void> {
  for (let i = 0; i < cameras; i += 1) await service.untilStream(`camera${i}`, 'live.flowing', 60_000);
}
