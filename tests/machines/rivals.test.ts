import { expect, test } from 'vitest';
import { type Rival, rivalTrouble } from '../../src/machines/rival.ts';
import { rivalsMachine } from '../../src/machines/rivals.ts';
import type { PathPublisher, ProcessIdentity } from '../../src/machines/values.ts';
import { failure, processOf, streamLimits } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

const limits = streamLimits.rivals;
const second: Rival = { what: 'capture', process: processOf(77) };
const publisher = (fields: Partial<PathPublisher> = {}): Rival => ({
  what: 'publisher',
  publisher: {
    protocol: 'RTSP',
    kind: 'rtspSession',
    id: 'a-b-c',
    remoteAddress: '192.0.2.7:40000',
    process: null,
    ...fields,
  },
});

/** A capture of ours publishes as source `0`. */
async function start(capture: ProcessIdentity | null = processOf()) {
  const findRivals = new FakeCall<readonly Rival[], { cameraId: string; capture: ProcessIdentity | null }>();
  const endRivals = new FakeCall<void, readonly Rival[]>();
  const machine = rivalsMachine.provide({
    actors: { findRivals: findRivals.logic, endRivals: endRivals.logic },
  });
  const rig = await startMachine(machine, { cameraId: 'camera0', limits });
  let sources = 0;
  const seen = (sourceId: string | null) =>
    rig.send({ type: 'source.seen', sourceId, monoMs: rig.clock.now() });
  await rig.send({ type: 'capture.changed', capture });
  await seen('source-0');
  return {
    ...rig,
    findRivals,
    endRivals,
    seen,
    /** Another publisher, at this moment. */
    replaced: () => {
      sources += 1;
      return seen(`source-${sources}`);
    },
  };
}

async function contested() {
  const rig = await start();
  await rig.replaced();
  await rig.replaced();
  expect(rig.state()).toBe('searching.asking');
  return rig;
}

test('one change of the publisher is an interruption and no more', async () => {
  const rig = await start();
  await rig.replaced();
  await rig.advance(60_000);
  expect(rig.state()).toBe('calm');
  expect(rig.findRivals.calls).toBe(0);
});

test('two changes within the window start a search for our own capture’s rivals', async () => {
  const rig = await start();
  await rig.replaced();
  await rig.advance(limits.windowMs);
  await rig.replaced();
  expect(rig.state()).toBe('searching.asking');
  expect(rig.findRivals.inputs).toEqual([{ cameraId: 'camera0', capture: processOf() }]);
});

test('two changes further apart than the window do not', async () => {
  const rig = await start();
  for (let change = 0; change < 5; change += 1) {
    await rig.replaced();
    await rig.advance(limits.windowMs + 1);
  }
  expect(rig.state()).toBe('calm');
});

test('an empty path between two publishers hides no change', async () => {
  const rig = await start();
  await rig.seen(null);
  await rig.replaced();
  await rig.seen(null);
  await rig.replaced();
  expect(rig.state()).toBe('searching.asking');
});

test('the same publisher again is no change, however often it is seen', async () => {
  const rig = await start();
  for (let look = 0; look < 10; look += 1) await rig.seen(look % 2 === 0 ? null : 'source-0');
  expect(rig.state()).toBe('calm');
});

test('without a capture of ours nothing is counted', async () => {
  const rig = await start(null);
  for (let change = 0; change < 5; change += 1) await rig.replaced();
  expect(rig.state()).toBe('calm');
});

test('changes by our own doing do not count: another capture, another life of the media server', async () => {
  const rig = await start();
  await rig.replaced();
  await rig.send({ type: 'capture.changed', capture: processOf(2) });
  await rig.replaced();
  await rig.replaced();
  expect(rig.state()).toBe('calm');
  await rig.send({ type: 'source.forgotten' });
  await rig.replaced();
  await rig.replaced();
  expect(rig.state()).toBe('calm');
});

test('who is found is told, and ended', async () => {
  const rig = await contested();
  await rig.findRivals.resolve([publisher()]);
  expect(rig.state()).toBe('ending');
  expect(rig.reports.events).toMatchObject([
    { type: 'rivals.found', trouble: { reason: 'foreign_publisher' } },
  ]);
  expect(rig.endRivals.inputs).toEqual([[publisher()]]);
  await rig.endRivals.resolve();
  expect(rig.state()).toBe('waiting');
});

