import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { throughout, until } from '../support/until.ts';
import { PLAY_TRANSPORT, publishRaw, RtspClient, readRaw } from './rtsp-client.ts';
import { describeMediaServers, sharedServer } from './servers.ts';

describeMediaServers('demand by hook', (kind) => {
  const touch = {
    runOnDemand: 'touch $MTX_PATH.demand',
    runOnDemandCloseAfter: '400ms',
    runOnDemandStartTimeout: '3s',
  };
  const shared = sharedServer(kind, {
    paths: {
      ...Object.fromEntries(
        ['cam', 'setup', 'published', 'outside', 'back', 'between'].map((name) => [name, touch]),
      ),
      short: { ...touch, runOnDemandStartTimeout: '500ms' },
      undone: { ...touch, runOnUnDemand: 'rm -f undone.demand' },
      told: { runOnDemand: 'printenv', runOnDemandStartTimeout: '500ms' },
      words: {
        runOnDemand: 'sh -c "echo  two  \'$MTX_PATH\' >words.txt"',
        runOnDemandStartTimeout: '500ms',
      },
      running: { runOnDemand: 'sleep 600', runOnDemandStartTimeout: '500ms' },
      cold: { runOnDemand: 'true', runOnDemandStartTimeout: '5s' },
    },
  });
  const client = () => {
    const made = new RtspClient(shared.server.rtspPort);
    onTestFinished(() => made.close());
    return made;
  };
  /** A reader that asks and is not waited for. */
  const ask = (path: string, query = '') => {
    const rtsp = client();
    const answer = rtsp.request('DESCRIBE', shared.server.rtspUrl(path) + query, {}, '', 10_000);
    return {
      rtsp,
      status: answer.then(
        ({ status }) => status,
        () => 0,
      ),
    };
  };
  const publisher = async (path: string) => {
    const made = await publishRaw(shared.server.rtspPort, path);
    onTestFinished(() => made.close());
    return made;
  };
  const file = (name: string) => join(shared.server.folder, name);
  const exists = (name: string) =>
    access(file(name)).then(
      () => true,
      () => false,
    );
  const raised = (name: string) => until(() => exists(`${name}.demand`), { what: `demand for ${name}` });
  const withdraw = (name: string) => rm(file(`${name}.demand`), { force: true });

  test('a reader raises demand and is served when a publisher from outside comes', async () => {
    const reader = ask('cam');
    await raised('cam');
    expect((await shared.server.path('cam')).readers).toEqual([]);
    await publisher('cam');
    expect(await reader.status).toBe(200);
    await withdraw('cam');
  });

  test('a reader that asks between the end of the publisher and the end of demand raises none and is held past both', async () => {
    const first = ask('between');
    await raised('between');
    const made = await publisher('between');
    expect(await first.status).toBe(200);
    await withdraw('between');
    // Nobody reads: demand ends in 400 ms.
    made.close();
    await until(async () => !(await shared.server.path('between')).available, { what: 'no publisher' });
    let answered = false;
    const held = ask('between');
    void held.status.then(() => {
      answered = true;
    });
    await throughout(async () => !answered && !(await exists('between.demand')), {
      durationMs: 4000,
      what: 'held without demand, longer than the start timeout',
    });
    ask('between');
    await raised('between');
    await publisher('between');
    expect(await held.status).toBe(200);
    await withdraw('between');
  });

  test('a reader that starts with SETUP is held as well and counts once it is served', async () => {
    const rtsp = client();
    const setup = rtsp.request('SETUP', `${shared.server.rtspUrl('setup')}/trackID=0`, {
      Transport: PLAY_TRANSPORT,
    });
    await raised('setup');
    expect((await shared.server.path('setup')).readers).toEqual([]);
    await publisher('setup');
    expect((await setup).status).toBe(200);
    expect((await shared.server.path('setup')).readers).toHaveLength(1);
    await withdraw('setup');
  });

  test('a reader that comes while the path is published raises nothing', async () => {
    await publisher('published');
    const reader = await readRaw(shared.server.rtspPort, 'published');
    onTestFinished(() => reader.close());
    expect((await shared.server.path('published')).readers).toHaveLength(1);
    expect(await exists('published.demand')).toBe(false);
  });

  test('readers are refused when nobody publishes within the start timeout, and the next raises demand again', async () => {
    const first = ask('short');
    await raised('short');
    expect(await first.status).toBe(400);
    await first.rtsp.closedByServer();
    expect(await exists('short.demand')).toBe(true);
    await withdraw('short');
    const second = ask('short');
    await raised('short');
    expect(await second.status).toBe(400);
    await withdraw('short');
  });

  test('the end of demand does not close a publisher from outside', async () => {
    const reader = ask('outside');
    await raised('outside');
    const source = await publisher('outside');
    await reader.status;
    reader.rtsp.close();
    await until(
      () => shared.server.log.includes('[path outside] runOnDemand command stopped: not needed by anyone'),
      { what: 'the end of the demand' },
    );
    expect([source.closed, (await shared.server.path('outside')).available]).toEqual([false, true]);
    await withdraw('outside');
  });

  test('a held reader is served when the publisher comes back later', async () => {
    const first = ask('back');
    await raised('back');
    const source = await publisher('back');
    await first.status;
    source.close();
    await shared.server.pathThat('back', (path) => !path.available, 'idle');
    const second = ask('back');
    await withdraw('back');
    // The close timer of the old demand runs out meanwhile.
    await until(
      () => shared.server.log.includes('[path back] runOnDemand command stopped: not needed by anyone'),
      {
        what: 'the end of the old demand',
      },
    );
    await publisher('back');
    expect(await second.status).toBe(200);
    await withdraw('back');
  });

  test('runOnUnDemand of an old demand runs although a new reader waits', async () => {
    const first = ask('undone');
    await raised('undone');
    const source = await publisher('undone');
    await first.status;
    source.close();
    await shared.server.pathThat('undone', (path) => !path.available, 'idle');
    const second = ask('undone');
    await until(async () => !(await exists('undone.demand')), { what: 'the file to be removed' });
    expect((await shared.server.path('undone')).readers).toEqual([]);
    await throughout(async () => !(await exists('undone.demand')), {
      durationMs: 300,
      what: 'no new demand',
    });
    await publisher('undone');
    expect(await second.status).toBe(200);
  });

  test('the command learns path, port and query, and its output stands in the log', async () => {
    const reader = ask('told', '?who=me&x=1');
    await until(() => shared.server.log.includes('MTX_QUERY='), { what: 'the environment in the log' });
    expect(shared.server.log).toMatch(/^MTX_PATH=told$/m);
    expect(shared.server.log).toMatch(new RegExp(`^RTSP_PORT=${shared.server.rtspPort}$`, 'm'));
    expect(shared.server.log).toMatch(/^MTX_QUERY=who%3Dme%26x%3D1$/m);
    await reader.status;
  });

  test('words are split as a shell does, without a shell; variables are put in even between quotes', async () => {
    const reader = ask('words');
    const text = await until(async () => (await readFile(file('words.txt'), 'utf8')) || null, {
      what: 'the output',
    });
    expect(text).toBe('two words\n');
    await reader.status;
  });

  test('a command that still runs gets SIGINT, with all it started, when demand ends', async () => {
    const reader = ask('running');
    const pid = await until(() => commandPid('sleep 600', shared.server.pid), { what: 'the command' });
    expect(processGroup(await readFile(`/proc/${pid}/stat`, 'utf8'))).toBe(pid);
    await reader.status;
    await until(
      () =>
        access(`/proc/${pid}`).then(
          () => false,
          () => true,
        ),
      { what: 'the command to end' },
    );
  });

  test('a held reader is refused when its path is made anew', async () => {
    const reader = ask('cold');
    await until(() => shared.server.log.includes('[path cold] runOnDemand command started'), {
      what: 'the demand',
    });
    await shared.server.replacePath('cold', { runOnDemand: 'true', runOnDemandStartTimeout: '6s' });
    expect(await reader.status).toBe(400);
  });
});

/** The child of a process with this command line, or null. */
async function commandPid(command: string, parent: number): Promise<number | null> {
  const children = await childrenOf(parent);
  for (const pid of children) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.replaceAll('\0', ' ').trim() === command) return pid;
  }
  return null;
}

async function childrenOf(parent: number): Promise<number[]> {
  const threads = await readdir(`/proc/${parent}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${parent}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

function processGroup(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
