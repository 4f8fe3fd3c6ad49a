import { describe, expect, test } from 'vitest';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import type { MediaServerEvent, PathsSeen } from '../../src/machines/media-server-setup.ts';
import { regionPath } from '../../src/machines/state-path.ts';
import type { MediaServerInfo, PathEntry, ProcessIdentity } from '../../src/machines/values.ts';
import {
  endOf,
  failure,
  mediaServerLimits,
  observed,
  processOf,
  serverInfo,
} from '../support/machine-fixtures.ts';
import { FakeCall, FakeSource, startMachine } from '../support/machines.ts';

type Answer = 'good' | 'bad' | 'refused' | 'restarted';

/** A server whose next answers are scripted; the last one stays. */
async function start(
  options: { managed?: boolean; found?: ProcessIdentity | null; answers?: Answer[] } = {},
) {
  const script = options.answers ?? ['good'];
  let started = 1;
  const asked: { atMs: number; answer: Answer }[] = [];
  const clockHolder: { now: () => number } = { now: () => 0 };
  const askInfo = new FakeCall<MediaServerInfo>(() => {
    const answer = script.length > 1 ? script.shift()! : script[0]!;
    asked.push({ atMs: clockHolder.now(), answer });
    if (answer === 'bad') throw failure('media-server-unreachable');
    if (answer === 'refused') throw failure('media-server-refused', 'Wrong credentials.');
    if (answer === 'restarted') started += 1;
    return serverInfo(`incarnation-${started}`);
  });
  let pid = 100;
  const findServer = new FakeCall<ProcessIdentity | null>(() => options.found ?? null);
  const launchServer = new FakeCall<ProcessIdentity, { entries: readonly PathEntry[] }>(() => {
    pid += 1;
    started += 1;
    return processOf(pid);
  });
  const stopServer = new FakeCall<void>(() => undefined);
  const watchServer = new FakeSource<MediaServerEvent, ProcessIdentity | null>();
  const listPaths = new FakeCall<PathsSeen>(() => ({ paths: [], monoMs: 1, atMs: 2 }));
  const compareEntries = new FakeCall<{ differing: readonly string[] }, { entries: readonly PathEntry[] }>(
    () => ({
      differing: [],
    }),
  );
  const machine = mediaServerMachine.provide({
    actors: {
      findServer: findServer.logic,
      launchServer: launchServer.logic,
      stopServer: stopServer.logic,
      watchServer: watchServer.logic,
      askInfo: askInfo.logic,
      listPaths: listPaths.logic,
      compareEntries: compareEntries.logic,
    },
  });
  const rig = await startMachine(machine, { managed: options.managed ?? false, limits: mediaServerLimits });
  clockHolder.now = () => rig.clock.now();
  const region = (name: string) => regionPath(rig.actor.getSnapshot().value, name);
  return {
    ...rig,
    askInfo,
    findServer,
    launchServer,
    stopServer,
    watchServer,
    listPaths,
    compareEntries,
    asked,
    process: () => region('process'),
    health: () => region('health'),
    watch: () => region('watch'),
    compare: () => region('compare'),
    context: () => rig.actor.getSnapshot().context,
    /** From now on these answers. */
    answers: (...next: Answer[]) => script.splice(0, script.length, ...next),
    ups: () => rig.reports.types().filter((type) => type === 'server.up' || type === 'server.down'),
    exit: () => watchServer.send({ type: 'process.ended', end: endOf('internal', 'It exited.') }),
  };
}
const begin = { type: 'media-server.start' } as const;

async function healthy(options: Parameters<typeof start>[0] = {}) {
  const server = await start(options);
  await server.send(begin);
  expect(server.health()).toBe('healthy.waiting');
  return server;
}

/** External and healthy, then three failures: the breaker is open. */
async function open() {
  const server = await healthy();
  server.answers('bad');
  await server.advance(3000);
  expect(server.health()).toBe('tripped.open');
  server.asked.length = 0;
  return { ...server, openedAtMs: server.clock.now() };
}

