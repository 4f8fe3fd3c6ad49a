/** Says, where nobody can miss it, that this machine cannot run the hotplug suite, or not all of it. */
import { spawnSync } from 'node:child_process';
import { thisMachine } from '../../scripts/lib/prerequisites.mjs';
import { FOR_ADDON, missing } from '../../scripts/lib/programs.mjs';
import { whyNotHere } from './testbed.ts';

/**
 * Looks once per test file and prints the reason; the skipped tests are counted by the runner.
 * @returns why the suite cannot run here; null when it can
 */
export function announce(): string | null {
  const why = whyNotHere();
  if (why !== null) {
    console.error(
      `\n*** HOTPLUG SUITE NOT RUN: ${why}. Its tests are counted as skipped. ***\n` +
        '*** Debian: apt install umockdev gir1.2-umockdev-1.0 python3-gi v4l-utils udev ***\n',
    );
  }
  return why;
}

/**
 * Why the tests of the udev addon cannot run here; null where they can, or must fail because the addon should be
 * there: whoever can build it and has not is told so by a red test.
 */
export function whyNoAddon(): string | null {
  if (addonLoads()) return null;
  const absent = missing(FOR_ADDON, thisMachine()).map((program) => program.name);
  return absent.length === 0 ? null : `the udev addon is not built: this machine lacks ${absent.join(', ')}`;
}

/** In a process of its own, as the service loads it. */
export function addonLoads(): boolean {
  const script =
    "import('udev').then(({ default: { list } }) => process.exit(typeof list === 'function' ? 0 : 1))";
  return spawnSync(process.execPath, ['-e', script], { cwd: import.meta.dirname }).status === 0;
}
