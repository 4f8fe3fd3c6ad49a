/**
 * Plugs by the hundred: how soon clients are told beside what a bare reader of udev sees in the same run, that each camera
 * keeps its number, and that nothing is left behind. `PLUG_CYCLES=1000` for the long run.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { percentile } from '../../scripts/bench/statistics.ts';
import { bareWaitMs } from '../support/bare-wait.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Hearing, listen } from '../support/witness.ts';
import { BareReader, bareProbeMs } from './bare-reader.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { type MockedCamera, usbCamera } from './mocked-cameras.ts';
import { announce, whyNoAddon } from './requirement.ts';
import { Testbed } from './testbed.ts';

const CYCLES = Number(process.env.PLUG_CYCLES ?? 200);
const SETTLE_MS = 100;
const SPARE_MS = 20;
/** Cycles that are judged together. */
const STRETCH = 50;
const SERIALS = ['A-17', 'B-42', 'C-99'];
const PORTS = ['1-1', '1-2', '1-2.4', '1-3', '1-4'];
const NODES = 12;
const { answers } = KNOWN_DEVICES['laptop-camera'];

interface Times {
  readonly bareMs: number[];
  readonly toldMs: number[];
}

interface Left {
  readonly actors: number;
  readonly processes: number;
  readonly handles: number;
  readonly heapKb: number;
  readonly objects: number;
  readonly residentKb: number;
}

const missing = announce();