describe('health', () => {
  test('nothing is asked before the service knows what every path should be', async () => {
    const server = await start();
    await server.advance(60_000);
    expect(server.asked).toEqual([]);
    expect(server.process()).toBe('notStarted');
  });

  test('the first good answer is enough, and is announced', async () => {
    const server = await healthy();
    expect(server.process()).toBe('external');
    expect(server.reports.events[0]).toEqual({ type: 'server.up', info: serverInfo('incarnation-1') });
  });

  test('is checked every 2 s while healthy', async () => {
    const server = await healthy();
    await server.advance(10_000);
    expect(server.asked.map(({ atMs }) => atMs)).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
    expect(server.ups()).toEqual(['server.up']);
  });

  test('failures below the threshold are not down, and a good answer forgets them', async () => {
    const server = await healthy();
    server.answers('bad', 'bad', 'good');
    await server.advance(2500);
    expect(server.health()).toBe('failing.waiting');
    expect(server.context().failures).toBe(2);
    await server.advance(500);
    expect(server.health()).toBe('healthy.waiting');
    expect(server.context()).toMatchObject({ failures: 0, trouble: null });
    expect(server.ups()).toEqual(['server.up']);
  });

  test('three failures in a row open the breaker 1 s after the first, and that is down', async () => {
    const server = await healthy();
    server.answers('bad');
    await server.advance(2999);
    expect(server.health()).toBe('failing.waiting');
    await server.advance(1);
    expect(server.health()).toBe('tripped.open');
    expect(server.asked.slice(1).map(({ atMs }) => atMs)).toEqual([2000, 2500, 3000]);
    expect(server.reports.ofType('server.down')).toMatchObject([
      { trouble: { code: 'media-server-unreachable' } },
    ]);
  });

  test('a server that never answered opens the breaker too, and was never announced', async () => {
    const server = await start({ answers: ['bad'] });
    await server.send(begin);
    await server.advance(1000);
    expect(server.health()).toBe('tripped.open');
    expect(server.ups()).toEqual([]);
  });

  test('a server that recovers from its very first failure is announced', async () => {
    const server = await start({ answers: ['bad', 'good'] });
    await server.send(begin);
    expect(server.health()).toBe('failing.waiting');
    await server.advance(500);
    expect(server.ups()).toEqual(['server.up']);
  });

  test('while open nothing is asked until the timer', async () => {
    const server = await open();
    await server.advance(4999);
    expect(server.asked).toEqual([]);
    await server.advance(1);
    expect(server.asked).toHaveLength(1);
  });

  test('three confirmations 0.5 s apart close the breaker, exactly', async () => {
    const server = await open();
    server.answers('good');
    await server.advance(5999);
    expect(server.health()).toBe('tripped.halfOpen.waiting');
    expect(server.context().confirmed).toBe(2);
    await server.advance(1);
    expect(server.health()).toBe('healthy.waiting');
    expect(server.asked.map(({ atMs }) => atMs - server.openedAtMs)).toEqual([5000, 5500, 6000]);
    expect(server.ups()).toEqual(['server.up', 'server.down', 'server.up']);
    expect(server.context()).toMatchObject({ failures: 0, confirmed: 0, openings: 0, opened: 1 });
  });

  test('alternating answers never close an open breaker, and each opening is twice as long, to 120 s', async () => {
    const server = await open();
    server.answers(...Array.from({ length: 40 }, (_, n): Answer => (n % 2 === 0 ? 'good' : 'bad')));
    await server.advance(20 * 60_000);
    expect(server.ups()).toEqual(['server.up', 'server.down']);
    const tries = server.asked
      .filter(({ answer }) => answer === 'good')
      .map(({ atMs }) => atMs - server.openedAtMs);
    const waits = tries.map((atMs, n) => atMs - (n === 0 ? 0 : tries[n - 1]! + 500));
    expect(waits.slice(0, 8)).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000]);
  });

  test('two confirmations and a failure begin anew', async () => {
    const server = await open();
    server.answers('good', 'good', 'bad', 'good');
    await server.advance(6000);
    expect(server.health()).toBe('tripped.open');
    expect(server.context().confirmed).toBe(0);
    await server.advance(10_000 + 999);
    expect(server.health()).toBe('tripped.halfOpen.waiting');
    await server.advance(1);
    expect(server.health()).toBe('healthy.waiting');
  });

  test('after it was closed the next opening is short again', async () => {
    const server = await open();
    server.answers('bad', 'good');
    await server.advance(5000 + 10_000 + 1000);
    expect(server.health()).toBe('healthy.waiting');
    server.answers('bad');
    await server.advance(3000);
    expect(server.health()).toBe('tripped.open');
    server.answers('good');
    await server.advance(4999);
    expect(server.health()).toBe('tripped.open');
    await server.advance(1);
    expect(server.health()).toBe('tripped.halfOpen.waiting');
    expect(server.context().opened).toBe(3);
  });

  test.each(['unknown', 'healthy', 'failing'])(
    'a server that refuses us is refused from %s, and asked again slowly',
    async (from) => {
      const server = await start({ answers: from === 'unknown' ? ['refused'] : ['good'] });
      await server.send(begin);
      if (from !== 'unknown') {
        server.answers(...((from === 'failing' ? ['bad', 'refused'] : ['refused']) as Answer[]));
        await server.advance(2500);
      }
      expect(server.health()).toBe('refused.waiting');
      expect(server.context().trouble?.message).toBe('Wrong credentials.');
      expect(server.ups()).toEqual(from === 'unknown' ? [] : ['server.up', 'server.down']);
      const { length } = server.asked;
      await server.advance(9000);
      expect(server.asked).toHaveLength(length);
      await server.advance(1000);
      expect(server.health()).toBe('refused.waiting');
      server.answers('good');
      await server.advance(10_000);
      expect(server.health()).toBe('healthy.waiting');
      expect(server.ups().at(-1)).toBe('server.up');
    },
  );

  test('a server that was down and answers now, but not to us, is refused: not told as silent for minutes', async () => {
    const server = await open();
    server.answers('refused');
    await server.advance(5000);
    expect(server.health()).toBe('refused.waiting');
    expect(server.context().trouble?.message).toBe('Wrong credentials.');
    server.answers('good');
    await server.advance(10_000);
    expect(server.health()).toBe('healthy.waiting');
    expect(server.ups()).toEqual(['server.up', 'server.down', 'server.up']);
  });

  test('a server that refused us and then falls silent is down, not refused for ever', async () => {
    const server = await start({ answers: ['refused'] });
    await server.send(begin);
    server.answers('bad');
    await server.advance(10_000);
    expect(server.health()).toBe('tripped.open');
    expect(server.ups()).toEqual([]);
  });

  test.each(['healthy', 'failing'])(
    'a new incarnation seen while %s is told as down and up',
    async (from) => {
      const server = await healthy();
      server.answers(
        ...((from === 'failing' ? ['bad', 'restarted', 'good'] : ['restarted', 'good']) as Answer[]),
      );
      await server.advance(2500);
      expect(server.health()).toBe('healthy.waiting');
      expect(server.ups()).toEqual(['server.up', 'server.down', 'server.up']);
      expect(server.reports.ofType('server.up').at(-1)?.info.started).toBe('incarnation-2');
    },
  );
});

