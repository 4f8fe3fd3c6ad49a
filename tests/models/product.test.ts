/**
 * Proofs on the product of service, camera, stream, path, recording and media server, as far as it is gone through: the
 * size is printed, PRODUCT_LIMIT takes more steps. The same looks catch copies of the machines that are broken on purpose.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { broken, withState } from './broken.ts';
import { type Machines, Product, REAL, statesOf } from './product.ts';
import { BenignLife, brokenRules, lateStops, STOPS, speechless } from './product-rules.ts';
import { type Found, pathOf, type Walk, walk } from './product-walk.ts';

const LIMIT = Number(process.env.PRODUCT_LIMIT ?? 45_000);
const BROKEN_LIMIT = 8_000;
const TIMEOUT_MS = Math.max(120_000, LIMIT * 20);

type Look = (one: Found) => readonly string[];

/** What is wrong, each with the shortest-known way to it. */
function wrong({ found }: Walk, look: Look): readonly string[] {
  const first = new Map<string, Found>();
  for (const one of found) for (const what of look(one)) if (!first.has(what)) first.set(what, one);
  return [...first].map(([what, one]) => `${what}, after: ${pathOf(one)}`);
}

const traps = (product: Product): Look => {
  const life = new BenignLife(product);
  return ({ joint }) => {
    const trap = life.trap(joint);
    return trap === null ? [] : [trap];
  };
};

/** Of those in the same states the first is stopped. */
function stops(product: Product, { found }: Walk): Look {
  const firsts = new Set(new Map(found.toReversed().map((one) => [statesOf(one.joint), one])).values());
  return (one) => (firsts.has(one) ? STOPS.flatMap((stop) => lateStops(product, one.joint, stop)) : []);
}

describe('in the product', { timeout: TIMEOUT_MS }, () => {
  const product = new Product();
  const all = walk(product, LIMIT);

  afterAll(() => {
    const levels = all.levels.map(
      ({ found, frontier }, level) => `level ${level}: ${found} found, ${found - frontier} gone on from`,
    );
    console.log(
      [
        `product: ${all.found.length} joint situations, ${all.states} sets of states, ${all.steps} steps (PRODUCT_LIMIT)`,
        ...levels,
      ].join('\n  '),
    );
  });

  test('everything that a camera does is met', () => {
    const met = all.found.map(({ joint }) => statesOf(joint)).join('\n');
    for (const states of [
      /camera:camera0 ready.confirmed stream:camera0 live.flowing .*rolling.growing/,
      /stream:camera0 examining/,
      /stream:camera0 adopting.waitingForCamera/,
      /stream:camera0 live.suspect/,
      /stream:camera0 live.republishing.serverDown .*interrupted/,
      /camera:camera0 disabled.present/,
      /camera:camera0 forgetting/,
      /service stopping.mediaServer/,
    ])
      expect(states.test(met), String(states)).toBe(true);
  });

  test('the good life, and all that one departure from it leads to, is gone through', () => {
    expect(all.levels.slice(0, 2).map(({ frontier }) => frontier)).toEqual([0, 0]);
  });

  test('never do two have the camera open, and none where nothing should', () => {
    expect(wrong(all, ({ joint }) => brokenRules(joint))).toEqual([]);
  });

  test('every situation comes to rest, or to life where that is wanted, once the world is well', {
    timeout: TIMEOUT_MS,
  }, () => {
    expect(wrong(all, traps(product))).toEqual([]);
  });

  test('every stop is over within its limits, though nobody answers', () => {
    expect(wrong(all, stops(product, all))).toEqual([]);
  });

  test('every situation has its sentences, and a reason where something is not well', () => {
    expect(wrong(all, ({ joint }) => speechless(joint))).toEqual([]);
  });
});

describe('a copy is caught', { timeout: TIMEOUT_MS }, () => {
  /** Whether one of its looks says so. */
  const caught = (
    machines: Partial<Machines>,
    look: (product: Product, all: Walk) => Look,
    pattern: RegExp,
  ): boolean => {
    const product = new Product({ ...REAL, ...machines });
    const all = walk(product, BROKEN_LIMIT);
    const says = look(product, all);
    return all.found.some((one) => says(one).some((what) => pattern.test(what)));
  };
  const { stream, recording, service } = REAL;

  const rules = () => (one: Found) => brokenRules(one.joint);
  const words = () => (one: Found) => speechless(one.joint);

  test('that does not wait until the camera is released', () => {
    const hasty = withState(stream, 'stopping', ({ invoke: _, ...state }) => ({
      ...state,
      always: 'provisioning',
    }));
    expect(caught({ stream: hasty }, rules, /a stream in provisioning has the camera open/)).toBe(true);
    expect(caught({ stream: hasty }, rules, /a capture opens the camera beside a capture/)).toBe(true);
  });

  test('with a state that nothing leads out of', () => {
    const lost = broken(recording, 'interrupted', ['after', 'always', 'on']);
    expect(caught({ recording: lost }, traps, /recording:s interrupted/)).toBe(true);
    const tired = broken(stream, 'backoff', ['after', 'always', 'on']);
    expect(caught({ stream: tired }, traps, /stream:camera0 backoff/)).toBe(true);
  });

  test('with a stop that nobody bounds', () => {
    const patient = broken(stream, 'releasing', ['after']);
    expect(caught({ stream: patient }, stops, /its stream is not over after 15000 ms/)).toBe(true);
    expect(caught({ service: broken(service, 'stopping', ['after']) }, stops, /the service is/)).toBe(true);
    expect(caught({ recording: broken(recording, 'stopping', ['after']) }, stops, /the session is/)).toBe(
      true,
    );
  });

  test('with a state that has no words, or no reason', () => {
    const nameless = withState(stream, '', (chart) => ({
      ...chart,
      states: { ...chart.states, napping: {} },
      on: { ...chart.on, 'stream.stop': '.napping' },
    }));
    expect(caught({ stream: nameless }, words, /no sentence for stream in napping/)).toBe(true);
    const silent = withState(stream, 'starting', (state) => ({
      ...state,
      on: { ...state.on, 'capture.exited': 'clearing' },
    }));
    expect(caught({ stream: silent }, words, /no reason for stream:camera0 in clearing/)).toBe(true);
  });
});
