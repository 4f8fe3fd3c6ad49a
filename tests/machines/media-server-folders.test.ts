import { describe, expect, test } from 'vitest';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import type { MediaServerEvent, PathsSeen } from '../../src/machines/media-server-setup.ts';
import { missingParts } from '../../src/machines/service.ts';
import { regionPath } from '../../src/machines/state-path.ts';
import type { FoldersSeen, MediaServerInfo, PathEntry, ProcessIdentity } from '../../src/machines/values.ts';
import { failure, mediaServerLimits, processOf, serverInfo } from '../support/machine-fixtures.ts';
import { FakeCall, FakeSource, startMachine } from '../support/machines.ts';

type Entries = { entries: readonly PathEntry[] };
const BOTH: FoldersSeen = { demand: true, recording: true };
const NO_DEMAND: FoldersSeen = { demand: false, recording: true };
const NEITHER: FoldersSeen = { demand: false, recording: false };

/** A server that answers until a test says otherwise, and folder tests that a test answers. */
async function start(options: { managed?: boolean; found?: ProcessIdentity; answers?: boolean } = {}) {
  const world = { started: 'incarnation-1', answers: options.answers ?? true };
  const testFolders = new FakeCall<FoldersSeen>();
  const compareEntries = new FakeCall<{ differing: readonly string[] }, Entries>(() => ({ differing: [] }));
  const machine = mediaServerMachine.provide({
    actors: {
      findServer: new FakeCall<ProcessIdentity | null>(() => options.found ?? null).logic,
      launchServer: new FakeCall<ProcessIdentity, Entries>(() => processOf(101)).logic,
      stopServer: new FakeCall<void>(() => undefined).logic,
      watchServer: new FakeSource<MediaServerEvent, ProcessIdentity | null>().logic,
      askInfo: new FakeCall<MediaServerInfo>(() => {
        if (!world.answers) throw failure('media-server-unreachable');
        return serverInfo(world.started);
      }).logic,
      listPaths: new FakeCall<PathsSeen>(() => ({ paths: [], monoMs: 1, atMs: 2 })).logic,
      compareEntries: compareEntries.logic,
      testFolders: testFolders.logic,
    },
  });
  const rig = await startMachine(machine, { managed: options.managed ?? false, limits: mediaServerLimits });
  await rig.send({ type: 'media-server.start' });
  return {
    ...rig,
    world,
    testFolders,
    compareEntries,
    folders: () => regionPath(rig.actor.getSnapshot().value, 'folders'),
    health: () => regionPath(rig.actor.getSnapshot().value, 'health'),
    context: () => rig.actor.getSnapshot().context,
    told: () => rig.reports.ofType('folders.tested').map(({ folders }) => folders as FoldersSeen),
    /** Restarted behind our back: seen at the next check. */
    restart: async (started: string) => {
      world.started = started;
      await rig.advance(mediaServerLimits.checkIntervalMs);
    },
    /** Three failures open the breaker. */
    goAway: async () => {
      world.answers = false;
      await rig.advance(mediaServerLimits.checkIntervalMs + 2 * mediaServerLimits.failingIntervalMs);
    },
    /** The breaker's first opening and three confirmations. */
    comeBack: async () => {
      world.answers = true;
      await rig.advance(mediaServerLimits.openMs + 2 * mediaServerLimits.confirmIntervalMs);
    },
  };
}

async function notShared(found = NO_DEMAND) {
  const server = await start();
  await server.testFolders.resolve(found);
  expect(server.folders()).toBe('notShared.waiting');
  return server;
}

describe('the folders of a managed server', () => {
  test('are ours from the first moment and never tested, launched or adopted', async () => {
    for (const options of [{ managed: true }, { managed: true, found: processOf(7, true) }]) {
      const server = await start(options);
      expect(server.folders()).toBe('ours');
      await server.advance(300_000);
      expect(server.health()).toBe('healthy.waiting');
      expect(server.testFolders.calls).toBe(0);
      expect(server.told()).toEqual([]);
    }
  });
});