describe.skipIf(missing !== null)('plugs by the hundred', () => {
  let testbed: Testbed;
  let service: TestService;
  let news: Hearing;
  let bare: BareReader;

  beforeAll(async () => {
    testbed = await Testbed.start();
    service = await startService('simulator', {
      cameras: 0,
      variables: { ...testbed.variables, HEAP_REPORT: join(testbed.root, 'heap.json') },
      nodeArguments: [
        '--expose-gc',
        ...['heap-report.mjs', 'udevd-runs.mjs'].flatMap((file) => [
          '--import',
          `${import.meta.dirname}/${file}`,
        ]),
      ],
      config: {
        camera: {
          include_real: true,
          device_source: whyNoAddon() === null ? 'udev' : 'udevadm',
          settle_ms: SETTLE_MS,
          confirm_after_ms: 1000,
        },
        logging: { level: 'warn' },
        // Full after the warm-up: what it holds is no leak.
        recorder: { memory_records: 500 },
      },
    });
    news = listen(service, 'camera_status_update');
    bare = await BareReader.start(testbed);
  }, 60_000);
  afterAll(async () => {
    await bare?.stop();
    await service?.dispose();
    await testbed?.stop();
  });

  /** The same three cameras, in another port and under another node each time. */
  const camera = (cycle: number): MockedCamera =>
    usbCamera({
      port: PORTS[(cycle * 7) % PORTS.length]!,
      vendorId: '046d',
      productId: '0825',
      serial: SERIALS[cycle % SERIALS.length]!,
      name: `Camera ${SERIALS[cycle % SERIALS.length]}`,
      videos: { [(cycle * 5) % NODES]: answers },
    });

  /** Waits for a notification, and gives when it came. */
  async function toldAt(
    status: string,
    from: number,
  ): Promise<{ readonly device: string; readonly atMs: number }> {
    const isIt = ({ params }: Hearing['heard'][number]) =>
      params.status === status && (status !== 'CONNECTED' || params.resolution !== '');
    const told = await until(() => news.heard.slice(from).find(isIt), {
      timeoutMs: 20_000,
      what: `a client is told ${status}`,
      intervalMs: 1,
    });
    return { device: told.params.device as string, atMs: told.atMs };
  }

  async function left(): Promise<Left> {
    const file = join(testbed.root, 'heap.json');
    rmSync(file, { force: true });
    service.signal('SIGURG');
    const heap = await until(() => JSON.parse(readFileSync(file, 'utf8')), {
      what: 'the heap is reported',
      timeoutMs: 20_000,
    });
    const { actors } = await service.call<{ actors: unknown[] }>('get_actors');
    const own = `/proc/${service.pid}`;
    return {
      actors: actors.length,
      processes: readFileSync(`${own}/task/${service.pid}/children`, 'utf8').trim().split(' ').length,
      handles: readdirSync(`${own}/fd`).length,
      heapKb: Math.round(heap.heapUsed / 1024),
      objects: heap.objects,
      residentKb: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${own}/status`, 'utf8'))![1]),
    };
  }

  test(
    `${CYCLES} plugs and unplugs are told in time, keep each camera's number and leave nothing behind`,
    async () => {
      // All of it is counted from the order to the testbed; `bare` is what somebody sees who does nothing else.
      const unplug: Times = { bareMs: [], toldMs: [] };
      const plug: Times = { bareMs: [], toldMs: [] };
      const [settleMs, probeMs]: [number[], number[]] = [[], []];
      const numbers = new Map<string, Set<string>>();
      const warmUp = Math.min(50, Math.ceil(CYCLES / 4));
      let before: Left | undefined;
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        if (cycle === warmUp) before = await left();
        const one = camera(cycle);
        const [node] = one.videoSyspaths as [string];
        const [heard, seen] = [news.heard.length, bare.seen.length];
        const pluggedMs = performance.now();
        await testbed.plug(one);
        plug.bareMs.push((await bare.next('add', node, seen)) - pluggedMs);
        settleMs.push(await bareWaitMs(SETTLE_MS));
        const connected = await toldAt('CONNECTED', heard);
        plug.toldMs.push(connected.atMs - pluggedMs);
        probeMs.push(await bareProbeMs(testbed, Object.keys(one.nodes)[0]!));
        const from = news.heard.length;
        const unpluggedMs = performance.now();
        await testbed.unplug(one);
        unplug.bareMs.push((await bare.next('remove', node, seen)) - unpluggedMs);
        const gone = await toldAt('DISCONNECTED', from);
        unplug.toldMs.push(gone.atMs - unpluggedMs);
        const serial = SERIALS[cycle % SERIALS.length]!;
        numbers.set(serial, (numbers.get(serial) ?? new Set()).add(connected.device).add(gone.device));
      }
      // Connections to the media server are kept for some seconds.
      const after = await until(
        async () => {
          const now = await left();
          return now.handles <= before!.handles + 2 && now;
        },
        { timeoutMs: 20_000, what: 'its handles are closed', intervalMs: 200 },
      );
      // Whatever else this machine does can only add: the quietest stretch says what the service costs.
      const stretches = [...Array(Math.max(1, Math.floor(CYCLES / STRETCH))).keys()].map((n) => {
        const p95 = (values: readonly number[]) =>
          percentile(values.slice(n * STRETCH, (n + 1) * STRETCH), 95);
        return {
          unplugMs: p95(unplug.toldMs) - p95(unplug.bareMs),
          plugMs: p95(plug.toldMs) - p95(plug.bareMs) - p95(settleMs) - p95(probeMs),
        };
      });
      const quietest = (key: 'plugMs' | 'unplugMs') => Math.min(...stretches.map((stretch) => stretch[key]));
      const figures = {
        'unplug: bare, told': [unplug.bareMs, unplug.toldMs].map(p50and95),
        'plug: bare, told': [plug.bareMs, plug.toldMs].map(p50and95),
        'settling, one probe': [settleMs, probeMs].map(p50and95),
        'p95 beyond bare, by stretches': stretches.map(({ plugMs, unplugMs }) =>
          [unplugMs, plugMs].map(Math.round),
        ),
        before,
        after,
      };
      console.info(`${CYCLES} plugs and unplugs, p50 and p95 in ms: ${JSON.stringify(figures)}`);
      expect([...numbers.values()].map((ids) => [...ids])).toEqual([['camera0'], ['camera1'], ['camera2']]);
      expect(quietest('unplugMs'), 'beyond udevadm').toBeLessThanOrEqual(SPARE_MS);
      expect(quietest('plugMs'), 'beyond udevadm, settling and one probe').toBeLessThanOrEqual(SPARE_MS);
      expect(after.actors).toBe(before?.actors);
      expect(after.processes).toBe(before?.processes);
      const perPlug = (key: 'heapKb' | 'objects') => (after[key] - before![key]) / (CYCLES - warmUp);
      expect(perPlug('objects'), 'objects per plug').toBeLessThan(1);
      // Compiled code is in it, which grows for thousands of plugs.
      expect(perPlug('heapKb'), 'heap per plug').toBeLessThan(2);
      expect(after.residentKb - before!.residentKb, 'resident memory').toBeLessThan(20_000);
    },
    60_000 + CYCLES * 1000,
  );
});

function p50and95(samples: readonly number[]): readonly number[] {
  return [50, 95].map((percent) => Math.round(percentile(samples, percent) * 10) / 10);
}
