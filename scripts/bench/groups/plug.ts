/** From a plug, and from an unplug, of a synthetic camera to what a client is told. */

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SyntheticButtons } from '../../../src/adapters/synthetic/buttons.ts';
import type { TestService } from '../../../tests/support/service.ts';
import type { Group } from '../group.ts';
import { plainRow } from '../measurement.ts';
import { startMeasured } from '../parts/measured-service.ts';

const PLUGS = 20;
const LONGEST_MS = 20_000;

export const plug: Group = {
  name: 'plug',
  about: 'plug and unplug to camera_status_update at a client',
  measure: async (bench) => {
    const service = await startMeasured(bench.server);
    const buttons = new SyntheticButtons(join(service.runtimeFolder, 'synthetic'));
    const [plugs, unplugs]: [number[], number[]] = [[], []];
    try {
      for (let i = 0; i < bench.count(PLUGS, 2); i += 1) {
        unplugs.push(await timedTo(service, 'DISCONNECTED', () => buttons.inject('0', 'unplug')));
        await setTimeout(200);
        plugs.push(await timedTo(service, 'CONNECTED', () => buttons.inject('0', 'plug')));
        await setTimeout(200);
      }
    } finally {
      await service.dispose();
    }
    return [
      plainRow({
        title: 'plug to CONNECTED',
        unit: 'ms',
        samples: plugs,
        note: 'before its probe, which follows',
      }),
      plainRow({ title: 'unplug to DISCONNECTED', unit: 'ms', samples: unplugs }),
    ];
  },
};

/** Milliseconds from the order to the notification; the notification may come before the order is answered. */
async function timedTo(service: TestService, status: string, order: () => Promise<void>): Promise<number> {
  let stop = () => {};
  const told = new Promise<number>((resolve) => {
    stop = service.client.on('camera_status_update', (params) => {
      if (params.status === status) resolve(performance.now());
    });
  });
  const limit = setTimeout(LONGEST_MS, null, { ref: false });
  const startedMs = performance.now();
  await order();
  const toldMs = await Promise.race([told, limit]);
  stop();
  if (toldMs === null) throw new Error(`no client was told ${status} within ${LONGEST_MS} ms`);
  return toldMs - startedMs;
}
