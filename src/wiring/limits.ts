/** The configuration's numbers as the machines' inputs. Nothing is computed here but seconds that are fixed. */
import type { Config } from '../config/schema.ts';
import type { CameraLimits } from '../machines/camera-setup.ts';
import type { MediaServerInput } from '../machines/media-server-setup.ts';
import type { RecordingLimits } from '../machines/recording-setup.ts';
import type { ServiceInput } from '../machines/service.ts';
import type { StreamLimits } from '../machines/stream-values.ts';
import type { Wishes } from '../machines/values.ts';

/** How often a closing or expected file is looked at, and a refused or unanswered path entry is tried again. */
const FILE_CHECK_MS = 40;
const ENTRY_RETRY_MS = 1000;
/** Discovery tries its sources again this long after all of them failed. */
const SOURCE_RETRY_MS = 2000;

export function serviceInput(config: Config, wishes: Wishes): ServiceInput {
  return {
    wishes,
    camera: cameraLimits(config),
    mediaServer: mediaServerInput(config.mediamtx),
    discovery: { rescanIntervalMs: config.camera.rescan_interval_ms, retryMs: SOURCE_RETRY_MS },
    storage: {
      checkIntervalMs: config.storage.check_interval_ms,
      lowPercent: config.storage.low_percent,
      criticalPercent: config.storage.critical_percent,
      hysteresisPercent: config.storage.hysteresis_percent,
    },
    reconcileTimeoutMs: config.service.reconcile_timeout_ms,
    stopTimeoutMs: config.service.stop_timeout_ms,
  };
}

function cameraLimits({ camera, capture, stream, recording, service }: Config): CameraLimits {
  return {
    settleMs: camera.settle_ms,
    probeTimeoutMs: camera.probe_timeout_ms,
    probeBackoffMs: camera.probe_backoff_ms,
    probeBackoffMaxMs: camera.probe_backoff_max_ms,
    probeAttempts: camera.probe_attempts,
    faultedRetryMs: camera.faulted_retry_ms,
    confirmAfterMs: camera.confirm_after_ms,
    wish: {
      widthPx: capture.width_px,
      heightPx: capture.height_px,
      rateFps: capture.rate_fps,
      profile: capture.encoding_profile,
      strict: capture.h264_strict,
      tapLimitMs: stream.frames_limit_ms,
    },
    stream: streamLimits(stream, service),
    recording: recordingLimits(recording),
    controls: {
      timeoutMs: camera.control_timeout_ms,
      checkMs: camera.control_check_ms,
      attempts: camera.control_attempts,
      backoffMs: camera.control_backoff_ms,
      retryMs: camera.control_retry_ms,
    },
  };
}

function streamLimits(stream: Config['stream'], service: Config['service']): StreamLimits {
  return {
    startTimeoutMs: stream.start_timeout_ms,
    demandStartTimeoutMs: stream.demand_start_timeout_ms,
    demandCloseAfterMs: stream.demand_close_after_ms,
    bytesLimitMs: stream.bytes_limit_ms,
    framesLimitMs: stream.frames_limit_ms,
    pictureLimitMs: stream.picture_limit_ms,
    picturePolicy: stream.picture_policy,
    suspectLimitMs: stream.suspect_limit_ms,
    republishLimitMs: stream.republish_limit_ms,
    backoffMs: stream.backoff_ms,
    backoffMaxMs: stream.backoff_max_ms,
    backoffJitter: stream.backoff_jitter,
    attempts: stream.attempts,
    forgetMs: stream.forget_ms,
    faultedRetryMs: stream.faulted_retry_ms,
    callCloseAfterMs: stream.call_close_after_ms,
    warmUpMs: stream.warm_up_ms,
    verifyIntervalMs: stream.verify_interval_ms,
    verifyLimitMs: stream.verify_limit_ms,
    entryRetryMs: ENTRY_RETRY_MS,
    // Some of the service's time is left for the media server's own end.
    releaseLimitMs: Math.round(service.stop_timeout_ms * 0.75),
    lookAgainMs: stream.look_again_ms,
    rivals: {
      changes: stream.rival_changes,
      windowMs: stream.rival_window_ms,
      lookMs: stream.rival_look_ms,
      searchMs: stream.rival_search_ms,
      backoffMs: stream.backoff_ms,
      backoffMaxMs: stream.backoff_max_ms,
      backoffJitter: stream.backoff_jitter,
    },
  };
}

function recordingLimits(recording: Config['recording']): RecordingLimits {
  return {
    readyTimeoutMs: recording.ready_timeout_ms,
    heartbeatMs: recording.heartbeat_ms,
    heartbeatLimitMs: recording.heartbeat_limit_ms,
    resumeMs: recording.resume_ms,
    closeTimeoutMs: recording.close_timeout_ms,
    closeCheckMs: FILE_CHECK_MS,
    fileRetryMs: recording.file_retry_ms,
  };
}

function mediaServerInput(mediamtx: Config['mediamtx']): MediaServerInput {
  return {
    managed: mediamtx.mode === 'managed',
    limits: {
      launchTimeoutMs: mediamtx.launch_timeout_ms,
      launchCheckIntervalMs: mediamtx.launch_check_interval_ms,
      restartBackoffMs: mediamtx.restart_backoff_ms,
      restartBackoffMaxMs: mediamtx.restart_backoff_max_ms,
      restartForgetMs: mediamtx.restart_forget_ms,
      restartAfterOpenMs: mediamtx.restart_after_open_ms,
      checkIntervalMs: mediamtx.health_check_interval_ms,
      failingIntervalMs: mediamtx.health_failing_interval_ms,
      failureThreshold: mediamtx.health_failure_threshold,
      openMs: mediamtx.health_open_ms,
      openMaxMs: mediamtx.health_open_max_ms,
      jitter: mediamtx.health_jitter,
      confirmations: mediamtx.health_confirmations,
      confirmIntervalMs: mediamtx.health_confirm_interval_ms,
      refusedIntervalMs: mediamtx.health_refused_interval_ms,
      watchIntervalMs: mediamtx.watch_interval_ms,
      watchFastIntervalMs: mediamtx.watch_fast_interval_ms,
      compareIntervalMs: mediamtx.compare_interval_ms,
      folderRetestMs: mediamtx.folder_retest_ms,
    },
  };
}
