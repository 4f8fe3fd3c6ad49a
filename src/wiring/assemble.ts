/**
 * Builds every adapter from the configuration: the floor plan's left side. Starts nothing but what must run before the
 * actors (the synthetic cameras, which stand for hardware).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBootId } from '../adapters/clock/boot-id.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { TapFolder, tapFile } from '../adapters/ffmpeg/tap.ts';
import { DiskShelf } from '../adapters/files/disk-shelf.ts';
import { RecordingFolder } from '../adapters/files/recording-folder.ts';
import { SnapshotFolder } from '../adapters/files/snapshot-folder.ts';
import { StorageMeter } from '../adapters/files/storage-meter.ts';
import type { Log } from '../adapters/log/log.ts';
import type { ServerAddresses } from '../adapters/mediamtx/addresses.ts';
import { ControlApi } from '../adapters/mediamtx/control-api.ts';
import { keepCredentials } from '../adapters/mediamtx/credentials.ts';
import { DemandFolderOnDisk } from '../adapters/mediamtx/demand-folder.ts';
import { type FoundServer, findMediaServer } from '../adapters/mediamtx/finder.ts';
import { PublishersOnPaths } from '../adapters/mediamtx/publishers.ts';
import { SelfTest } from '../adapters/mediamtx/self-test.ts';
import { ManagedServerProcess } from '../adapters/mediamtx/server-process.ts';
import { Ledger } from '../adapters/process/ledger.ts';
import { ProcessRunner } from '../adapters/process/process-runner.ts';
import { FileWishStore } from '../adapters/store/wish-store.ts';
import { SyntheticButtons } from '../adapters/synthetic/buttons.ts';
import { SyntheticCameraLauncher } from '../adapters/synthetic/launcher.ts';
import { SyntheticProbe } from '../adapters/synthetic/probe.ts';
import { SyntheticSource } from '../adapters/synthetic/source.ts';
import { chooseDeviceSource } from '../adapters/udev/choose-source.ts';
import { V4l2Probe } from '../adapters/v4l2/probe.ts';
import { serviceFolders } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import type { DeviceSource } from '../machines/ports.ts';
import { captureParts } from './assemble-captures.ts';
import { BothSources, probeByOrigin } from './composite.ts';
import { controlsByOrigin } from './controls-by-origin.ts';
import { WishBook } from './wish-book.ts';
import type { World } from './world.ts';

const LOG_LIMIT_BYTES = 4_194_304;
/** A media server that hangs does not hold up our end. */
const SETTLE_LIMIT_MS = 2000;
const SIMULATOR = fileURLToPath(new URL('../simulators/media-server/main.js', import.meta.url));
const SYNTHETIC_CAMERAS = fileURLToPath(new URL('../simulators/camera/main.js', import.meta.url));

export interface Assembly {
  readonly world: World;
  readonly found: FoundServer | null;
  readonly syntheticCameras: SyntheticButtons | null;
  /** Waits until nothing is left of a test that the end of the actors called off, 2 s at most. */
  settle(): Promise<void>;
  /** Ends what stands for hardware: only at an ordered stop. */
  stopHardware(): Promise<void>;
  /** The secrets that must never be logged. */
  readonly secrets: readonly string[];
}

