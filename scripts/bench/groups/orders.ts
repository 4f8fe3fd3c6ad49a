/** Orders to a live camera, as a client feels them: from the call to its answer. */
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestService } from '../../../tests/support/service.ts';
import type { Bench, Group } from '../group.ts';
import { atMost, plainRow } from '../measurement.ts';
import { goLive, startMeasured } from '../parts/measured-service.ts';

const RECORDINGS = 30;
const SNAPSHOTS = 200;
/** Not a divisor of the tap's interval, so that pictures of every age are met. */
const BETWEEN_SNAPSHOTS_MS = 37;
const DEVICE = { device: 'camera0' };

export const recordingOrders: Group = {
  name: 'recording',
  about: 'start_recording and stop_recording on a live camera, p95',
  measure: (bench) =>
    withLiveCamera(bench, async (service) => {
      const [starts, stops]: [number[], number[]] = [[], []];
      for (let i = 0; i < bench.count(RECORDINGS); i += 1) {
        starts.push(await timed(() => service.call('start_recording', DEVICE)));
        await service.untilRecording('camera0', 'RECORDING');
        stops.push(await timed(() => service.call('stop_recording', DEVICE)));
        await service.untilRecording('camera0', 'STOPPED');
      }
      const order = { unit: 'ms', percent: 95 } as const;
      return [
        plainRow({ ...order, title: 'start_recording, p95', samples: starts, goal: atMost(100) }),
        plainRow({ ...order, title: 'stop_recording, p95', samples: stops, goal: atMost(500) }),
      ];
    }),
};

export const snapshotOrders: Group = {
  name: 'snapshot',
  about: 'take_snapshot on a live camera, p50 and p95',
  measure: (bench) =>
    withLiveCamera(bench, async (service) => {
      const [samples, byHand]: [number[], number[]] = [[], []];
      for (let i = 0; i < bench.count(SNAPSHOTS); i += 1) {
        let saved: SavedSnapshot | undefined;
        samples.push(
          await timed(async () => {
            saved = await service.call<SavedSnapshot>('take_snapshot', DEVICE);
          }),
        );
        byHand.push(await timeToCopy(join(service.dataFolder, 'snapshots'), saved?.filename ?? ''));
        await setTimeout(BETWEEN_SNAPSHOTS_MS);
      }
      const copy = { title: 'the same picture copied and synced by hand, p95', note: 'bare file calls' };
      return [
        plainRow({ title: 'take_snapshot, p50', unit: 'ms', percent: 50, samples }),
        plainRow({ title: 'take_snapshot, p95', unit: 'ms', percent: 95, samples, goal: atMost(10) }),
        plainRow({ ...copy, unit: 'ms', percent: 95, samples: byHand }),
      ];
    }),
};

async function withLiveCamera<T>(bench: Bench, measure: (service: TestService) => Promise<T>): Promise<T> {
  const service = await startMeasured(bench.server);
  try {
    await goLive(service, 1);
    return await measure(service);
  } finally {
    await service.dispose();
  }
}

interface SavedSnapshot {
  readonly filename: string;
}

/** What a disk takes to keep such a file: its content and its name, each made safe. */
async function timeToCopy(folder: string, filename: string): Promise<number> {
  const bytes = await readFile(join(folder, filename));
  const copy = join(folder, '.by-hand');
  const tookMs = await timed(async () => {
    const file = await open(copy, 'wx');
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    const names = await open(folder, 'r');
    await names.sync();
    await names.close();
  });
  await rm(copy);
  return tookMs;
}

async function timed(order: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await order();
  return performance.now() - startedMs;
}
