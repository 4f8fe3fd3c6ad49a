/**
 * Many cameras in one process: the service's own machines, views, journal and flight recorder as shipped, on simulated time
 * and simulated hands, so that what is measured is ours alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActor } from 'xstate';
import { JournalFolder } from '../../../src/adapters/journal/journal-folder.ts';
import { createLog } from '../../../src/adapters/log/log.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { SimulatedWorld } from '../../../src/simulation/world.ts';
import { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { Actors } from '../../../src/wiring/actors.ts';
import { Journal } from '../../../src/wiring/journal.ts';
import { serviceInput } from '../../../src/wiring/limits.ts';
import { observe } from '../../../src/wiring/observe.ts';
import { provideService } from '../../../src/wiring/provide.ts';
import { Recorder } from '../../../src/wiring/recorder.ts';
import { tendSystem } from '../../../src/wiring/tended-system.ts';
import { Timeline } from '../../../src/wiring/timeline.ts';
import { heapBytes } from './heap.ts';

export interface Many {
  readonly startMsPerCamera: number;
  readonly startEvents: number;
  readonly events: number;
  readonly eventsPerS: number;
  readonly usPerEvent: number;
  readonly bytesPerCamera: number;
}

const START_LIMIT_MS = 120_000;

/**
 * @param looks seconds of simulated time in which all cameras are live: each sees its path and a picture once a second
 */
export async function measureMany(cameras: number, looks: number): Promise<Many> {
  const config = loadConfig({ file: null, environment: {} });
  const folder = await mkdtemp(join(tmpdir(), 'bench-many-'));
  const disk = new JournalFolder({ folder, fileBytes: 8_388_608, files: 5, report: () => {} });
  const world = new SimulatedWorld(cameras, config.mediamtx.request_timeout_ms);
  const { time } = world;
  const { memory_records: memoryRecords, batch_ms: batchMs } = config.recorder;
  const recorder = new Recorder({ clock: time, memoryRecords, batchMs, disk, secrets: ['0123456789'] });
  const journal = new Journal(
    createLog({ level: 'error', format: 'json', file: '' }),
    new Timeline(time),
    recorder,
  );
  const before = heapBytes();
  const root = createActor(provideService(world.hands()), {
    input: serviceInput(config, { cameras: [], recordings: [] }),
    systemId: 'service',
    clock: time as never,
  });
  tendSystem(root);
  journal.attach(root);
  const telemetry = new Telemetry({
    monoMs: () => time.monoMs(),
    info: () => ({ version: '', mediaServer: '' }),
    processMetrics: false,
  });
  observe(journal, telemetry);
  const actors = new Actors(root, journal);
  let live = 0;
  journal.onMoved(({ machine, state, ref }, from) => {
    if (machine !== 'stream') return;
    if (from === null) queueMicrotask(() => ref.send({ type: 'stream.start' }));
    if (state === 'live.flowing') live += 1;
    if (from === 'live.flowing') live -= 1;
  });
  actors.onFact(() => {});
  const pass = async (untilMs: number, isOver: () => boolean) => {
    while (time.monoMs() < untilMs && !isOver()) {
      time.step(untilMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const startedMs = cpuMs();
  root.start();
  await pass(START_LIMIT_MS, () => live === cameras);
  if (live < cameras) throw new Error(`${live} of ${cameras} cameras are live`);
  const startMs = cpuMs() - startedMs;
  const startEvents = journal.steps;
  const bytes = heapBytes() - before;
  const begunMs = cpuMs();
  await pass(time.monoMs() + looks * 1000, () => false);
  recorder.flush();
  await disk.written();
  const tookMs = cpuMs() - begunMs;
  const events = journal.steps - startEvents;
  await disk.close();
  await rm(folder, { recursive: true, force: true });
  return {
    ...{ startEvents, events, startMsPerCamera: startMs / cameras },
    ...{ eventsPerS: (events / tookMs) * 1000, usPerEvent: (tookMs / events) * 1000 },
    bytesPerCamera: bytes / cameras,
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
