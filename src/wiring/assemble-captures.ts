/** Builds what opens cameras: the captures, what looks at a camera's own H.264, and the encoders of this host. */
import type { EncodingSettings } from '../adapters/ffmpeg/command.ts';
import { FfprobeExaminer } from '../adapters/ffmpeg/examiner.ts';
import { TriedEncoders } from '../adapters/ffmpeg/hardware-encoders.ts';
import { FfmpegCaptures } from '../adapters/ffmpeg/runner.ts';
import type { Log } from '../adapters/log/log.ts';
import { type PublishTarget, publishHost, publishUrl } from '../adapters/mediamtx/addresses.ts';
import type { ProcessRunner } from '../adapters/process/process-runner.ts';
import type { Config } from '../config/schema.ts';
import type { World } from './world.ts';

/** All trials together are shorter than a probe may take. */
const ENCODER_TRIAL_MS = 1500;
/** Of a camera's own H.264: two keyframes of most cameras are in it. */
const EXAMINED_MS = 2500;

export interface CaptureOutfit {
  readonly config: Config;
  readonly dataId: string;
  readonly processes: ProcessRunner;
  readonly log: Log;
  readonly tapsFolder: string;
  readonly logsFolder: string;
  readonly publisher: PublishTarget['publisher'];
}

export function captureParts({
  config,
  dataId,
  processes,
  log,
  tapsFolder,
  logsFolder,
  publisher,
}: CaptureOutfit): Pick<World, 'encoders' | 'examiner' | 'captures'> {
  const { mediamtx, capture, stream } = config;
  const managed = mediamtx.mode === 'managed';
  const encoding: EncodingSettings = {
    profile: capture.h264_profile,
    strict: capture.h264_strict,
    preset: capture.h264_preset,
    pixelFormat: capture.pixel_format,
    bitrateBps: capture.bitrate_bps,
    keyframeIntervalMs: capture.keyframe_interval_ms,
    tapIntervalMs: capture.tap_interval_ms,
    tapQuality: capture.tap_quality,
    warmUpMs: stream.warm_up_ms,
  };
  return {
    encoders: new TriedEncoders({
      ffmpeg: capture.ffmpeg,
      encoding,
      timeoutMs: ENCODER_TRIAL_MS,
      report: ({ name }, problem) =>
        problem === null
          ? log.info({ encoder: name }, 'this encoder works')
          : log.info({ encoder: name, problem }, 'this encoder does not work'),
    }),
    examiner: new FfprobeExaminer({
      ffprobe: 'ffprobe',
      lengthMs: EXAMINED_MS,
      timeoutMs: capture.examine_timeout_ms,
      dataId,
    }),
    captures: new FfmpegCaptures(processes, {
      ffmpeg: capture.ffmpeg,
      encoding,
      publishUrl: (cameraId) =>
        publishUrl(
          {
            host: managed ? publishHost(mediamtx.viewer_address) : mediamtx.host,
            rtspPort: mediamtx.rtsp_port,
            publisher,
          },
          cameraId,
        ),
      tapsFolder,
      logsFolder,
      logLimitBytes: capture.log_limit_bytes,
      stopTimeoutMs: capture.stop_timeout_ms,
    }),
  };
}
