/** The recorder's ring, its batches, and what it takes over from earlier lives. */
import { expect, test, vi } from 'vitest';
import { recordForm } from '../../src/api/shapes/trace-shape.ts';
import type { TraceBatch, TraceRecord } from '../../src/api/trace-view.ts';
import { type DraftRecord, Recorder } from '../../src/wiring/recorder.ts';
import { selectRecords } from '../../src/wiring/trace-query.ts';
import { traceRecord } from '../support/trace-records.ts';

const LIFE = { pid: 42, version: '0.1.0', bootId: 'boot-2' };

function open({ memoryRecords = 100, secrets = [] as string[] } = {}) {
  const written: string[] = [];
  const clock = { monoMs: () => 10, wallMs: () => 1_763_872_080_000 };
  const disk = { append: (lines: string) => void written.push(lines) };
  const recorder = new Recorder({ clock, memoryRecords, batchMs: 5, disk, secrets });
  return { recorder, written };
}

const draft = (facts: Partial<DraftRecord> = {}): DraftRecord => {
  const { seq, kind, atMs, monoMs, payload, actions, delays, life, ...rest } = traceRecord({});
  return { ...rest, ...facts };
};
const raw = (event: object) => ({ event, microsteps: [], timers: [] });
const lineOf = (record: TraceRecord) => JSON.stringify(recordForm(record));
const seqs = (records: readonly TraceRecord[]) => records.map(({ seq }) => seq);

test('memory holds the newest records and not many more', () => {
  const { recorder } = open({ memoryRecords: 2000 });
  for (let count = 0; count < 10_000; count += 1) recorder.add(draft(), raw({}));
  const { firstSeq, lastSeq } = recorder.trace({ limit: 1 });
  expect(lastSeq).toBe(10_000);
  expect(lastSeq - firstSeq + 1).toBeGreaterThanOrEqual(2000);
  expect(lastSeq - firstSeq + 1).toBeLessThan(2000 + 1024);
  expect(recorder.record(9_999)?.seq).toBe(9_999);
  expect(recorder.record(1)).toBeUndefined();
});

test('a batch goes to disk as whole lines a moment later, in the form in which it is sent', async () => {
  const { recorder, written } = open();
  const batches: TraceBatch[] = [];
  recorder.onBatch((batch) => batches.push(batch));
  recorder.add(draft({ to: 'starting' }), raw({ type: 'a', reason: 'call' }));
  recorder.add(draft({ to: 'live' }), raw({ type: 'b' }));
  expect(written).toEqual([]);
  await vi.waitFor(() => expect(written).toHaveLength(1));
  const lines = written[0]!
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(lines).toMatchObject([
    { seq: 1, to: 'starting', payload: 'reason: call' },
    { seq: 2, payload: null },
  ]);
  expect(batches.map(({ texts }) => `${texts.join('\n')}\n`)).toEqual(written);
});

test('a new life stands behind the records of the earlier ones, with numbers of its own', () => {
  const { recorder } = open();
  const earlier = [traceRecord({ seq: 7 }), traceRecord({ seq: 8 })].map(lineOf);
  recorder.begin([...earlier, '{"seq":9,"ki', 'null', '{"seq":"ten"}'], LIFE);
  recorder.add(draft(), raw({}));
  const { records } = recorder.trace({ limit: 100 });
  expect(records.slice(0, 2)).toEqual([traceRecord({ seq: 7 }), traceRecord({ seq: 8 })]);
  expect(records[2]).toMatchObject({ seq: 1009, kind: 'life', actor: 'service', life: LIFE });
  expect(records[3]).toMatchObject({ seq: 1010, kind: 'step' });
  expect(recorder.record(8)).toBeUndefined();
});

test('secrets stay out of records, in memory and on disk', () => {
  const { recorder, written } = open({ secrets: ['hunter22'] });
  const event = { type: 'x', url: 'rtsp://me:pass-word@host/x', note: 'it is hunter22', file: '/etc/shadow' };
  recorder.add(draft({ trouble: 'no luck with hunter22 in /var/lib/x' }), raw(event));
  const [record] = recorder.trace({ limit: 1 }).records;
  expect(record!.trouble).toContain('no luck with');
  for (const text of [record!.payload!, record!.trouble!, written.join('')])
    expect(text).not.toMatch(/hunter22|pass-word|\/etc|\/var/);
});

test('what an event says is short, however much it says', () => {
  const { recorder } = open();
  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`name${index}`, 'x'.repeat(500)]),
  );
  const event = { type: 'x', deep: { a: { b: { c: 1 } } }, list: Array(1000).fill({}), ...many };
  recorder.add(draft(), raw(event));
  const { payload } = recorder.trace({ limit: 1 }).records[0]!;
  expect(payload!.length).toBeLessThanOrEqual(240);
  expect(payload).toMatch(/^deep: \{a: \{b: \{\.\.\.\}\}\}, list: \[1000\]/);
});

test('the trace of a camera holds its actors, what brought their steps about, and the starts of lives', () => {
  const records = [
    traceRecord({ seq: 1, kind: 'life', actor: 'service', life: LIFE }),
    traceRecord({ seq: 2, actor: 'discovery' }),
    traceRecord({ seq: 3, actor: 'service', cause: 2 }),
    traceRecord({ seq: 4, actor: 'camera:camera0', cause: 3 }),
    traceRecord({ seq: 5, actor: 'camera:camera01', cause: 3 }),
    traceRecord({ seq: 6, actor: 'stream:camera0/path', cause: 4 }),
    traceRecord({ seq: 7, actor: 'recording:camera0_2026-11-23_04-28-13', cause: 4 }),
    traceRecord({ seq: 8, actor: 'media-server' }),
  ];
  const camera = 'camera0';
  expect(seqs(selectRecords(records, { camera, limit: 100 }).records)).toEqual([1, 2, 3, 4, 6, 7]);
  expect(selectRecords(records, { camera, limit: 2 })).toMatchObject({
    ...{ records: [{ seq: 6 }, { seq: 7 }], more: true },
  });
  expect(seqs(selectRecords(records, { camera, sinceSeq: 3, limit: 2 }).records)).toEqual([4, 6]);
  expect(seqs(selectRecords(records, { actor: 'media-server', limit: 9 }).records)).toEqual([1, 8]);
});