describe('the folders of an external server', () => {
  test('are not tested before it answers', async () => {
    const server = await start({ answers: false });
    await server.advance(3000);
    expect(server.health()).toBe('tripped.open');
    expect(server.folders()).toBe('notTested');
    expect(server.testFolders.calls).toBe(0);
    await server.comeBack();
    expect(server.folders()).toBe('testing');
  });

  test('are tested when it first answers, and shared when it uses both', async () => {
    const server = await start();
    expect(server.folders()).toBe('testing');
    await server.testFolders.resolve(BOTH);
    expect(server.folders()).toBe('shared');
    expect(server.context()).toMatchObject({ folders: BOTH, foldersOf: 'incarnation-1' });
    expect(server.told()).toEqual([BOTH]);
    await server.advance(300_000);
    expect(server.testFolders.calls).toBe(1);
  });

  test.each([NO_DEMAND, { demand: true, recording: false }, NEITHER])(
    'are not shared when it uses only %o of them',
    async (found) => {
      const server = await notShared(found);
      expect(server.context().folders).toEqual(found);
      expect(server.told()).toEqual([found]);
    },
  );

  test('the comparison with the wishes goes on during the test', async () => {
    const server = await start();
    await server.advance(mediaServerLimits.compareIntervalMs);
    expect(server.folders()).toBe('testing');
    expect(server.compareEntries.calls).toBe(2);
  });

  test('are tested again at each new incarnation, and believed until then', async () => {
    const server = await start();
    await server.testFolders.resolve(BOTH);
    await server.restart('incarnation-2');
    expect(server.folders()).toBe('testing');
    expect(server.context().folders).toEqual(BOTH);
    await server.testFolders.resolve(NEITHER);
    expect(server.folders()).toBe('notShared.waiting');
    await server.restart('incarnation-3');
    expect(server.folders()).toBe('testing');
    expect(server.context().folders).toEqual(NEITHER);
    await server.testFolders.resolve(BOTH);
    expect(server.folders()).toBe('shared');
    expect(server.told()).toEqual([BOTH, NEITHER, BOTH]);
  });

  test('are not tested again when the same incarnation was only out of reach', async () => {
    const server = await start();
    await server.testFolders.resolve(BOTH);
    await server.goAway();
    expect(server.health()).toBe('tripped.open');
    expect(server.folders()).toBe('shared');
    await server.comeBack();
    expect(server.health()).toBe('healthy.waiting');
    expect(server.folders()).toBe('shared');
    expect(server.testFolders.calls).toBe(1);
  });

  test('a restart in the middle of a test calls it off and begins another', async () => {
    const server = await start();
    await server.restart('incarnation-2');
    expect(server.testFolders).toMatchObject({ calls: 2, aborted: 1 });
    expect(server.folders()).toBe('testing');
    await server.testFolders.resolve(BOTH);
    expect(server.context().foldersOf).toBe('incarnation-2');
  });

  test('a server lost in the middle of a test calls it off; its return begins another', async () => {
    const server = await start();
    await server.goAway();
    expect(server.folders()).toBe('notTested');
    expect(server.testFolders).toMatchObject({ calls: 1, aborted: 1 });
    await server.comeBack();
    expect(server.folders()).toBe('testing');
  });

  test('the end of the service calls a test off', async () => {
    const server = await start();
    await server.send({ type: 'media-server.stop' });
    expect(server.folders()).toBe('notTested');
    expect(server.testFolders.aborted).toBe(1);
    await server.advance(300_000);
    expect(server.testFolders.calls).toBe(1);
  });
});

