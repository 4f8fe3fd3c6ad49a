/** The picture at any point of a story. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply, type Standing, standingBefore } from '../../src/inspector/model/picture.ts';
import { Story } from '../../src/inspector/model/story.ts';
import type { TraceRecord } from '../../src/inspector/model/wire.ts';
import { actorNow, life, record } from './records.ts';

const statesAt = (story: Story, count: number) =>
  [...story.at(count).values()].map(({ actor, state }) => `${actor} ${state}`);

/** Any step of a few actors, also those that contradict each other: a trace may have holes anywhere. */
const anyStep = fc.record({
  actor: fc.constantFrom('service', 'camera:camera0', 'stream:camera0', 'stream:camera0/path', 'toaster:1'),
  from: fc.constantFrom('', 'idle', 'live.flowing'),
  to: fc.constantFrom('idle', 'live.flowing', 'backoff'),
  ended: fc.constantFrom(null, null, null, 'done' as const),
  isLife: fc.integer({ min: 0, max: 40 }).map((dice) => dice === 0),
  hole: fc.integer({ min: 0, max: 12 }).map((dice) => (dice === 0 ? 5 : 1)),
  delay: fc.constantFrom(null, 'backoff', 'forget'),
});

function recordsOf(
  steps: readonly (typeof anyStep extends fc.Arbitrary<infer T> ? T : never)[],
): TraceRecord[] {
  let seq = 0;
  return steps.map(({ isLife, hole, delay, to, actor, ...step }) => {
    seq += hole;
    if (isLife) return life(seq);
    const machine = actor.split(':')[0]!;
    const delays = delay === null ? [] : [{ name: delay, duration_ms: 2500 }];
    return record({ ...step, seq, actor, machine, to, states: [`${machine}.${to}`], delays });
  });
}

test('to jump to a point gives the same picture as to walk there, by whatever way', () => {
  fc.assert(
    fc.property(
      fc.array(anyStep, { maxLength: 500, size: 'max' }),
      fc.array(fc.nat({ max: 500 }), { maxLength: 8 }),
      fc.nat({ max: 500 }),
      (steps, jumps, grownFrom) => {
        const records = recordsOf(steps);
        const whole = new Story(records, {}, null);
        const grown = new Story(records.slice(0, grownFrom), {}, null);
        grown.at(grown.length);
        grown.append(records);
        for (const jump of jumps) {
          const target = Math.min(jump, records.length);
          const walked = new Map<string, Standing>(whole.at(0));
          const known = new Set<string>();
          for (let index = 0; index < target; index++) {
            apply(walked, records[index]!, index, whole.axis.at[index]!, {});
            if (records[index]!.kind !== 'life') continue;
            // After a start those stand there that a later record finds.
            known.clear();
            for (const later of records.slice(index + 1)) {
              if (later.kind === 'life') break;
              if (known.has(later.actor)) continue;
              known.add(later.actor);
              if (later.from !== '') walked.set(later.actor, standingBefore(later));
            }
          }
          expect(new Map(whole.at(target))).toEqual(walked);
          expect(new Map(grown.at(target))).toEqual(walked);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('an actor whose beginning is not in the trace stands there from the start, as its first record found it', () => {
  const story = new Story(
    [record({ seq: 7, from: 'live.flowing', to: 'backoff', states: ['stream.backoff'] })],
    {},
    null,
  );
  expect(statesAt(story, 0)).toEqual(['stream:camera0 live.flowing']);
  expect(story.at(0).get('stream:camera0')?.states).toEqual(['stream.live.flowing']);
  expect(statesAt(story, 1)).toEqual(['stream:camera0 backoff']);
});

test('a start of the service ends all actors before it; who has no record since stands there from then on', () => {
  const records = [
    record({ seq: 1, from: '', to: 'idle' }),
    record({ seq: 2, actor: 'camera:camera0', machine: 'camera', from: '', to: 'ready' }),
    life(1003),
    record({ seq: 1004, from: '', to: 'beginning', states: ['stream.beginning'] }),
  ];
  const snapshot = {
    actors: [actorNow({}), actorNow({ actor: 'storage', machine: 'storage', state: 'level ok' })],
    lastSeq: 1004,
    wallMs: 0,
  };
  const story = new Story(records, {}, snapshot);
  expect(statesAt(story, 2)).toEqual(['stream:camera0 idle', 'camera:camera0 ready']);
  expect(statesAt(story, 3)).toEqual(['storage level ok']);
  expect(story.gaps, 'a new life leaves a gap by itself').toEqual([]);
});

test('an actor that ended is not there any more', () => {
  const story = new Story(
    [record({ seq: 1, from: '', to: 'idle' }), record({ seq: 2, ended: 'done' })],
    {},
    null,
  );
  expect(statesAt(story, 1)).toHaveLength(1);
  expect(statesAt(story, 2)).toEqual([]);
});

test('holes in the numbers are known by their place', () => {
  expect(
    new Story(
      [1, 2, 5, 6, 9].map((seq) => record({ seq })),
      {},
      null,
    ).gaps,
  ).toEqual([2, 4]);
});

test('records that are told twice count once', () => {
  const story = new Story([record({ seq: 1 }), record({ seq: 2 })], {}, null);
  story.append([record({ seq: 2 }), record({ seq: 3 })]);
  expect(story.records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('the present is as the service tells it: finer states, timers, facts', () => {
  const records = [record({ seq: 1, from: '', to: 'backoff', states: ['stream.backoff'] })];
  const timers = [{ name: 'backoff', duration_ms: 4000, remaining_ms: 1500 }];
  const now = actorNow({ state: 'backoff', states: ['stream.backoff'], timers, facts: { attempts: 2 } });
  const story = new Story(
    records,
    {},
    { actors: [now], lastSeq: 1, wallMs: Date.parse(records[0]!.time) + 2500 },
  );
  const standing = story.at(1).get('stream:camera0');
  expect(standing?.facts).toEqual({ attempts: 2 });
  expect(standing?.timers[0]?.endsAt).toBeCloseTo(story.axis.at[0]! + 4000);
  story.append([record({ seq: 2, from: 'backoff', to: 'idle' })]);
  expect(story.at(2).get('stream:camera0')?.facts, 'a picture that is behind corrects nothing').toBeNull();
});
