import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FileWishStore } from '../../../src/adapters/store/wish-store.ts';
import type { Wishes } from '../../../src/machines/values.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const BOOT = 'this boot';

const wishes = (name: string): Wishes => ({
  cameras: [
    {
      id: 'camera0',
      identity: {
        key: 'usb:046d:0825:A:00',
        matchedBy: 'serial',
        ambiguous: false,
        serialKey: 'usb:046d:0825:A:00',
        placeKey: 'port:pci-0000:00:14.0-usb-0:1:1.0:00',
        model: '046d:0825',
      },
      name,
      disabled: false,
      streamWanted: true,
      examined: [],
      lastSeenAtMs: 1_795_408_080_000,
      controls: [{ name: 'brightness', value: 12 }],
    },
  ],
  recordings: [
    {
      order: {
        session: 'camera0_2026-11-23_04-28-13',
        cameraId: 'camera0',
        format: 'mkv',
        durationMs: null,
        segmentDurationMs: 3_600_000,
        orderedAtMs: 1_763_872_093_000,
        correlationId: null,
      },
      gaps: [{ fromAtMs: 1, toAtMs: 2, cause: 'capture_lost' }],
      adoptions: 1,
      ending: 'duration_reached',
      deadlineMonoMs: 4711.5,
      openPart: { file: 'camera0_1.mp4', sinceMonoMs: 12.25 },
    },
  ],
});

test('monotonic instants of another boot mean nothing and are left out', async () => {
  const folder = await temporaryFolder();
  await new FileWishStore(folder, 'the boot before').save(wishes('one'));
  const { recordings } = await new FileWishStore(folder, BOOT).load();
  expect(recordings).toEqual(
    wishes('one').recordings.map((wish) => ({ ...wish, deadlineMonoMs: null, openPart: null })),
  );
});

test('a file of a service that kept no instants is read', async () => {
  const folder = await temporaryFolder();
  const [wish] = wishes('one').recordings;
  const { deadlineMonoMs: _, openPart: __, ...old } = wish!;
  await writeFile(
    join(folder, 'wishes.json'),
    JSON.stringify({ version: 1, cameras: [], recordings: [old] }),
  );
  const { recordings } = await new FileWishStore(folder, BOOT).load();
  expect(recordings).toEqual([{ ...old, deadlineMonoMs: null, openPart: null }]);
});

test('a file of a service that kept one key of each camera is read', async () => {
  const folder = await temporaryFolder();
  const identity = { key: 'usb:046d:0825:A:00', matchedBy: 'serial', ambiguous: false };
  const camera = { ...wishes('one').cameras[0], identity };
  await writeFile(
    join(folder, 'wishes.json'),
    JSON.stringify({ version: 1, cameras: [camera], recordings: [] }),
  );
  expect((await new FileWishStore(folder, BOOT).load()).cameras).toEqual([camera]);
});

test('without a file there are no wishes', async () => {
  const store = new FileWishStore(join(await temporaryFolder(), 'none-yet'), BOOT);
  expect(await store.load()).toEqual({ cameras: [], recordings: [] });
});

test('what was saved is what a later life loads', async () => {
  const folder = await temporaryFolder();
  await new FileWishStore(folder, BOOT).save(wishes('one'));
  expect(await new FileWishStore(folder, BOOT).load()).toEqual(wishes('one'));
});

test('of many saves at once the newest stays', async () => {
  const folder = await temporaryFolder();
  const store = new FileWishStore(folder, BOOT);
  await Promise.all(Array.from({ length: 30 }, (_, index) => store.save(wishes(`name ${index}`))));
  expect(await store.load()).toEqual(wishes('name 29'));
  expect(await readdir(folder)).toEqual(['wishes.json']);
});

test.each([
  ['{"version":1,"cameras":', 'not JSON'],
  ['', 'not JSON'],
  ['{"cameras":[],"recordings":[]}', 'version is missing'],
  ['{"version":2,"cameras":[],"recordings":[]}', 'version is 2'],
  ['{"version":1,"cameras":[{"id":7}],"recordings":[]}', 'cameras.0.id'],
  ['null', 'version is missing'],
])('a broken file (%s) is an error that names it and is not replaced', async (text, what) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'wishes.json'), text);
  const loaded = new FileWishStore(folder, BOOT).load();
  await expect(loaded).rejects.toMatchObject({
    code: 'storage',
    reason: 'wishes_broken',
    facts: { file: 'wishes.json' },
  });
  await expect(loaded).rejects.toThrow(what);
  expect(await readFile(join(folder, 'wishes.json'), 'utf8')).toBe(text);
});

test('a save that fails says so and the old wishes stay', async () => {
  const folder = await temporaryFolder();
  const store = new FileWishStore(folder, BOOT);
  await store.save(wishes('old'));
  await mkdir(join(folder, 'wishes.json.tmp'));
  await expect(store.save(wishes('new'))).rejects.toMatchObject({
    code: 'storage',
    reason: 'wishes_unwritable',
  });
  expect(await store.load()).toEqual(wishes('old'));
});

test('a writer that is killed at any moment leaves wishes that load', async () => {
  const folder = await temporaryFolder();
  const entry = compiledEntry('adapters/store/wish-store.ts');
  const script = `
    import { FileWishStore } from ${JSON.stringify(entry)};
    const store = new FileWishStore(${JSON.stringify(folder)}, 'this boot');
    const wishes = ${JSON.stringify(wishes(''))};
    for (let n = 0; ; n += 1) {
      wishes.cameras[0].name = String(n) + 'x'.repeat(n % 7 * 5000);
      await store.save(wishes);
    }`;
  for (let round = 0; round < 3; round += 1) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    onTestFinished(() => void writer.kill('SIGKILL'));
    const store = new FileWishStore(folder, BOOT);
    const before = (await store.load()).cameras[0]?.name;
    await until(async () => (await store.load()).cameras[0]?.name !== before, {
      timeoutMs: 5000,
      what: 'a save',
    });
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const { cameras } = await store.load();
    const count = Number.parseInt(cameras[0]!.name, 10);
    expect(cameras[0]!.name).toBe(String(count) + 'x'.repeat((count % 7) * 5000));
  }
});
