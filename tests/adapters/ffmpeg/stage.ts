/**
 * Everything a capture needs, all of it real: synthetic cameras, a media server with one path, a process runner and
 * a tap folder. Ended with the test.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import type { EncodingSettings } from '../../../src/adapters/ffmpeg/command.ts';
import { type CaptureSettings, FfmpegCaptures } from '../../../src/adapters/ffmpeg/runner.ts';
import { TapFolder, tapFile } from '../../../src/adapters/ffmpeg/tap.ts';
import { publishUrl } from '../../../src/adapters/mediamtx/addresses.ts';
import type { FoundServer } from '../../../src/adapters/mediamtx/finder.ts';
import type { CapturePlan, PathObservation, TappedFrame } from '../../../src/machines/values.ts';
import { type CamerasWish, startCameras } from '../../support/synthetic-cameras.ts';
import { until } from '../../support/until.ts';
import { buildHouse, never } from '../mediamtx/house.ts';
import { startWorld } from '../process/world.ts';

export const ENCODING: EncodingSettings = {
  ...{ profile: 'baseline', strict: true, preset: 'ultrafast', pixelFormat: 'yuv420p', bitrateBps: 600_000 },
  ...{ keyframeIntervalMs: 1000, tapIntervalMs: 200, tapQuality: 5, warmUpMs: 3000 },
};

export const ENTRY = { name: 'camera0', demandStartTimeoutMs: 8000, record: null };
export const RECORDING = { ...ENTRY, record: { session: 'camera0_session', segmentDurationMs: 60_000 } };

/** Cameras, a runner and captures that publish to `url`; no media server. */
export async function setBackstage(
  wish: CamerasWish & { readonly url: string; readonly settings?: Partial<CaptureSettings> },
) {
  const { widthPx = 320, heightPx = 240, rateFps = 10 } = wish;
  const cameras = await startCameras(wish);
  const world = await startWorld();
  const settings: CaptureSettings = {
    ...{ ffmpeg: process.env.FFMPEG_BIN ?? 'ffmpeg', encoding: ENCODING, publishUrl: () => wish.url },
    ...{ tapsFolder: join(world.dataDirectory, 'taps'), logsFolder: join(world.dataDirectory, 'logs') },
    ...{ logLimitBytes: 100_000, stopTimeoutMs: 2000 },
    ...wish.settings,
  };
  const tap = new TapFolder({ folder: settings.tapsFolder, clock: systemClock });
  const plan: CapturePlan = {
    ...{ cameraId: 'camera0', cameraName: 'Synthetic Camera 0', origin: 'synthetic', fourcc: 'YUYV' },
    ...{ devicePath: cameras.path(0), widthPx, heightPx, rateFps },
    ...{ encoder: 'libx264', encoderDevicePath: null, tapFrom: 'all' },
  };
  return {
    ...{ cameras, world, settings, plan, tap },
    captures: new FfmpegCaptures(world.runner, settings),
    tapFile: tapFile(settings.tapsFolder, 'camera0'),
    /** The frames tapped from now on. */
    tapped: () => {
      const frames: TappedFrame[] = [];
      const stop = new AbortController();
      void tap.watch('camera0', (frame) => void frames.push(frame), stop.signal);
      onTestFinished(() => stop.abort());
      return frames;
    },
  };
}

/** The same with a running media server that has the path camera0. */
export async function setStage(
  which: FoundServer,
  wish: CamerasWish & { readonly settings?: Partial<CaptureSettings> } = {},
) {
  const house = await buildHouse(which);
  onTestFinished(() => house.close());
  const { rtspPort } = house.addresses;
  const publisher = house.config.credentials.publisher;
  const url = publishUrl({ host: '127.0.0.1', rtspPort, publisher }, 'camera0');
  const backstage = await setBackstage({ ...wish, url });
  const launch = async (entry: typeof ENTRY | typeof RECORDING = ENTRY) => {
    const identity = await house.server.launch([entry], never);
    await house.ready();
    return identity;
  };
  const seen = (is: (path: PathObservation) => boolean, what: string, timeoutMs = 10_000) =>
    until(
      async () => (await house.api.listPaths(never)).find((path) => path.name === 'camera0' && is(path)),
      {
        ...{ what, timeoutMs, intervalMs: 25 },
      },
    );
  const partsFolder = join(house.folder, 'recordings/.parts/camera0');
  return {
    ...backstage,
    ...{ house, launch, seen, publisher },
    viewerUrl: `rtsp://127.0.0.1:${rtspPort}/camera0`,
    /** Recorded files, in order. */
    parts: async () =>
      (await readdir(partsFolder).catch(() => [])).sort().map((file) => join(partsFolder, file)),
  };
}
