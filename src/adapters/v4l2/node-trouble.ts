/**
 * Why a device node could not be probed. v4l2-ctl does not say (its exit code is 1 for everything and it names no
 * errno), so the node is opened once more and the kernel's answer is taken. Opening does not start a camera.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';
import { busyDevice, disallowedDevice, forbiddenDevice } from '../process/device-refusal.ts';

/**
 * @param lastWords what the program wrote before it failed; no host path gets out of it
 * @param dataId this service's own: its captures are called ours
 * @returns device-gone | no-permission | device-busy | probe-failed
 */
export async function troubleOfNode(
  node: string,
  lastWords: string,
  dataId: string | null,
): Promise<CameraError> {
  try {
    const file = await open(node, constants.O_RDWR | constants.O_NONBLOCK);
    await file.close();
  } catch (error) {
    return await refusalOf(node, error as NodeJS.ErrnoException, dataId);
  }
  if (/: No such device/.test(lastWords)) return gone(undefined);
  if (/: Device or resource busy/.test(lastWords)) return await busyDevice(node, dataId);
  const words = lastWords.trim().split('\n').at(-1)?.replaceAll(node, 'the node') ?? '';
  return new CameraError(
    'probe-failed',
    `The camera did not tell its capabilities${words ? `: ${words}` : ''}.`,
    {
      reason: 'capabilities_unreadable',
    },
  );
}

async function refusalOf(
  node: string,
  error: NodeJS.ErrnoException,
  dataId: string | null,
): Promise<CameraError> {
  if (error.code === 'EACCES') return await forbiddenDevice(node, error);
  if (error.code === 'EPERM') return disallowedDevice(error);
  if (error.code === 'ENOENT' || error.code === 'ENODEV' || error.code === 'ENXIO') return gone(error);
  if (error.code === 'EBUSY') return await busyDevice(node, dataId, error);
  return new CameraError('probe-failed', `The camera's device node cannot be opened (${error.code}).`, {
    reason: 'node_unopenable',
    cause: error,
  });
}

function gone(cause: unknown): CameraError {
  return new CameraError('device-gone', 'The camera is not plugged in any more.', {
    suggestion: 'Plug it in again; it keeps its id.',
    cause,
  });
}
