/** Timers, causes, filters, lanes and words. */
import { expect, test } from 'vitest';
import { chainOf, effectsOf, isCut } from '../../src/inspector/model/causes.ts';
import { NO_FILTER, showsActor, showsRecord } from '../../src/inspector/model/filter.ts';
import { lanesOf } from '../../src/inspector/model/lanes.ts';
import { moodOf } from '../../src/inspector/model/mood.ts';
import { outlookOf } from '../../src/inspector/model/outlook.ts';
import { placeOf } from '../../src/inspector/model/place.ts';
import { Story } from '../../src/inspector/model/story.ts';
import { stillRunning } from '../../src/inspector/model/timers.ts';
import { flattened, treeOf } from '../../src/inspector/model/tree.ts';
import { countdown, eventWords, lengthOf } from '../../src/inspector/model/words.ts';
import { realCharts, record } from './records.ts';

const backoff = { name: 'backoff', duration_ms: 4000 };

test('a timer counts down while its state is active, and is over with it', async () => {
  const charts = await realCharts();
  const step = { from: 'live.flowing', to: 'backoff', states: ['stream.backoff'], delays: [backoff] };
  const story = new Story(
    [
      record({ seq: 1, ...step }),
      record({ seq: 2, ...step, from: 'backoff', delays: [] }),
      record({ seq: 3, from: 'backoff' }),
    ],
    charts,
    null,
  );
  const timersAfter = (count: number) => story.at(count).get('stream:camera0')!.timers;
  const [first] = story.axis.at;
  expect(stillRunning(timersAfter(2), first! + 3999)).toHaveLength(1);
  expect(stillRunning(timersAfter(2), first! + 4000)).toEqual([]);
  expect(timersAfter(3)).toEqual([]);
  const standing = story.at(1).get('stream:camera0')!;
  expect(outlookOf(standing, charts.stream, first! + 1000)[0]?.sentence).toMatch(/^In 3\.0 s it goes to \w/);
});

test('without a chart a timer is over when the actor moves on', () => {
  const step = { machine: 'toaster', from: '', to: 'hot', states: ['toaster.hot'], delays: [backoff] };
  const story = new Story(
    [record({ seq: 1, ...step }), record({ seq: 2, machine: 'toaster', from: 'hot' })],
    {},
    null,
  );
  expect(story.at(1).get('stream:camera0')?.timers).toHaveLength(1);
  expect(story.at(2).get('stream:camera0')?.timers).toEqual([]);
});

test('causes are followed up, what followed is followed down', () => {
  const story = new Story(
    [
      record({ seq: 5, cause: 2 }),
      record({ seq: 6, cause: 5 }),
      record({ seq: 7, cause: 6 }),
      record({ seq: 8, cause: 6 }),
    ],
    {},
    null,
  );
  const chain = chainOf(story, 2);
  expect(chain.map(({ record: { seq } }) => seq)).toEqual([5, 6, 7]);
  expect(isCut(chain), 'step 2 is not kept any more').toBe(true);
  expect(effectsOf(story, 0).map(({ record: { seq }, depth }) => [seq, depth])).toEqual([
    [6, 1],
    [7, 2],
    [8, 2],
  ]);
});

test('filters are by camera, machine and words', () => {
  expect(showsActor({ ...NO_FILTER, camera: 'camera1' }, 'stream:camera0/path', 'path')).toBe(false);
  expect(showsActor({ ...NO_FILTER, camera: 'host' }, 'media-server', 'media-server')).toBe(true);
  expect(showsActor({ ...NO_FILTER, machine: 'path' }, 'stream:camera0/path', 'path')).toBe(true);
  const told = record({ seq: 1, trouble: 'The capture ended with exit code 3.' });
  expect(showsRecord({ ...NO_FILTER, text: 'CODE capture' }, told)).toBe(true);
  expect(showsRecord({ ...NO_FILTER, text: 'capture code 4' }, told)).toBe(false);
});

test('names tell the place', () => {
  expect(placeOf('stream:camera12/path')).toEqual({
    parent: 'stream:camera12',
    camera: 'camera12',
    short: 'path',
  });
  expect(placeOf('recording:camera0_2026-11-27_19-39-40-346')).toMatchObject({
    parent: 'stream:camera0',
    camera: 'camera0',
  });
  expect(placeOf('media-server')).toEqual({ parent: 'service', camera: null, short: 'media-server' });
});

test('the tree has the service first, then the cameras by their numbers, whoever began first', () => {
  const begun = [
    'camera:camera10',
    'stream:camera10',
    'camera:camera2',
    'storage',
    'service',
    'stream:camera2/path',
    'stream:camera2',
  ];
  const records = begun.map((actor, index) =>
    record({ seq: index + 1, actor, machine: actor.split(':')[0]!, from: '' }),
  );
  const rows = flattened(treeOf(new Story(records, {}, null).at(records.length)), new Set());
  expect(rows.map(({ standing, level }) => `${level} ${standing.actor}`)).toEqual([
    ...['1 service', '2 storage', '1 camera:camera2', '2 stream:camera2', '3 stream:camera2/path'],
    ...['1 camera:camera10', '2 stream:camera10'],
  ]);
});

test('how an actor is, is read off its states', () => {
  const mood = (machine: string, ...states: string[]) => moodOf({ machine, states, trouble: null });
  expect(mood('stream', 'stream.live.flowing')).toBe('well');
  expect(mood('stream', 'stream.live.suspect.waiting')).toBe('trouble');
  expect(mood('stream', 'stream.starting.waiting.tapping')).toBe('busy');
  expect(mood('stream', 'stream.idle')).toBe('rest');
  expect(mood('media-server', 'media-server.process.running', 'media-server.health.healthy.checking')).toBe(
    'well',
  );
  expect(mood('media-server', 'media-server.process.running', 'media-server.health.tripped.open')).toBe(
    'trouble',
  );
  const regions = ['compare.comparing', 'watch.looking'].map((state) => `media-server.${state}`);
  const well = ['media-server.process.running', 'media-server.health.healthy.waiting'];
  expect(mood('media-server', ...well, ...regions)).toBe('well');
  expect(moodOf({ machine: 'stream', states: ['stream.idle'], trouble: 'No picture.' })).toBe('trouble');
});

test('a lane has one piece for each state, and ends where its actor does', () => {
  const to = (state: string) => ({ to: state, states: [`stream.${state}`] });
  const story = new Story(
    [
      record({ seq: 1, from: 'idle', ...to('backoff') }),
      record({ seq: 2, from: 'backoff', ...to('backoff') }),
      record({ seq: 3, ended: 'done' }),
    ],
    {},
    null,
  );
  expect(lanesOf(story)[0]?.pieces.map(({ from, to: end, mood }) => [from, end, mood])).toEqual([
    [null, 0, 'rest'],
    [0, 2, 'trouble'],
  ]);
});

test('lengths of time and events are told as people do', () => {
  expect([250, 9400, 59_999, 200_000, 7_500_000, 2e9].map(lengthOf)).toEqual([
    ...['250 ms', '9.4 s', '59 s', '3 min 20 s', '2 h 5 min', '23 days'],
  ]);
  expect([countdown(2340), countdown(-5), countdown(61_000)]).toEqual(['2.3 s', '0.0 s', '1 min 1 s']);
  expect(eventWords('xstate.after.backoff.stream.backoff')).toBe('after backoff');
  expect(eventWords('xstate.error.actor.probe')).toBe('probe failed');
});
