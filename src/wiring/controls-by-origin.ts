/** Controls of real and synthetic cameras behind one port. Pure plumbing. */
import { SyntheticControls } from '../adapters/synthetic/controls.ts';
import { V4l2Controls } from '../adapters/v4l2/controls.ts';
import type { CameraControls } from '../machines/ports.ts';
import type { ControlTarget } from '../machines/values.ts';

/** Asks those controls that know the origin of the camera's node. @param timeoutMs of one question */
export function controlsByOrigin(syntheticFolder: string, timeoutMs: number, dataId: string): CameraControls {
  const v4l2 = new V4l2Controls({ timeoutMs, dataId });
  const synthetic = new SyntheticControls(syntheticFolder, timeoutMs);
  const of = ({ origin }: ControlTarget) => (origin === 'synthetic' ? synthetic : v4l2);
  return {
    list: (target, signal) => of(target).list(target, signal),
    set: (target, setting, signal) => of(target).set(target, setting, signal),
    read: (target, names, signal) => of(target).read(target, names, signal),
  };
}
