/** Every way to capture a camera, in the order in which they are tried. */
import { describe, expect, test } from 'vitest';
import { nextRung, type PlanKnowledge, type PlanWish, planLadder } from '../../src/machines/plan.ts';
import type {
  ExaminedH264,
  FrameSizeRange,
  H264Stream,
  HardwareEncoder,
  PixelFormat,
} from '../../src/machines/values.ts';
import { cameraLimits, capabilities } from '../support/machine-fixtures.ts';

const subject = { cameraId: 'camera0', cameraName: 'A', origin: 'v4l2' } as const;
const nothing: PlanKnowledge = { hardwareEncoders: [], examined: [] };
const format = (
  fourcc: string,
  sizes: [number, number, number[]][],
  sizeRanges: FrameSizeRange[] = [],
): PixelFormat => ({
  devicePath: '/dev/video0',
  fourcc,
  description: fourcc,
  compressed: fourcc === 'MJPG',
  sizes: sizes.map(([widthPx, heightPx, frameRatesFps]) => ({ widthPx, heightPx, frameRatesFps })),
  sizeRanges,
});
const ladderFor = (
  formats: PixelFormat[],
  wish: Partial<PlanWish> = {},
  knowledge: Partial<PlanKnowledge> = {},
) =>
  planLadder(
    subject,
    { ...capabilities(), card: 'Cam', formats },
    { ...cameraLimits.wish, ...wish },
    { ...nothing, ...knowledge },
  );
const choose = (...args: Parameters<typeof ladderFor>) => ladderFor(...args).rungs[0]?.plan;
/** `MJPG 640x480@15 libx264` */
const lines = (...args: Parameters<typeof ladderFor>) =>
  ladderFor(...args).rungs.map(
    ({ plan: { fourcc, widthPx, heightPx, rateFps, encoder } }) =>
      `${fourcc} ${widthPx}x${heightPx}@${rateFps} ${encoder}`,
  );
const range = (fields: Partial<FrameSizeRange> = {}): FrameSizeRange => ({
  minWidthPx: 32,
  maxWidthPx: 1920,
  stepWidthPx: 16,
  minHeightPx: 32,
  maxHeightPx: 1080,
  stepHeightPx: 8,
  minFps: 5,
  maxFps: 30,
  ...fields,
});

describe('the picture', () => {
  test('is the wished one where the camera has it, at the lowest rate that reaches the wish', () => {
    const sizes: [number, number, number[]][] = [
      [320, 240, [30]],
      [640, 480, [60, 30, 15, 5]],
    ];
    expect(choose([format('YUYV', sizes)])).toEqual({
      ...{ ...subject, devicePath: '/dev/video0', fourcc: 'YUYV', widthPx: 640, heightPx: 480, rateFps: 15 },
      ...{ encoder: 'libx264', encoderDevicePath: null, tapFrom: 'all' },
    });
  });

  test('is an MJPEG one where raw frames do not reach the rate', () => {
    const formats = [format('YUYV', [[1280, 720, [5]]]), format('MJPG', [[1280, 720, [30]]])];
    const wish = { widthPx: 1280, heightPx: 720, rateFps: 25 };
    expect(choose(formats, wish)).toMatchObject({ fourcc: 'MJPG', rateFps: 30 });
  });

  test('has the highest rate there is when none reaches the wish', () => {
    expect(choose([format('YUYV', [[640, 480, [10, 5]]])])?.rateFps).toBe(10);
  });

  test('has 14.985 for a wish of 15', () => {
    expect(choose([format('YUYV', [[640, 480, [29.97, 14.985]]])])?.rateFps).toBe(14.985);
  });

  test('keeps the wished rate where the driver lists none', () => {
    expect(choose([format('YUYV', [[640, 480, []]])])?.rateFps).toBe(15);
  });

  test('is a smaller one rather than one as far above the wish', () => {
    const sizes: [number, number, number[]][] = [
      [800, 600, [15]],
      [480, 360, [15]],
    ];
    expect(choose([format('YUYV', sizes)])).toMatchObject({ widthPx: 480 });
  });

  test('fits a stepwise range to the steps of the driver', () => {
    const wish = { widthPx: 645, heightPx: 483, rateFps: 60 };
    expect(choose([format('NV12', [], [range()])], wish)).toMatchObject({
      ...{ fourcc: 'NV12', widthPx: 640, heightPx: 480, rateFps: 30 },
    });
  });

  test('takes a continuous range exactly, between its ends', () => {
    const continuous = range({ stepWidthPx: 1, stepHeightPx: 1, minFps: null, maxFps: null });
    const formats = [format('NV12', [], [continuous])];
    expect(choose(formats, { widthPx: 645, heightPx: 4000, rateFps: 12 })).toMatchObject({
      ...{ widthPx: 645, heightPx: 1080, rateFps: 12 },
    });
    expect(choose(formats, { widthPx: 2, heightPx: 2, rateFps: 12 })).toMatchObject({
      ...{ widthPx: 32, heightPx: 32 },
    });
  });

  test('is none where no format can be captured, and it says why', () => {
    expect(choose([])).toBeUndefined();
    expect(choose([format('YUYV', [])])).toBeUndefined();
    expect(ladderFor([format('BA81', [[640, 480, [30]]])])).toEqual({
      rungs: [],
      rejected: [{ what: 'BA81', why: 'ffmpeg cannot capture this format' }],
    });
  });
});

