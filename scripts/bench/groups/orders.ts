/** Orders to a live camera, as a client feels them: from the call to its answer. */
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
      const samples: number[] = [];
      for (let i = 0; i < bench.count(SNAPSHOTS); i += 1) {
        samples.push(await timed(() => service.call('take_snapshot', DEVICE)));
        await setTimeout(BETWEEN_SNAPSHOTS_MS);
      }
      return [
        plainRow({ title: 'take_snapshot, p50', unit: 'ms', percent: 50, samples }),
        plainRow({ title: 'take_snapshot, p95', unit: 'ms', percent: 95, samples, goal: atMost(10) }),
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

async function timed(order: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await order();
  return performance.now() - startedMs;
}
