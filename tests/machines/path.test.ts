import { expect, test } from 'vitest';
import { pathMachine, type WriteRequest } from '../../src/machines/path.ts';
import type { PathEntry } from '../../src/machines/values.ts';
import { failure } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

const entry = (session: string | null = null): PathEntry => ({
  name: 'camera0',
  demandStartTimeoutMs: 10_000,
  record: session === null ? null : { session, segmentDurationMs: 3_600_000 },
});

/** A server that holds what was written, unless a test answers by hand. */
async function start() {
  const server = { entry: null as PathEntry | null };
  const writeEntry = new FakeCall<void, WriteRequest>((request) => {
    server.entry = request.entry;
  });
  const entryAgrees = new FakeCall<boolean, WriteRequest>(
    (request) => JSON.stringify(request.entry) === JSON.stringify(server.entry),
  );
  const machine = pathMachine.provide({
    actors: { writeEntry: writeEntry.logic, entryAgrees: entryAgrees.logic },
  });
  const rig = await startMachine(machine, {
    name: 'camera0',
    verifyIntervalMs: 20,
    verifyLimitMs: 2000,
    retryMs: 1000,
  });
  let revision = 0;
  const want = (wanted: PathEntry | null) => {
    revision += 1;
    return rig.send({ type: 'entry.want', entry: wanted, revision });
  };
  return {
    ...rig,
    server,
    writeEntry,
    entryAgrees,
    want,
    written: () => writeEntry.inputs.map((request) => request.entry),
  };
}

async function agreed() {
  const path = await start();
  await path.send({ type: 'server.up' });
  await path.want(entry());
  expect(path.state()).toBe('agreed');
  return path;
}

test('while the server is down nothing is written; when it is up the newest wish is', async () => {
  const path = await start();
  await path.want(entry());
  await path.want(entry('s1'));
  await path.advance(60_000);
  expect(path.state()).toBe('offline');
  expect(path.writeEntry.calls).toBe(0);
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('agreed');
  expect(path.written()).toEqual([entry('s1')]);
  expect(path.reports.events).toEqual([{ type: 'entry.agreed', revision: 2 }]);
});

test('a server that holds the right entry already is not written to', async () => {
  const path = await start();
  path.server.entry = entry('s1');
  await path.want(entry('s1'));
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('agreed');
  expect(path.writeEntry.calls).toBe(0);
});

test('an entry that nobody has asked for is left as it is', async () => {
  const path = await start();
  path.server.entry = entry('s1');
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('unwanted');
  expect(path.entryAgrees.calls).toBe(0);
  expect(path.server.entry).toEqual(entry('s1'));
  await path.want(entry('s2'));
  expect(path.server.entry).toEqual(entry('s2'));
});

test('a wish for no path deletes it', async () => {
  const path = await agreed();
  await path.want(null);
  expect(path.state()).toBe('agreed');
  expect(path.server.entry).toBeNull();
  expect(path.reports.events.at(-1)).toEqual({ type: 'entry.agreed', revision: 2 });
});

test('a write without an answer is resolved by comparison: applied after all', async () => {
  const path = await agreed();
  path.writeEntry.answers = (request) => {
    path.server.entry = request.entry;
    throw failure('outcome-unknown');
  };
  await path.want(entry('s1'));
  expect(path.state()).toBe('agreed');
  expect(path.writeEntry.calls).toBe(2);
  expect(path.actor.getSnapshot().context.trouble).toBeNull();
});

test('a write without an answer that is applied later is agreed only when it is seen', async () => {
  const path = await agreed();
  path.writeEntry.answers = () => {
    throw failure('outcome-unknown');
  };
  await path.want(entry('s1'));
  await path.advance(500);
  expect(path.state()).toBe('verifying.waiting');
  expect(path.actor.getSnapshot().context.trouble?.code).toBe('outcome-unknown');
  expect(path.reports.events).toHaveLength(1);
  path.server.entry = entry('s1');
  await path.advance(20);
  expect(path.state()).toBe('agreed');
  expect(path.writeEntry.calls).toBe(2);
});

test('a write without an answer that is never applied is written again after the limit', async () => {
  const path = await agreed();
  const works = path.writeEntry.answers;
  path.writeEntry.answers = () => {
    throw failure('outcome-unknown');
  };
  await path.want(entry('s1'));
  path.writeEntry.answers = works;
  await path.advance(1999);
  expect(path.writeEntry.calls).toBe(2);
  await path.advance(1);
  expect(path.writeEntry.calls).toBe(3);
  expect(path.state()).toBe('agreed');
});

test('an older write that is applied late is noticed and written over', async () => {
  const path = await agreed();
  await path.want(entry('s1'));
  path.server.entry = entry();
  await path.send({ type: 'entry.drifted' });
  expect(path.state()).toBe('agreed');
  expect(path.server.entry).toEqual(entry('s1'));
  expect(path.reports.events).toEqual([
    { type: 'entry.agreed', revision: 1 },
    { type: 'entry.agreed', revision: 2 },
    { type: 'entry.agreed', revision: 2 },
  ]);
});