const sd: [number, number, number[]][] = [[640, 480, [15]]];
const vaapi: HardwareEncoder = { name: 'h264_vaapi', devicePath: '/dev/dri/renderD128' };
const conforming: H264Stream = {
  ...{ profile: 'Constrained Baseline', level: 3, widthPx: 640, heightPx: 480 },
  ...{ pixelFormat: 'yuv420p', reordered: false, keyframeIntervalMs: 1000 },
};
const examined = (stream: Partial<H264Stream> | null, fields: Partial<ExaminedH264> = {}): ExaminedH264 => ({
  ...{ card: 'Cam', widthPx: 640, heightPx: 480, rateFps: 15 },
  stream: stream === null ? null : { ...conforming, ...stream },
  ...fields,
});

describe('the way', () => {
  const all = [format('YUYV', sd), format('MJPG', sd), format('H264', sd)];

  test('is copying before hardware before JPEG before plain pictures', () => {
    expect(lines(all, {}, { hardwareEncoders: [vaapi], examined: [examined({})] })).toEqual([
      'H264 640x480@15 copy',
      'MJPG 640x480@15 h264_vaapi',
      'YUYV 640x480@15 h264_vaapi',
      'MJPG 640x480@15 libx264',
      'YUYV 640x480@15 libx264',
    ]);
  });

  test('names the node of the format and the render node of the encoder', () => {
    const formats = [{ ...format('MJPG', sd), devicePath: '/dev/video2' }];
    expect(choose(formats, {}, { hardwareEncoders: [vaapi] })).toMatchObject({
      devicePath: '/dev/video2',
      encoderDevicePath: '/dev/dri/renderD128',
    });
  });

  test('costs least where nothing is encoded, and least of the bus where it is compressed', () => {
    const { rungs } = ladderFor(all, {}, { examined: [examined({})] });
    const costs = rungs.map(({ costPercent }) => costPercent);
    expect(costs[1]! / costs[0]!).toBeGreaterThan(2);
    expect(rungs.map(({ busMbps }) => busMbps)).toEqual([0.5, 9.2, 73.7]);
  });

  test('goes down in rate before it goes down in size', () => {
    const sizes: [number, number, number[]][] = [
      [640, 480, [30, 15, 5]],
      [320, 240, [15]],
    ];
    expect(lines([format('YUYV', sizes), format('MJPG', sd)])).toEqual([
      'MJPG 640x480@15 libx264',
      'YUYV 640x480@15 libx264',
      'YUYV 640x480@5 libx264',
      'YUYV 320x240@15 libx264',
    ]);
  });

  test('ends with what asks least of the bus, however many there are', () => {
    const sizes = Array.from({ length: 30 }, (_, n): [number, number, number[]] => [640 - 16 * n, 480, [15]]);
    const { rungs } = ladderFor([format('YUYV', sizes)]);
    expect(rungs).toHaveLength(24);
    expect(rungs.at(-1)?.plan.widthPx).toBe(640 - 16 * 29);
  });
});