describe('a managed process', () => {
  const entry: PathEntry = { name: 'camera0', demandStartTimeoutMs: 10_000, record: null };

  test('is launched from a file that holds every path as it should be', async () => {
    const server = await start({ managed: true });
    await server.send({ type: 'entry.wanted', name: 'camera0', entry });
    await server.send({ type: 'entry.wanted', name: 'camera1', entry: { ...entry, name: 'camera1' } });
    await server.send({ type: 'entry.wanted', name: 'camera1', entry: null });
    await server.send(begin);
    expect(server.process()).toBe('running');
    expect(server.launchServer.inputs).toEqual([{ entries: [entry] }]);
    expect(server.ups()).toEqual(['server.up']);
  });

  test('of an earlier life is adopted, not launched', async () => {
    const server = await healthy({ managed: true, found: processOf(77, true) });
    expect(server.process()).toBe('running');
    expect(server.launchServer.calls).toBe(0);
    expect(server.context().process?.pid).toBe(77);
    expect(server.watchServer.inputs).toEqual([processOf(77, true)]);
  });

  test('is launched when nobody can say whether there is one', async () => {
    const server = await start({ managed: true });
    server.findServer.answers = () => {
      throw failure('internal');
    };
    await server.send(begin);
    expect(server.process()).toBe('running');
  });

  test('is asked every 50 ms while it is launched, and not by the breaker', async () => {
    const server = await start({ managed: true, answers: ['bad', 'bad', 'bad', 'bad', 'good'] });
    await server.send(begin);
    await server.advance(199);
    expect(server.process()).toBe('launching.answering.pausing');
    expect(server.health()).toBe('unknown.idle');
    await server.advance(1);
    expect(server.process()).toBe('running');
    expect(server.asked.map(({ atMs }) => atMs)).toEqual([0, 50, 100, 150, 200]);
    expect(server.health()).toBe('healthy.waiting');
  });

  test('that never answers is ended after 10 s and launched again, with growing waits after the first', async () => {
    const server = await start({ managed: true, answers: ['bad'] });
    await server.send(begin);
    await server.advance(9999);
    expect(server.stopServer.calls).toBe(0);
    await server.advance(1);
    expect(server.stopServer.calls).toBe(1);
    expect(server.launchServer.calls).toBe(2);
    await server.advance(10_000);
    expect(server.process()).toBe('restartBackoff');
    await server.advance(1000);
    expect(server.launchServer.calls).toBe(3);
    await server.advance(10_000);
    expect(server.process()).toBe('restartBackoff');
    await server.advance(1999);
    expect(server.launchServer.calls).toBe(3);
    await server.advance(1);
    expect(server.launchServer.calls).toBe(4);
  });

  test('that cannot be spawned is tried again and says why', async () => {
    const server = await start({ managed: true });
    const works = server.launchServer.answers;
    server.launchServer.answers = () => {
      throw failure('missing-program', 'There is no mediamtx.');
    };
    await server.send(begin);
    expect(server.process()).toBe('restartBackoff');
    expect(server.launchServer.calls).toBe(2);
    expect(server.context().trouble?.message).toBe('There is no mediamtx.');
    server.launchServer.answers = works;
    await server.advance(1000);
    expect(server.process()).toBe('running');
  });

  test('that is killed is down at once and back at once: our own restart never waits for the breaker', async () => {
    const server = await healthy({ managed: true });
    await server.advance(500);
    await server.exit();
    expect(server.ups()).toEqual(['server.up', 'server.down', 'server.up']);
    expect(server.clock.now()).toBe(500);
    expect(server.process()).toBe('running');
    expect(server.context().restarts).toBe(1);
    expect(server.launchServer.calls).toBe(2);
  });

  test('that exits with code 0 is a failure too', async () => {
    const server = await healthy({ managed: true });
    await server.watchServer.send({ type: 'process.ended', end: { ...endOf('internal'), exitCode: 0 } });
    expect(server.launchServer.calls).toBe(2);
  });

  test('that exits again soon waits before it is launched, and is forgiven after 30 s of running', async () => {
    const server = await healthy({ managed: true });
    await server.exit();
    await server.advance(29_999);
    await server.exit();
    expect(server.process()).toBe('restartBackoff');
    await server.advance(1000);
    expect(server.process()).toBe('running');
    await server.advance(30_000);
    expect(server.context().restarts).toBe(0);
    await server.exit();
    expect(server.process()).toBe('running');
  });

  test('that ends while it is launched is launched again', async () => {
    const server = await start({ managed: true, answers: ['bad'] });
    await server.send(begin);
    expect(server.process()).toBe('launching.answering.pausing');
    await server.exit();
    expect(server.launchServer.calls).toBe(2);
    expect(server.context().trouble?.message).toBe('Fake: media-server-unreachable.');
  });

  test('that stays open for 20 s is ended and launched again, and the first good answer is enough', async () => {
    const server = await healthy({ managed: true });
    server.answers('bad');
    await server.advance(3000 + 19_999);
    expect(server.health()).toContain('tripped');
    expect(server.stopServer.calls).toBe(0);
    server.answers('good');
    await server.advance(1);
    expect(server.stopServer.calls).toBe(1);
    expect(server.process()).toBe('running');
    expect(server.health()).toBe('healthy.waiting');
    expect(server.ups()).toEqual(['server.up', 'server.down', 'server.up']);
  });

  test('that refuses us for 20 s, its users changed by hand, is launched again with our file', async () => {
    const server = await healthy({ managed: true });
    server.answers('refused');
    await server.advance(2000 + 19_999);
    expect(server.health()).toContain('refused');
    expect(server.stopServer.calls).toBe(0);
    server.answers('good');
    await server.advance(1);
    expect(server.stopServer.calls).toBe(1);
    expect(server.process()).toBe('running');
    expect(server.health()).toBe('healthy.waiting');
  });

  test('that cannot be ended is launched again all the same', async () => {
    const server = await healthy({ managed: true });
    server.answers('bad');
    server.stopServer.answers = () => {
      throw failure('deadline');
    };
    await server.advance(22_999);
    server.answers('good');
    await server.advance(1);
    expect(server.process()).toBe('running');
  });

  test('an external server that stays open is never touched', async () => {
    const server = await open();
    await server.advance(600_000);
    expect(server.stopServer.calls).toBe(0);
    expect(server.launchServer.calls).toBe(0);
    expect(server.process()).toBe('external');
  });
});

