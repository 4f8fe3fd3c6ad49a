/** Which orders a camera's actors would take now, read off their views; and the refusal, in words, when not. Pure. */
import type { CameraView, ServiceView } from '../api/door.ts';
import { CameraError, errorOf } from '../machines/errors.ts';

/** Methods of the API that would work on this camera now. */
export function allowedMethods(camera: CameraView, service: ServiceView): readonly string[] {
  const tries: readonly (readonly [string, () => void])[] = [
    ['take_snapshot', () => refuseSnapshot(camera, service)],
    ['start_recording', () => refuseRecording(camera, service)],
    ['start_streaming', () => refuseStream(camera, service)],
    ['set_camera_control', () => refuseControls(camera)],
    ['retry_camera', () => refuseRetry(camera)],
    ['forget_camera', () => refuseForget(camera)],
  ];
  const works = tries.filter(([, refuse]) => passes(refuse)).map(([method]) => method);
  if (camera.recording !== null) works.push('stop_recording');
  if (camera.stream.reasons.includes('call')) works.push('stop_streaming');
  works.push(isDisabled(camera) ? 'enable_camera' : 'disable_camera', 'rename_camera');
  return ['get_camera_status', ...works];
}

function passes(refuse: () => void): boolean {
  try {
    refuse();
    return true;
  } catch {
    return false;
  }
}

function isDisabled({ state }: CameraView): boolean {
  return state.startsWith('disabled');
}

/** @throws CameraError when the camera is switched off: whatever else is wrong does not matter then */
function requireEnabled(camera: CameraView): void {
  if (!isDisabled(camera)) return;
  throw new CameraError('wrong-state', `${camera.device} is switched off.`, {
    reason: 'camera_disabled',
    suggestion: 'Switch it on with enable_camera.',
    facts: { state: camera.state },
  });
}

/** @throws CameraError when nothing can be asked of its controls */
function refuseControls(camera: CameraView): void {
  requirePresent(camera);
  if (camera.controls.state !== 'absent') return;
  throw new CameraError('wrong-state', `${camera.device} is still being asked what it can do.`, {
    reason: 'camera_not_ready',
  });
}

/** @throws CameraError when there is nothing that a retry could mend */
export function refuseRetry(camera: CameraView): void {
  requireEnabled(camera);
  if (camera.status === 'DISCONNECTED') requirePresent(camera);
  if (camera.plan?.ways.some(({ standing }) => standing === 'failed')) return;
  if (
    /^(faulted|probeBackoff|ready\.unsteady)/.test(camera.state) ||
    /^(faulted|backoff)/.test(camera.stream.state)
  )
    return;
  throw new CameraError('wrong-state', `${camera.device} and its stream wait for no retry.`, {
    reason: 'nothing_to_retry',
    facts: { state: camera.state },
  });
}

/** @throws CameraError while the camera is plugged in: it would be back at once, with another name and switched on */
export function refuseForget(camera: CameraView): void {
  if (camera.devicePaths.length === 0) return;
  throw new CameraError('wrong-state', `${camera.device} is plugged in.`, {
    reason: 'camera_plugged_in',
    suggestion: 'Unplug it first; or switch it off with disable_camera, or rename it.',
    facts: { state: camera.state },
  });
}

/** @throws CameraError when the camera is away, switched off, or does not work */
export function requirePresent(camera: CameraView): void {
  requireEnabled(camera);
  if (camera.status === 'DISCONNECTED') {
    throw new CameraError('device-gone', `${camera.device} is not plugged in.`, {
      reason: 'camera_disconnected',
      facts: { state: camera.state },
    });
  }
  if (camera.state.startsWith('faulted')) {
    throw camera.trouble === null
      ? new CameraError('probe-failed', `${camera.device} does not work.`)
      : errorOf(camera.trouble);
  }
}

/** @throws CameraError when a stream cannot be started now */
export function refuseStream(camera: CameraView, service: ServiceView): void {
  requirePresent(camera);
  if (camera.stream.state === 'faulted' && camera.stream.trouble !== null)
    throw errorOf(camera.stream.trouble);
  const {
    health: { state: health },
    trouble,
  } = service.mediaServer;
  if (health.startsWith('refused') && trouble !== null) throw errorOf(trouble);
  if (!health.startsWith('healthy') && !health.startsWith('failing')) {
    throw new CameraError('media-server-unreachable', 'The media server does not answer now.', {
      reason: 'media_server_down',
      facts: { state: health },
    });
  }
}

/** @throws CameraError when no recording can begin now */
export function refuseRecording(camera: CameraView, service: ServiceView): void {
  requireEnabled(camera);
  if (camera.recording !== null) {
    throw new CameraError('wrong-state', `${camera.device} is being recorded already.`, {
      reason: 'already_recording',
      suggestion: 'Stop the running recording first.',
      facts: { state: camera.recording.state, session: camera.recording.session },
    });
  }
  refuseStream(camera, service);
  if (service.mediaServer.folders.recording === 'recording_unavailable') {
    throw new CameraError(
      'media-server-refused',
      'The media server does not record where this service looks for recordings.',
      {
        reason: 'recording_unavailable',
        suggestion:
          'Let the media server see the same recordings directory under the same name, as the same user.',
        facts: { media_server_folders: service.mediaServer.folders.state },
      },
    );
  }
  const { storage } = service;
  if (storage.state === 'critical' || storage.state === 'missing') {
    const full = storage.state === 'critical';
    throw new CameraError(
      'storage',
      full
        ? 'The recordings disk is almost full.'
        : 'The recordings folder is not there or cannot be written.',
      {
        reason: full ? 'storage_critical' : 'storage_missing',
        suggestion: full
          ? 'Delete recordings or add space.'
          : 'Mount the disk or give the service the right to write.',
        facts: { available_bytes: storage.availableBytes },
      },
    );
  }
}

/** @throws CameraError when no picture can be had; a live capture goes on giving them while the media server is down */
export function refuseSnapshot(camera: CameraView, service: ServiceView): void {
  requireEnabled(camera);
  if (camera.stream.tap === 'tap_unavailable') {
    throw new CameraError(
      'storage',
      'The runtime directory cannot be written, so there is no picture to copy.',
      {
        reason: 'tap_unavailable',
        suggestion: 'Make space in the runtime directory; pictures come back by themselves.',
        facts: { state: camera.stream.state },
      },
    );
  }
  if (camera.stream.state.startsWith('live')) return;
  refuseStream(camera, service);
}
