/**
 * Walks that are drawn from the machines in a fake world, done with the running service, real processes and both media servers: after
 * each act camera, stream and recording stand where the machines stood, as the API tells. WALKS=all does all of them, which takes
 * minutes; each is named by its acts. Where every step goes with COVERAGE=1: docs/coverage.md.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Diary } from '../../scripts/chaos/diary.ts';
import { Hands } from '../../scripts/chaos/hands.ts';
import { House } from '../../scripts/chaos/house.ts';
import { Judge } from '../../scripts/chaos/judge.ts';
import { Orders } from '../../scripts/chaos/orders.ts';
import type { Step } from '../../scripts/chaos/script.ts';
import { StepReader } from '../../scripts/chaos/step-reader.ts';
import { Visitors } from '../../scripts/chaos/visitors.ts';
import { describeMediaServers } from '../contract/servers.ts';
import { ACTS } from '../models/walk-acts.ts';
import { drawWalks, type Standing, type Walk } from '../models/walks.ts';
import { ffmpegThatMayFail } from '../support/stand-in.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const device = 'camera0';
const AT_REST: Standing = { camera: 'ready.confirmed', stream: 'idle', recording: null };
/** Nothing is at its end for a look or two: a kill is felt within them. */
const STANDS_MS = 1200;
/** Those that wait for somebody wait longer than a walk takes; a stream gives up later than its recording, as in the fake world. */
const CONFIG = {
  capture: { stop_timeout_ms: 500 },
  stream: { faulted_retry_ms: 240_000, call_close_after_ms: 240_000, attempts: 60 },
  camera: { faulted_retry_ms: 240_000 },
  recording: { resume_ms: 30_000, ready_timeout_ms: 20_000 },
  mediamtx: { restart_after_open_ms: 240_000 },
};
const all = await drawWalks(2, 100);
/** They wait for limits. */
const isQuick = ({ steps }: Walk) => !steps.some(({ act }) => act === 'mute' || act === 'breakCaptures');
const walks =
  process.env.WALKS === 'all' ? all : all.filter(isQuick).slice(0, Number(process.env.WALKS ?? 2));

const step = (kind: Step['kind']): Step => ({
  ...{ kind, camera: device, format: 'fmp4', durationS: null, maxAgeMs: null },
  ...{ percent: 100, awayMs: 0, thenWaitMs: 0 },
});

describeMediaServers('a walk', (kind) => {
  const { file, wrong, remove } = ffmpegThatMayFail();
  const judge = new Judge();
  let house: House;
  let hands: Hands;
  let orders: Orders;
  let reader: StepReader | null = null;

  beforeAll(async () => {
    const config = { ...CONFIG, capture: { ...CONFIG.capture, ffmpeg: file } };
    house = await House.open({ server: kind, cameras: 1, compressed: [], everyStep: true, config }, judge);
    const diary = new Diary();
    orders = new Orders(house, diary);
    hands = new Hands(house, diary, orders, new Visitors(house));
    if (process.env.COVERAGE === '1')
      reader = new StepReader(`.cache/coverage/${kind}-walks.ndjson`, `${kind} walks`);
  });
  afterAll(async () => {
    await house?.close();
    remove();
  });

  async function standing(): Promise<Standing> {
    const { actors } = await house.service.call<{ actors: { actor: string; state: string }[] }>('get_actors');
    const stateOf = (name: string) => actors.find(({ actor }) => actor.startsWith(name))?.state ?? null;
    return {
      camera: stateOf(`camera:${device}`),
      stream: stateOf(`stream:${device}`),
      recording: stateOf(`recording:${device}`),
    };
  }

  /** Stands there, and stays. */
  async function stands(wanted: Standing, what: string): Promise<void> {
    let last: Standing | null = null;
    let sinceMs = performance.now();
    await until(
      async () => {
        last = await standing();
        if (JSON.stringify(last) !== JSON.stringify(wanted)) sinceMs = performance.now();
        return performance.now() - sinceMs > STANDS_MS;
      },
      {
        what: () => `${what}: ${JSON.stringify(wanted)}; it is ${JSON.stringify(last)}`,
        timeoutMs: 75_000,
        intervalMs: 50,
      },
    );
  }

  async function act(name: string): Promise<void> {
    const { step: kindOfStep } = ACTS[name]!;
    if (name === 'breakCaptures') writeFileSync(wrong, 'exit 3');
    else if (name === 'mendCaptures') rmSync(wrong);
    else await hands.do(step(kindOfStep!));
    await orders.settled();
    await reader?.read(house);
  }

  test.each(walks.map(({ steps }) => ({ steps, name: steps.map((one) => one.act).join(', ') })))(
    '$name',
    async ({ steps }) => {
      rmSync(wrong, { force: true });
      await hands.calm([device]);
      await house.service.call('retry_camera', { device }).catch(() => undefined);
      await stands(AT_REST, 'calm');
      for (const [place, { act: name, standing: wanted }] of steps.entries()) {
        await act(name);
        await stands(wanted, `${place + 1}. ${name}`);
      }
      await reader?.read(house);
      expect(judge.verdict).toBeNull();
    },
  );
});