describe('the end', () => {
  const stop = { type: 'media-server.stop' } as const;

  test('of a running server: told down, ended, and then told stopped', async () => {
    const server = await healthy({ managed: true });
    server.stopServer.answers = null;
    await server.send(stop);
    expect(server.process()).toBe('stopping');
    expect(server.ups()).toEqual(['server.up', 'server.down']);
    expect(server.reports.types()).not.toContain('media-server.stopped');
    await server.stopServer.resolve();
    expect(server.process()).toBe('stopped');
    expect(server.reports.types().at(-1)).toBe('media-server.stopped');
    expect(server.context().process).toBeNull();
  });

  test('is reached even when the process cannot be ended', async () => {
    const server = await healthy({ managed: true });
    server.stopServer.answers = () => {
      throw failure('deadline');
    };
    await server.send(stop);
    expect(server.process()).toBe('stopped');
    expect(server.reports.types()).toContain('media-server.stopped');
  });

  test('of an external server leaves it alone', async () => {
    const server = await healthy();
    await server.send(stop);
    expect(server.process()).toBe('stopped');
    expect(server.stopServer.calls).toBe(0);
    expect(server.reports.types().slice(-2).toSorted()).toEqual(['media-server.stopped', 'server.down']);
    await server.advance(60_000);
    expect(server.health()).toBe('unknown.idle');
  });

  test('before it was started', async () => {
    const server = await start({ managed: true });
    await server.send(stop);
    expect(server.process()).toBe('stopped');
    expect(server.reports.types()).toEqual(['media-server.stopped']);
  });

  test('while it is looked for', async () => {
    const server = await start({ managed: true });
    server.findServer.answers = null;
    await server.send(begin);
    await server.send(stop);
    expect(server.process()).toBe('stopped');
    expect(server.stopServer.calls).toBe(1);
  });

  test('while it is launched', async () => {
    const server = await start({ managed: true, answers: ['bad'] });
    await server.send(begin);
    await server.send(stop);
    expect(server.process()).toBe('stopped');
    await server.advance(60_000);
    expect(server.launchServer.calls).toBe(1);
  });

  test('while it is ended for another launch', async () => {
    const server = await start({ managed: true, answers: ['bad'] });
    await server.send(begin);
    server.stopServer.answers = null;
    await server.advance(10_000);
    expect(server.process()).toBe('ending');
    await server.send(stop);
    await server.stopServer.resolve();
    expect(server.process()).toBe('stopped');
  });

  test('while it waits for its next launch', async () => {
    const server = await start({ managed: true });
    server.launchServer.answers = () => {
      throw failure('missing-program');
    };
    await server.send(begin);
    expect(server.process()).toBe('restartBackoff');
    await server.send(stop);
    await server.advance(60_000);
    expect(server.process()).toBe('stopped');
    expect(server.launchServer.calls).toBe(2);
  });
});

