/** What the system knows of a trouble beyond ffmpeg's words: who holds the device, which group may open it. */
import { type Trouble, troubleOf } from '../../machines/errors.ts';
import type { CapturePlan } from '../../machines/values.ts';
import { busyDevice, disallowedDevice, forbiddenDevice } from '../process/device-refusal.ts';

/** @param dataId this service's own: its captures are called ours; null where it is not known */
export async function explained(
  trouble: Trouble,
  plan: Pick<CapturePlan, 'origin' | 'devicePath'> | null,
  dataId: string | null,
): Promise<Trouble> {
  if (plan?.origin !== 'v4l2') return trouble;
  if (trouble.code === 'device-busy') return troubleOf(await busyDevice(plan.devicePath, dataId));
  if (trouble.code !== 'no-permission') return trouble;
  if (trouble.reason === 'device_not_allowed') return troubleOf(disallowedDevice());
  return troubleOf(await forbiddenDevice(plan.devicePath));
}