describe("a camera's own H.264", () => {
  const formats = [format('YUYV', sd), format('H264', sd)];

  test('is looked at before it is copied', () => {
    expect(ladderFor(formats).rungs[0]).toMatchObject({ plan: { encoder: 'copy' }, toExamine: true });
    expect(ladderFor(formats, {}, { examined: [examined({})] }).rungs[0]).toMatchObject({
      plan: { encoder: 'copy', tapFrom: 'keyframes' },
      toExamine: false,
    });
  });

  test.for([
    ['of another camera at this port', { card: 'Other' }],
    ['in another size', { widthPx: 320 }],
    ['at another rate', { rateFps: 30 }],
  ] as const)('%s says nothing', ([, fields]) => {
    expect(ladderFor(formats, {}, { examined: [examined({}, fields)] }).rungs[0]?.toExamine).toBe(true);
  });

  test.for([
    ['stanag4406', {}, null],
    ['stanag4406', { profile: 'Baseline' }, null],
    ['stanag4406', { profile: 'High' }, 'is High profile, not Baseline'],
    ['stanag4406', { level: 3.1 }, 'is level 3.1, above 3.0'],
    ['stanag4406', { widthPx: 704, heightPx: 600 }, 'is 704x600, larger than 720x576'],
    ['stanag4406', { pixelFormat: 'yuv422p' }, 'has the pixel format yuv422p, not yuv420p'],
    ['compatible', { profile: 'High', level: 4 }, null],
    ['compatible', { profile: 'High', reordered: true }, 'has B-frames, which browsers do not play'],
    ['compatible', { pixelFormat: 'yuv420p10le' }, 'has the pixel format yuv420p10le, not yuv420p'],
    ['copy', { profile: 'High', reordered: true }, null],
  ] as const)('by the profile %s with %j: %s', ([profile, stream, why]) => {
    const ladder = ladderFor([format('H264', sd)], { profile }, { examined: [examined(stream)] });
    expect(ladder.rungs[0]?.plan.encoder).toBe(why === null ? 'copy' : 'libx264');
    expect(ladder.rejected).toEqual(
      why === null ? [] : [{ what: 'H264 640x480 at 15, copied', why: `its H.264 ${why}` }],
    );
    if (why !== null) expect(ladder.rungs[0]?.reasons[0]).toBe(`its H.264 is encoded anew, since it ${why}`);
  });

  test.for([
    [2000, 'keyframes'],
    [2100, 'all'],
    [null, 'all'],
  ] as const)('with a keyframe every %s ms it is tapped from %s', ([keyframeIntervalMs, tapFrom]) => {
    const ladder = ladderFor(formats, {}, { examined: [examined({ keyframeIntervalMs })] });
    expect(ladder.rungs[0]?.plan).toMatchObject({ encoder: 'copy', tapFrom });
  });

  test('without parameter sets gives way to any other format', () => {
    const ladder = ladderFor(formats, {}, { examined: [examined(null)] });
    expect(ladder.rungs.map(({ plan }) => plan.fourcc)).toEqual(['YUYV']);
    expect(ladder.rejected[0]?.why).toContain('without parameter sets');
  });

  test('without parameter sets is looked at again where there is nothing else', () => {
    const ladder = ladderFor([format('H264', sd)], {}, { examined: [examined(null)] });
    expect(ladder.rungs).toMatchObject([{ toExamine: true }]);
  });

  test('is all that the profile copy takes', () => {
    const ladder = ladderFor([format('YUYV', sd)], { profile: 'copy' });
    expect(ladder.rungs).toEqual([]);
    expect(ladder.rejected[0]?.why).toBe('the encoding profile copy takes H.264 alone');
  });
});

describe('where a plan failed', () => {
  const sizes: [number, number, number[]][] = [
    [640, 480, [15, 5]],
    [320, 240, [15]],
  ];
  const ladder = ladderFor([format('YUYV', sizes), format('MJPG', sd)], {}, { hardwareEncoders: [vaapi] });
  const [first] = ladder.rungs;
  const nextAfter = (code: Parameters<typeof nextRung>[3], failed = first!.plan, before = [failed]) => {
    const next = nextRung(ladder, failed, before, code)?.plan;
    return next && `${next.fourcc} ${next.widthPx}x${next.heightPx}@${next.rateFps} ${next.encoder}`;
  };

  test('the way that asks less of the bus, another format or another encoder is next, as the failure says', () => {
    expect(first?.plan).toMatchObject({ fourcc: 'MJPG', encoder: 'h264_vaapi' });
    expect(nextAfter('invalid-format')).toBe('YUYV 640x480@15 h264_vaapi');
    expect(nextAfter('decoder-errors')).toBe('YUYV 640x480@15 h264_vaapi');
    expect(nextAfter('encoder-failed')).toBe('MJPG 640x480@15 libx264');
    const raw = ladder.rungs.find(({ plan }) => plan.fourcc === 'YUYV')!.plan;
    expect(nextAfter('no-bandwidth', raw)).toBe('MJPG 640x480@15 libx264');
  });

  test('none is next for failures that any plan would meet', () => {
    for (const code of ['device-busy', 'no-permission', 'device-gone', 'capture-failed', 'deadline'] as const)
      expect(nextAfter(code)).toBeUndefined();
  });

  test('none is tried twice, and the last one has none after it', () => {
    expect(
      nextAfter(
        'invalid-format',
        first!.plan,
        ladder.rungs.map(({ plan }) => plan),
      ),
    ).toBeUndefined();
    expect(nextAfter('invalid-format', ladder.rungs.at(-1)!.plan)).toBeUndefined();
    expect(nextAfter('invalid-format', { ...first!.plan, devicePath: '/dev/video9' })).toBeUndefined();
  });
});