describe('looks at the paths', () => {
  test('are made once a second, and never while the server is down', async () => {
    const server = await healthy();
    await server.advance(3000);
    expect(server.listPaths.calls).toBe(4);
    server.answers('bad');
    await server.advance(3000);
    const { calls } = server.listPaths;
    expect(server.watch()).toBe('off');
    await server.advance(4000);
    expect(server.listPaths.calls).toBe(calls);
    expect(server.reports.ofType('paths.observed')[0]).toEqual({
      type: 'paths.observed',
      paths: [],
      monoMs: 1,
      atMs: 2,
    });
  });

  test('are made every 100 ms while any stream starts, at once when the first one does', async () => {
    const server = await healthy();
    await server.advance(500);
    await server.send({ type: 'watch.fast', name: 'camera0' });
    expect(server.listPaths.calls).toBe(2);
    await server.send({ type: 'watch.fast', name: 'camera1' });
    await server.send({ type: 'watch.slow', name: 'camera0' });
    await server.advance(1000);
    expect(server.listPaths.calls).toBe(13);
    await server.send({ type: 'watch.slow', name: 'camera1' });
    await server.advance(1100);
    expect(server.listPaths.calls).toBeLessThanOrEqual(15);
    expect(server.context().fast).toEqual([]);
  });

  test('that fail are repeated; health notices a dead server by itself', async () => {
    const server = await healthy();
    server.listPaths.answers = () => {
      throw failure('deadline');
    };
    await server.advance(3000);
    expect(server.watch()).toBe('resting');
    expect(server.health()).toBe('healthy.waiting');
    expect(server.listPaths.calls).toBe(4);
    expect(server.reports.ofType('paths.unseen')).toHaveLength(3);
  });

  test('under way are given up when the server is lost', async () => {
    const server = await healthy({ managed: true });
    server.listPaths.answers = null;
    await server.advance(1000);
    expect(server.watch()).toBe('looking');
    server.launchServer.answers = null;
    await server.exit();
    expect(server.listPaths.aborted).toBe(1);
    expect(server.watch()).toBe('off');
  });

  test('are asked for by a stream while one is under way: remembered for the next', async () => {
    const server = await healthy();
    server.listPaths.answers = null;
    await server.advance(1000);
    await server.send({ type: 'watch.fast', name: 'camera0' });
    expect(server.context().fast).toEqual(['camera0']);
    await server.listPaths.resolve({ paths: [], monoMs: 3, atMs: 4 });
    await server.advance(100);
    expect(server.listPaths.open).toBe(1);
  });
});

