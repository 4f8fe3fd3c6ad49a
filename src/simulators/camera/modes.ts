/**
 * Which sizes and rates a synthetic camera offers, and its answer to a probe. Only values.
 */
import type { CameraMode } from '../../adapters/synthetic/protocol.ts';
import type { Capabilities, FrameSize } from '../../machines/values.ts';

const OTHER_SIZES = [
  { widthPx: 320, heightPx: 240 },
  { widthPx: 160, heightPx: 120 },
];
const OTHER_RATES_FPS = [10, 5];

/** The configured mode first, then smaller sizes and lower rates. */
export function modesAround(mode: CameraMode): CameraMode[] {
  return sizesAround(mode).flatMap(({ widthPx, heightPx, frameRatesFps }) =>
    frameRatesFps.map((rateFps) => ({ widthPx, heightPx, rateFps })),
  );
}

/** What V4L2 would say of the camera. */
export function capabilitiesOf(
  { card, port, devicePath }: { card: string; port: string; devicePath: string },
  mode: CameraMode,
): Capabilities {
  const yuyv = {
    devicePath,
    fourcc: 'YUYV',
    description: 'YUYV 4:2:2',
    compressed: false,
    sizes: sizesAround(mode),
    sizeRanges: [],
  };
  return {
    card,
    driver: 'synthetic',
    busInfo: port,
    deviceCaps: ['Video Capture', 'Streaming'],
    formats: [yuyv],
  };
}

function sizesAround(mode: CameraMode): FrameSize[] {
  const rates = [...new Set([mode.rateFps, ...OTHER_RATES_FPS])].filter((rate) => rate <= mode.rateFps);
  const smaller = OTHER_SIZES.filter((size) => size.widthPx < mode.widthPx && size.heightPx < mode.heightPx);
  return [mode, ...smaller].map(({ widthPx, heightPx }) => ({ widthPx, heightPx, frameRatesFps: rates }));
}
