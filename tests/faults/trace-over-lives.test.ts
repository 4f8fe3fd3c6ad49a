/** The story of a camera over the death of the service: what was before, the new life, and the adoption, in one trace. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly actor: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly cause: number | null;
  readonly correlation_id: string | null;
  readonly life: { readonly pid: number; readonly version: string; readonly boot_id: string } | null;
}

describeMediaServers('the trace of a camera', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  const trace = async (params: object): Promise<readonly Entry[]> =>
    (await service.call<{ records: Entry[] }>('get_actor_trace', { limit: 1000, ...params })).records;

  const onDisk = () => {
    const folder = join(service.dataFolder, 'journal');
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  };

  test('tells what was before a kill -9 and the adoption after it as one story', async () => {
    service = await startService(server);
    await service.call('start_streaming', { device: 'camera0' });
    await service.untilStream('camera0', 'live.flowing');
    const before = await trace({ device: 'camera0' });
    const firstPid = service.pid;
    const flowing = before.findLast(({ actor, to }) => actor === 'stream:camera0' && to === 'live.flowing');
    // What brought it about is told too, although it is another actor's step.
    expect(before.find(({ seq }) => seq === flowing?.cause)).toMatchObject({ event: 'paths.observed' });
    // What was said reaches the disk within a batch.
    await until(() => onDisk().includes(`"seq":${flowing?.seq},`), { what: 'the record on disk' });
    await service.crashAndRestart();
    await service.untilStream('camera0', 'live.flowing');
    const story = await trace({ device: 'camera0' });
    const lives = story.filter(({ kind }) => kind === 'life');
    expect(lives.map(({ life }) => life?.pid)).toEqual([firstPid, service.pid]);
    expect(lives[0]!.life!.boot_id).toBe(lives[1]!.life!.boot_id);
    const reborn = story.indexOf(lives[1]!);
    const ofStream = (records: readonly Entry[]) =>
      records.filter(({ actor, from, to }) => actor === 'stream:camera0' && from !== to).map(({ to }) => to);
    expect(ofStream(story.slice(0, reborn))).toContain('live.flowing');
    const after = ofStream(story.slice(reborn));
    expect(after[0]).toMatch(/^adopting/);
    expect(after).not.toContain('starting');
    expect(after.at(-1)).toMatch(/^live\.flowing/);
    const seqs = story.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other));
  });
});
