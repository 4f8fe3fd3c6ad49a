/** Captures of cameras that compress themselves: H.264 is copied, MJPEG is decoded and encoded. */
import { describe, expect, test } from 'vitest';
import { processorSeconds } from '../../../scripts/bench/parts/process-facts.ts';
import type { CapturePlan } from '../../../src/machines/values.ts';
import { barcodeOf, barcodesOf, jumpsIn, packetsOf, probeStream } from '../../support/frames.ts';
import { until } from '../../support/until.ts';
import { never, servers } from '../mediamtx/house.ts';
import { RECORDING, setStage } from './stage.ts';

const COPIED = { fourcc: 'H264', encoder: 'copy', tapFrom: 'keyframes' } as const;

type Stage = Awaited<ReturnType<typeof setStage>>;

/** Records this way until so many pictures lie on disk. @returns the file, closed */
async function record(stage: Stage, plan: CapturePlan, pictures: number): Promise<string> {
  await stage.launch(RECORDING);
  await stage.captures.start(plan, never);
  await until(
    async () => {
      const [part] = await stage.parts();
      return part !== undefined && (await packetsOf(part).catch(() => [])).length > pictures;
    },
    { what: `${pictures} pictures to be recorded`, timeoutMs: 30_000 },
  );
  await stage.captures.stop('camera0', never);
  await stage.seen((path) => !path.available, 'the path is closed');
  return (await stage.parts())[0]!;
}

describe.each(servers)("a camera's own pictures to %s", (_, which) => {
  test('H.264 is copied: every picture is there, and keyframes are tapped as they come', async () => {
    const stage = await setStage(which, { compressed: ['H264'] });
    const tapped = stage.tapped();
    const part = await record(stage, { ...stage.plan, ...COPIED }, 35);
    expect(await probeStream(part, ['profile', 'width', 'height'])).toEqual({
      ...{ profile: 'Constrained Baseline', width: 320, height: 240 },
    });
    const barcodes = await barcodesOf(part);
    expect(barcodes).not.toContain(null);
    expect(jumpsIn(barcodes)).toEqual([]);
    expect(tapped.length).toBeGreaterThanOrEqual(2);
    // The camera's keyframes come each second, at every tenth picture.
    const packets = await packetsOf(part);
    const keyframe = packets.findIndex(({ keyframe }) => keyframe);
    const first = barcodes[keyframe]!.counter % 10;
    expect((await barcodeOf(stage.tapFile)).counter % 10).toBe(first);
  });

  test('H.264 that has to be encoded anew, and MJPEG, become constrained baseline without a gap', async () => {
    for (const fourcc of ['H264', 'MJPG'] as const) {
      const stage = await setStage(which, { compressed: [fourcc] });
      const part = await record(stage, { ...stage.plan, fourcc }, 25);
      expect(await probeStream(part, ['profile', 'level'])).toEqual({
        ...{ profile: 'Constrained Baseline', level: 13 },
      });
      const barcodes = await barcodesOf(part);
      expect(barcodes).not.toContain(null);
      expect(jumpsIn(barcodes)).toEqual([]);
    }
  });
});

test('copying takes less than a third of the processor time that encoding the same pictures takes', async () => {
  const picture = { compressed: ['H264'], widthPx: 640, heightPx: 480, rateFps: 15 } as const;
  const [, simulator] = servers.at(-1)!;
  const stages = [await setStage(simulator, picture), await setStage(simulator, picture)];
  const ways = [COPIED, { fourcc: 'H264', encoder: 'libx264', tapFrom: 'all' } as const];
  const usedS = await Promise.all(
    stages.map(async (stage, index) => {
      await stage.launch();
      const { pid } = await stage.captures.start({ ...stage.plan, ...ways[index]! }, never);
      const pictures = async () => (await stage.cameras.buttons.report())[0]!.frames;
      await stage.seen((path) => path.available, 'publishing', 20_000);
      const [fromS, first] = [processorSeconds(pid), await pictures()];
      await until(async () => (await pictures()) >= first + 90, { what: '90 pictures', timeoutMs: 60_000 });
      return (processorSeconds(pid) - fromS) / ((await pictures()) - first);
    }),
  );
  expect(usedS[1]! / usedS[0]!).toBeGreaterThan(3);
}, 120_000);