describe('the comparison with the wishes', () => {
  test('is made with every new server, and every 10 s', async () => {
    const server = await healthy();
    expect(server.compareEntries.calls).toBe(1);
    await server.advance(9999);
    expect(server.compareEntries.calls).toBe(1);
    await server.advance(1);
    expect(server.compareEntries.calls).toBe(2);
    server.answers('restarted', 'good');
    await server.advance(2000);
    expect(server.compareEntries.calls).toBe(3);
  });

  test('tells which paths differ', async () => {
    const server = await start();
    server.compareEntries.answers = () => ({ differing: ['camera0'] });
    await server.send(begin);
    expect(server.reports.ofType('entries.compared')).toEqual([
      { type: 'entries.compared', differing: ['camera0'] },
    ]);
  });

  test('is made at once when a look does not show a path of ours, in the same incarnation', async () => {
    const server = await healthy();
    await server.send({
      type: 'entry.wanted',
      name: 'camera0',
      entry: { name: 'camera0', demandStartTimeoutMs: 1, record: null },
    });
    const before = server.compareEntries.calls;
    server.listPaths.answers = () => ({ paths: [observed()], monoMs: 1, atMs: 2 });
    await server.advance(1000);
    expect(server.compareEntries.calls).toBe(before);
    server.listPaths.answers = () => ({ paths: [], monoMs: 1, atMs: 2 });
    await server.advance(1000);
    expect(server.compareEntries.calls).toBe(before + 1);
  });

  test('that fails is made again at the next turn', async () => {
    const server = await healthy();
    server.compareEntries.answers = () => {
      throw failure('deadline');
    };
    await server.advance(10_000);
    expect(server.compare()).toBe('resting');
    server.compareEntries.answers = null;
    await server.advance(10_000);
    expect(server.compare()).toBe('comparing');
    server.answers('bad');
    await server.advance(4000);
    expect(server.compare()).toBe('off');
  });
});