describe('folders that are not shared', () => {
  test('are tested again after a minute, exactly, and the way out needs no restart', async () => {
    const server = await notShared(NEITHER);
    await server.advance(59_999);
    expect(server.testFolders.calls).toBe(1);
    await server.advance(1);
    expect(server.folders()).toBe('notShared.checking');
    await server.testFolders.resolve(NO_DEMAND);
    expect(server.folders()).toBe('notShared.waiting');
    expect(server.context().folders).toEqual(NO_DEMAND);
    await server.advance(60_000);
    await server.testFolders.resolve(BOTH);
    expect(server.folders()).toBe('shared');
    expect(server.told()).toEqual([NEITHER, NO_DEMAND, BOTH]);
  });

  test('stay what they were when the test cannot be repeated, and say why', async () => {
    const server = await notShared();
    await server.advance(60_000);
    await server.testFolders.reject(failure('missing-program', 'There is no ffmpeg.'));
    expect(server.folders()).toBe('notShared.waiting');
    expect(server.context()).toMatchObject({
      folders: NO_DEMAND,
      folderTrouble: { code: 'missing-program', message: 'There is no ffmpeg.' },
    });
    await server.advance(60_000);
    await server.testFolders.resolve(BOTH);
    expect(server.context().folderTrouble).toBeNull();
  });

  test('are not tested while the server is away; a new incarnation is, the same one waits its time', async () => {
    const server = await notShared();
    await server.goAway();
    expect(server.folders()).toBe('notShared.serverAway');
    await server.advance(100_000);
    expect(server.testFolders.calls).toBe(1);
    server.world.answers = true;
    await server.advance(200_000);
    expect(server.folders()).toBe('notShared.checking');
    expect(server.testFolders.calls).toBe(2);
    await server.goAway();
    expect(server.testFolders.aborted).toBe(1);
    expect(server.folders()).toBe('notShared.serverAway');
    server.world.started = 'incarnation-2';
    await server.comeBack();
    expect(server.folders()).toBe('testing');
  });
});

describe('a test that cannot be made', () => {
  test('leaves it open and is tried again after a minute', async () => {
    const server = await start();
    await server.testFolders.reject(failure('deadline', 'No path in time.'));
    expect(server.folders()).toBe('undecided');
    expect(server.context()).toMatchObject({ folders: null, folderTrouble: { code: 'deadline' } });
    expect(server.context().trouble).toBeNull();
    expect(server.told()).toEqual([]);
    await server.advance(60_000);
    expect(server.folders()).toBe('testing');
    await server.testFolders.resolve(BOTH);
    expect(server.context().folderTrouble).toBeNull();
  });

  test('is forgotten when the server goes', async () => {
    const server = await start();
    await server.testFolders.reject(failure('deadline'));
    await server.goAway();
    expect(server.folders()).toBe('notTested');
  });
});

describe('what the service says is missing', () => {
  const there = { server: serverInfo(), storageLevel: 'ok', listed: true, crashed: [] } as const;
  const parts = (folders: FoldersSeen | null) => missingParts({ ...there, folders }).map(({ part }) => part);

  test('names each that is not shared, and nothing while nothing is known', () => {
    expect(parts(null)).toEqual([]);
    expect(parts(BOTH)).toEqual([]);
    expect(parts(NO_DEMAND)).toEqual(['demand_unavailable']);
    expect(parts({ demand: true, recording: false })).toEqual(['recording_unavailable']);
    expect(parts(NEITHER)).toEqual(['demand_unavailable', 'recording_unavailable']);
  });

  test('of a server that is away names only that, and why where it refuses us', () => {
    const away = { ...there, server: null, folders: NEITHER };
    expect(missingParts(away).map(({ part }) => part)).toEqual(['media_server']);
    expect(missingParts(away)[0]?.sentence).toMatch(/^The media server is not answering\. Streams cannot/);
    const refusal = {
      code: 'media-server-refused',
      reason: 'unauthorized',
      message: 'It refuses us.',
    } as const;
    expect(missingParts(away, refusal)[0]?.sentence).toMatch(/^It refuses us\. Streams cannot start/);
  });
});
