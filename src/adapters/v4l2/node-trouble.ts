/**
 * Why a device node could not be probed. v4l2-ctl does not say (its exit code is 1 for everything and it names no
 * errno), so the node is opened once more and the kernel's answer is taken. Opening does not start a camera.
 */
import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';

/**
 * @param lastWords what the program wrote before it failed; no host path gets out of it
 * @returns device-gone | no-permission | device-busy | probe-failed
 */
export async function troubleOfNode(node: string, lastWords: string): Promise<CameraError> {
  try {
    const file = await open(node, constants.O_RDWR | constants.O_NONBLOCK);
    await file.close();
  } catch (error) {
    return await refusalOf(node, error as NodeJS.ErrnoException);
  }
  if (/: No such device/.test(lastWords)) return gone(undefined);
  const words = lastWords.trim().split('\n').at(-1)?.replaceAll(node, 'the node') ?? '';
  return new CameraError(
    'probe-failed',
    `The camera did not tell its capabilities${words ? `: ${words}` : ''}.`,
    {
      reason: 'capabilities_unreadable',
    },
  );
}

async function refusalOf(node: string, error: NodeJS.ErrnoException): Promise<CameraError> {
  if (error.code === 'EACCES') return await forbidden(node, error);
  if (error.code === 'EPERM') return disallowed(error);
  if (error.code === 'ENOENT' || error.code === 'ENODEV' || error.code === 'ENXIO') return gone(error);
  if (error.code === 'EBUSY') {
    return new CameraError('device-busy', 'The camera is held by another process.', { cause: error });
  }
  return new CameraError('probe-failed', `The camera's device node cannot be opened (${error.code}).`, {
    reason: 'node_unopenable',
    cause: error,
  });
}

function gone(cause: unknown): CameraError {
  return new CameraError('device-gone', 'The camera is not plugged in any more.', { cause });
}

/** File permissions say EACCES; EPERM is the device control of a container or a unit. */
function disallowed(cause: unknown): CameraError {
  const suggestion =
    'Allow character devices of major number 81 (char-video4linux) to the container or unit.';
  return new CameraError('no-permission', `The camera may not be opened from in here. ${suggestion}`, {
    suggestion,
    cause,
    reason: 'device_not_allowed',
  });
}

async function forbidden(node: string, cause: unknown): Promise<CameraError> {
  const group = await grantedGroup(node);
  const suggestion =
    group === null
      ? 'Its device node is open to its owner only: add a udev rule that gives it to the group video.'
      : `Add the user that runs the service to the group ${group} and start it again.`;
  return new CameraError('no-permission', `The camera may not be opened by this user. ${suggestion}`, {
    suggestion,
    cause,
    facts: { group },
  });
}

/** Name of the group that may read and write the node; its number where it has no name; null: no group may. */
async function grantedGroup(node: string): Promise<string | null> {
  try {
    const { gid, mode } = await stat(node);
    if ((mode & 0o060) !== 0o060 || gid === 0) return null;
    const groups = await readFile('/etc/group', 'utf8').catch(() => '');
    const named = groups.split('\n').find((line) => line.split(':')[2] === String(gid));
    return named?.split(':')[0] ?? String(gid);
  } catch {
    return null;
  }
}