test('a write under way is left to finish; what was wanted meanwhile is written next', async () => {
  const path = await agreed();
  path.writeEntry.answers = null;
  await path.want(entry('s1'));
  await path.want(entry('s2'));
  await path.want(entry('s3'));
  expect(path.writeEntry.calls).toBe(2);
  expect(path.writeEntry.aborted).toBe(0);
  await path.writeEntry.resolve();
  expect(path.written().at(-1)).toEqual(entry('s3'));
  path.server.entry = entry('s3');
  await path.writeEntry.resolve();
  expect(path.state()).toBe('agreed');
  expect(path.reports.events.at(-1)).toEqual({ type: 'entry.agreed', revision: 4 });
});

test('a server that does not take the call is tried again after the wait', async () => {
  const path = await agreed();
  const works = path.writeEntry.answers;
  path.writeEntry.answers = () => {
    throw failure('media-server-unreachable');
  };
  await path.want(entry('s1'));
  expect(path.state()).toBe('retrying');
  path.writeEntry.answers = works;
  await path.advance(999);
  expect(path.state()).toBe('retrying');
  await path.advance(1);
  expect(path.state()).toBe('agreed');
});

test('a server that cannot even be asked is tried again, at once when it says that it is up', async () => {
  const path = await start();
  const works = path.entryAgrees.answers;
  await path.want(entry());
  path.entryAgrees.answers = () => {
    throw failure('deadline');
  };
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('retrying');
  await path.want(entry('s1'));
  expect(path.state()).toBe('retrying');
  path.entryAgrees.answers = works;
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('agreed');
  expect(path.server.entry).toEqual(entry('s1'));
});

test('a refused entry is reported, tried again slowly, and at once when another is wanted', async () => {
  const path = await agreed();
  const works = path.writeEntry.answers;
  path.writeEntry.answers = () => {
    throw failure('media-server-refused', 'Invalid entry.');
  };
  await path.want(entry('s1'));
  expect(path.state()).toBe('refused');
  expect(path.reports.events.at(-1)).toMatchObject({
    type: 'entry.refused',
    trouble: { message: 'Invalid entry.' },
  });
  await path.advance(1000);
  expect(path.writeEntry.calls).toBe(3);
  expect(path.state()).toBe('refused');
  path.writeEntry.answers = works;
  await path.want(entry('s2'));
  expect(path.state()).toBe('agreed');
});

test('a wish that changes while the old one is verified is written at once', async () => {
  const path = await agreed();
  path.entryAgrees.answers = null;
  await path.want(entry('s1'));
  expect(path.state()).toBe('verifying.looking');
  await path.want(entry('s2'));
  expect(path.written().at(-1)).toEqual(entry('s2'));
  await path.entryAgrees.resolve(true);
  expect(path.state()).toBe('agreed');
});

test('a wish that changes while the server is compared is compared anew', async () => {
  const path = await start();
  path.entryAgrees.answers = null;
  await path.want(entry());
  await path.send({ type: 'server.up' });
  await path.want(entry('s1'));
  expect(path.entryAgrees.aborted).toBe(1);
  expect(path.entryAgrees.inputs.at(-1)?.entry).toEqual(entry('s1'));
  await path.entryAgrees.resolve(true);
  expect(path.reports.events).toEqual([{ type: 'entry.agreed', revision: 2 }]);
});

test('a look that fails while verifying is repeated', async () => {
  const path = await agreed();
  path.entryAgrees.answers = null;
  await path.want(entry('s1'));
  await path.entryAgrees.reject(failure('deadline'));
  expect(path.state()).toBe('verifying.waiting');
  await path.advance(20);
  await path.entryAgrees.resolve(true);
  expect(path.state()).toBe('agreed');
});

test('a slow server is still agreed with: a look that takes longer than the limit is not thrown away for ever', async () => {
  const path = await agreed();
  // Each answer takes 3 s: more than the limit of 2 s, less than a request may take.
  path.entryAgrees.answers = ({ entry: wanted }) =>
    new Promise((resolve) => {
      path.clock.setTimeout(
        () => resolve(JSON.stringify(wanted) === JSON.stringify(path.server.entry)),
        3000,
      );
    });
  await path.want(entry('s1'));
  await path.advance(5000);
  expect(path.state()).toBe('agreed');
  expect(path.writeEntry.calls).toBe(2);
});

test('a server that fails the last look too is written to again', async () => {
  const path = await agreed();
  path.entryAgrees.answers = null;
  await path.want(entry('s1'));
  await path.advance(2500);
  await path.entryAgrees.reject(failure('deadline'));
  expect(path.writeEntry.calls).toBe(3);
});

test('an entry that is different at the last look is written again', async () => {
  const path = await agreed();
  path.entryAgrees.answers = null;
  await path.want(entry('s1'));
  await path.advance(2500);
  await path.entryAgrees.resolve(false);
  expect(path.writeEntry.calls).toBe(3);
});

test('whatever it was doing, a lost server puts it offline and the next one is compared first', async () => {
  const path = await agreed();
  path.writeEntry.answers = null;
  await path.want(entry('s1'));
  expect(path.state()).toBe('writing');
  await path.send({ type: 'server.down' });
  expect(path.state()).toBe('offline');
  path.server.entry = null;
  await path.send({ type: 'server.up' });
  expect(path.state()).toBe('writing');
  path.server.entry = entry('s1');
  await path.writeEntry.resolve();
  expect(path.state()).toBe('agreed');
});
