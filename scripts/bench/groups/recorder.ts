/**
 * What it costs the actors to be heard, recorded and watched: events per second of processor time through a real stream
 * and its helpers in a fake world, where nothing but machines runs. Floor: the same without anybody who listens. And
 * what a recorder takes of memory once it is full.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyActorRef, AnyEventObject } from 'xstate';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { JournalFolder } from '../../../src/adapters/journal/journal-folder.ts';
import { createLog } from '../../../src/adapters/log/log.ts';
import { traceNotices } from '../../../src/api/notifier.ts';
import { Journal } from '../../../src/wiring/journal.ts';
import { Recorder } from '../../../src/wiring/recorder.ts';
import { Timeline } from '../../../src/wiring/timeline.ts';
import { FakeWorld } from '../../../tests/support/fake-world.ts';
import { observed } from '../../../tests/support/machine-fixtures.ts';
import { STREAM_STATES } from '../../../tests/support/stream-states.ts';
import type { Bench, Group } from '../group.ts';
import { atLeast, besideFloor, type Measurement, plainRow } from '../measurement.ts';
import { heapBytes } from '../parts/heap.ts';

const TURNS = 9;
const WARM_UP_EVENTS = 1500;
const EVENTS = 6000;
const GOAL = atLeast(0.9, 'ratio');

/** Looks between two changes of state. A camera that flows makes thousands. */
const MIXES = [
  { title: 'looks that change no state', looks: Number.POSITIVE_INFINITY, goal: GOAL },
  { title: 'a change of state every 100 looks', looks: 100, goal: GOAL },
  // What no camera does: to know what a record costs.
  { title: 'a change of state with every look', looks: 1, goal: undefined },
] as const;

type Mix = (typeof MIXES)[number];
/** Who listens: nobody, the journal for states and log, the recorder too, and a client with subscribe_inspection too. */
const EARS = ['none', 'journal', 'recorder', 'inspector'] as const;
type Ears = (typeof EARS)[number];
const MEMORY_RECORDS = 20_000;

export const recorder: Group = {
  name: 'recorder',
  about: 'events a second through the actors of a stream, with and without the flight recorder',
  measure: async (bench) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-recorder-'));
    try {
      const rows: Measurement[] = [];
      for (const mix of MIXES) rows.push(...(await measureMix(bench, folder, mix)));
      return [...rows, await measureMemory(bench, folder)];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measureMix(bench: Bench, folder: string, { title, looks, goal }: Mix): Promise<Measurement[]> {
  bench.say(title);
  const figures: Record<Ears, number[]> = { none: [], journal: [], recorder: [], inspector: [] };
  for (let turn = 0; turn < bench.count(TURNS, 3); turn += 1) {
    for (const ears of EARS)
      figures[ears].push(await eventsPerS(ears, folder, looks, bench.count(EVENTS, 2000)));
  }
  const row = (ears: Ears, name: string, note: string) =>
    besideFloor({
      ...{ title: `${title}, ${name}`, unit: 'events/s' as const, note },
      ...(goal === undefined ? {} : { goal }),
      ...{ samples: figures[ears], floors: figures.none },
    });
  return [
    row('recorder', 'recorded', 'with the journal on disk; floor: nobody listens'),
    row('inspector', 'recorded and watched', 'and sent to one client; floor: nobody listens'),
    row('journal', 'not recorded', 'states and log alone; floor: nobody listens'),
  ];
}

/** Of the heap, once as many records are kept as by default. */
async function measureMemory(bench: Bench, folder: string): Promise<Measurement> {
  bench.say('memory of a full recorder');
  const samples: number[] = [];
  for (let turn = 0; turn < bench.count(3, 1); turn += 1) {
    const world = new FakeWorld();
    const { journal, written, end } = listen('recorder', folder);
    journal?.attach(world.parent);
    const { actor } = await STREAM_STATES['live.flowing']!(world);
    const send = sender(world.parent, actor, 1);
    send(WARM_UP_EVENTS);
    await written();
    const before = heapBytes();
    send(MEMORY_RECORDS * 2);
    await written();
    samples.push((heapBytes() - before) / 1e6);
    await end();
  }
  const note = `heap that ${MEMORY_RECORDS.toLocaleString('en')} records take, recorder.memory_records by default`;
  return plainRow({ title: 'a full recorder', unit: 'MB', samples, note });
}

async function eventsPerS(ears: Ears, folder: string, looks: number, events: number): Promise<number> {
  const world = new FakeWorld();
  const { journal, written, end } = listen(ears, folder);
  journal?.attach(world.parent);
  const { actor } = await STREAM_STATES['live.flowing']!(world);
  const send = sender(world.parent, actor, looks);
  send(WARM_UP_EVENTS);
  await written();
  const before = process.cpuUsage();
  send(events);
  await written();
  const { user, system } = process.cpuUsage(before);
  await end();
  return events / ((user + system) / 1e6);
}

function listen(ears: Ears, folder: string) {
  if (ears === 'none') return { journal: null, written: async () => {}, end: async () => {} };
  const client = ears === 'inspector' ? spawn('cat', { stdio: ['pipe', 'ignore', 'inherit'] }) : null;
  const disk = new JournalFolder({ folder, fileBytes: 8_388_608, files: 5, report: () => {} });
  const kept =
    ears === 'journal'
      ? null
      : new Recorder({
          clock: systemClock,
          memoryRecords: MEMORY_RECORDS,
          batchMs: 20,
          disk,
          secrets: ['0123456789'],
        });
  // A pipe to another process: what a socket costs, without reading it here.
  kept?.onBatch((batch) => {
    for (const notice of traceNotices(batch)) client?.stdin?.write(notice.textFor(''));
  });
  // The log's own lines are no part of what is compared here.
  const log = createLog({ level: 'error', format: 'json', file: '' });
  return {
    journal: new Journal(log, new Timeline(systemClock), kept),
    written: async () => {
      kept?.flush();
      await disk.written();
    },
    end: async () => {
      await disk.close();
      if (client === null) return;
      client.stdin?.end();
      await once(client, 'exit');
    },
  };
}

/** Sends as another actor does: an order from outside would be recorded each time. */
function sender(from: AnyActorRef, to: AnyActorRef, looks: number): (events: number) => void {
  const { system } = to as unknown as {
    system: { _relay(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject): void };
  };
  // `flowing` to `suspect` and back.
  let inboundBytes = 1_000_000;
  let sinceChange = 0;
  let isLate = false;
  return (events) => {
    for (let count = 0; count < events; count += 1) {
      if (sinceChange >= looks) {
        isLate = !isLate;
        sinceChange = 0;
        system._relay(from, to, { type: isLate ? 'watchdog.late' : 'watchdog.fresh', subject: 'picture' });
        continue;
      }
      sinceChange += 1;
      inboundBytes += 10_000;
      const path = observed({ inboundBytes });
      system._relay(from, to, { type: 'path.observed', path, monoMs: count, atMs: count });
    }
  };
}
