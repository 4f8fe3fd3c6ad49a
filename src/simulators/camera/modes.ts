/**
 * Which sizes and rates a synthetic camera offers, and its answer to a probe. Only values.
 */
import type { CameraMode } from '../../adapters/synthetic/protocol.ts';
import type { Capabilities, FrameSize } from '../../machines/values.ts';
import type { Compressed } from './compressor.ts';

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

export interface CameraSheet {
  readonly card: string;
  readonly port: string;
  readonly devicePath: string;
  /** Beside YUYV. */
  readonly compressed: readonly Compressed[];
}

const DESCRIPTIONS = { YUYV: 'YUYV 4:2:2', MJPG: 'Motion-JPEG', H264: 'H.264' };

/** What V4L2 would say of the camera. */
export function capabilitiesOf(
  { card, port, devicePath, compressed }: CameraSheet,
  mode: CameraMode,
): Capabilities {
  return {
    card,
    driver: 'synthetic',
    busInfo: port,
    deviceCaps: ['Video Capture', 'Streaming'],
    formats: (['YUYV', ...compressed] as const).map((fourcc) => ({
      devicePath,
      fourcc,
      description: DESCRIPTIONS[fourcc],
      compressed: fourcc !== 'YUYV',
      sizes: sizesAround(mode),
      sizeRanges: [],
    })),
  };
}

function sizesAround(mode: CameraMode): FrameSize[] {
  const rates = [...new Set([mode.rateFps, ...OTHER_RATES_FPS])].filter((rate) => rate <= mode.rateFps);
  const smaller = OTHER_SIZES.filter((size) => size.widthPx < mode.widthPx && size.heightPx < mode.heightPx);
  return [mode, ...smaller].map(({ widthPx, heightPx }) => ({ widthPx, heightPx, frameRatesFps: rates }));
}
