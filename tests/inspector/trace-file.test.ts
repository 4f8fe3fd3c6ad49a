/** What the page takes for a trace, and what it says of other files. */
import { expect, test } from 'vitest';
import { readTrace } from '../../src/inspector/model/trace-file.ts';
import { actorNow, record } from './records.ts';

const GOOD = {
  ...{ format: 'camera-service-trace', version: 1, exported_at: '2026-11-23T04:30:00.000Z' },
  ...{
    service: { version: '1.2.3' },
    actors: [actorNow({})],
    records: [record({ seq: 2 }), record({ seq: 1 })],
    charts: {},
  },
};
const read = (value: unknown) =>
  readTrace('story.json', typeof value === 'string' ? value : JSON.stringify(value));

test('a trace becomes a story, in order', () => {
  const trace = read(GOOD);
  if ('wrong' in trace) expect.fail(trace.wrong);
  expect(trace.version).toBe('1.2.3');
  expect(trace.story.records.map(({ seq }) => seq)).toEqual([1, 2]);
  expect([...trace.story.at(2).keys()]).toEqual(['stream:camera0']);
});

test.each([
  ['', 'the file is empty.'],
  ['{"format":"camera-ser', 'this is not JSON, or it was cut short.'],
  [[1], 'this is JSON, but no trace.'],
  [{ records: [] }, 'it names no format, and "camera-service-trace" is needed.'],
  [{ ...GOOD, format: 'har' }, 'its format is "har", and "camera-service-trace" is needed.'],
  [{ ...GOOD, version: 2 }, 'it has version 2 of the format, and this page knows 1.'],
  [{ ...GOOD, records: undefined }, 'it has no list of records.'],
  [{ ...GOOD, actors: null }, 'it has no list of actors.'],
  [{ ...GOOD, records: [record({ seq: 1 }), { seq: 2 }] }, 'record 2 of 2 is not complete.'],
  [{ ...GOOD, records: [{ ...record({ seq: 1 }), delays: [null] }] }, 'record 1 of 1 is not complete.'],
  [{ ...GOOD, records: [{ ...record({ seq: 1 }), states: [5] }] }, 'record 1 of 1 is not complete.'],
  [{ ...GOOD, actors: [{ actor: 'x' }] }, 'one of its actors is not complete.'],
  [{ ...GOOD, actors: [{ ...actorNow({}), timers: [null] }] }, 'one of its actors is not complete.'],
  [{ ...GOOD, charts: { stream: {} } }, 'the chart of "stream" is not complete.'],
  [{ ...GOOD, charts: { stream: null } }, 'the chart of "stream" is not complete.'],
])('%# what is wrong is named, and what would be right', (value, sentence) => {
  expect(read(value)).toEqual({
    wrong: `story.json: ${sentence} This page reads what camctl export-trace writes.`,
  });
});
