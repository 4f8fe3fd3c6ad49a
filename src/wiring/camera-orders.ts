/**
 * Orders to a camera itself: on, off, once more, another name, forgotten. One event each; the answer is given when the
 * actors have arrived and the wish is on disk, so that a crash after the answer changes nothing.
 */
import type { CameraView, ServiceView } from '../api/door.ts';
import { CameraError } from '../machines/errors.ts';
import type { CameraId } from '../machines/values.ts';
import type { Actors } from './actors.ts';
import { refuseForget, refuseRetry } from './allowed.ts';
import { answerOf } from './answer.ts';
import { streamOf } from './camera-view.ts';

export interface CameraOrderDesk {
  readonly actors: Actors;
  readonly clock: { wallMs(): number };
  service(): ServiceView;
  /** Resolves once all that was wished so far survives a crash. @throws CameraError storage */
  wishesSaved(): Promise<void>;
}

/** Repeatable. @throws CameraError not-found | storage (it is on, and may be off after a restart) */
export async function enableCamera(desk: CameraOrderDesk, device: string): Promise<CameraView> {
  const { id, ref } = find(desk, device);
  ref.send({ type: 'camera.enable' });
  await desk.wishesSaved();
  return desk.actors.require(id).camera;
}

/**
 * Resolves when the device is released: its capture has ended. Repeatable.
 * @throws CameraError not-found | deadline (the capture did not end) | storage (it is off, and may be on after a restart)
 */
export async function disableCamera(desk: CameraOrderDesk, device: string): Promise<CameraView> {
  const { id, ref, stream } = find(desk, device);
  ref.send({ type: 'camera.disable', atMs: desk.clock.wallMs() });
  const { context } = await answerOf(stream, (now) => !now.matches('unplugging') || now.status !== 'active');
  await desk.wishesSaved();
  const { camera } = desk.actors.require(id);
  if (camera.state.startsWith('disabled') && context.trouble !== null) {
    throw new CameraError('deadline', `${id} is switched off, but its capture could not be ended.`, {
      reason: 'device_not_released',
      suggestion: 'Unplug the camera, or look for what holds its process on the host.',
      facts: { state: camera.state, detail: context.trouble.message },
    });
  }
  return camera;
}

/** Asks the camera, or its stream, again now instead of later. @throws CameraError not-found | wrong-state | device-gone */
export async function retryCamera(desk: CameraOrderDesk, device: string): Promise<CameraView> {
  const { id, ref } = find(desk, device);
  refuseRetry(desk.actors.require(id).camera);
  ref.send({ type: 'camera.retry' });
  return desk.actors.require(id).camera;
}

/** Resolves when its number is free. @throws CameraError not-found | wrong-state (it is plugged in) | storage */
export async function forgetCamera(desk: CameraOrderDesk, device: string): Promise<void> {
  const { id, ref } = find(desk, device);
  refuseForget(desk.actors.require(id).camera);
  ref.send({ type: 'camera.forget', atMs: desk.clock.wallMs() });
  await answerOf(ref, (now) => now.status !== 'active');
  await desk.wishesSaved();
}

/** @returns the camera with the name it got: a name that another one bears gets a number. @throws CameraError not-found | storage */
export async function renameCamera(desk: CameraOrderDesk, device: string, name: string): Promise<CameraView> {
  const { id } = find(desk, device);
  desk.actors.service.send({ type: 'camera.rename', cameraId: id, name });
  await desk.wishesSaved();
  return desk.actors.require(id).camera;
}

/** @throws CameraError not-found */
function find({ actors }: CameraOrderDesk, device: string) {
  const { camera, stream } = actors.require(device);
  const ref = actors.camera(device)!;
  const id: CameraId = camera.device;
  return { id, ref, stream: streamOf(ref) ?? stream };
}
