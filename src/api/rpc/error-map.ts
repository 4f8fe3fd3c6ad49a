/**
 * One table: each code of a CameraError to its place in the wire's catalogue. Foreign errors become internal
 * errors whose own words stay in the log, since nobody knows what they say.
 */
import { CameraError, type ErrorCode } from '../../machines/errors.ts';
import type { Door } from '../door.ts';
import type { FaultName } from './catalogue.ts';
import { RpcFault } from './fault.ts';

interface Place {
  readonly fault: FaultName;
  /** Who failed, for dependency-failed. */
  readonly dependency?: string;
  readonly suggestion?: string;
}

/** Where each ErrorCode goes. */
export const ERROR_PLACES: Readonly<Record<ErrorCode, Place>> = {
  'device-gone': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Plug the camera in again; it keeps its id.',
  },
  'device-busy': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'End the other program that holds the camera, or wait for the next attempt.',
  },
  'no-permission': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Give the user of the service access to the device (group video).',
  },
  'no-bandwidth': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Use another USB port or a smaller picture.',
  },
  'invalid-format': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Choose a picture that get_camera_capabilities lists.',
  },
  'encoder-failed': {
    fault: 'dependency-failed',
    dependency: 'FFmpeg',
    suggestion: 'Look at get_camera_status; another encoder is tried by itself.',
  },
  'probe-failed': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Look at get_camera_status; the camera is probed again by itself.',
  },
  'device-failing': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Re-plug the camera; use a short cable and a port without a hub.',
  },
  'decoder-errors': {
    fault: 'dependency-failed',
    dependency: 'camera',
    suggestion: 'Re-plug the camera, or use another of its formats.',
  },
  'capture-failed': {
    fault: 'dependency-failed',
    dependency: 'FFmpeg',
    suggestion: 'Look at get_stream_status; a stream that is still wanted comes back by itself.',
  },
  'media-server-unreachable': {
    fault: 'dependency-failed',
    dependency: 'MediaMTX',
    suggestion: 'Wait until get_status shows the media server as RUNNING, then call again.',
  },
  'media-server-refused': {
    fault: 'dependency-failed',
    dependency: 'MediaMTX',
    suggestion: 'Check version, user and password of the media server.',
  },
  'outcome-unknown': {
    fault: 'dependency-failed',
    dependency: 'MediaMTX',
    suggestion: 'Ask for the state before calling again; the order may still take effect.',
  },
  deadline: {
    fault: 'dependency-failed',
    dependency: 'stream',
    suggestion: 'Look at get_stream_status for what it waits for, then call again.',
  },
  'missing-program': {
    fault: 'dependency-failed',
    dependency: 'FFmpeg',
    suggestion: 'Install the missing program on the host of the service.',
  },
  storage: { fault: 'storage-failed' },
  'bad-params': { fault: 'invalid-params' },
  'not-found': { fault: 'not-found' },
  'wrong-state': { fault: 'invalid-state' },
  cancelled: {
    fault: 'invalid-state',
    suggestion: 'Something else ended this order; look at the state and call again.',
  },
  internal: { fault: 'internal-error' },
};

export interface FaultContext {
  readonly door: Door;
  /** The camera the call was about. */
  readonly device: string | null;
  /** The called method's own list of states it works in. */
  readonly allowedStates: readonly string[];
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: number;
}

/** Anything thrown as a fault. Never throws itself. */
export function faultOf(error: unknown, context: FaultContext): RpcFault {
  if (error instanceof RpcFault) return error;
  if (!(error instanceof CameraError) || error.code === 'internal') return internalFault(error);
  const place = ERROR_PLACES[error.code];
  return new RpcFault(place.fault, {
    reason: error.reason,
    details: error.message,
    suggestion: error.suggestion ?? place.suggestion,
    fields: { ...error.facts, ...ownFields(error, place, context) },
    cause: error,
  });
}

function internalFault(error: unknown): RpcFault {
  return new RpcFault('internal-error', {
    reason: error instanceof CameraError ? error.reason : 'internal',
    details: 'The service met an error of its own; its log has it under this correlation_id.',
    cause: error,
  });
}

function ownFields(error: CameraError, place: Place, context: FaultContext): Record<string, unknown> {
  const { facts } = error;
  switch (place.fault) {
    case 'invalid-params':
      return { rule: facts.rule ?? error.reason, hint: facts.hint ?? error.message };
    case 'not-found':
      return { resource: facts.resource ?? 'camera', id: facts.id ?? deviceLabel(context.device) };
    case 'dependency-failed':
      return {
        dependency: facts.dependency ?? place.dependency,
        detail: facts.detail ?? error.message,
        ...whenFields(error, context),
      };
    case 'storage-failed':
      return { available_bytes: facts.available_bytes ?? context.door.service().storage.availableBytes };
    case 'invalid-state':
      return conflictFields(error, context);
    default:
      return {};
  }
}

function conflictFields(error: CameraError, context: FaultContext) {
  const { facts } = error;
  return { allowed_states: facts.allowed_states ?? context.allowedStates, ...whenFields(error, context) };
}

/** Where the camera is, what it would do instead, and when the same call is worth another try. */
function whenFields({ facts }: CameraError, { door, device, nowMs }: FaultContext) {
  const camera = device === null ? undefined : door.camera(device);
  const retryAtMs = camera?.stream.retryAtMs ?? null;
  return {
    state: facts.state ?? camera?.state ?? null,
    allowed: facts.allowed ?? (camera === undefined ? [] : door.allowed(camera.device)),
    retry_after_ms:
      facts.retry_after_ms ?? (retryAtMs === null ? null : Math.max(0, Math.ceil(retryAtMs - nowMs))),
  };
}

/** `camera0`, or `video0` for the device path of an old client: paths are not echoed. */
export function deviceLabel(device: string | null): string | null {
  return device === null ? null : device.replace(/^\/dev\//, '');
}
