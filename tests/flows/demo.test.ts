/** `npm run demo` as a process: one line when it is ready, taken over after a crash, an orderly end by Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { realMediaServer } from '../support/media-server.ts';
import { until } from '../support/until.ts';

const SCRIPT = resolve(import.meta.dirname, '../../scripts/demo.mjs');

interface Ready {
  readonly ws: string;
  readonly http: string;
  readonly rtsp: string;
  readonly media_server: string;
  readonly api_key: string;
  readonly pid: number;
  readonly data: string;
}

interface Demo {
  readonly child: ChildProcess;
  readonly ready: Ready;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

describeMediaServers('the demo', (kind) => {
  async function startDemo(data: string): Promise<Demo> {
    const env = { ...process.env, MEDIAMTX_BIN: kind === 'simulator' ? 'simulator' : realMediaServer()! };
    const child = spawn(process.execPath, [SCRIPT, '--cameras', '1', '--data', data], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    const line = await until(
      () => {
        if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}: ${said.err}`);
        return /^READY (\{.*\})$/m.exec(said.out)?.[1];
      },
      // The first one may have to build.
      { timeoutMs: 90_000, intervalMs: 50, what: 'READY' },
    );
    return { child, ready: JSON.parse(line) as Ready, stdout: () => said.out, stderr: () => said.err };
  }

  test('prints one line when it is ready, is taken over after a kill -9, and ends by Ctrl-C with nothing left', async () => {
    const data = await mkdtemp(join(tmpdir(), 'demo-'));
    onTestFinished(() => rm(data, { recursive: true, force: true }));
    onTestFinished(() => endMarked(data));

    const first = await startDemo(data);
    const { ready } = first;
    expect(ready).toMatchObject({
      ws: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/),
      rtsp: expect.stringMatching(/^rtsp:\/\/127\.0\.0\.1:\d+$/),
      media_server: kind === 'simulator' ? 'simulator' : expect.stringMatching(/^mediamtx 1\.20\.\d+/),
      api_key: expect.stringMatching(/^csk_/),
      data,
    });
    expect((await fetch(`${ready.http}/health/ready`)).status).toBe(200);
    expect(first.stderr().includes('NO REAL MEDIA SERVER')).toBe(kind === 'simulator');

    process.kill(ready.pid, 'SIGKILL');
    expect(await once(first.child, 'close')).toEqual([1, null]);
    expect(first.stderr()).toContain('the next npm run demo takes it over');
    const survivors = await markedPids(data);
    expect(survivors.length).toBeGreaterThanOrEqual(2);

    const second = await startDemo(data);
    expect(second.ready).toMatchObject({ rtsp: ready.rtsp, api_key: ready.api_key });
    expect(await markedPids(data)).toEqual(survivors);

    second.child.kill('SIGINT');
    expect(await once(second.child, 'close')).toEqual([0, null]);
    expect(second.stdout().trim().split('\n')).toHaveLength(1);
    expect(await markedPids(data)).toEqual([]);
  }, 150_000);
});

/** Pids of the data plane of this data directory. */
async function markedPids(data: string): Promise<readonly number[]> {
  const id = (await readFile(join(data, 'id'), 'utf8').catch(() => 'none')).trim();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`CAMERA_SERVICE_MARK=${id}/`)) found.push(pid);
  }
  return found;
}

async function endMarked(data: string): Promise<void> {
  for (const pid of await markedPids(data)) process.kill(pid, 'SIGKILL');
}