test('one that does not come back is over after one more search, and told so once', async () => {
  const rig = await contested();
  rig.findRivals.answers = () => [];
  await rig.findRivals.resolve([second]);
  await rig.endRivals.resolve();
  await rig.advance(limits.backoffMs + limits.searchMs);
  expect(rig.state()).toBe('calm');
  expect(rig.reports.types()).toEqual(['rivals.found', 'rivals.gone']);
});

test('one that is on the path for a moment only is looked for again and again while the search lasts', async () => {
  const rig = await contested();
  rig.findRivals.answers = () => [];
  await rig.findRivals.resolve([]);
  expect(rig.state()).toBe('searching.resting');
  await rig.advance(limits.lookMs * 3);
  expect(rig.findRivals.calls).toBe(4);
  rig.findRivals.answers = () => [publisher()];
  await rig.advance(limits.lookMs);
  expect(rig.state()).toBe('ending');
});

test('another publisher on the path is a reason to look at once', async () => {
  const rig = await contested();
  await rig.findRivals.resolve([]);
  await rig.seen('source-2');
  expect(rig.state()).toBe('searching.resting');
  await rig.replaced();
  expect(rig.state()).toBe('searching.asking');
  expect(rig.findRivals.calls).toBe(2);
});

test('a search that finds nobody ends, and tells nothing', async () => {
  const rig = await contested();
  rig.findRivals.answers = () => [];
  await rig.findRivals.resolve([]);
  await rig.advance(limits.searchMs);
  expect(rig.state()).toBe('calm');
  expect(rig.reports.types()).toEqual([]);
  await rig.replaced();
  expect(rig.state()).toBe('calm');
});

test('a look without an answer, or an end that failed, is tried again', async () => {
  const rig = await contested();
  await rig.findRivals.reject(failure('media-server-unreachable'));
  expect(rig.state()).toBe('searching.resting');
  await rig.advance(limits.lookMs);
  await rig.findRivals.resolve([publisher()]);
  await rig.endRivals.reject(failure('deadline'));
  expect(rig.state()).toBe('waiting');
  await rig.advance(limits.backoffMs);
  expect(rig.state()).toBe('searching.asking');
});

test('one that comes back for ever is ended for ever, each wait longer, up to the longest', async () => {
  const rig = await contested();
  rig.findRivals.answers = () => [publisher()];
  rig.endRivals.answers = () => undefined;
  await rig.findRivals.resolve([publisher()]);
  const endedAtMs = [rig.clock.now()];
  while (endedAtMs.length < 8) {
    await rig.advance(500);
    if (rig.endRivals.calls > endedAtMs.length) endedAtMs.push(rig.clock.now());
  }
  const waits = endedAtMs.slice(1).map((atMs, index) => atMs - endedAtMs[index]!);
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('a capture that ends stops the search and takes back what was told', async () => {
  const rig = await contested();
  await rig.findRivals.resolve([publisher()]);
  await rig.send({ type: 'capture.changed', capture: null });
  expect(rig.state()).toBe('calm');
  expect(rig.endRivals.aborted).toBe(1);
  expect(rig.reports.types()).toEqual(['rivals.found', 'rivals.gone']);
});

test.each([
  [[publisher()], 'RTSP from 192.0.2.7:40000'],
  [[publisher({ protocol: 'SRT', remoteAddress: '' })], 'SRT from an unknown place'],
  [[publisher({ process: { pid: 4711, command: 'ffmpeg' } })], 'process 4711 (ffmpeg) on this host, by RTSP'],
  [[second], 'process 77'],
  [
    [second, publisher(), publisher({ protocol: 'RTMP' })],
    'RTSP from 192.0.2.7:40000, RTMP from 192.0.2.7:40000',
  ],
])('the sentence names camera and rival: %#', (rivals, named) => {
  const { code, reason, message } = rivalTrouble('camera0', rivals);
  expect([code, reason]).toEqual(['capture-failed', 'foreign_publisher']);
  expect(message).toContain('camera0');
  expect(message).toContain(named);
});
