/**
 * Why a device node is refused, as far as the system tells: who has it open, which group may open it. One place for
 * the probe and the capture, so that both say the same of one camera. Opens nothing and decides nothing.
 */
import { readFile, stat } from 'node:fs/promises';
import { CameraError } from '../../machines/errors.ts';
import { type DeviceHolder, holdersOfDevice } from './device-holders.ts';

const NAMED_HOLDERS = 3;
/** What a process does with a camera, by the role of its mark. */
const VERBS: Readonly<Record<string, string>> = { capture: 'captures', examine: 'examines' };

/** Of a device node that another process uses. @param dataId this service's own; null: all captures are foreign */
export async function busyDevice(node: string, dataId: string | null, cause?: unknown): Promise<CameraError> {
  const { holders, someUnseen } = await holdersOfDevice(node);
  const [sentence, suggestion] = busyWords(holders, someUnseen, dataId);
  const facts = {
    holders: holders.map(({ pid, command, mark }) => ({
      pid,
      command,
      ours: mark !== null && mark.dataId === dataId,
    })),
  };
  return new CameraError('device-busy', sentence, { suggestion, facts, cause });
}

function busyWords(
  holders: readonly DeviceHolder[],
  someUnseen: boolean,
  dataId: string | null,
): readonly [string, string] {
  const isOurs = ({ mark }: DeviceHolder) => mark !== null && mark.dataId === dataId;
  const strangers = holders.filter((holder) => !isOurs(holder));
  if (strangers.length > 0) {
    const who = strangers.length === 1 ? 'Another process uses' : 'Other processes use';
    return [
      `${who} the camera: ${namesOf(strangers)}.`,
      `End ${strangers.length === 1 ? 'it' : 'them'}; a stream that is still wanted comes back by itself.`,
    ];
  }
  if (holders.length > 0)
    return [
      `Another process of this service still uses the camera: ${namesOf(holders)}.`,
      'Wait for the next attempt; if it stays so, end that process.',
    ];
  if (someUnseen)
    return [
      'Another process uses the camera, and none that this user may see: it belongs to another user, or has ended meanwhile.',
      'As root, "lsof | grep video" names it. End it; a stream that is still wanted comes back by itself.',
    ];
  return [
    'Another process used the camera, and none that can be seen from here has it open now.',
    'Wait for the next attempt. In a container, look for the process on the host.',
  ];
}

function namesOf(holders: readonly DeviceHolder[]): string {
  const names = holders.slice(0, NAMED_HOLDERS).map(nameOf);
  const more = holders.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ');
}

function nameOf({ pid, command, mark }: DeviceHolder): string {
  const verb = mark === null ? undefined : VERBS[mark.role];
  const capture = mark === null || verb === undefined ? '' : `, ${verb} ${mark.owner}`;
  return `${command} (pid ${pid}${capture})`;
}

/** Of a device node whose permissions keep us out. */
export async function forbiddenDevice(node: string, cause?: unknown): Promise<CameraError> {
  const group = await grantedGroup(node);
  const [who, suggestion] =
    group === null
      ? ['it is open to its owner only', 'Add a udev rule that gives its device node to the group video.']
      : [
          `the group ${group} may open it`,
          `Add the user that runs the service to the group ${group} and start it again.`,
        ];
  return new CameraError('no-permission', `The camera may not be opened by this user: ${who}.`, {
    suggestion,
    facts: { group },
    cause,
  });
}

/** File permissions say EACCES; EPERM is the device control of a container or a unit. */
export function disallowedDevice(cause?: unknown): CameraError {
  return new CameraError('no-permission', 'The camera may not be opened from in here.', {
    suggestion: 'Allow character devices of major number 81 (char-video4linux) to the container or unit.',
    reason: 'device_not_allowed',
    cause,
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
