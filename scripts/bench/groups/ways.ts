/** What a capture costs that copies a camera's own H.264, beside one that encodes the same pictures. */
import { setTimeout } from 'node:timers/promises';
import type { Bench, Group } from '../group.ts';
import { atMost, besideFloor, plainRow } from '../measurement.ts';
import { goLive, startMeasured } from '../parts/measured-service.ts';
import { processorSeconds } from '../parts/process-facts.ts';

const WINDOW_MS = 20_000;
const PICTURE = { widthPx: 1280, heightPx: 720, rateFps: 30 };
/** Three times as much, or more, for encoding. */
const COPY_BY_ENCODE = 0.33;
const COPY_PERCENT = 3;

export const ways: Group = {
  name: 'copy',
  about: "processor time of a capture that copies a camera's own H.264, beside encoding the same pictures",
  measure: async (bench) => {
    const windowMs = bench.count(WINDOW_MS, 4000);
    bench.say('copied');
    const copied = await percentOf(bench, 'compatible', 'copy', windowMs);
    bench.say('encoded');
    const encoded = await percentOf(bench, 'stanag4406', 'libx264', windowMs);
    const note = `1280x720 at 30 frames a second, ${windowMs / 1000} s, ffmpeg's own user and system time`;
    const unit = '% of a core' as const;
    return [
      plainRow({ title: 'capture, H.264 copied', unit, samples: [copied], goal: atMost(COPY_PERCENT), note }),
      besideFloor({
        ...{
          title: 'capture, H.264 copied, by encoding',
          unit,
          note: 'floor: the same camera encoded by libx264',
        },
        ...{ samples: [copied], floors: [encoded], goal: atMost(COPY_BY_ENCODE, 'ratio') },
      }),
    ];
  },
};

/** Of one core, by the capture of a camera that is live all the time. @throws Error when another way was taken */
async function percentOf(
  bench: Bench,
  encodingProfile: 'compatible' | 'stanag4406',
  encoder: string,
  windowMs: number,
): Promise<number> {
  const { widthPx, heightPx, rateFps } = PICTURE;
  const service = await startMeasured(bench.server, {
    cameras: 1,
    config: {
      camera: {
        ...{ synthetic_width_px: widthPx, synthetic_height_px: heightPx, synthetic_rate_fps: rateFps },
        synthetic_compressed: ['H264'],
      },
      capture: {
        ...{ width_px: widthPx, height_px: heightPx, rate_fps: rateFps },
        ...{ encoding_profile: encodingProfile, h264_strict: false, bitrate_bps: 2_000_000 },
      },
    },
  });
  try {
    await goLive(service, 1);
    const { plan } = await service.call<{ plan: { encoder: string } }>('get_camera_status', {
      device: 'camera0',
    });
    if (plan.encoder !== encoder) throw new Error(`captured by ${plan.encoder}, not by ${encoder}`);
    const [capture] = service.processes('capture');
    if (capture === undefined) throw new Error('there is no capture');
    await setTimeout(windowMs / 10);
    const [fromS, fromMs] = [processorSeconds(capture.pid), performance.now()];
    await setTimeout(windowMs);
    return ((processorSeconds(capture.pid) - fromS) / ((performance.now() - fromMs) / 1000)) * 100;
  } finally {
    await service.dispose();
  }
}