/** @throws CameraError storage | missing-program | deadline, with a sentence for the operator */
export async function assemble(config: Config, dataId: string, log: Log): Promise<Assembly> {
  const folders = serviceFolders(config.paths);
  const { dataDirectory, runtimeDirectory, recordingsFolder, snapshotsFolder } = folders;
  const logsFolder = join(dataDirectory, 'logs');
  const tapsFolder = join(runtimeDirectory, 'taps');
  const demandFolder = join(runtimeDirectory, 'demand');
  const syntheticFolder = join(runtimeDirectory, 'synthetic');
  await mkdir(logsFolder, { recursive: true, mode: 0o700 });
  // A folder named by the operator may be a disk that is not mounted yet: only our own is made.
  if (config.paths.recordings_directory === '')
    await mkdir(recordingsFolder, { recursive: true, mode: 0o700 });
  if (config.paths.snapshots_directory === '') await mkdir(snapshotsFolder, { recursive: true, mode: 0o700 });
  const bootId = await readBootId();
  const ledger = await Ledger.open({
    dataDirectory,
    bootId,
    report: (problem) => log.warn({ file: 'ledger.json' }, problem),
  });
  const processes = new ProcessRunner({
    dataId,
    dataDirectory,
    ledger,
    killAfterMs: config.capture.stop_timeout_ms,
    adoptedPollMs: config.capture.adopted_poll_ms,
  });
  const { mediamtx, capture, camera } = config;
  const managed = mediamtx.mode === 'managed';
  const credentials = managed ? await keepCredentials(join(dataDirectory, 'media-server.json')) : null;
  const apiLogin = credentials?.api ?? { user: mediamtx.api_user, password: mediamtx.api_password };
  const paths = { demandFolder, recordingsFolder, recordPartDurationMs: config.recording.part_duration_ms };
  const addresses = serverAddresses(mediamtx);
  const demand = new DemandFolderOnDisk(demandFolder);
  const find = (signal: AbortSignal) =>
    findMediaServer(
      {
        binary: mediamtx.binary,
        searchPath: process.env.PATH ?? '',
        cacheFolder: cacheFolder(),
        simulator: { command: process.execPath, script: SIMULATOR },
      },
      signal,
    );
  const synthetic = camera.synthetic_count > 0;
  const launcher = new SyntheticCameraLauncher(processes, {
    node: process.execPath,
    entry: SYNTHETIC_CAMERAS,
    folder: syntheticFolder,
    count: camera.synthetic_count,
    widthPx: camera.synthetic_width_px,
    heightPx: camera.synthetic_height_px,
    rateFps: camera.synthetic_rate_fps,
    compressed: camera.synthetic_compressed,
    warmUpMs: camera.synthetic_warm_up_ms,
    logFile: join(logsFolder, 'cameras.log'),
    logLimitBytes: LOG_LIMIT_BYTES,
    launchTimeoutMs: 10_000,
  });
  const sources: DeviceSource[] = [];
  if (camera.include_real) {
    sources.push(
      chooseDeviceSource({
        mode: camera.device_source,
        pollIntervalMs: camera.poll_interval_ms,
        report: ({ kind, sentence }) => log.info({ source: kind }, sentence),
      }),
    );
  }
  if (synthetic) sources.push(new SyntheticSource(syntheticFolder));
  const store = new FileWishStore(dataDirectory, bootId);
  const mediaServer = new ControlApi({
    host: managed ? '127.0.0.1' : mediamtx.host,
    port: mediamtx.api_port,
    user: apiLogin.user,
    password: apiLogin.password,
    requestTimeoutMs: mediamtx.request_timeout_ms,
    paths,
  });
  const selfTest = new SelfTest({
    api: mediaServer,
    host: mediamtx.host,
    rtspPort: mediamtx.rtsp_port,
    demandFolder,
    recordingsFolder,
    ffmpeg: capture.ffmpeg,
    limitMs: mediamtx.folder_test_ms,
  });
  const recordingFiles = new RecordingFolder({
    recordingsFolder,
    ffmpeg: capture.ffmpeg,
    ffprobe: 'ffprobe',
  });
  const world: World = {
    clock: systemClock,
    devices: new BothSources(sources),
    probe: probeByOrigin(
      new V4l2Probe({ timeoutMs: camera.probe_timeout_ms, dataId }),
      new SyntheticProbe(syntheticFolder),
    ),
    controls: controlsByOrigin(syntheticFolder, camera.control_timeout_ms, dataId),
    ...captureParts({
      config,
      dataId,
      processes,
      log,
      tapsFolder,
      logsFolder,
      publisher: credentials?.publisher ?? null,
    }),
    tap: new TapFolder({ folder: tapsFolder, clock: systemClock }),
    demand,
    mediaServer,
    mediaServerProcess: new ManagedServerProcess({
      runner: processes,
      find,
      configFile: join(dataDirectory, 'media-server', 'mediamtx.yml'),
      config: { addresses, credentials: credentials!, paths },
      logFile: join(logsFolder, 'media-server.log'),
      logLimitBytes: LOG_LIMIT_BYTES,
      stopTimeoutMs: mediamtx.stop_timeout_ms,
      demand,
    }),
    publishers: new PublishersOnPaths(mediaServer),
    sharedFolders: selfTest,
    recordingFiles,
    snapshotFiles: new SnapshotFolder({
      snapshotsFolder,
      tapFile: (cameraId) => tapFile(tapsFolder, cameraId),
      ffmpeg: capture.ffmpeg,
    }),
    storage: new StorageMeter(recordingsFolder),
    shelf: new DiskShelf({ recordingsFolder, snapshotsFolder }),
    wishes: new WishBook(store, await store.load()),
    reapOrphans: async (cameras, signal) => {
      const wanted = new Set(cameras);
      for (const found of await processes.scan()) {
        const orphan =
          (found.role === 'capture' && !wanted.has(found.owner)) ||
          // Its answer would reach nobody.
          found.role === 'examine' ||
          (found.role === 'media-server' && !managed) ||
          (found.role === 'cameras' && !synthetic);
        if (orphan && found.isMain) await processes.stop(found, { politeSignal: 'SIGINT' }, signal);
      }
    },
  };
  const found = managed ? await find(AbortSignal.timeout(10_000)) : null;
  // Last: whatever is missing is said before anything runs.
  if (synthetic) await launcher.ensure(AbortSignal.timeout(15_000));
  return {
    world,
    found,
    syntheticCameras: synthetic ? new SyntheticButtons(syntheticFolder) : null,
    settle: () => selfTest.idle(SETTLE_LIMIT_MS),
    stopHardware: async () => {
      if (synthetic) await launcher.stop(AbortSignal.timeout(5000));
    },
    secrets: [credentials?.api.password, credentials?.publisher.password, mediamtx.api_password].filter(
      (secret): secret is string => secret !== undefined && secret !== '',
    ),
  };
}

function serverAddresses(mediamtx: Config['mediamtx']): ServerAddresses {
  return {
    viewerAddress: mediamtx.viewer_address,
    apiPort: mediamtx.api_port,
    rtspPort: mediamtx.rtsp_port,
    hlsPort: mediamtx.hls ? mediamtx.hls_port : null,
    webrtc: mediamtx.webrtc ? { httpPort: mediamtx.webrtc_port, udpPort: mediamtx.webrtc_udp_port } : null,
  };
}

/** Where downloads of the media server are kept: XDG's cache, or the home's. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, HOME } = process.env;
  return join(XDG_CACHE_HOME || join(HOME || '/var/cache', '.cache'), 'mediamtx-camera-service');
}
